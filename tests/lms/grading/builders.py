"""Builders of 採点 tests: a window of submitted attempts with real papers, graders, and marks."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Row

from lms import clock
from lms.accounts.models import StaffRole
from lms.config import ROOT
from lms.db.session import db
from lms.exam_engine.answers import ChoiceAnswer, EssayAnswer, answer_sha256, answer_to_json
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exam_engine.definitions import SectionKind
from lms.exam_engine.papers import Paper, draw_paper, paper_sha256, paper_to_json
from lms.exams.models import Attempt, ExamWindow, StoredPaper, Submission
from lms.exams.rules.sitting import HandInKind
from lms.exams.source import load_exam
from lms.grading.models import Assignment, Essay, GraderMarkRow
from lms.grading.queries.desk import get_frame
from lms.grading.rules.parts import GraderPart
from lms.grading.rules.sheets import MarkSheet
from lms.grading.services.marking import confirm_mark
from lms.grading.services.opening import open_grading
from lms.grading.services.results import finalize_results
from lms.grading.services.verdicts import propose_verdicts
from lms.grading.source import find_anchors
from lms.web.access import Role
from tests.factories import Factory, Seat

SENTENCE = "事実を時系列で整理し、要求の内容と手段を分けて判断し、複数名で対応して記録を残す。"
LONG_ESSAY = "\n".join([SENTENCE * 6] * 3)


@dataclass(frozen=True)
class Sat:
    """A window in which people sat and handed in, with its office people."""

    window_id: int
    cohort_id: int
    seats: tuple[Seat, ...]
    numbers: tuple[str, ...]
    office: int
    releaser: int


def sit(
    make: Factory, people: int = 2, *, right: int = 40, essay: str = LONG_ESSAY, company: str = "", cohort_id: int = 0
) -> Sat:
    """A closed window in which `people` handed in, with `right` right choices and the same essay twice each."""
    cohort_id = cohort_id or make.cohort()
    seats = tuple(make.seat(cohort_id) for _ in range(people))
    with make.app.app_context():
        now = clock.now()
        window = ExamWindow(
            cohort_id=cohort_id,
            exam_id="practitioner",
            number=1,
            opens_at=now - timedelta(days=3),
            closes_at=now - timedelta(days=1),
        )
        db.session.add(window)
        db.session.flush()
        numbers = tuple(_hand_in(seat, window.id, right=right, essay=essay) for seat in seats)
        db.session.commit()
        window_id = window.id
    return Sat(window_id, cohort_id, seats, numbers, make.staff(Role.OFFICE), make.staff(Role.OFFICE))


def resit(make: Factory, first: Sat, *, right: int) -> Sat:
    """The same people in the cohort's second window, handed in."""
    with make.app.app_context():
        now = clock.now()
        window = ExamWindow(
            cohort_id=first.cohort_id,
            exam_id="practitioner",
            number=2,
            opens_at=now - timedelta(days=2),
            closes_at=now - timedelta(hours=1),
        )
        db.session.add(window)
        db.session.flush()
        numbers = tuple(_hand_in(seat, window.id, right=right, essay=LONG_ESSAY) for seat in first.seats)
        db.session.commit()
        return Sat(window.id, first.cohort_id, first.seats, numbers, first.office, first.releaser)


def _hand_in(seat: Seat, window_id: int, *, right: int, essay: str) -> str:
    now = clock.now()
    paper = draw_paper(load_exam(ROOT / "content", "practitioner"), seed=f"test {seat.participant_id % 4}")
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
    number = f"K{seat.participant_id % 10}-{1000 + seat.participant_id}"
    attempt = Attempt(
        public_id=secrets.token_hex(16),
        participant_id=seat.participant_id,
        window_id=window_id,
        paper_id=stored.id,
        candidate_number=number,
        pledged_at=now,
        created_at=now,
    )
    db.session.add(attempt)
    db.session.flush()
    answers = _answers(paper, right=right, essay=essay)
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
    return number


