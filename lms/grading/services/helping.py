"""手伝う: a grader whose own queue is done takes over an essay of another one, who is not named to her."""

from datetime import datetime

from sqlalchemy import select

from lms.audit.services import record
from lms.db.session import command, db
from lms.grading.models import Assignment
from lms.grading.queries.helping import count_own_open, list_helpable, list_windows_to_help
from lms.grading.queries.staff import find_loads, list_grader_ids
from lms.grading.rules.parts import ChangeKind, Refusal, Refused
from lms.grading.services.leasing import hand_over
from lms.grading.services.opening import lock_window

REASON = "自分の答案の採点を終え、引き受けた"


@command
def take_over(*, by: int, now: datetime) -> str:
    """Take over one essay of a window in which the grader has nothing left; says its new public id.

    Raises Refused when she has essays of her own left, or when there is none that she may take.
    """
    if by not in list_grader_ids():
        raise Refused(Refusal.NOT_A_GRADER)
    for window_id in list_windows_to_help(by):
        public_id = _take_one(window_id, by=by, now=now)
        if public_id is not None:
            return public_id
    own = count_own_open(by)
    raise Refused(Refusal.OWN_QUEUE_OPEN, own) if own else Refused(Refusal.NOTHING_TO_HELP)


def _take_one(window_id: int, *, by: int, now: datetime) -> str | None:
    # Whoever else helps in this window waits here, and then chooses among what is left.
    lock_window(window_id)
    for assignment_id in list_helpable(window_id, by, now=now):
        assignment = db.session.scalars(select(Assignment).where(Assignment.id == assignment_id).with_for_update()).one()
        # Its owner may have opened or confirmed it before the row was held.
        if assignment_id not in list_helpable(window_id, by, now=now):
            continue
        former = assignment.grader_id
        position = find_loads(window_id).positions.get(by, 0) + 1
        hand_over(assignment, by, kind=ChangeKind.TAKEN_OVER, reason=REASON, position=position, by=by, now=now)
        detail = {"from": former, "part": assignment.part.value}
        record("grading:take_over", subject=("assignment", assignment_id), by=by, now=now, detail=detail)
        return assignment.public_id
    return None
