"""What participants wrote for a 自組織ワーク or beside a lesson, with its earlier versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lms.db.session import db
from lms.lessons.models import WorksheetEntry

HISTORY_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Sheet:
    """The shown version of one worksheet field; version 0 was never written."""

    text: str = ""
    version: int = 0
    saved_at: datetime | None = None


def worksheet_of(participant_id: int, lesson_id: str) -> Mapping[str, Sheet]:
    """Field key → the version that is shown: the highest."""
    latest = (
        select(func.max(WorksheetEntry.id))
        .where(WorksheetEntry.participant_id == participant_id, WorksheetEntry.lesson_id == lesson_id)
        .group_by(WorksheetEntry.key)
    )
    rows = db.session.scalars(select(WorksheetEntry).where(WorksheetEntry.id.in_(latest)))
    return {row.key: Sheet(row.text, row.version, row.saved_at) for row in rows}


def answers_of(participant_id: int) -> Mapping[tuple[str, str], Sheet]:
    """(Lesson id, field key) → the version that is shown, of everything a participant wrote, memos included; one SELECT."""
    latest = (
        select(func.max(WorksheetEntry.id))
        .where(WorksheetEntry.participant_id == participant_id)
        .group_by(WorksheetEntry.lesson_id, WorksheetEntry.key)
    )
    rows = db.session.scalars(select(WorksheetEntry).where(WorksheetEntry.id.in_(latest)))
    return {(row.lesson_id, row.key): Sheet(row.text, row.version, row.saved_at) for row in rows}


def list_sheet_versions(participant_id: int, lesson_id: str, key: str) -> Sequence[Sheet]:
    """The latest versions of one field, newest first."""
    rows = db.session.scalars(
        select(WorksheetEntry)
        .where(WorksheetEntry.participant_id == participant_id, WorksheetEntry.lesson_id == lesson_id, WorksheetEntry.key == key)
        .order_by(WorksheetEntry.version.desc())
        .limit(HISTORY_LENGTH)
    )
    return [Sheet(row.text, row.version, row.saved_at) for row in rows]
