"""Acts that come before an exam: its rehearsal, and the review of its questions."""

from collections.abc import Callable

from lms.exams.queries.content import find_exam
from lms.exams.queries.reviewing import wording_of
from lms.exams.services.rehearsing import start_rehearsal
from lms.exams.services.reviewing import approve_question
from lms.web.access import Role
from tests.factories import Factory
from tests.house.acts import AUDIT, Act, act, now


def starting_a_rehearsal(make: Factory) -> Act:
    """Once for all of its acts: what is saved and handed in of it is nothing to anybody else, and has no line."""
    seat = make.seat()
    return act(lambda: start_rehearsal(seat.participant_id, by=seat.user_id, now=now()), "rehearsals", AUDIT)


def approving_a_question(make: Factory) -> Act:
    by, exam = make.staff(Role.OFFICE), find_exam("practitioner")
    assert exam is not None
    sha256 = wording_of(exam, exam.question("D1-001"))
    return act(
        lambda: approve_question("practitioner", "D1-001", sha256, "読みました", by=by, now=now()), "question_approvals", AUDIT
    )


ACTS_OF_PREPARING: tuple[Callable[[Factory], Act], ...] = (starting_a_rehearsal, approving_a_question)
