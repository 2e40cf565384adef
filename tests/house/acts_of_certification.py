"""Acts of certification in depth: what the register, the day of issue, the post and the holder do."""

from collections.abc import Callable

from lms.certification.rules.reasons import Reason
from lms.certification.services.ordering import order_reissue, withdraw_order
from tests.factories import Factory
from tests.house.acts import AUDIT, MAIL, Act, act, now
from tests.house.acts_of_the_post import ACTS_OF_THE_POST
from tests.lms.certification.builders import Builder


def ordering_a_new_paper(make: Factory) -> Act:
    seat, _ = Builder(make).issued_seat()
    return act(
        lambda: order_reissue(seat.participant_id, Reason.NAME_CHANGE, "新しい 氏名", "", by=seat.user_id, now=now()),
        *("reissue_orders", AUDIT, MAIL),
    )


def taking_an_order_back(make: Factory) -> Act:
    seat, _ = Builder(make).issued_seat()
    order_reissue(seat.participant_id, Reason.LOSS, "", "", by=seat.user_id, now=now())
    return act(lambda: withdraw_order(seat.participant_id, by=seat.user_id, now=now()), "reissue_outcomes", AUDIT)


ACTS_OF_CERTIFICATION: tuple[Callable[[Factory], Act], ...] = (
    *(ordering_a_new_paper, taking_an_order_back),
    *ACTS_OF_THE_POST,
)
