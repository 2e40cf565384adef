"""Every SELECT of 期."""

from sqlalchemy import select

from lms.cohorts.models import Participant
from lms.db.session import db
from lms.web.access import Role


def seat_roles(user_id: int) -> frozenset[Role]:
    """The participant role, when the user has a seat in any cohort."""
    seat = select(Participant.id).where(Participant.user_id == user_id, Participant.withdrawn_at.is_(None)).limit(1)
    return frozenset({Role.PARTICIPANT}) if db.session.scalar(seat) is not None else frozenset()
