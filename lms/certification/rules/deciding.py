"""Who may propose and who may decide, and every reason for which an act of 認定 is refused."""

from enum import StrEnum


class Stage(StrEnum):
    """Where a participant stands between the last lesson and the certificate."""

    NOT_COMPLETE = "not_complete"
    COMPLETE = "complete"
    PROPOSED = "proposed"
    HELD = "held"
    REFUSED = "refused"
    APPROVED = "approved"
    ISSUED = "issued"


class Refusal(StrEnum):
    """Why an act was refused; the words are in labels."""

    NOT_COMPLETE = "not_complete"
    WITHDRAWN = "withdrawn"
    PROPOSAL_WAITS = "proposal_waits"
    ALREADY_APPROVED = "already_approved"
    ALREADY_DECIDED = "already_decided"
    PROPOSER_GRADED = "proposer_graded"
    DECIDER_PROPOSED = "decider_proposed"
    DECIDER_GRADED = "decider_graded"
    OWN_CERTIFICATE = "own_certificate"
    REASON_MISSING = "reason_missing"
    NOT_APPROVED = "not_approved"
    HELD = "held"
    NOT_HELD = "not_held"
    ACT_WAITS = "act_waits"
    NOT_POSSIBLE = "not_possible"
    WRONG_REASON = "wrong_reason"
    WORDS_MISSING = "words_missing"
    ORDER_SETTLED = "order_settled"
    ORDER_WAITS = "order_waits"
    NAME_MISSING = "name_missing"
    NAME_UNCHANGED = "name_unchanged"
    NAME_UNFIT = "name_unfit"
    RECORD_ERASED = "record_erased"
    NO_VALIDITY = "no_validity"
    CONDITIONS_MISSING = "conditions_missing"
    MISSING_GLYPHS = "missing_glyphs"
    TEXT_TOO_LONG = "text_too_long"
    FONTS_NOT_BUILT = "fonts_not_built"
    TEMPLATE_UNUSABLE = "template_unusable"
    SEAL_FAILED = "seal_failed"


class CertificationRefused(Exception):
    """An act of 認定 that must not happen. `characters` names what the typeface cannot draw."""

    def __init__(self, reason: Refusal, *, characters: tuple[str, ...] = ()) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.characters = characters


def refuse_proposer(*, proposer_id: int, holder_id: int, has_graded: bool) -> Refusal | None:
    """Why this person may not propose, or None. Nobody proposes themselves or what they graded."""
    if proposer_id == holder_id:
        return Refusal.OWN_CERTIFICATE
    return Refusal.PROPOSER_GRADED if has_graded else None


def refuse_decider(*, decider_id: int, proposer_id: int, holder_id: int, has_graded: bool) -> Refusal | None:
    """Why this person may not decide, or None. Nobody decides about themselves, what they proposed or what they graded."""
    if decider_id == holder_id:
        return Refusal.OWN_CERTIFICATE
    if decider_id == proposer_id:
        return Refusal.DECIDER_PROPOSED
    return Refusal.DECIDER_GRADED if has_graded else None


def find_stage(
    *, is_complete: bool, is_proposed: bool, is_approved: bool | None, is_issued: bool, is_held: bool = False
) -> Stage:
    """The stage; `is_approved` is the decision on the latest proposal, None while nobody decided.

    Who was refused but has completed is shown as refused until somebody proposes again.
    """
    if is_issued:
        return Stage.ISSUED
    if is_approved:
        return Stage.APPROVED
    if is_proposed and is_approved is None:
        return Stage.HELD if is_held else Stage.PROPOSED
    if is_approved is False:
        return Stage.REFUSED
    return Stage.COMPLETE if is_complete else Stage.NOT_COMPLETE
