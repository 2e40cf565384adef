"""Writing 操作記録: called inside other rooms' commands, so the line stands or falls with the act. And beats of the worker."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from lms.audit.models import AuditEvent, WorkerBeat
from lms.db.session import bookkeeping, db


def record(
    tag: str,
    *,
    subject: tuple[str, object],
    by: int | None,
    now: datetime,
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Append one line: `tag` is subject:action in lower case ("attempt:submit"), `subject` a kind and an id, `by` a user id.

    `detail` holds ids and numbers, never names or texts.
    """
    kind, identity = subject
    db.session.add(
        AuditEvent(
            at=now, actor_id=by, tag=tag, subject_kind=kind, subject_id=str(identity), reason=reason[:1000], detail=detail or {}
        )
    )


def raise_alarm(tag: str, *, subject: tuple[str, object], now: datetime, detail: dict[str, Any]) -> None:
    """Append one line about what nobody in particular did, in a short transaction of its own, also under GET."""
    kind, identity = subject
    with bookkeeping() as own:
        own.add(AuditEvent(at=now, actor_id=None, tag=tag, subject_kind=kind, subject_id=str(identity), detail=detail))


def beat(job: str, *, now: datetime) -> None:
    """Note that a job of the worker was done just now, in a short transaction of its own."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = insert(WorkerBeat).values(job=job, done_at=now)
    with bookkeeping() as own:
        own.execute(row.on_conflict_do_update(index_elements=["job"], set_={"done_at": now}))
