"""Every SELECT of 操作記録: lines chosen by tag, actor, subject and period, newest first, in pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from lms.audit.models import AuditEvent, WorkerBeat
from lms.db.session import db

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which lines to show; whatever is empty does not narrow. `until` is not included."""

    tag: str = ""
    actor_id: int | None = None
    subject_kind: str = ""
    subject_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventLine:
    """One act: ids and numbers only; names are looked up by the desk that shows it."""

    id: int
    at: datetime
    actor_id: int | None
    tag: str
    subject_kind: str
    subject_id: str
    reason: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventPage:
    """One page of lines."""

    lines: list[EventLine]
    total: int
    page: int
    pages: int

    @property
    def actor_ids(self) -> list[int]:
        """Whose names the desk needs."""
        return sorted({line.actor_id for line in self.lines if line.actor_id is not None})


def list_events(chosen: EventFilter, *, page: int = 1, per_page: int = PER_PAGE) -> EventPage:
    """A page of the chosen lines, newest first; a page beyond the last shows the last."""
    conditions = _conditions(chosen)
    total = db.session.scalar(select(func.count(AuditEvent.id)).where(*conditions)) or 0
    pages = max(1, -(-total // per_page))
    here = min(max(page, 1), pages)
    rows = db.session.scalars(
        select(AuditEvent).where(*conditions).order_by(AuditEvent.id.desc()).limit(per_page).offset((here - 1) * per_page)
    )
    return EventPage([_line(row) for row in rows], total, here, pages)


def find_last_event(tag: str) -> EventLine | None:
    """The newest line with this tag."""
    row = db.session.scalar(select(AuditEvent).where(AuditEvent.tag == tag).order_by(AuditEvent.id.desc()).limit(1))
    return None if row is None else _line(row)


def list_beats() -> dict[str, datetime]:
    """Job of the worker → when it was last done, on whatever machine."""
    return {row.job: row.done_at for row in db.session.scalars(select(WorkerBeat))}


def _conditions(chosen: EventFilter) -> list[ColumnElement[bool]]:
    equal = {
        AuditEvent.tag: chosen.tag or None,
        AuditEvent.actor_id: chosen.actor_id,
        AuditEvent.subject_kind: chosen.subject_kind or None,
        AuditEvent.subject_id: chosen.subject_id or None,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    conditions += [AuditEvent.at >= chosen.since] if chosen.since else []
    conditions += [AuditEvent.at < chosen.until] if chosen.until else []
    return conditions


def _line(row: AuditEvent) -> EventLine:
    return EventLine(row.id, row.at, row.actor_id, row.tag, row.subject_kind, row.subject_id, row.reason, row.detail)
