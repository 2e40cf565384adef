"""有効期限: the last good day of a paper, from when it may be renewed, which reminders are due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

MAX_YEARS = 50


@dataclass(frozen=True, slots=True)
class ValidityRule:
    """How long a certificate is good; `years` None: without end. The reissue is paid for as `reissue_fee` says."""

    years: int | None
    remind_days_before: tuple[int, ...]
    renewal_conditions: tuple[str, ...]
    reissue_fee: str

    def last_day(self, issued_on: date) -> date | None:
        """The last good day of a paper of this day: the day before the anniversary."""
        return None if self.years is None else _anniversary(issued_on, self.years) - timedelta(days=1)

    def renewed_until(self, last_day: date, *, on: date) -> date | None:
        """The last good day after a renewal: nothing of the time that was left is lost, and none is given back."""
        return self.last_day(max(last_day + timedelta(days=1), on))

    def may_be_renewed(self, last_day: date, *, on: date) -> bool:
        """Whether a renewal is possible: from the day of the first reminder, without one at any time, and after the end too."""
        first = max(self.remind_days_before, default=None)
        return self.years is not None and (first is None or on >= last_day - timedelta(days=first))

    def due_reminders(self, last_day: date, *, on: date, sent: Iterable[int]) -> tuple[int, ...]:
        """The reminders that are due and were not sent. Of several that were missed all count, but one mail is enough."""
        if on > last_day:
            return ()
        done = set(sent)
        return tuple(days for days in self.remind_days_before if days not in done and on >= last_day - timedelta(days=days))


def _anniversary(day: date, years: int) -> date:
    """The same day so many years later; for 29 February of a leap year the day after 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
