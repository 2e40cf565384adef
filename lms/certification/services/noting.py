"""Entries that print nothing: their words stand beside the chain, erasable, and the entry commits to them."""

import json
import secrets
from datetime import datetime
from typing import Any

from lms import clock
from lms.audit import services as audit
from lms.certification.models import EntryDetail, RegisterEntry
from lms.certification.rules.chain import commit_to
from lms.certification.rules.entries import EntryKind
from lms.certification.services.entering import NewEntry, enter
from lms.certification.services.papers import SALT_BYTES
from lms.db.session import db


def note(
    kind: EntryKind,
    paper: RegisterEntry,
    *,
    detail: dict[str, Any],
    reason: str = "",
    by: int | None,
    now: datetime,
) -> RegisterEntry:
    """Enter what happened to a version: VOID, SUSPEND, RESUME, REVOKE, EXPIRE or SHIP. Needs the register's lock.

    `paper` is the entry that put the version into the world. `detail` is what else is to be kept, as JSON values; the
    chain holds only the salted commitment to it. `reason` is a word of the list of reasons.
    """
    text = json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    salt = secrets.token_hex(SALT_BYTES)
    entry = enter(
        NewEntry(
            certificate_number=paper.certificate_number,
            version=paper.version,
            kind=kind,
            participant_id=paper.participant_id,
            issued_on=clock.to_jst(now).date(),
            commitment=commit_to(text, salt),
            reason=reason,
        ),
        by=by,
        now=now,
    )
    db.session.add(EntryDetail(register_entry_id=entry.id, certificate_number=entry.certificate_number, detail=text, salt=salt))
    audit.record(
        f"certificate:{kind.value}",
        subject=("certificate", entry.certificate_number),
        by=by,
        now=now,
        detail={"participant_id": entry.participant_id, "position": entry.position, "entry_hash": entry.entry_hash},
    )
    return entry
