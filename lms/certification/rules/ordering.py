"""再発行の申込み: which reasons a holder may give, and when an order does not fit."""

from lms.certification.rules.deciding import Refusal
from lms.certification.rules.entries import CertificateStatus, EntryKind
from lms.certification.rules.reasons import REASONS_FOR, Reason

HOLDERS_REASONS = (Reason.NAME_CHANGE, Reason.LOSS, Reason.DAMAGE)
"""A fault of printing is for the office to find and to mend."""


def refuse_order(
    reason: Reason, new_name: str, *, printed_name: str, status: CertificateStatus, is_waiting: bool
) -> Refusal | None:
    """Why a new paper cannot be ordered, or None. `new_name` is the tidied one; empty when the name stays.

    Only a valid certificate is printed again: a suspended one waits, an expired one is renewed. One order at a time.
    """
    if status is not CertificateStatus.VALID:
        return Refusal.NOT_POSSIBLE
    if is_waiting:
        return Refusal.ORDER_WAITS
    if reason not in REASONS_FOR[EntryKind.REISSUE]:
        return Refusal.WRONG_REASON
    return _refuse_name(new_name, printed_name) if reason is Reason.NAME_CHANGE else None


def _refuse_name(new_name: str, printed_name: str) -> Refusal | None:
    if not new_name:
        return Refusal.NAME_MISSING
    return Refusal.NAME_UNCHANGED if new_name == printed_name else None