def _answers(paper: Paper, *, right: int, essay: str) -> dict[str, object]:
    answers: dict[str, object] = {}
    for section in paper.sections:
        for index, question in enumerate(section.questions):
            if section.kind is SectionKind.ESSAY:
                answer: ChoiceAnswer | EssayAnswer = EssayAnswer(text=essay)
            else:
                wrong = next(option.id for option in question.options if option.id != question.key)
                answer = ChoiceAnswer(option=question.key if index < right else wrong)
            answers[question.id] = {"version": 1, "sha256": answer_sha256(answer), "body": answer_to_json(answer)}
    return answers


def graders(make: Factory, count: int = 3) -> list[int]:
    """Users with the role of a grader."""
    return [make.staff(Role.GRADER) for _ in range(count)]


def also_office(make: Factory, user_id: int) -> int:
    """A grader who has come to the office since, as no service would let her: what stood before stands in the data."""
    with make.app.app_context():
        db.session.add(StaffRole(user_id=user_id, role=Role.OFFICE, given_at=clock.now()))
        db.session.commit()
    return user_id


def opened(make: Factory, sat: Sat, staff: list[int]) -> None:
    """The window's grading, opened by its office person, and everybody's 目合わせ done."""
    with make.app.app_context():
        open_grading(sat.window_id, staff, by=sat.office, now=clock.now())
        calibrate(sat.window_id)


def calibrate(window_id: int) -> None:
    """Everybody agrees on every 見本答案; the marks are laid straight into their table, which takes a fraction of the time."""
    exam_id = db.session.get_one(ExamWindow, window_id).exam_id
    anchors = find_anchors(exam_id)
    for assignment, essay in _waiting(window_id, Essay.anchor_id.is_not(None), Assignment.part == GraderPart.CALIBRATION):
        agreed = anchors[essay.anchor_id or ""]
        mark = GraderMarkRow(
            assignment_id=assignment.id, levels=dict(agreed.levels), points=agreed.points, confirmed_at=clock.now()
        )
        mark.cap_id, mark.cap_reason = agreed.cap_id, agreed.cap_reason or ""
        db.session.add(mark)
    db.session.commit()


def _waiting(window_id: int, *conditions: ColumnElement[bool]) -> Sequence[Row[tuple[Assignment, Essay]]]:
    return db.session.execute(
        db.select(Assignment, Essay)
        .join(Essay, Essay.id == Assignment.essay_id)
        .outerjoin(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .where(Essay.window_id == window_id, GraderMarkRow.id.is_(None), *conditions)
        .order_by(Essay.id, Assignment.part)
    ).all()


def sheet(essay_id: int, level: int, **changes: object) -> MarkSheet:
    """The same level in every criterion; `first` changes the first criterion."""
    rubric = get_frame(essay_id).rubric
    levels = {criterion.id: level for criterion in rubric.criteria}
    first = changes.pop("first", None)
    if isinstance(first, int):
        levels[rubric.criteria[0].id] = first
    return MarkSheet(**{"levels": levels, "feedback": "具体的に書けています。", **changes})  # type: ignore[arg-type]


def open_assignments(window_id: int, *parts: GraderPart) -> list[Assignment]:
    """Essays of participants without a mark, in the order given out; before that everybody's 目合わせ is done."""
    calibrate(window_id)
    rows = [assignment for assignment, _ in _waiting(window_id, Essay.anchor_id.is_(None))]
    return [row for row in rows if not parts or row.part in parts]


def mark_all(window_id: int, level: int = 4) -> None:
    """Everybody confirms the same level everywhere, adjudicators included, until nothing is left."""
    while waiting := open_assignments(window_id):
        for assignment in waiting:
            note = "理由を記録します。" if assignment.part is GraderPart.ADJUDICATOR else ""
            confirm_mark(
                assignment.public_id, sheet(assignment.essay_id, level, note=note), by=assignment.grader_id, now=clock.now()
            )


def finalize(sat: Sat) -> int:
    """The releaser proposes the verdicts of everybody, the office person finalizes them; says how many."""
    propose_verdicts(sat.window_id, {}, by=sat.releaser, now=clock.now())
    return finalize_results(sat.window_id, by=sat.office, now=clock.now())
