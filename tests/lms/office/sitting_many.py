"""A closed window in which many people handed in papers they did differently well on, for the pages of statistics."""

import secrets
from datetime import timedelta

from lms import clock
from lms.config import ROOT
from lms.db.session import db
from lms.exam_engine.answers import ChoiceAnswer, EssayAnswer, answer_sha256, answer_to_json
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exam_engine.drawing import Shuffler
from lms.exam_engine.papers import Paper, draw_paper, paper_sha256, paper_to_json
from lms.exam_engine.vocabulary import SectionKind
from lms.exams.models import Attempt, ExamWindow, StoredPaper, Submission
from lms.exams.rules.sitting import HandInKind
from lms.exams.source import load_exam
from tests.factories import Factory

ESSAY = "事実を時系列で整理し、要求の内容と手段を分けて判断する。" * 20


def sit_many(
    make: Factory, people: int, *, cohort_id: int = 0, number: int = 1, papers: int = 1, seats: list[int] | None = None
) -> int:
    """The cohort's id; person n of N is right with a chance that grows with n. `papers` different papers are drawn in turn;
    `seats` are participants who sit (again) instead of new ones."""
    cohort_id = cohort_id or make.cohort()
    chosen = seats or [make.seat(cohort_id).participant_id for _ in range(people)]
    with make.app.app_context():
        now = clock.now()
        window = ExamWindow(
            cohort_id=cohort_id,
            exam_id="practitioner",
            number=number,
            opens_at=now - timedelta(days=3),
            closes_at=now - timedelta(days=1),
        )
        db.session.add(window)
        db.session.flush()
        for place, participant_id in enumerate(chosen):
            _hand_in(participant_id, window.id, seed=f"paper {place % papers}", tenths=2 + 7 * place // max(1, len(chosen) - 1))
        db.session.commit()
    return cohort_id


def _hand_in(participant_id: int, window_id: int, *, seed: str, tenths: int) -> None:
    now = clock.now()
    paper = draw_paper(load_exam(ROOT / "content", "practitioner"), seed=seed)
    body = paper_to_json(paper)
    stored = StoredPaper(
        exam_id=paper.exam_id,
        exam_version=paper.exam_version,
        seed=paper.seed,
        body=body,
        sha256=paper_sha256(body),
        drawn_at=now,
    )
    db.session.add(stored)
    db.session.flush()
    attempt = Attempt(
        public_id=secrets.token_hex(12),
        participant_id=participant_id,
        window_id=window_id,
        paper_id=stored.id,
        candidate_number=f"S{window_id}-{participant_id:04}",
        pledged_at=now,
        created_at=now,
    )
    db.session.add(attempt)
    db.session.flush()
    answers = _answers(paper, Shuffler(str(participant_id), "answers"), tenths)
    db.session.add(
        Submission(
            attempt_id=attempt.id,
            number=1,
            kind=HandInKind.PARTICIPANT,
            answers=answers,
            sha256=sha256_hex(canonical_json(answers)),
            submitted_at=now - timedelta(days=2),
            recorded_at=now - timedelta(days=2),
        )
    )


def _answers(paper: Paper, lots: Shuffler, tenths: int) -> dict[str, object]:
    answers: dict[str, object] = {}
    for section in paper.sections:
        for question in section.questions:
            answer: ChoiceAnswer | EssayAnswer = EssayAnswer(text=ESSAY)
            if section.kind is SectionKind.CHOICE:
                wrong = [option.id for option in question.options if option.id != question.key]
                answer = ChoiceAnswer(question.key if lots.below(10) < tenths else wrong[lots.below(len(wrong))])
            if lots.below(40):
                text = answer_to_json(answer)
                answers[question.id] = {"version": 1, "sha256": answer_sha256(answer), "body": text}
    return answers
