"""What マイページ shows, gathered from the rooms below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lms.billing.queries import is_paid
from lms.certification.queries.completion import latest_proposals
from lms.certification.queries.register import CertificateView, find_certificate
from lms.cohorts.queries import Day, Seat, attendance_minutes
from lms.cohorts.rules.joining import Door
from lms.exam_engine.attempts import AttemptStatus
from lms.exams.queries.lobby import Lobby, find_lobby
from lms.exams.queries.rehearsals import RehearsalCard
from lms.exams.queries.windows import WindowCard
from lms.exams.rules.eligibility import Condition
from lms.grading.queries.appeals import AppealOffer, find_offer, list_own_appeals
from lms.grading.queries.released import ReleasedResult, find_released_result
from lms.lessons.queries import CoursePage, LessonLine, course_page, find_reading_seat
from lms.mypage.queries.days import door_of
from lms.mypage.rules import (
    DayTimes,
    ExamStage,
    Journey,
    Milestone,
    MilestoneState,
    Resit,
    ResitState,
    Step,
    exam_stage,
    is_weak,
    milestones,
    next_day,
    next_step,
    resit_state,
    window_phase,
)

_DATES = frozenset({Condition.WINDOW, Condition.RESIT_DAY})
"""Conditions that only the calendar meets."""


@dataclass(frozen=True, slots=True)
class DayCard:
    """A course day with the participant's attendance in minutes (None until it was entered)."""

    day: Day
    minutes: int | None
    is_over: bool
    door: Door


@dataclass(frozen=True, slots=True)
class Home:
    """Everything on a participant's マイページ."""

    seat: Seat
    step: Step
    milestones: tuple[tuple[Milestone, MilestoneState], ...]
    course: CoursePage
    days: tuple[DayCard, ...]
    coming_day: DayCard | None
    stage: ExamStage
    window: WindowCard | None
    unmet_count: int
    running_id: str
    rehearsed: RehearsalCard | None
    """The latest rehearsal gone through to its end."""
    certificate: CertificateView | None
    next_lesson: LessonLine | None
    next_opening: datetime | None
    """When further published lessons open."""


@dataclass(frozen=True, slots=True)
class CertificateState:
    """How far one seat is on the way to its 認定証."""

    seat: Seat
    stage: ExamStage
    is_approved: bool


@dataclass(frozen=True, slots=True)
class Study:
    """Something that was weak, and the published lessons about it."""

    title: str
    detail: str
    lessons: tuple[LessonLine, ...]


@dataclass(frozen=True, slots=True)
class ResultPage:
    """The released result, or only the stage while nothing is released."""

    seat: Seat
    stage: ExamStage
    result: ReleasedResult | None
    domains: tuple[Study, ...]
    """Domains with wrong answers, the weakest first."""
    criteria: tuple[Study, ...]
    """Essays with weak criteria."""
    resit_state: ResitState | None
    """None for whoever passed."""
    resit: Resit | None
    """The second window, for whoever failed the first and has not begun in it."""
    resit_unmet: tuple[Condition, ...]
    """What she still lacks for it, besides the dates."""
    offer: AppealOffer | None
    appeals: int
    """How many appeals she has filed."""


def find_home(user_id: int, *, has_consented: bool, now: datetime) -> Home | None:
    """The page of the user's current seat; None without a seat. The number of queries does not grow with anything."""
    lobby, reading = find_lobby(user_id, now=now), find_reading_seat(user_id)
    if lobby is None or reading is None:
        return None
    seat, course = lobby.seat, course_page(reading, now=now)
    certificate = find_certificate(seat.participant_id)
    journey = _journey(lobby, course, has_consented=has_consented, is_certified=certificate is not None, now=now)
    minutes = attendance_minutes([seat.participant_id])[seat.participant_id]
    cards = tuple(_day_card(day, minutes.get(day.number), journey, now=now) for day in seat.days)
    coming = next_day(journey.days, now=now)
    return Home(
        seat=seat,
        step=next_step(journey, now=now),
        milestones=milestones(journey, now=now),
        course=course,
        days=cards,
        coming_day=next((card for card in cards if coming and card.day.number == coming.number), None),
        stage=journey.exam,
        window=lobby.window,
        unmet_count=len(lobby.eligibility.unmet) if lobby.eligibility else 0,
        running_id=lobby.running.public_id if lobby.running else "",
        rehearsed=lobby.rehearsed,
        certificate=certificate,
        next_lesson=course.next_line,
        next_opening=_next_opening(course, now=now),
    )


def _day_card(day: Day, minutes: int | None, journey: Journey, *, now: datetime) -> DayCard:
    return DayCard(day, minutes, now >= day.ends_at, door_of(day, is_paid=journey.is_paid, now=now))


