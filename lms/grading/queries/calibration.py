"""目合わせ: who has agreed on which 見本答案, whose queues wait for it, and the marks on those that came back blind."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import aliased
from werkzeug.exceptions import NotFound

from lms.accounts.models import User
from lms.db.session import db
from lms.exam_engine.anchors import Anchor
from lms.exam_engine.definitions import Criterion, Rubric
from lms.exam_engine.papers import PaperEssayQuestion
from lms.exams.models import Attempt, ExamWindow, StoredPaper, Submission
from lms.exams.queries.papers import get_paper, papers_of
from lms.grading.models import Assignment, CalibrationWaiver, Essay, GraderMarkRow, ResultRelease
from lms.grading.rules.calibration import OPEN_GATE, AnchorTry, Gap, Gate, GateState, judge_gate, measure
from lms.grading.rules.operating import CalibrationRule
from lms.grading.rules.parts import GraderPart
from lms.grading.rules.reading import Paragraph, number_paragraphs
from lms.grading.rules.results import grader_mark
from lms.grading.rules.settling import essay_question, essay_section
from lms.grading.source import find_anchors, grading_rules

GateKey = tuple[int, int, str]
"""Window, grader, question."""
DRIFT_SPAN = timedelta(days=365)
"""How far back a grader's blind marks tell of how she marks now; on screen 「12か月」."""


@dataclass(frozen=True, slots=True)
class AnchorMark:
    """A confirmed mark on a 見本答案 that came back blind; `points` and `agreed` are the sums of the levels, before any cap.

    A cap would hide how far the levels lie apart.
    """

    grader_id: int
    question_id: str
    anchor_id: str
    points: int
    agreed: int
    confirmed_at: datetime

    @property
    def difference(self) -> int:
        """Given − agreed; above 0 is lenient."""
        return self.points - self.agreed


def list_anchor_marks(window_id: int) -> tuple[AnchorMark, ...]:
    """The blind marks on 見本答案 of everybody who grades in a window, by grader and then by time; one SELECT.

    One window gives a grader few of them, so those of all windows of the exam that closed within `DRIFT_SPAN` before this
    one count with it. A grader's drift is `drift([each.difference for each in marks if each.grader_id == grader_id])`, with
    `drift` from `lms.exam_engine.statistics.drift`: it gives a `Drift(figure, flag)`, undecided below `DRIFT_NEEDED` marks.
    Marks of the 目合わせ itself are left out: they were given before the measure was found.
    """
    here = aliased(ExamWindow)
    grading_here = select(Assignment.grader_id).join(Essay, Essay.id == Assignment.essay_id).where(Essay.window_id == window_id)
    rows = db.session.execute(
        _copies()
        .add_columns(ExamWindow.closes_at, here.closes_at.label("closes_here_at"))
        .join(here, (here.exam_id == ExamWindow.exam_id) & (here.closes_at >= ExamWindow.closes_at))
        .where(here.id == window_id, Assignment.grader_id.in_(grading_here))
        .where(Assignment.part != GraderPart.CALIBRATION, GraderMarkRow.id.is_not(None))
        .order_by(Assignment.grader_id, GraderMarkRow.confirmed_at, GraderMarkRow.id)
    ).all()
    recent = [row for row in rows if row.closes_at > row.closes_here_at - DRIFT_SPAN]
    return tuple(mark for row in recent if (mark := _anchor_mark(row, find_anchors(row.exam_id))) is not None)


def _anchor_mark(row: Row[*tuple[Any, ...]], anchors: Mapping[str, Anchor]) -> AnchorMark | None:
    anchor = anchors.get(row.anchor_id)
    if anchor is None:
        return None
    points, agreed = sum(row.levels.values()), sum(level for _, level in anchor.levels)
    return AnchorMark(row.grader_id, row.question_id, row.anchor_id, points, agreed, row.confirmed_at)


