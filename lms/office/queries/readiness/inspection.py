"""What every check of one window starts from, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.cohorts.queries import Seat, list_participants
from lms.config import Settings
from lms.exam_engine.definitions import Exam
from lms.exams.queries.content import find_exam
from lms.exams.queries.eligibility import eligibility_of
from lms.exams.queries.windows import WindowCard, get_window
from lms.exams.rules.eligibility import Condition, Eligibility
from lms.exams.rules.readiness import CheckId, CheckOutcome, CheckResult, Trial


@dataclass(frozen=True, slots=True)
class Inspection:
    """One window with its exam and people, as they are now."""

    window: WindowCard
    exam: Exam | None
    seats: tuple[Seat, ...]
    eligibilities: Mapping[int, Eligibility]
    """Participant id → eligibility at the opening, or now when it is open."""
    trial: Trial
    settings: Settings
    now: datetime

    def unmet(self, seat: Seat) -> tuple[Condition, ...]:
        """What keeps a seat from starting, having started already left aside."""
        return tuple(each for each in self.eligibilities[seat.participant_id].unmet if each is not Condition.NOT_SAT)

    def has_sat(self, seat: Seat) -> bool:
        """Whether the seat has an attempt in this window."""
        return self.eligibilities[seat.participant_id].facts.has_sat

    @property
    def expected(self) -> tuple[Seat, ...]:
        """The seats that may start and have not yet."""
        return tuple(seat for seat in self.seats if not self.unmet(seat) and not self.has_sat(seat))


def look_at(window_id: int, trial: Trial, settings: Settings, *, now: datetime) -> Inspection:
    """Read what the checks of a window need; raises NotFound."""
    window = get_window(window_id)
    seats = tuple(list_participants(window.cohort_id))
    moment = min(max(now, window.opens_at), window.closes_at - timedelta(seconds=1))
    return Inspection(
        window=window,
        exam=find_exam(window.exam_id),
        seats=seats,
        eligibilities={seat.participant_id: eligibility_of(seat, window, now=moment) for seat in seats},
        trial=trial,
        settings=settings,
        now=now,
    )


def red(check: CheckId, **facts: object) -> CheckResult:
    """A red result with its facts."""
    return CheckResult(check, CheckOutcome.RED, facts)


def warning(check: CheckId, **facts: object) -> CheckResult:
    """A warning with its facts."""
    return CheckResult(check, CheckOutcome.WARNING, facts)


def ok(check: CheckId, **facts: object) -> CheckResult:
    """A good result with its facts."""
    return CheckResult(check, CheckOutcome.OK, facts)


def named(seats: list[Seat] | tuple[Seat, ...]) -> str:
    """The names of these seats in one line."""
    return "、".join(f"{seat.name}さん" for seat in seats)