def find_certificate_state(user_id: int, *, now: datetime) -> CertificateState | None:
    """How far the user's current seat is on the way to its certificate; None without a seat."""
    lobby = find_lobby(user_id, now=now)
    if lobby is None:
        return None
    participant_id = lobby.seat.participant_id
    proposal = latest_proposals([participant_id]).get(participant_id)
    return CertificateState(
        seat=lobby.seat,
        stage=_stage(lobby, now=now),
        is_approved=bool(proposal and proposal.is_approved),
    )


def find_result_page(user_id: int, *, now: datetime) -> ResultPage | None:
    """The released result of the user's current seat; None without a seat."""
    lobby, reading = find_lobby(user_id, now=now), find_reading_seat(user_id)
    if lobby is None or reading is None:
        return None
    result = find_released_result(lobby.seat.participant_id)
    lines = {line.entry.id: line for part in course_page(reading, now=now).parts for line in part.lines}
    return ResultPage(
        seat=lobby.seat,
        stage=_stage(lobby, now=now),
        result=result,
        domains=_weak_domains(result, lines) if result else (),
        criteria=_weak_criteria(result, lines) if result else (),
        resit_state=_resit_state(lobby, result) if result else None,
        resit=_resit(lobby, result, now=now) if result else None,
        resit_unmet=tuple(each for each in lobby.eligibility.unmet if each not in _DATES) if lobby.eligibility else (),
        offer=find_offer(result.attempt_id, now=now) if result else None,
        appeals=len(list_own_appeals(user_id)),
    )


def _weak_domains(result: ReleasedResult, lines: Mapping[str, LessonLine]) -> tuple[Study, ...]:
    weak = sorted((each for each in result.domains if each.lessons), key=lambda each: (each.correct / each.total, each.domain))
    return tuple(Study(each.domain, f"{each.correct}/{each.total}問正解", _lines(each.lessons, lines)) for each in weak)


def _weak_criteria(result: ReleasedResult, lines: Mapping[str, LessonLine]) -> tuple[Study, ...]:
    found = []
    for place, essay in enumerate(result.essays, 1):
        weak = [each for each in essay.criteria if is_weak(each.points, each.max_points)]
        if weak:
            found.append(
                Study(f"論述{place} {essay.title}", "・".join(each.title for each in weak), _lines(essay.lessons, lines))
            )
    return tuple(found)


def _lines(lesson_ids: Sequence[str], lines: Mapping[str, LessonLine]) -> tuple[LessonLine, ...]:
    return tuple(lines[each] for each in lesson_ids if each in lines)


def _resit_state(lobby: Lobby, result: ReleasedResult) -> ResitState | None:
    if result.is_passed:
        return None
    return resit_state(
        number=result.window_number,
        allowed=lobby.exam.resit.windows if lobby.exam else result.window_number,
        is_known=_next_window(lobby, result) is not None,
        attempt=next((each.status for each in lobby.attempts if each.window_number > result.window_number), None),
    )


def _next_window(lobby: Lobby, result: ReleasedResult) -> WindowCard | None:
    return next((each for each in lobby.windows if each.number > result.window_number), None)


def _resit(lobby: Lobby, result: ReleasedResult, *, now: datetime) -> Resit | None:
    window = _next_window(lobby, result)
    if window is None or _resit_state(lobby, result) is not ResitState.AHEAD:
        return None
    possible = lobby.eligibility.resit_opens_at if lobby.eligibility else None
    return Resit(window.opens_at, window.closes_at, max(window.opens_at, possible or window.opens_at), now >= window.closes_at)


def _journey(lobby: Lobby, course: CoursePage, *, has_consented: bool, is_certified: bool, now: datetime) -> Journey:
    return Journey(
        has_consented=has_consented,
        is_paid=is_paid(lobby.seat.participant_id),
        days=tuple(DayTimes(day.number, day.starts_at, day.ends_at) for day in lobby.seat.days),
        has_lesson_to_do=course.next_line is not None,
        are_first_lessons_done=course.are_first_lessons_done,
        are_lessons_done=course.done.is_everything_read and course.done.is_every_quiz_passed,
        exam=_stage(lobby, now=now),
        is_certified=is_certified,
    )


def _stage(lobby: Lobby, *, now: datetime) -> ExamStage:
    finished = [each for each in lobby.attempts if each.status is AttemptStatus.SUBMITTED or each.is_passed is not None]
    window = lobby.window
    return exam_stage(
        is_running=lobby.running is not None,
        outcomes=tuple(attempt.is_passed for attempt in finished),
        phase=window_phase(window.opens_at, window.closes_at, now=now) if window else None,
        is_eligible=bool(lobby.eligibility and lobby.eligibility.is_met),
    )


def _next_opening(course: CoursePage, *, now: datetime) -> datetime | None:
    published = (line for part in course.parts for line in part.lines if line.entry.is_published)
    ahead = [line.release.opens_at for line in published if line.release.opens_at and line.release.opens_at > now]
    return min(ahead, default=None)
