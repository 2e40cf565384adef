"""リハーサル: what the browser found out about itself, and whether it is good enough for the exam."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

REHEARSAL_EXAM = "rehearsal"
"""The sample exam in content/exams. It has no window, no attempts and no points, and certifies nothing."""

SAVES = 5
"""How many small saves the page tries."""
MOST_LOST = 2
"""So many of them may be lost before the network will not do at all."""
SLOW_MILLISECONDS = 3000
"""A save whose answer takes longer keeps her waiting at the hand-in."""
CLOCK_SECONDS = 60
"""From this difference on the clock of the device is worth a word; it never matters for the exam."""
NARROW_PIXELS = 320
"""Below this width the questions do not fit side to side (WCAG 1.4.10)."""
PHONE_PIXELS = 600
TIGHT_MEGABYTES = 20
"""Less room than this for the whole site may not hold an exam's unsent answers beside what is there already."""


class RehearsalVerdict(StrEnum):
    """Whether this browser and network will do."""

    GO = "go"
    CAUTION = "caution"
    """The exam can be sat, but what is typed during a cut of the network may not survive a closed browser."""
    NO_GO = "no_go"


class Storage(StrEnum):
    """What became of a text that was written durably into the browser's own store."""

    KEPT = "kept"
    """It was there again after the page had been loaded anew."""
    LOST = "lost"
    REFUSED = "refused"
    """The store would not take it."""
    MISSING = "missing"
    """The browser has no such store."""


class OfflineTry(StrEnum):
    """What became of a text that was typed while the participant had cut the network herself."""

    NOT_TRIED = "not_tried"
    KEPT = "kept"
    """It was sent once the network was back, and the hash agreed."""
    LOST = "lost"


class Check(StrEnum):
    """What is looked at, in the order shown."""

    SCRIPTS = "scripts"
    STORAGE = "storage"
    PRIVATE = "private"
    NETWORK = "network"
    OFFLINE = "offline"
    COUNT = "count"
    COOKIES = "cookies"
    SCREEN = "screen"
    CLOCK = "clock"
    SLEEP = "sleep"


class CheckState(StrEnum):
    """How a check came out; NOTE is worth knowing and harmless, UNKNOWN could not be found out."""

    OK = "ok"
    NOTE = "note"
    CAUTION = "caution"
    NO_GO = "no_go"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class BrowserFacts:
    """What the page's script found out, as sent and stored; nothing in it says who she is or what she uses."""

    is_secure: bool
    """The page may use the browser's cryptography."""
    storage: str
    storage_megabytes: int | None
    """The room the browser says the site has; None when it does not say."""
    may_be_private: bool
    """A hint only: no browser tells."""
    saves: tuple[int | None, ...]
    """Milliseconds until the server's answer with the right hash; None for a lost one."""
    offline: str
    counts_alike: bool
    """字数 of a sample text is what the server counts."""
    has_segmenter: bool
    has_cookies: bool
    width: int
    clock_seconds: int
    """By how much the device's clock is ahead of the server's."""
    can_stay_awake: bool

    @property
    def lost_saves(self) -> int:
        """How many saves had no answer, or not the right one."""
        return sum(each is None for each in self.saves)

    @property
    def median_save(self) -> int | None:
        """The median round trip of the saves that arrived, in milliseconds."""
        arrived = [each for each in self.saves if each is not None]
        return round(median(arrived)) if arrived else None


@dataclass(frozen=True, slots=True)
class CheckedPoint:
    """One check of a rehearsal and how it came out."""

    check: Check
    state: CheckState
    detail: str = ""
    """Which of several cases it is, where the words differ."""


def judge_browser(facts: BrowserFacts | None) -> tuple[CheckedPoint, ...]:
    """Every check; without facts (no script ran) nothing is known."""
    if facts is None:
        return tuple(CheckedPoint(check, CheckState.CAUTION if check is Check.SCRIPTS else CheckState.UNKNOWN) for check in Check)
    return tuple(_judge(facts))


def verdict_of(points: tuple[CheckedPoint, ...]) -> RehearsalVerdict:
    """The gravest of all."""
    states = {point.state for point in points}
    if CheckState.NO_GO in states:
        return RehearsalVerdict.NO_GO
    return RehearsalVerdict.CAUTION if CheckState.CAUTION in states else RehearsalVerdict.GO


def _judge(facts: BrowserFacts) -> Iterator[CheckedPoint]:
    yield CheckedPoint(Check.SCRIPTS, CheckState.OK if facts.is_secure else CheckState.CAUTION)
    yield CheckedPoint(Check.STORAGE, *_storage(facts))
    yield CheckedPoint(Check.PRIVATE, CheckState.NOTE if facts.may_be_private else CheckState.OK)
    yield CheckedPoint(Check.NETWORK, *_network(facts))
    yield CheckedPoint(Check.OFFLINE, _OFFLINE_STATES[OfflineTry(facts.offline)], facts.offline)
    yield CheckedPoint(Check.COUNT, CheckState.OK if facts.counts_alike else CheckState.CAUTION)
    yield CheckedPoint(Check.COOKIES, CheckState.OK if facts.has_cookies else CheckState.NO_GO)
    yield CheckedPoint(Check.SCREEN, *_screen(facts))
    yield CheckedPoint(Check.CLOCK, CheckState.NOTE if abs(facts.clock_seconds) >= CLOCK_SECONDS else CheckState.OK)
    yield CheckedPoint(Check.SLEEP, CheckState.NOTE)


_OFFLINE_STATES = {
    OfflineTry.KEPT: CheckState.OK,
    OfflineTry.NOT_TRIED: CheckState.NOTE,
    OfflineTry.LOST: CheckState.CAUTION,
}


def _storage(facts: BrowserFacts) -> tuple[CheckState, str]:
    if facts.storage != Storage.KEPT:
        return CheckState.CAUTION, facts.storage
    is_tight = facts.storage_megabytes is not None and facts.storage_megabytes < TIGHT_MEGABYTES
    return (CheckState.CAUTION, "tight") if is_tight else (CheckState.OK, facts.storage)


def _network(facts: BrowserFacts) -> tuple[CheckState, str]:
    if not facts.saves:  # without the browser's cryptography no save can be hashed
        return CheckState.UNKNOWN, ""
    if facts.lost_saves > MOST_LOST:
        return CheckState.NO_GO, "lost"
    if facts.lost_saves:
        return CheckState.CAUTION, "unsteady"
    is_slow = (facts.median_save or 0) > SLOW_MILLISECONDS
    return (CheckState.CAUTION, "slow") if is_slow else (CheckState.OK, "")


def _screen(facts: BrowserFacts) -> tuple[CheckState, str]:
    if facts.width < NARROW_PIXELS:
        return CheckState.CAUTION, "narrow"
    return (CheckState.NOTE, "phone") if facts.width < PHONE_PIXELS else (CheckState.OK, "")
