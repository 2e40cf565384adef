"""What participants wrote for a 自組織ワーク or beside a lesson, with its earlier versions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import func, select, tuple_

from lms.db.session import db
from lms.lessons.models import WorksheetEntry
from lms.lessons.rules.worksheets import grew_into

HISTORY_LENGTH = 20
"""Versions on one page of the history."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The shown version of one worksheet field; version 0 was never written."""

    text: str = ""
    version: int = 0
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SheetHistory:
    """A page of what was saved for a field, newest first; `older` is the version the next page begins with."""

    versions: tuple[Sheet, ...]
    older: int | None


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


def texts_at(participant_id: int, lesson_id: str, versions: Mapping[str, int]) -> Mapping[str, str]:
    """Field key → the text of that version, of the fields that had it; version 0 is empty. At most one SELECT."""
    written = {key: version for key, version in versions.items() if version}
    texts = {key: "" for key in versions if key not in written}
    if not written:
        return texts
    rows = db.session.execute(
        select(WorksheetEntry.key, WorksheetEntry.text).where(
            WorksheetEntry.participant_id == participant_id,
            WorksheetEntry.lesson_id == lesson_id,
            tuple_(WorksheetEntry.key, WorksheetEntry.version).in_(list(written.items())),
        )
    )
    return texts | {row.key: row.text for row in rows}


def find_sheet_history(participant_id: int, lesson_id: str, key: str, *, newest: int | None = None) -> SheetHistory:
    """A page of what a participant saved for one field, from its newest version or from the version `newest` on.

    A version whose every word stands in the next one listed is left out: it was saved while somebody went on writing.
    """
    entry = WorksheetEntry
    asked = select(entry).where(entry.participant_id == participant_id, entry.lesson_id == lesson_id, entry.key == key)
    if newest is not None:
        asked = asked.where(entry.version <= newest)
    rows = db.session.scalars(asked.order_by(entry.version.desc()))
    listed = list(islice(_telling(rows), HISTORY_LENGTH + 1))
    older = listed[HISTORY_LENGTH].version if len(listed) > HISTORY_LENGTH else None
    return SheetHistory(tuple(listed[:HISTORY_LENGTH]), older)


def _telling(rows: Iterable[WorksheetEntry]) -> Iterator[Sheet]:
    """Of the versions, newest first, those that say what the one listed before does not."""
    newer: str | None = None
    for row in rows:
        if newer is None or not grew_into(row.text, newer):
            newer = row.text
            yield Sheet(row.text, row.version, row.saved_at)
