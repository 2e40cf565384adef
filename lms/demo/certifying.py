"""What happens in the demo after the certificates were issued."""

from datetime import datetime

from lms.certification.rules.reasons import Reason
from lms.certification.services.ordering import order_reissue, withdraw_order
from lms.certification.services.using import set_name_consent


def find_the_lost_paper(participant_id: int, *, by: int, now: datetime) -> None:
    """A holder lets strangers see the name, orders a new paper, finds the old one and takes the order back."""
    set_name_consent(participant_id, is_shown=True, by=by, now=now)
    order_reissue(participant_id, Reason.LOSS, "", "引越しのときに見当たらなくなりました。", by=by, now=now)
    withdraw_order(participant_id, by=by, now=now)
