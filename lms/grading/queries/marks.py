"""Every mark that counts in a window with the words of its grader, for the board; who graded is known here."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, select

from lms.accounts.models import User
from lms.db.session import db
from lms.grading.models import Assignment, Essay, GraderMarkRow, MarkDoubt
from lms.grading.queries.facts import standing_essays
from lms.grading.rules.highlights import Highlight, read_highlights
from lms.grading.rules.parts import GraderPart


@dataclass(frozen=True, slots=True)
class MarkCard:
    """A confirmed mark with everything the grader wrote; `doubt` is what was written after confirming it."""

    essay_id: int
    attempt_id: int
    question_id: str
    candidate_number: str
    part: GraderPart
    grader_id: int
    grader: str
    levels: dict[str, int]
    cap_id: str | None
    cap_reason: str
    wants_adjudication: bool
    points: Decimal
    note: str
    feedback: str
    highlights: tuple[Highlight, ...]
    doubt: str


def list_marks(*, window_id: int | None = None, attempt_id: int | None = None) -> tuple[MarkCard, ...]:
    """The marks of a window or of one attempt, by candidate, essay and part; anchors are none of them. One SELECT."""
    statement = _marks()
    if window_id is not None:
        statement = statement.where(Essay.window_id == window_id)
    if attempt_id is not None:
        statement = statement.where(Essay.attempt_id == attempt_id)
    return tuple(sorted((_card(row) for row in db.session.execute(statement)), key=_place))


def paired(marks: Sequence[MarkCard]) -> list[tuple[MarkCard, MarkCard]]:
    """The first and the second mark of every essay that has both."""
    first = {mark.essay_id: mark for mark in marks if mark.part is GraderPart.FIRST}
    return [(first[mark.essay_id], mark) for mark in marks if mark.part is GraderPart.SECOND and mark.essay_id in first]


def _marks() -> Select[*tuple[Any, ...]]:
    return (
        select(Essay, Assignment.part, Assignment.grader_id, User.name, GraderMarkRow, MarkDoubt.text)
        .join(Assignment, Assignment.essay_id == Essay.id)
        .join(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .join(User, User.id == Assignment.grader_id)
        .outerjoin(MarkDoubt, MarkDoubt.mark_id == GraderMarkRow.id)
        .where(standing_essays())
    )


def _place(mark: MarkCard) -> tuple[str, int, int]:
    return mark.candidate_number, mark.essay_id, list(GraderPart).index(mark.part)


def _card(row: Row[*tuple[Any, ...]]) -> MarkCard:
    essay, part, grader_id, grader, mark, doubt = row
    return MarkCard(
        essay_id=essay.id,
        attempt_id=essay.attempt_id,
        question_id=essay.question_id,
        candidate_number=essay.candidate_number,
        part=part,
        grader_id=grader_id,
        grader=grader,
        levels=dict(mark.levels),
        cap_id=mark.cap_id,
        cap_reason=mark.cap_reason,
        wants_adjudication=mark.wants_adjudication,
        points=mark.points,
        note=mark.note,
        feedback=mark.feedback,
        highlights=read_highlights(mark.highlights),
        doubt=doubt or "",
    )
