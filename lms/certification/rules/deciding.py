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


class Involvement(StrEnum):
    """What keeps somebody out of every decision about a participant, whichever it is."""

    GRADED = "graded"
    """Was given an essay of the participant, whoever has it now."""
    TIED = "tied"
    """A tie that by the rules of the exam keeps from deciding: taught the cohort, same company, declared …"""


class Refusal(StrEnum):
    """Why an act was refused; the words are in labels."""

    NOT_COMPLETE = "not_complete"
    WITHDRAWN = "withdrawn"
    PROPOSAL_WAITS = "proposal_waits"
    ALREADY_APPROVED = "already_approved"
    ALREADY_DECIDED = "already_decided"
    PROPOSER_GRADED = "proposer_graded"
    PROPOSER_TIED = "proposer_tied"
    DECIDER_PROPOSED = "decider_proposed"
    DECIDER_GRADED = "decider_graded"
    DECIDER_TIED = "decider_tied"
    OWN_CERTIFICATE = "own_certificate"
    REASON_MISSING = "reason_missing"
    NOT_APPROVED = "not_approved"
    HELD = "held"
    NOT_HELD = "not_held"
    NAME_CHANGED = "name_changed"
    ACT_WAITS = "act_waits"
    NOT_POSSIBLE = "not_possible"
    WRONG_REASON = "wrong_reason"
    WORDS_MISSING = "words_missing"
    NOT_PROPOSER = "not_proposer"
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


_PROPOSER = {Involvement.GRADED: Refusal.PROPOSER_GRADED, Involvement.TIED: Refusal.PROPOSER_TIED}
_DECIDER = {Involvement.GRADED: Refusal.DECIDER_GRADED, Involvement.TIED: Refusal.DECIDER_TIED}


def refuse_proposer(*, proposer_id: int, holder_id: int, involvement: Involvement | None) -> Refusal | None:
    """Why this person may not propose, or None. Nobody proposes themselves, whom they graded or whom they are tied to."""
    if proposer_id == holder_id:
        return Refusal.OWN_CERTIFICATE
    return _PROPOSER[involvement] if involvement else None


def refuse_decider(*, decider_id: int, proposer_id: int, holder_id: int, involvement: Involvement | None) -> Refusal | None:
    """Why this person may not decide, or None. Nobody decides about themselves, what they proposed, graded or are tied to."""
    if decider_id == holder_id:
        return Refusal.OWN_CERTIFICATE
    if decider_id == proposer_id:
        return Refusal.DECIDER_PROPOSED
    return _DECIDER[involvement] if involvement else None


def is_another_name(proposed: str, printed: str) -> bool:
    """Whether the name to be printed is another one than was proposed; proposals without a name were made before it was kept."""
    return proposed not in ("", printed)


def find_stage(
    *, is_complete: bool, is_proposed: bool, is_approved: bool | None, is_issued: bool, is_held: bool = False
) -> Stage:
    """The stage; `is_approved` is the decision on the latest proposal, None while nobody decided.

    Who was refused but has completed is shown as refused until somebody proposes again.
    """
    if is_issued:
        return Stage.ISSUED
    if is_approved:
        return Stage.HELD if is_held else Stage.APPROVED
    if is_proposed and is_approved is None:
        return Stage.HELD if is_held else Stage.PROPOSED
    if is_approved is False:
        return Stage.REFUSED
    return Stage.COMPLETE if is_complete else Stage.NOT_COMPLETE
