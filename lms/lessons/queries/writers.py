"""How many people wrote into the fields of a 自組織ワーク: what the office wants to know before a field goes."""

from collections.abc import Collection, Mapping

from sqlalchemy import func, select

from lms.db.session import db
from lms.lessons.models import WorksheetEntry


def count_writers(lesson_id: str, keys: Collection[str]) -> Mapping[str, int]:
    """Field key → how many participants have a text there now, of the fields anybody wrote into; one SELECT."""
    latest = (
        select(func.max(WorksheetEntry.id))
        .where(WorksheetEntry.lesson_id == lesson_id, WorksheetEntry.key.in_(keys))
        .group_by(WorksheetEntry.participant_id, WorksheetEntry.key)
    )
    rows = db.session.execute(
        select(WorksheetEntry.key, func.count())
        .where(WorksheetEntry.id.in_(latest), WorksheetEntry.text != "")
        .group_by(WorksheetEntry.key)
    )
    return {row[0]: row[1] for row in rows}
