"""The one lock of the register: whoever decides or adds an entry waits for the one before."""

from sqlalchemy import func, select

from lms.db.session import db

REGISTER_LOCK = 0x6E696E746569
"""Any constant will do that no other part of the house locks on."""


def lock_register() -> None:
    """Wait for the register and hold it until the transaction ends.

    The chain has one end over all series, so one lock serves the chain and the serials, also before the first row of a
    series exists. SQLite locks the whole database when a writing transaction begins, so there it is enough to have begun.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(REGISTER_LOCK)))
