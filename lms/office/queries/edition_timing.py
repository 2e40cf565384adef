"""Which exams an edition would reach while they run: what the office should know before it publishes one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.cohorts.queries import get_cohort
from lms.editions.rules.contents import FileChange
from lms.exams.queries.windows import list_windows
from lms.grading.source import FILE as GRADING_FILE

SOON = timedelta(days=1)
"""So long before a window opens the office would rather leave its questions alone (開催前点検 looks from then on)."""
_EXAMS = "exams/"
_AT_ONCE = frozenset({GRADING_FILE, "anchors.yaml"})
"""Files of an exam that are looked up anew during grading; everything else of a paper is frozen when it is drawn."""


@dataclass(frozen=True, slots=True)
class RunningWindow:
    """受験期間 that is open or opens soon, of an exam the edition changes."""

    id: int
    cohort_label: str
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Timing:
    """What publishing now would reach besides the pages that are opened next."""

    windows: tuple[RunningWindow, ...]
    changes_grading: bool
    """Whether rules or 見本答案 change that graders go by at once, also for answers that were handed in before."""


def timing_of(changes: Iterable[FileChange], *, now: datetime) -> Timing:
    """Held against every window that is open or opens within a day; papers that were drawn stay as they are."""
    parts = [each.path.split("/") for each in changes if each.path.startswith(_EXAMS)]
    touched = {part[1] for part in parts}
    near = [each for each in list_windows() if each.exam_id in touched and each.opens_at - SOON <= now < each.closes_at]
    windows = tuple(RunningWindow(each.id, get_cohort(each.cohort_id).label, each.opens_at, each.closes_at) for each in near)
    return Timing(windows, changes_grading=any(part[-1] in _AT_ONCE for part in parts))
