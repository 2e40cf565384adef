"""Writing 操作記録: called inside other rooms' commands, so the line stands or falls with the act."""

from datetime import datetime
from typing import Any

from lms.audit.models import AuditEvent
from lms.db.session import db


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
