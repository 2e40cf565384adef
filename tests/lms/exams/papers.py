"""A paper with every kind of question and a case, in whose secrets stand words that must never leave the server."""

from dataclasses import replace
from decimal import Decimal

from flask import Flask
from sqlalchemy import update

from lms import clock
from lms.db.session import db
from lms.exam_engine.kinds.case import PaperCase
from lms.exam_engine.kinds.matching import MatchingRule, MatchItem, PaperMatchingQuestion
from lms.exam_engine.kinds.multiple_choice import MultipleRule, PaperMultipleQuestion
from lms.exam_engine.kinds.numeric import PaperNumericQuestion
from lms.exam_engine.kinds.options import PaperOption
from lms.exam_engine.kinds.ordering import OrderingRule, OrderItem, PaperOrderingQuestion
from lms.exam_engine.kinds.short_text import PaperShortTextQuestion
from lms.exam_engine.kinds.single_choice import PaperChoiceQuestion
from lms.exam_engine.papers import Paper, PaperEssayQuestion, PaperSection, paper_sha256, paper_to_json
from lms.exam_engine.vocabulary import Domain, Level, Rubric
from lms.exams.models import Attempt, StoredPaper

CANARY = "鳴いてはならないカナリア"
"""Stands in every reason, explanation, accepted text and rubric of the paper."""
CANARY_FIGURE = Decimal("918273645")
CASE_TITLE = "配送センターの窓口"
CASE_TEXT = "架空の運送会社「風待ち運輸」の窓口に、荷物の遅れについて同じ方から1日に12回の電話があった。"

COMMON = {
    "version": 1,
    "domain": Domain.D3,
    "level": Level.APPLY,
    "points": Decimal("2.5"),
    "lessons": ("L01",),
}


def every_kind(paper: Paper) -> Paper:
    """The paper with a first section of one question of each kind; two of them belong to a case."""
    first, last = paper.sections[0], paper.sections[-1]
    essays = tuple(_with_canaries(question) for question in last.questions if isinstance(question, PaperEssayQuestion))
    return replace(paper, sections=(_section(first), *paper.sections[1:-1], replace(last, questions=essays)))


def give_paper(app: Flask, attempt_id: int, paper: Paper) -> None:
    """Let an attempt that has just begun have this paper."""
    with app.app_context():
        body = paper_to_json(paper)
        stored = StoredPaper(
            exam_id=paper.exam_id,
            exam_version=paper.exam_version,
            seed=f"{paper.seed}-{attempt_id}",
            body=body,
            sha256=paper_sha256(body),
            drawn_at=clock.now(),
        )
        db.session.add(stored)
        db.session.flush()
        db.session.execute(update(Attempt).where(Attempt.id == attempt_id).values(paper_id=stored.id))
        db.session.commit()


def _section(section: PaperSection) -> PaperSection:
    questions = (
        PaperChoiceQuestion(
            **COMMON,
            id="K-single",
            number=1,
            stem="記録に残すものとして、最も適切なものはどれか。",
            options=_options("発言", "感想", "うわさ", "推測"),
            key="a",
        ),
        PaperMultipleQuestion(
            **COMMON,
            id="K-multiple",
            number=2,
            stem="複数人で対応する利点として適切なものを**すべて**選べ。",
            options=_options("事実を確かめ合える", "一人で抱えない", "早く終わる", "記録を分担できる", "相手を威圧できる"),
            key=("a", "b", "d"),
            rule=MultipleRule.PER_OPTION,
        ),
        PaperOrderingQuestion(
            **COMMON,
            id="K-ordering",
            number=3,
            stem="最初の対応を、行う順に並べよ。",
            items=tuple(
                OrderItem(each, text)
                for each, text in (("c", "上司に報告する"), ("a", "話を聴く"), ("d", "記録する"), ("b", "事実を確かめる"))
            ),
            key=("a", "b", "c", "d"),
            rule=OrderingRule.PER_PAIR,
            explanation=CANARY,
        ),
        PaperMatchingQuestion(
            **COMMON,
            id="K-matching",
            number=4,
            stem="場面と最初の一手を組み合わせよ。",
            case="CASE-1",
            lefts=tuple(
                MatchItem(each, text)
                for each, text in (("l1", "同じ電話が続く"), ("l2", "大声を出される"), ("l3", "土下座を求められる"))
            ),
            rights=tuple(
                MatchItem(each, text)
                for each, text in (
                    ("r3", "断って場を移す"),
                    ("r1", "窓口を一つにする"),
                    ("r4", "無視する"),
                    ("r2", "距離を取り複数で対応する"),
                )
            ),
            key=(("l1", "r1"), ("l2", "r2"), ("l3", "r3")),
            rule=MatchingRule.PER_PAIR,
            may_repeat_rights=False,
            explanation=CANARY,
        ),
        PaperNumericQuestion(
            **COMMON,
            id="K-numeric",
            number=5,
            stem="1件の電話が15分のとき、この日の対応は合わせて何分か。",
            case="CASE-1",
            value=CANARY_FIGURE,
            tolerance=Decimal(0),
            unit="分",
            explanation=CANARY,
        ),
        PaperShortTextQuestion(
            **COMMON,
            id="K-short",
            number=6,
            stem="顧客等からの著しい迷惑行為を、略して何というか。",
            accepted=(CANARY,),
            explanation=CANARY,
        ),
    )
    case = PaperCase(id="CASE-1", version=1, title=CASE_TITLE, text=CASE_TEXT)
    return replace(section, questions=questions, cases=(case,), max_points=Decimal(15))


def _options(*texts: str) -> tuple[PaperOption, ...]:
    return tuple(
        PaperOption(id=each, text=text, reason=f"{CANARY}({each})") for each, text in zip("abcdefgh", texts, strict=False)
    )


def _with_canaries(question: PaperEssayQuestion) -> PaperEssayQuestion:
    return replace(question, rubric=_rubric(question.rubric))


def _rubric(rubric: Rubric) -> Rubric:
    criteria = tuple(
        replace(
            criterion,
            title=f"{CANARY}{criterion.title}",
            levels=tuple(replace(level, text=f"{CANARY}{level.text}") for level in criterion.levels),
        )
        for criterion in rubric.criteria
    )
    return replace(rubric, title=CANARY, criteria=criteria, caps=tuple(replace(cap, text=CANARY) for cap in rubric.caps))
