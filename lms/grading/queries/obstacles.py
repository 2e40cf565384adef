"""What still stands in the way of finalizing and of releasing, told before anybody presses the button."""

from datetime import datetime, timedelta

from lms.exam_engine.windows import Phase, resolve_access
from lms.exams.queries.late_answers import count_undecided_late
from lms.grading.queries.board import ResultBoard
from lms.grading.queries.conflicts import find_unfit_deciders, may_decide
from lms.grading.queries.rulings import count_waiting_results
from lms.grading.queries.staff import find_round, has_grading_part
from lms.grading.rules.meeting import find_proposal_faults
from lms.grading.rules.parts import Refusal, Refused


def find_finalize_obstacles(board: ResultBoard, *, by: int, now: datetime) -> tuple[Refused, ...]:
    """Every reason for which finalizing would be refused to this person now; empty when it may be done.

    The service decides again, inside its transaction.
    """
    window = board.window
    running = board.running
    late = sum(count_undecided_late(window.id).values())
    is_open = resolve_access(window.engine_window, now=now, extra=timedelta(0)).phase is not Phase.CLOSED
    found = (
        (Refused(Refusal.WINDOW_OPEN), is_open),
        (Refused(Refusal.ATTEMPTS_RUNNING, running), running > 0),
        (Refused(Refusal.LATE_UNDECIDED, late), late > 0),
        (Refused(Refusal.NOTHING_SUBMITTED), not board.lines and not running),
        (Refused(Refusal.NOT_OPENED), bool(board.lines) and find_round(window.id) is None),
        (Refused(Refusal.UNSETTLED, board.unsettled), board.unsettled > 0),
        (Refused(Refusal.ALREADY_RELEASED), board.released_at is not None),
        (Refused(Refusal.GRADED_HERE), has_grading_part(window.id, by)),
        (Refused(Refusal.TIED_HERE), not may_decide(window.id, by)),
    )
    obstacles = tuple(refused for refused, is_in_the_way in found if is_in_the_way)
    return obstacles or _proposal_obstacles(board, by=by)


def find_proposal_obstacles(board: ResultBoard, *, by: int, now: datetime) -> tuple[Refused, ...]:
    """Every reason for which proposing verdicts would be refused to this person now; empty when it may be done."""
    about_proposals = {
        Refusal.NOT_PROPOSED,
        Refusal.PROPOSAL_STALE,
        Refusal.ON_HOLD,
        Refusal.OWN_PROPOSAL,
        Refusal.PROPOSER_UNFIT,
    }
    return tuple(each for each in find_finalize_obstacles(board, by=by, now=now) if each.reason not in about_proposals)


def _proposal_obstacles(board: ResultBoard, *, by: int) -> tuple[Refused, ...]:
    standing = [(each.state, each.card.proposal if each.card else None) for each in board.standing.values()]
    proposers = {proposal.proposed_by_id for _, proposal in standing if proposal}
    faults = find_proposal_faults(standing, by=by)
    return faults or find_proposal_faults(standing, by=by, unfit=find_unfit_deciders(board.window.id, proposers))


def find_release_obstacles(board: ResultBoard, *, by: int) -> tuple[Refused, ...]:
    """Every reason for which releasing would be refused to this person now; empty when it may be done."""
    waiting = count_waiting_results(board.window.id)
    found = (
        (Refused(Refusal.NOT_FINALIZED), not board.lines or board.finalized < len(board.lines)),
        (Refused(Refusal.RESCORING_WAITS, waiting), waiting > 0),
        (Refused(Refusal.ALREADY_RELEASED), board.released_at is not None),
        (Refused(Refusal.GRADED_HERE), has_grading_part(board.window.id, by)),
        (Refused(Refusal.TIED_HERE), not may_decide(board.window.id, by)),
    )
    return tuple(refused for refused, is_in_the_way in found if is_in_the_way)
