"""Tables of 認定: decisions, the register with what was printed, the day of issue and the post, the holder's own."""

from lms.certification.models.deciding import (
    CompletionDecision,
    CompletionHold,
    CompletionProposal,
)
from lms.certification.models.holding import (
    ExpiryReminder,
    NameConsent,
    ReissueOrder,
    ReissueOutcome,
    RenewalApplication,
    VerificationLookup,
)
from lms.certification.models.issuing import (
    IssueRun,
    IssueRunItem,
    Shipment,
    ShipmentEvent,
)
from lms.certification.models.register import (
    EntryDetail,
    IssuedDocument,
    NumberSeries,
    PrintedRecord,
    RegisterDecision,
    RegisterEntry,
    RegisterProposal,
    VerificationSecret,
)

__all__ = [
    "CompletionDecision",
    "CompletionHold",
    "CompletionProposal",
    "EntryDetail",
    "ExpiryReminder",
    "IssueRun",
    "IssueRunItem",
    "IssuedDocument",
    "NameConsent",
    "NumberSeries",
    "PrintedRecord",
    "RegisterDecision",
    "RegisterEntry",
    "RegisterProposal",
    "ReissueOrder",
    "ReissueOutcome",
    "RenewalApplication",
    "Shipment",
    "ShipmentEvent",
    "VerificationLookup",
    "VerificationSecret",
]
