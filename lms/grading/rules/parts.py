"""The words of 採点: parts a grader plays, states of an essay, reasons for adjudication and for refusing an act."""

from enum import StrEnum


class GraderPart(StrEnum):
    """目合わせ, 一次採点, 二次採点, 裁定."""

    CALIBRATION = "calibration"
    """On a 見本答案, before the grader's queue of that question opens."""
    FIRST = "first"
    SECOND = "second"
    ADJUDICATOR = "adjudicator"


class ConflictKind(StrEnum):
    """Why a grader must not read a participant's essays."""

    CONSULTED = "consulted"
    """個別相談で指導した."""
    SAME_COMPANY = "same_company"
    """同じ会社・組織に所属する."""
    DECLARED = "declared"
    """Anything else that was declared: a relative, a friend, an adversary."""


class ChangeKind(StrEnum):
    """How an assignment came to another grader."""

    REASSIGNED = "reassigned"
    """By the office."""
    TAKEN_OVER = "taken_over"
    """By a grader whose own queue was done."""


class AppealGround(StrEnum):
    """What an 異議申立て may rest on."""

    PROCEDURE = "procedure"
    MARKING = "marking"


class AppealRemedy(StrEnum):
    """What was done about an 異議申立て."""

    DISMISSED = "dismissed"
    REGRADE = "regrade"
    """Granted: the essays are graded again by people who have not read them."""
    CORRECTED = "corrected"
    """Granted: put right without new grading (a clerical error, a further sitting)."""


class EssayState(StrEnum):
    """How far the grading of one essay has come."""

    WAITING = "waiting"
    """No mark yet."""
    HALF_MARKED = "half_marked"
    """One of two marks."""
    ADJUDICATION = "adjudication"
    """Two marks and a reason for a third, which is not there yet."""
    SETTLED = "settled"
    """Points are fixed: by two marks or by the adjudicator."""


class TaskState(StrEnum):
    """How far one grader has come with one essay."""

    WAITING = "waiting"
    DRAFT = "draft"
    DONE = "done"


class AdjudicationReason(StrEnum):
    """Why an essay goes to a third grader."""

    TOTAL_GAP = "total_gap"
    CRITERION_GAP = "criterion_gap"
    SPLIT_CAP = "split_cap"
    REQUESTED = "requested"
    FLIPS_VERDICT = "flips_verdict"
    """One single mark instead of the mean would turn pass into fail, or fail into pass."""
    SPLIT_VERDICT = "split_verdict"
    """The lower marks of all essays and the higher ones decide differently about passing."""


class SettledBy(StrEnum):
    """What the points of an essay rest on."""

    MEAN = "mean"
    ADJUDICATOR = "adjudicator"


