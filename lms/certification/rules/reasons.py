"""Why something happens to a certificate: the words that may stand in the chain, and for which entry each is meant."""

from enum import StrEnum

from lms.certification.rules.entries import EntryKind


class Reason(StrEnum):
    """A reason as one word; what else is to be said stands in the entry's erasable detail."""

    NAME_CHANGE = "name_change"
    LOSS = "loss"
    DAMAGE = "damage"
    PRINTING_FAULT = "printing_fault"
    ISSUED_IN_ERROR = "issued_in_error"
    UNDER_INQUIRY = "under_inquiry"
    INQUIRY_CLOSED = "inquiry_closed"
    EXAM_MISCONDUCT = "exam_misconduct"
    BREACH_OF_TERMS = "breach_of_terms"
    RESULT_CORRECTED = "result_corrected"
    OWN_REQUEST = "own_request"
    CONDITIONS_MET = "conditions_met"


REASONS_FOR: dict[EntryKind, tuple[Reason, ...]] = {
    EntryKind.REISSUE: (Reason.NAME_CHANGE, Reason.LOSS, Reason.DAMAGE, Reason.PRINTING_FAULT),
    EntryKind.VOID: (Reason.ISSUED_IN_ERROR, Reason.PRINTING_FAULT),
    EntryKind.SUSPEND: (Reason.UNDER_INQUIRY, Reason.OWN_REQUEST),
    EntryKind.RESUME: (Reason.INQUIRY_CLOSED, Reason.OWN_REQUEST),
    EntryKind.REVOKE: (Reason.EXAM_MISCONDUCT, Reason.BREACH_OF_TERMS, Reason.RESULT_CORRECTED, Reason.OWN_REQUEST),
    EntryKind.RENEW: (Reason.CONDITIONS_MET,),
}
"""The reasons that may be given for each entry; an entry that is not named here is made without one."""
