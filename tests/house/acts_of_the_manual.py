"""Acts of the manual: a link for a colleague is made and taken back."""

from collections.abc import Callable

from sqlalchemy import select

from lms.db.session import db, release
from lms.manuals.models import ManualShare
from lms.manuals.services import revoke_share, share_manual
from tests.factories import Factory
from tests.house.acts import AUDIT, Act, act, now


def sharing_a_manual(make: Factory) -> Act:
    seat = make.seat()
    return act(lambda: share_manual(seat.participant_id, "法務の担当者", by=seat.user_id, now=now()), "manual_shares", AUDIT)


def taking_a_link_back(make: Factory) -> Act:
    seat = make.seat()
    share_manual(seat.participant_id, "法務の担当者", by=seat.user_id, now=now())
    share_id = db.session.scalars(select(ManualShare.id)).one()
    release()
    return act(lambda: revoke_share(seat.participant_id, share_id, by=seat.user_id, now=now()), "manual_shares", AUDIT)


ACTS_OF_THE_MANUAL: tuple[Callable[[Factory], Act], ...] = (sharing_a_manual, taking_a_link_back)
