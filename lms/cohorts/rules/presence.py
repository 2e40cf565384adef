"""Time spent in a meeting: spans from any number of joins, united, cut to what counts, and the minutes they add up to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` to before `end`, both aware; an end that is not after its start is no time at all."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it lasts, never less than nothing."""
        return max(self.end - self.start, timedelta(0))


@dataclass(frozen=True, slots=True)
class Block:
    """One line of the timetable on a day."""

    title: str
    span: Span
    lessons: tuple[str, ...] = ()
    """Ids of the lessons that belong to it."""


@dataclass(frozen=True, slots=True)
class Presence:
    """What somebody's joins add up to on one day; minutes are whole ones, cut off once over the day or the block."""

    spans: tuple[Span, ...]
    """United, within the day, without breaks."""
    minutes: int
    minutes_of_blocks: tuple[int, ...]
    late: timedelta
    """From the beginning of the day to the first join; nothing for who was there in time."""
    early: timedelta
    """From the last leave to the end of the day."""

    @property
    def late_minutes(self) -> int:
        """How late, in minutes, rounded down."""
        return self.late // MINUTE

    @property
    def early_minutes(self) -> int:
        """How early, in minutes, rounded down; who was there until the last minute left nothing early."""
        return self.early // MINUTE

    def is_late(self, borne_minutes: int) -> bool:
        """Whether the first join came later than so many minutes after the beginning."""
        return self.late > borne_minutes * MINUTE

    def is_early(self, borne_minutes: int) -> bool:
        """Whether the last leave came more than so many minutes before the end."""
        return self.early > borne_minutes * MINUTE


def unite(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same moments as spans in order that neither overlap nor touch: two devices at once count once."""
    united: list[Span] = []
    for span in sorted(span for span in spans if span.length):
        if united and span.start <= united[-1].end:
            united[-1] = Span(united[-1].start, max(united[-1].end, span.end))
        else:
            united.append(span)
    return tuple(united)


def within(spans: Iterable[Span], whole: Span) -> tuple[Span, ...]:
    """What of the spans lies within the whole."""
    cut = (Span(max(span.start, whole.start), min(span.end, whole.end)) for span in spans)
    return tuple(span for span in cut if span.length)


def without(spans: Iterable[Span], breaks: Iterable[Span]) -> tuple[Span, ...]:
    """What of the spans lies outside every break."""
    left = list(spans)
    for pause in breaks:
        left = [part for span in left for part in _around(span, pause)]
    return tuple(left)


def whole_minutes(spans: Iterable[Span]) -> int:
    """The spans' seconds together, in minutes, rounded down once; the spans must not overlap."""
    return sum((span.length for span in spans), timedelta(0)) // MINUTE


def counted_minutes(day: Span, breaks: Iterable[Span]) -> int:
    """The minutes of a course day that count for attendance: its hours less the breaks."""
    return whole_minutes(without((day,), breaks))


def weigh_presence(joins: Iterable[Span], day: Span, breaks: Sequence[Span], blocks: Sequence[Block]) -> Presence:
    """What the joins of one person add up to on a day.

    Minutes count within the day's hours and outside the breaks the office entered. Late and early are told from the joins
    themselves, breaks or not; who never came is late for the whole day and has left nothing early.
    """
    there = within(unite(joins), day)
    counted = without(there, breaks)
    first = there[0].start if there else day.end
    last = there[-1].end if there else day.end
    return Presence(
        spans=counted,
        minutes=whole_minutes(counted),
        minutes_of_blocks=tuple(whole_minutes(within(counted, block.span)) for block in blocks),
        late=first - day.start,
        early=day.end - last,
    )


def _around(span: Span, pause: Span) -> tuple[Span, ...]:
    parts = (Span(span.start, min(span.end, pause.start)), Span(max(span.start, pause.end), span.end))
    return tuple(part for part in parts if part.length) if pause.length else (span,)
