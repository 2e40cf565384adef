"""合否判定会議: everything the meeting looks at, by 受験番号; a fixed number of SELECTs."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from lms.accounts.models import User
from lms.db.session import db
from lms.exam_engine.papers import Paper, PaperEssayQuestion
from lms.exam_engine.similarity import Comparison, compare_texts
from lms.exam_engine.statistics.agreement import Rating, severity
from lms.exam_engine.statistics.drift import Drift, drift
from lms.exam_engine.statistics.figures import Figure
from lms.exams.queries.conduct import ConductSum, sum_conduct
from lms.grading.models import Essay
from lms.grading.queries.board import ResultBoard, ResultLine, bands_of, result_board_of, settled_points
from lms.grading.queries.calibration import AnchorMark, list_anchor_marks
from lms.grading.queries.conflicts import Breach, list_breaches
from lms.grading.queries.facts import list_attempt_facts, standing_essays
from lms.grading.queries.feedback import list_unadvised
from lms.grading.queries.marks import MarkCard, list_marks, paired
from lms.grading.queries.masking import graded_texts
from lms.grading.queries.statistics import StatisticsBoard, find_statistics
from lms.grading.rules.agreeing import Band, PairedMark, QuestionAgreement, question_agreement
from lms.grading.rules.operating import SimilarityRule
from lms.grading.rules.parts import GraderPart
from lms.grading.rules.settling import essay_section
from lms.grading.source import grading_rules


@dataclass(frozen=True, slots=True)
class NearLine:
    """A candidate in the band around a pass line."""

    attempt_id: int
    candidate_number: str
    band: Band
    points: Decimal
    is_passed: bool


@dataclass(frozen=True, slots=True)
class GraderFigures:
    """One grader: how many marks, how severe beside the others, and the drift on 見本答案."""

    grader_id: int
    name: str
    marks: int
    adjudications: int
    severity: Figure | None
    """None for somebody who only adjudicated."""
    drift: Drift


@dataclass(frozen=True, slots=True)
class SharedPassage:
    """The same wording as each of two candidates wrote it."""

    first: str
    second: str

    @property
    def characters(self) -> int:
        """How many characters it has, white space left out."""
        return len("".join(self.first.split()))


@dataclass(frozen=True, slots=True)
class _Written:
    """An answer to compare: the text as graders read it, so that nothing they do not read is printed."""

    attempt_id: int
    number: str
    text: str


@dataclass(frozen=True, slots=True)
class AlikePair:
    """Two candidates whose answers to a question share wording."""

    attempt_ids: tuple[int, int]
    numbers: tuple[str, str]
    share: Decimal
    passages: tuple[SharedPassage, ...]


@dataclass(frozen=True, slots=True)
class AlikeQuestion:
    """One question: how many answers were compared, and the pairs that share wording."""

    question_id: str
    title: str
    compared: int
    pairs: tuple[AlikePair, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class MeetingBoard:
    """議事資料 of one window."""

    results: ResultBoard
    statistics: StatisticsBoard
    bands: tuple[Band, ...]
    near: tuple[NearLine, ...]
    agreement: tuple[QuestionAgreement, ...]
    graders: tuple[GraderFigures, ...]
    remarks: tuple[MarkCard, ...]
    """Marks whose graders wrote to the board, wished for a third grader, or doubted afterwards."""
    unadvised: tuple[ResultLine, ...]
    """Who would fail without a word of 講評."""
    breaches: tuple[Breach, ...]
    """Essays with graders who, by what is known now, must not read them."""
    titles: Mapping[str, str]
    """Essay question id → title."""
    alike: tuple[AlikeQuestion, ...]
    similarity: SimilarityRule
    conduct: Mapping[int, tuple[ConductSum, ...]]
    """Attempt id → facts."""


def find_meeting(window_id: int) -> MeetingBoard | None:
    """The board of a window; None while nobody has handed in."""
    facts = list_attempt_facts(window_id=window_id)
    statistics = find_statistics(window_id)
    if statistics is None:
        return None
    bands = bands_of(statistics)
    results = result_board_of(window_id, facts, bands)
    papers = [each.paper for each in sorted(facts, key=lambda each: each.attempt_id)]
    questions = _essay_questions(papers)
    marks = list_marks(window_id=window_id)
    rules, breaches = grading_rules(statistics.exam_id), list_breaches(window_id)
    return MeetingBoard(
        results=results,
        statistics=statistics,
        bands=bands,
        near=tuple(near for each in bands for near in _near(results, each)),
        agreement=_agreement(questions, marks, papers[-1]),
        graders=_grader_figures(marks, list_anchor_marks(window_id), also={each.grader_id for each in breaches}),
        remarks=tuple(mark for mark in marks if mark.note or mark.doubt or mark.wants_adjudication),
        unadvised=list_unadvised(results, marks),
        breaches=breaches,
        titles={question.id: _title(question) for question in questions},
        alike=_alike(window_id, questions, papers, rules.similarity),
        similarity=rules.similarity,
        conduct=sum_conduct(window_id),
    )


def _essay_questions(papers: Sequence[Paper]) -> list[PaperEssayQuestion]:
    """Every essay question somebody had, by id; the newest wording counts."""
    sections = [section for paper in papers if (section := essay_section(paper))]
    found = {each.id: each for section in sections for each in section.questions if isinstance(each, PaperEssayQuestion)}
    return [found[question_id] for question_id in sorted(found)]


def _near(board: ResultBoard, around: Band) -> list[NearLine]:
    found = [
        NearLine(line.attempt_id, line.candidate_number, around, points, is_passed)
        for line in board.lines
        for what, points, is_passed in settled_points(line, board.standing.get(line.attempt_id))
        if what == around.what and around.holds(points)
    ]
    return sorted(found, key=lambda each: (each.points, each.candidate_number))


def _agreement(
    questions: Sequence[PaperEssayQuestion], marks: Sequence[MarkCard], newest: Paper
) -> tuple[QuestionAgreement, ...]:
    pairs: defaultdict[str, list[PairedMark]] = defaultdict(list)
    for first, second in paired(marks):
        pairs[first.question_id].append(PairedMark(first.levels, second.levels, (first.points, second.points)))
    gap = newest.disagreement.total_gap
    by_rubric: defaultdict[str, list[PaperEssayQuestion]] = defaultdict(list)
    for question in questions:
        by_rubric[question.rubric.id].append(question)
    found = []
    for group in by_rubric.values():
        found += [question_agreement(each, pairs[each.id], _title(each), total_gap=gap) for each in group]
        if len(group) > 1:
            pooled = [pair for each in group for pair in pairs[each.id]]
            found.append(question_agreement(group[-1], pooled, f"{group[-1].rubric.title}(全{len(group)}問)", total_gap=gap))
    return tuple(found)


def _title(question: PaperEssayQuestion) -> str:
    """What tells a question from others of the same type."""
    return f"{question.title}({question.id})"


def _grader_figures(
    marks: Sequence[MarkCard], anchors: Sequence[AnchorMark], *, also: Collection[int]
) -> tuple[GraderFigures, ...]:
    """Of everybody who marked, or is named elsewhere in the material."""
    blind = [mark for mark in marks if mark.part is not GraderPart.ADJUDICATOR]
    severe = severity([Rating(str(mark.essay_id), str(mark.grader_id), mark.points) for mark in blind])
    differences: defaultdict[int, list[int]] = defaultdict(list)
    for anchor in anchors:
        differences[anchor.grader_id].append(anchor.difference)
    names = _names({*(mark.grader_id for mark in marks), *differences, *also})
    return tuple(
        GraderFigures(
            grader_id=grader_id,
            name=name,
            marks=sum(mark.grader_id == grader_id for mark in blind),
            adjudications=sum(mark.grader_id == grader_id for mark in marks) - sum(mark.grader_id == grader_id for mark in blind),
            severity=severe.get(str(grader_id)),
            drift=drift(differences[grader_id]),
        )
        for grader_id, name in names.items()
    )


def _names(ids: set[int]) -> dict[int, str]:
    rows = db.session.execute(select(User.id, User.name).where(User.id.in_(ids)).order_by(User.id))
    return {row.id: row.name for row in rows}


def _alike(
    window_id: int, questions: Sequence[PaperEssayQuestion], papers: Sequence[Paper], rule: SimilarityRule
) -> tuple[AlikeQuestion, ...]:
    rows = db.session.execute(
        select(Essay.id, Essay.attempt_id, Essay.question_id, Essay.candidate_number)
        .where(Essay.window_id == window_id, standing_essays())
        .order_by(Essay.id)
    ).all()
    texts = graded_texts([row.id for row in rows])
    essays: defaultdict[str, dict[str, _Written]] = defaultdict(dict)
    for row in rows:
        essays[row.question_id][str(row.id)] = _Written(row.attempt_id, row.candidate_number, texts[row.id])
    return tuple(_alike_question(question, essays[question.id], _wording(question, papers), rule) for question in questions)


def _wording(question: PaperEssayQuestion, papers: Sequence[Paper]) -> list[str]:
    """What an answer may quote without being like another: the question in each wording, and the text of its case."""
    asked = [each for paper in papers for section in paper.sections for each in section.questions if each.id == question.id]
    prompts = {each.prompt for each in asked if isinstance(each, PaperEssayQuestion)}
    cases = {case.text for paper in papers for section in paper.sections for case in section.cases if case.id == question.case}
    return sorted(prompts | cases)


def _alike_question(
    question: PaperEssayQuestion, essays: Mapping[str, _Written], prompts: Sequence[str], rule: SimilarityRule
) -> AlikeQuestion:
    found: Comparison = compare_texts(
        {key: essay.text for key, essay in essays.items()},
        prompts,
        ngram=rule.ngram,
        threshold=rule.threshold,
        passage_chars=rule.passage_chars,
    )
    pairs = []
    for pair in found.pairs:
        first, second = essays[pair.first], essays[pair.second]
        passages = tuple(
            SharedPassage(first.text[slice(*passage.first)], second.text[slice(*passage.second)]) for passage in pair.passages
        )
        pairs.append(AlikePair((first.attempt_id, second.attempt_id), (first.number, second.number), pair.share, passages))
    return AlikeQuestion(question.id, _title(question), found.compared, tuple(pairs), found.left_out)