def list_gates(*, window_id: int | None = None, grader_id: int | None = None) -> dict[GateKey, Gate]:
    """The 目合わせ of a window, of a grader or of both, where a 見本答案 was given; anything else is open. One SELECT."""
    statement = _copies().where(Assignment.part == GraderPart.CALIBRATION).order_by(Essay.id)
    if window_id is not None:
        statement = statement.where(Essay.window_id == window_id)
    if grader_id is not None:
        statement = statement.where(Assignment.grader_id == grader_id)
    copies: defaultdict[GateKey, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in db.session.execute(statement):
        copies[row.window_id, row.grader_id, row.question_id].append(row)
    return {key: _gate(rows) for key, rows in copies.items()}


def find_gate(window_id: int, grader_id: int, question_id: str) -> Gate:
    """The 目合わせ of one grader and one question of a window."""
    return list_gates(window_id=window_id, grader_id=grader_id).get((window_id, grader_id, question_id), OPEN_GATE)


class NotCalibrated(Exception):
    """A grader asked for an essay whose question waits for her 目合わせ."""


def check_gate(window_id: int, grader_id: int, question_id: str) -> None:
    """Raise NotCalibrated when the grader may not begin this question yet."""
    if not find_gate(window_id, grader_id, question_id).is_open:
        raise NotCalibrated


def list_fitting(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Row[*tuple[Any, ...]]]:
    """The rows of a queue without 見本答案 that would stand alone.

    A blind return where the essays of its question are not shown yet would be known for what it is; 目合わせ in a window
    whose results are out is asked only of somebody who is called once more.
    """
    essays = {(row.window_id, row.question_id) for row in rows if row.anchor_id is None}
    called = {window_id for window_id, _ in essays}
    return [row for row in rows if row.anchor_id is None or _fits_in(row, essays, called)]


def _fits_in(row: Row[*tuple[Any, ...]], essays: set[tuple[int, str]], called: set[int]) -> bool:
    if row.part is not GraderPart.CALIBRATION:
        return (row.window_id, row.question_id) in essays
    return row.release_id is None or row.window_id in called


def list_tries(window_id: int, grader_id: int, question_id: str) -> tuple[AnchorTry, ...]:
    """Every copy of the 見本答案 of a question that a grader was given for 目合わせ, in order."""
    rows = db.session.execute(
        _copies()
        .where(Assignment.part == GraderPart.CALIBRATION, Essay.window_id == window_id)
        .where(Assignment.grader_id == grader_id, Essay.question_id == question_id)
        .order_by(Essay.id)
    )
    return tuple(_try(row) for row in rows)


def _copies() -> Select[*tuple[Any, ...]]:
    """Copies of 見本答案 with their marks, and the office's waiver for the grader and question."""
    is_waived = and_(
        CalibrationWaiver.window_id == Essay.window_id,
        CalibrationWaiver.grader_id == Assignment.grader_id,
        CalibrationWaiver.question_id == Essay.question_id,
    )
    return (
        select(
            Essay.window_id,
            Essay.question_id,
            Essay.anchor_id,
            ExamWindow.exam_id,
            Assignment.grader_id,
            GraderMarkRow.levels,
            GraderMarkRow.cap_id,
            GraderMarkRow.points,
            GraderMarkRow.confirmed_at,
            CalibrationWaiver.id.label("waiver_id"),
        )
        .join(Assignment, Assignment.essay_id == Essay.id)
        .join(ExamWindow, ExamWindow.id == Essay.window_id)
        .outerjoin(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .outerjoin(CalibrationWaiver, is_waived)
        .where(Essay.anchor_id.is_not(None))
    )


def _try(row: Row[*tuple[Any, ...]]) -> AnchorTry:
    mark = None if row.points is None else grader_mark(row.levels, row.cap_id, wants_adjudication=False)
    return AnchorTry(row.anchor_id, mark, row.points)


def _gate(rows: Sequence[Row[*tuple[Any, ...]]]) -> Gate:
    exam_id = rows[0].exam_id
    is_waived = any(row.waiver_id is not None for row in rows)
    return judge_gate([_try(row) for row in rows], find_anchors(exam_id), _rule(exam_id), is_waived=is_waived)


def _rule(exam_id: str) -> CalibrationRule:
    return grading_rules(exam_id).calibration


def list_drawn_essays(window_id: int) -> dict[str, int]:
    """Question id → a paper of the window that has it, of everybody who handed in; the same one every time."""
    rows = db.session.execute(
        select(StoredPaper.id, StoredPaper.sha256)
        .join(Attempt, Attempt.paper_id == StoredPaper.id)
        .join(Submission, Submission.attempt_id == Attempt.id)
        .where(Attempt.window_id == window_id)
        .distinct()
    )
    papers = papers_of({row.id: row.sha256 for row in rows})
    found: dict[str, int] = {}
    for paper_id in sorted(papers):
        section = essay_section(papers[paper_id])
        for question in section.questions if section else ():
            found.setdefault(question.id, paper_id)
    return found


@dataclass(frozen=True, slots=True)
class Compared:
    """A confirmed 目合わせ in the list of a grader's own."""

    public_id: str
    candidate_number: str
    question_number: int
    question_title: str
    points: Decimal


def list_compared(grader_id: int) -> tuple[Compared, ...]:
    """The grader's confirmed 目合わせ of windows whose results are not out, in the order in which they were confirmed."""
    rows = db.session.execute(
        select(
            Assignment.public_id,
            Essay.candidate_number,
            Essay.question_id,
            Essay.paper_id,
            StoredPaper.sha256,
            GraderMarkRow.points,
        )
        .join(Essay, Essay.id == Assignment.essay_id)
        .join(StoredPaper, StoredPaper.id == Essay.paper_id)
        .join(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .outerjoin(ResultRelease, ResultRelease.window_id == Essay.window_id)
        .where(Assignment.grader_id == grader_id, Assignment.part == GraderPart.CALIBRATION, ResultRelease.id.is_(None))
        .order_by(GraderMarkRow.confirmed_at, GraderMarkRow.id)
    ).all()
    papers = papers_of({row.paper_id: row.sha256 for row in rows})
    found = [(row, essay_question(papers[row.paper_id], row.question_id)) for row in rows]
    return tuple(
        Compared(row.public_id, row.candidate_number, question.number, question.title, row.points) for row, question in found
    )


@dataclass(frozen=True, slots=True)
class ComparedLevel:
    """One criterion: what the grader gave, what was agreed and why."""

    criterion: Criterion
    given: int
    agreed: int
    reason: str
    is_within: bool

    @property
    def agreed_text(self) -> str:
        """What the rubric says of the agreed level."""
        return next(level.text for level in self.criterion.levels if level.points == self.agreed)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A confirmed 目合わせ beside what was agreed; `text` is the 見本答案 itself."""

    public_id: str
    candidate_number: str
    question: PaperEssayQuestion
    paragraphs: tuple[Paragraph, ...]
    levels: tuple[ComparedLevel, ...]
    points: Decimal
    anchor: Anchor
    gap: Gap
    is_within: bool
    given_cap: str
    """What the cap the grader saw says; empty for none."""
    agreed_cap: str
    gate: Gate
    tries_left: int
    """Further copies of this 見本答案 that may still be given."""
    is_tried_again: bool
    """A further copy waits to be marked."""
    total_gap: Decimal
    criterion_gap: int


def get_comparison(public_id: str, *, grader_id: int) -> Comparison:
    """The grader's own confirmed 目合わせ; raises NotFound for anything else, a blind return above all."""
    row = db.session.execute(
        select(Essay, GraderMarkRow, ExamWindow.exam_id)
        .join(Assignment, Assignment.essay_id == Essay.id)
        .join(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .join(ExamWindow, ExamWindow.id == Essay.window_id)
        .where(Assignment.public_id == public_id, Assignment.grader_id == grader_id)
        .where(Assignment.part == GraderPart.CALIBRATION)
    ).first()
    anchor = None if row is None else find_anchors(row.exam_id).get(row.Essay.anchor_id or "")
    if row is None or anchor is None:
        raise NotFound
    return _comparison(public_id, grader_id, row.Essay, row.GraderMarkRow, anchor, _rule(row.exam_id))


def _comparison(
    public_id: str, grader_id: int, essay: Essay, mark: GraderMarkRow, anchor: Anchor, rule: CalibrationRule
) -> Comparison:
    paper = get_paper(essay.paper_id)
    question, section = essay_question(paper, essay.question_id), essay_section(paper)
    gap = measure(grader_mark(mark.levels, mark.cap_id, wants_adjudication=False), mark.points, anchor)
    tries = list_tries(essay.window_id, grader_id, essay.question_id)
    used = sum(each.anchor_id == anchor.id for each in tries)
    return Comparison(
        public_id=public_id,
        candidate_number=essay.candidate_number,
        question=question,
        paragraphs=number_paragraphs(
            essay.text, section.limits.over_not_graded if section and section.limits else len(essay.text)
        ),
        levels=_levels(question.rubric, mark.levels, anchor, rule),
        points=mark.points,
        anchor=anchor,
        gap=gap,
        is_within=gap.is_within(rule),
        given_cap=_cap_text(question.rubric, mark.cap_id),
        agreed_cap=_cap_text(question.rubric, anchor.cap_id),
        gate=find_gate(essay.window_id, grader_id, essay.question_id),
        tries_left=max(0, rule.tries + 1 - used),
        is_tried_again=_is_tried_again(tries, anchor.id),
        total_gap=rule.total_gap,
        criterion_gap=rule.criterion_gap,
    )


def _is_tried_again(tries: Sequence[AnchorTry], anchor_id: str) -> bool:
    return any(each.mark is None for each in tries if each.anchor_id == anchor_id)


def _levels(rubric: Rubric, given: Mapping[str, int], anchor: Anchor, rule: CalibrationRule) -> tuple[ComparedLevel, ...]:
    agreed, reasons = dict(anchor.levels), dict(anchor.reasons)
    return tuple(
        ComparedLevel(
            criterion=each,
            given=given[each.id],
            agreed=agreed[each.id],
            reason=reasons[each.id],
            is_within=abs(given[each.id] - agreed[each.id]) <= rule.criterion_gap,
        )
        for each in rubric.criteria
    )


def _cap_text(rubric: Rubric, cap_id: str | None) -> str:
    return next((cap.text for cap in rubric.caps if cap.id == cap_id), "")


@dataclass(frozen=True, slots=True)
class GateLine:
    """One grader and question as the office sees it."""

    grader_id: int
    grader_name: str
    question_id: str
    question_title: str
    gate: Gate
    waiver_reason: str

    @property
    def may_be_waived(self) -> bool:
        """Whether the office may open the queue: the further tries are used up without agreement."""
        return self.gate.state is GateState.EXHAUSTED


def list_gate_lines(window_id: int) -> tuple[GateLine, ...]:
    """Every grader and question of a window with a 見本答案, by grader and question; a fixed number of SELECTs."""
    gates = list_gates(window_id=window_id)
    names = _names({grader_id for _, grader_id, _ in gates})
    reasons = {
        (row.window_id, row.grader_id, row.question_id): row.reason
        for row in db.session.scalars(select(CalibrationWaiver).where(CalibrationWaiver.window_id == window_id))
    }
    titles = _titles(window_id)
    return tuple(
        GateLine(key[1], names[key[1]][1], key[2], titles.get(key[2], key[2]), gate, reasons.get(key, ""))
        for key, gate in sorted(gates.items(), key=lambda item: (names[item[0][1]], item[0][2]))
    )


def _names(grader_ids: set[int]) -> dict[int, tuple[str, str]]:
    rows = db.session.execute(select(User.id, User.kana, User.name).where(User.id.in_(grader_ids)))
    return {row.id: (row.kana, row.name) for row in rows}


def _titles(window_id: int) -> dict[str, str]:
    drawn = list_drawn_essays(window_id)
    return {question_id: essay_question(get_paper(paper_id), question_id).title for question_id, paper_id in drawn.items()}


def list_reserved_numbers(window_id: int) -> frozenset[str]:
    """The 受験番号 that 見本答案 of a window bear; nobody who sits in it is given one of them."""
    return frozenset(
        db.session.scalars(select(Essay.candidate_number).where(Essay.window_id == window_id, Essay.anchor_id.is_not(None)))
    )
