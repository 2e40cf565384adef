"""Presence: when a page of an attempt was last heard of, written beside the saves and never in their way."""

import logging
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.db.session import bookkeeping, db
from lms.exams.models import AttemptPresence, ConductFact
from lms.exams.queries.sittings import Sitting
from lms.exams.rules.conduct import is_worth_noting
from lms.exams.rules.incidents import ConductKind
from lms.exams.services.conduct import NOTED_HERE, server_fact, write_facts

logger = logging.getLogger("lms.exams")


def note_presence(sitting: Sitting, *, unsent: int, address: str, now: datetime) -> None:
    """Write down that a page was heard of, if that says anything new; a changed network address is a fact of its own.

    A trace that cannot be written at once is logged and forgotten: an answer is stored and acknowledged all the same,
    and the next beat tries again.
    """
    address = address[:64]
    if not is_worth_noting(sitting.presence, unsent=unsent, address=address, now=now):
        return
    try:
        with bookkeeping(is_patient=False) as own:
            _note(own, sitting.attempt_id, unsent=unsent, address=address, now=now)
    except DBAPIError:
        logger.warning("the presence of attempt %s could not be noted", sitting.attempt_id)


def _note(own: Session, attempt_id: int, *, unsent: int, address: str, now: datetime) -> None:
    held = select(AttemptPresence.network_address).where(AttemptPresence.attempt_id == attempt_id)
    before = own.scalar(held.with_for_update(nowait=True))  # who holds it notes the same
    heard = {"heard_at": now, "unsent": unsent, "network_address": address}
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    upsert = insert(AttemptPresence).values(attempt_id=attempt_id, **heard)
    own.execute(upsert.on_conflict_do_update(index_elements=["attempt_id"], set_=heard))
    if before and before != address:
        number = _last_server_fact(own, attempt_id) + 1
        write_facts(own, [server_fact(attempt_id, ConductKind.NETWORK_CHANGED, device=NOTED_HERE, sequence=number, now=now)])


def _last_server_fact(own: Session, attempt_id: int) -> int:
    noted = select(func.max(ConductFact.client_sequence)).where(
        ConductFact.attempt_id == attempt_id, ConductFact.device == NOTED_HERE
    )
    return own.scalar(noted) or 0
