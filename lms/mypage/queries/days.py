"""研修: what a participant's page of the course days shows, and the door to each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lms.cohorts.queries import Day, course_days
from lms.cohorts.queries.own_days import OwnDay, own_days
from lms.cohorts.rules.decisions import is_enough, needed_minutes
from lms.cohorts.rules.joining import Door, judge_door
from lms.cohorts.rules.presence import Block
from lms.cohorts.source import CourseFacts, course_facts
from lms.lessons.queries import CoursePage, LessonLine, ReadingSeat, course_page, find_reading_seat, library
from lms.lessons.rules.content import Anchor
from lms.lessons.rules.progress import ReadingState


@dataclass(frozen=True, slots=True)
class BlockLine:
    """A line of the timetable; `minutes` she was there, None while nothing is known of it."""

    block: Block
    minutes: int | None
    lessons: tuple[LessonLine, ...]


@dataclass(frozen=True, slots=True)
class DayPart:
    """One course day of the page."""

    own: OwnDay
    door: Door
    blocks: tuple[BlockLine, ...]
    needed: int
    """Minutes of attendance the day needs."""
    is_met: bool
    is_late: bool
    is_early: bool
    is_over: bool
    has_begun: bool

    @property
    def day(self) -> Day:
        """The day itself."""
        return self.own.day


@dataclass(frozen=True, slots=True)
class DaysPage:
    """Everything on the page of the course days."""

    participant_id: int
    cohort_label: str
    is_paid: bool
    days: tuple[DayPart, ...]
    to_read: tuple[LessonLine, ...]
    """Lessons to be read before the first day that are not done."""
    generation: int
    """Of the calendar's address; 0 while there is none."""
    join_minutes_before: int

    @property
    def next(self) -> DayPart | None:
        """The day that runs or comes next; None after the last."""
        return next((part for part in self.days if not part.is_over), None)


@dataclass(frozen=True, slots=True)
class DayDoor:
    """A course day with its door for one participant."""

    day: Day
    door: Door


def find_days_page(user_id: int, *, now: datetime) -> DaysPage | None:
    """The page of the user's current seat; None without a seat. However much there is to show, the SELECTs are as many."""
    seat = find_reading_seat(user_id)
    if seat is None:
        return None
    facts, own, course = course_facts(), own_days(seat.participant_id), course_page(seat, now=now)
    lines = {line.entry.id: line for part in course.parts for line in part.lines}
    return DaysPage(
        participant_id=seat.participant_id,
        cohort_label=seat.cohort_label,
        is_paid=seat.paid_at is not None,
        days=tuple(_part(each, seat, lines, facts, now=now) for each in own.days),
        to_read=lessons_to_read(course),
        generation=own.generation,
        join_minutes_before=facts.join_minutes_before,
    )


def find_door(user_id: int, number: int, *, now: datetime) -> DayDoor | None:
    """The door of a day of the user's current seat; None without a seat or such a day."""
    seat = find_reading_seat(user_id)
    days = course_days(seat.cohort_id) if seat else ()
    day = next((each for each in days if each.number == number), None)
    if seat is None or day is None:
        return None
    return DayDoor(day, door_of(day, is_paid=seat.paid_at is not None, now=now))


def door_of(day: Day, *, is_paid: bool, now: datetime) -> Door:
    """The door of a day as it stands now."""
    before = course_facts().join_minutes_before
    return judge_door(day.starts_at, day.ends_at, day.join_url, is_paid=is_paid, minutes_before=before, now=now)


def lessons_to_read(course: CoursePage) -> tuple[LessonLine, ...]:
    """The published lessons that open with the payment and are not done: what there is to prepare for the first day."""
    plan = library().course
    first = (line for part in course.parts for line in part.lines if line.entry.is_published)
    return tuple(line for line in first if plan.group(line.entry.release_group).anchor is Anchor.PAID and not _is_done(line))


def _is_done(line: LessonLine) -> bool:
    return line.state is ReadingState.COMPLETED and line.is_quiz_passed


def _part(own: OwnDay, seat: ReadingSeat, lines: Mapping[str, LessonLine], facts: CourseFacts, *, now: datetime) -> DayPart:
    day, minutes = own.day, own.presence.minutes_of_blocks
    return DayPart(
        own=own,
        door=door_of(day, is_paid=seat.paid_at is not None, now=now),
        blocks=tuple(
            BlockLine(block, minutes[place] if own.stays else None, _known(block, lines))
            for place, block in enumerate(own.blocks)
        ),
        needed=needed_minutes(day.minutes, facts.attendance_percent),
        is_met=is_enough(own.entry.minutes if own.entry else None, day.minutes, facts.attendance_percent),
        is_late=own.presence.is_late(facts.late_after_minutes),
        is_early=own.presence.is_early(facts.early_before_minutes),
        is_over=now >= day.ends_at,
        has_begun=now >= day.starts_at,
    )


def _known(block: Block, lines: Mapping[str, LessonLine]) -> tuple[LessonLine, ...]:
    """The lessons of a block; one that the plan of the course does not know is left out."""
    return tuple(lines[each] for each in block.lessons if each in lines)
