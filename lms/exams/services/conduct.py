"""受験中の記録: facts on their way into the table, each once however often it is sent."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lms.db.session import db
from lms.exams.models import ConductFact
from lms.exams.queries.sittings import Sitting
from lms.exams.rules.client_times import believable
from lms.exams.rules.conduct import MOST_OF_A_KIND, SentFact
from lms.exams.rules.incidents import ConductKind

NOTED_HERE = "(server)"
"""Stands for the device where no page noticed it; the id of a page has no brackets."""


def append_facts(sitting: Sitting, facts: Sequence[SentFact], *, device: str, now: datetime) -> None:
    """Append what a page noticed, inside the command that runs; what was sent before stays as it is.

    A time that cannot be one of this attempt gives way to the time of arrival.
    """
    started_at = sitting.stored_state.started_at or now
    told = [replace(fact, at=believable(fact.at, started_at=started_at, now=now) or now) for fact in facts]
    write_facts(db.session(), [_row(sitting.attempt_id, device, fact, now) for fact in told])


def write_facts(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Append rows of one attempt in a transaction of the caller's.

    Left out are those that are there already, and those of a kind of which there are enough.
    """
    rows = _leave_out_floods(session, rows)
    if not rows:
        return
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    once = ["attempt_id", "device", "client_sequence"]
    session.execute(insert(ConductFact).values(list(rows)).on_conflict_do_nothing(index_elements=once))


def _leave_out_floods(session: Session, rows: Sequence[Mapping[str, object]]) -> Sequence[Mapping[str, object]]:
    if not rows:
        return rows
    of_attempt = ConductFact.attempt_id == rows[0]["attempt_id"]
    counts = session.execute(select(ConductFact.kind, func.count()).where(of_attempt).group_by(ConductFact.kind))
    kept: Counter[object] = Counter({row[0]: row[1] for row in counts})
    taken = []
    for row in rows:
        if kept[row["kind"]] < MOST_OF_A_KIND:
            taken.append(row)
            kept[row["kind"]] += 1
    return taken


def server_fact(attempt_id: int, kind: ConductKind, *, device: str, sequence: int, now: datetime) -> dict[str, object]:
    """The row of something the server itself noticed."""
    return _row(attempt_id, device, SentFact(sequence, kind, {}, now), now)


def _row(attempt_id: int, device: str, fact: SentFact, now: datetime) -> dict[str, object]:
    return {
        "attempt_id": attempt_id,
        "device": device,
        "client_sequence": fact.sequence,
        "kind": fact.kind,
        "detail": dict(fact.detail),
        "happened_at": fact.at,
        "received_at": now,
    }
