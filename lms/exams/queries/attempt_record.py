"""受験の記録 of one attempt beside its events: what pages noticed, and how many versions each question has."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lms.db.session import db
from lms.exams.models import AnswerVersion, ConductFact
from lms.exams.queries.late_answers import question_title
from lms.exams.queries.sittings import Sitting
from lms.exams.rules.incidents import ConductKind


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact a page noticed; `seconds` and `characters` where its kind has them, `question` as 「選択問題 問3」."""

    kind: ConductKind
    happened_at: datetime
    seconds: int | None
    characters: int | None
    question: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    """How often a question's answer was received, late and stale ones among them, and when last."""

    section_title: str
    number: int
    title: str
    versions: int
    last_received_at: datetime


def list_facts(sitting: Sitting) -> tuple[FactLine, ...]:
    """Every fact of an attempt in the order in which it happened."""
    rows = db.session.scalars(
        select(ConductFact).where(ConductFact.attempt_id == sitting.attempt_id).order_by(ConductFact.happened_at, ConductFact.id)
    )
    places = _places(sitting)
    return tuple(
        FactLine(
            kind=row.kind,
            happened_at=row.happened_at,
            seconds=_number(row.detail.get("seconds")),
            characters=_number(row.detail.get("characters")),
            question=places.get(str(row.detail.get("question", "")), ""),
        )
        for row in rows
    )


def list_versions(sitting: Sitting) -> tuple[VersionLine, ...]:
    """The questions of the paper that were answered, in its order."""
    rows = db.session.execute(
        select(AnswerVersion.question_id, func.count().label("versions"), func.max(AnswerVersion.received_at).label("last"))
        .where(AnswerVersion.attempt_id == sitting.attempt_id)
        .group_by(AnswerVersion.question_id)
    )
    counts = {row.question_id: row for row in rows}
    return tuple(
        VersionLine(
            section.title, question.number, question_title(question), counts[question.id].versions, counts[question.id].last
        )
        for section in sitting.paper.sections
        for question in section.questions
        if question.id in counts
    )


def _places(sitting: Sitting) -> dict[str, str]:
    return {
        question.id: f"{section.title} 問{question.number}"
        for section in sitting.paper.sections
        for question in section.questions
    }


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
