"""開催前点検: what is looked at before a window opens, what comes of it, and when the exam may begin."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

AHEAD = timedelta(hours=24)
"""So long before the opening the worker begins to look, and so old may a clearance be at the opening."""
EVERY = timedelta(hours=1)
RETRY = timedelta(minutes=5)
"""How soon the worker looks again while an open window is kept shut."""
SETTLING = timedelta(minutes=1)
"""A run this soon after the moment of a publishing may still have looked at what was published before."""

MAX_CLOCK_SKEW = timedelta(seconds=1)
MAX_BACKUP_AGE = timedelta(hours=24)
MAX_DRILL_AGE = timedelta(days=31)
MAX_MAIL_WAIT = timedelta(minutes=15)
MAX_SILENCE = timedelta(minutes=2)
MIN_FREE_PERCENT = 10
WARN_FREE_PERCENT = 20


class CheckId(StrEnum):
    """One thing that is looked at."""

    CONTENT = "content"
    ANNOUNCED = "announced"
    """Limits, points and pass rule are what participants were told, and what papers of this cohort carry already."""
    SUPPLY = "supply"
    ESSAYS = "essays"
    RUBRICS = "rubrics"
    """No rubric that was used says something else under the same revision."""
    REVIEW = "review"
    SAMPLE_PAPER = "sample_paper"
    SAVE_AND_RECEIPT = "save_and_receipt"
    CERTIFICATE = "certificate"
    FONTS = "fonts"
    WINDOW_TIMES = "window_times"
    WINDOW_LENGTH = "window_length"
    ACCOMMODATION = "accommodation"
    ROSTER = "roster"
    ELIGIBILITY = "eligibility"
    TERMS = "terms"
    STAFFING = "staffing"
    CONFLICTS = "conflicts"
    SECOND_FACTORS = "second_factors"
    OUTBOX = "outbox"
    MAIL_SERVER = "mail_server"
    MAIL_TEMPLATES = "mail_templates"
    WORKER = "worker"
    DISK = "disk"
    DURABILITY = "durability"
    CLOCKS = "clocks"
    MIGRATIONS = "migrations"
    BACKUP = "backup"
    SIGNING = "signing"
    ADDRESS = "address"


SURROUNDINGS = frozenset(
    {
        *(CheckId.OUTBOX, CheckId.MAIL_SERVER, CheckId.WORKER, CheckId.DISK, CheckId.CLOCKS),
        *(CheckId.BACKUP, CheckId.ADDRESS, CheckId.FONTS, CheckId.CERTIFICATE),
    }
)
"""What a demo, in which nobody has anything to lose, may lack: there it is a warning at most."""


class CheckOutcome(StrEnum):
    """What came of a check."""

    OK = "ok"
    WARNING = "warning"
    RED = "red"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The outcome of one check with its facts: short texts and numbers, as they are shown."""

    check: CheckId
    outcome: CheckOutcome = CheckOutcome.OK
    facts: Mapping[str, object] = field(default_factory=dict)

    def softened(self) -> "CheckResult":
        """The same as a warning at most."""
        return CheckResult(self.check, CheckOutcome.WARNING, self.facts) if self.outcome is CheckOutcome.RED else self


@dataclass(frozen=True, slots=True)
class Run:
    """One 開催前点検 of a window as far as it decides about opening."""

    is_green: bool
    override_reason: str
    run_at: datetime

    @property
    def is_cleared(self) -> bool:
        """Nothing was red, or the office took responsibility for what was."""
        return self.is_green or bool(self.override_reason)


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a sample attempt through the real tables; `fault` is empty when every hash agreed."""

    fault: str = ""
    has_run: bool = True
    """False when nobody of the cohort is left for whom one could be tried."""


def is_green(results: Collection[CheckResult]) -> bool:
    """Whether every check was made and none is red."""
    return {result.check for result in results} == set(CheckId) and not red_checks(results)


def red_checks(results: Iterable[CheckResult]) -> frozenset[CheckId]:
    """The checks that are red."""
    return frozenset(result.check for result in results if result.outcome is CheckOutcome.RED)


def is_cleared(latest: Run | None, *, opens_at: datetime, was_cleared_while_open: bool) -> bool:
    """Whether the exam may begin.

    The latest run must be clear and no older than a day at the opening. Once the window has been clear while it was open
    it stays so: what is found later is told to the office, but keeps nobody from the promised time.
    """
    if was_cleared_while_open:
        return True
    return latest is not None and latest.is_cleared and latest.run_at >= opens_at - AHEAD


def carried_reason(red: Collection[CheckId], *, overridden: Collection[CheckId], reason: str) -> str:
    """The reason of an earlier override, where nothing is red that it did not cover; else empty."""
    return reason if reason and red and set(red) <= set(overridden) else ""


def is_outdated(latest: Run | None, *, published_at: datetime | None) -> bool:
    """Whether a window was looked at, but not since other content was published."""
    return latest is not None and published_at is not None and latest.run_at < published_at + SETTLING


def is_due(latest: Run | None, *, opens_at: datetime, closes_at: datetime, is_cleared: bool, now: datetime) -> bool:
    """Whether the worker should look again: every hour from a day before the opening, at the opening, and often while shut."""
    if not opens_at - AHEAD <= now < closes_at:
        return False
    if latest is None:
        return True
    is_open = now >= opens_at
    if is_open and latest.run_at < opens_at:
        return True
    return now - latest.run_at >= (RETRY if is_open and not is_cleared else EVERY)


def judge_age(age: timedelta, limit: timedelta) -> CheckOutcome:
    """Red when something is older than it may be, or comes from the future."""
    return CheckOutcome.OK if -MAX_CLOCK_SKEW <= age <= limit else CheckOutcome.RED


def judge_free_space(free: int, total: int) -> CheckOutcome:
    """Red below a tenth of the disk, a warning below a fifth."""
    if 100 * free < MIN_FREE_PERCENT * total:
        return CheckOutcome.RED
    return CheckOutcome.WARNING if 100 * free < WARN_FREE_PERCENT * total else CheckOutcome.OK


def worst(outcomes: Sequence[CheckOutcome]) -> CheckOutcome:
    """The gravest of these outcomes; OK for none."""
    order = list(CheckOutcome)
    return max(outcomes, key=order.index, default=CheckOutcome.OK)