class Refusal(StrEnum):
    """Why an act of grading is refused."""

    TOO_FEW_GRADERS = "too_few_graders"
    NO_ADJUDICATOR = "no_adjudicator"
    NOT_A_GRADER = "not_a_grader"
    HOLDS_A_SEAT = "holds_a_seat"
    CONFLICT_LEAVES_TOO_FEW = "conflict_leaves_too_few"
    NOTHING_SUBMITTED = "nothing_submitted"
    ALREADY_ASSIGNED = "already_assigned"
    REASON_NEEDED = "reason_needed"
    ALREADY_CONFIRMED = "already_confirmed"
    INCOMPLETE = "incomplete"
    CAP_REASON_NEEDED = "cap_reason_needed"
    NOTE_NEEDED = "note_needed"
    DRAFT_CHANGED = "draft_changed"
    NOT_YOURS = "not_yours"
    REPLACED = "replaced"
    """The participant handed in again, or may do so."""
    WINDOW_OPEN = "window_open"
    ATTEMPTS_RUNNING = "attempts_running"
    LATE_UNDECIDED = "late_undecided"
    """Answers that arrived late still wait for the office's two people."""
    NOT_OPENED = "not_opened"
    UNSETTLED = "unsettled"
    GRADED_HERE = "graded_here"
    NOT_FINALIZED = "not_finalized"
    ALREADY_RELEASED = "already_released"
    NO_RESCORING = "no_rescoring"
    ANSWER_NEEDED = "answer_needed"
    OWN_PROPOSAL = "own_proposal"
    ALREADY_DECIDED = "already_decided"
    CHANGES_NOTHING = "changes_nothing"
    SAT_HERE = "sat_here"
    MOVED_ON = "moved_on"
    RESCORING_WAITS = "rescoring_waits"
    NOT_PROPOSED = "not_proposed"
    PROPOSAL_STALE = "proposal_stale"
    ON_HOLD = "on_hold"
    """A candidate's verdict was put off by the meeting."""
    APPEAL_OVER = "appeal_over"
    APPEAL_OPEN = "appeal_open"
    GROUND_NOT_HEARD = "ground_not_heard"
    TEXT_NEEDED = "text_needed"
    TEXT_TOO_LONG = "text_too_long"
    NO_APPEAL = "no_appeal"
    NOT_INDEPENDENT = "not_independent"
    """Had a part in the result, or has no access to the office's pages."""
    NOT_HANDLER = "not_handler"
    NOTHING_TO_CLOSE = "nothing_to_close"
    OWN_DECISION = "own_decision"
    NOTHING_TO_REGRADE = "nothing_to_regrade"
    REGRADE_UNSETTLED = "regrade_unsettled"
    TOO_FEW_FRESH = "too_few_fresh"
    """Fewer than three graders who never had a part in the attempt's essays."""
    NO_COMPLAINT = "no_complaint"
    COMPLAINT_CLOSED = "complaint_closed"
    MARKED_ALREADY = "marked_already"
    """Somebody confirmed a mark of the text as it is."""
    MASKING_MOVED_ON = "masking_moved_on"
    READS_BLIND = "reads_blind"
    """Grades in the window, and must not learn whose essay it is."""
    PASSAGE_OUTSIDE = "passage_outside"
    LEASED_ELSEWHERE = "leased_elsewhere"
    """The grader opened the essay on another device."""
    STALE_DRAFT = "stale_draft"
    """A newer draft was saved from another page."""
    QUOTATION_NOT_FOUND = "quotation_not_found"
    TOO_MANY_HIGHLIGHTS = "too_many_highlights"
    TOO_MANY_PHRASES = "too_many_phrases"
    OWN_QUEUE_OPEN = "own_queue_open"
    """Whoever wants to help has essays of her own to grade first."""
    NOTHING_TO_HELP = "nothing_to_help"
    ALREADY_FINALIZED = "already_finalized"
    TIED_HERE = "tied_here"
    """Taught the cohort or has another tie to a candidate because of which she must not decide."""
    DECIDED_HERE = "decided_here"
    """Has proposed or finalized results of the window and must not grade in it."""
    WORKS_IN_OFFICE = "works_in_office"
    """Opens pages on which names stand beside 受験番号, and must not grade."""
    MASKED_HERE = "masked_here"
    """Has read uncovered essays of the window and must not grade in it."""
    BEING_GRADED = "being_graded"
    NOT_ON_STAFF = "not_on_staff"
    HOLDS_A_PART = "holds_a_part"
    CONFLICT = "conflict"
    GOES_BACK = "goes_back"
    """A tie to the participant came up after the essay was given out; the grader is not told which, the office moves it."""
    COMPANY_NEEDED = "company_needed"
    NOT_STAFF = "not_staff"
    NOTHING_TO_MOVE = "nothing_to_move"

    NOT_CALIBRATED = "not_calibrated"
    """The grader has not found the common measure on this question's 見本答案 yet."""
    TRIES_LEFT = "tries_left"
    ALREADY_CALIBRATED = "already_calibrated"
    NO_THIRD_FREE = "no_third_free"
    """An adjudication was asked for, and nobody is left who may be asked."""
    NOTHING_TO_ADJUDICATE = "nothing_to_adjudicate"
    PROPOSER_UNFIT = "proposer_unfit"
    """Whoever proposed the verdicts got a tie or a grading part afterwards."""


class Refused(Exception):
    """An act of grading that must not happen; `number` counts what the words need (people missing, essays open)."""

    def __init__(self, reason: Refusal, number: int = 0) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.number = number
