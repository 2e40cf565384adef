"""Fills an empty demo installation once: three cohorts at three stages, by the same verbs that people use."""

import functools
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask import current_app

from lms import clock
from lms.accounts.queries import find_account_by_email
from lms.accounts.services import (
    accept_invitation,
    code_at,
    confirm_totp,
    create_user,
    give_role,
    issue_invitation_link,
    log_out,
    start_totp,
)
from lms.billing.rules import PaymentMethod
from lms.billing.services import confirm_payment
from lms.certification.services.deciding import decide_certification, propose_certification
from lms.cohorts.queries import course_days, list_cohorts, list_participants
from lms.cohorts.rules.decisions import DayPlan
from lms.cohorts.rules.roster import RosterRow
from lms.cohorts.services.calendar import renew_calendar
from lms.cohorts.services.planning import change_days, create_cohort
from lms.cohorts.services.seating import import_roster
from lms.cohorts.source import course_facts
from lms.demo.appealing import Hearing, hear_appeals, take_complaints
from lms.demo.attending import attend_by_report, correct_a_broken_line
from lms.demo.calibrating import agree_on_anchors
from lms.demo.certifying import (
    find_the_lost_paper,
    hold_and_let_go,
    issue_and_post,
    reissue_a_damaged_paper,
    suspend_and_resume,
)
from lms.demo.editing import publish_and_go_back
from lms.demo.exam_day import admit_late_essay, cut_the_power, leave_a_question_as_it_is, read_a_question
from lms.demo.grading import grade_everything
from lms.demo.grading_days import cover_a_trade, doubt_a_mark, lend_an_essay, tell_ties
from lms.demo.people import PASSPHRASE, DemoCast, DemoParticipant, DemoStaff, read_cast
from lms.demo.practicing import practice
from lms.demo.sitting import sit_exam, study_everything
from lms.demo.taking import take_handouts
from lms.exam_engine.windows import ExtraTime
from lms.exams.rules.accommodating import Grant
from lms.exams.rules.readiness import CheckId, CheckResult
from lms.exams.services.accommodating import decide_accommodation, request_accommodation
from lms.exams.services.readiness import record_readiness
from lms.exams.services.windows import open_window
from lms.grading.services.opening import open_grading
from lms.grading.services.results import finalize_results, release_results
from lms.grading.services.verdicts import propose_verdicts
from lms.lessons.queries import find_reading_seat
from lms.lessons.rules.worksheets import SheetEdit
from lms.lessons.services import complete_lesson, save_worksheet
from lms.manuals.services import share_manual
from lms.terms.queries import get_current_terms
from lms.terms.services import consent
from lms.web.access import Role

COHORTS = 3
MEETING = "https://zoom.example.com/j/0000000000"
PASSED_QUALITIES = ("excellent", "good")
WAITING_QUALITIES = ("good", "middling", "excellent", "weak")
MANUAL_READER = "店舗運営部の部長"
ACCOMMODATION_REASONS = (
    "弱視のため、画面の文字を読むのに時間がかかります。1.3倍ほどの時間があると助かります。",
    "右手首のけがで、入力に時間がかかります。",
)


@dataclass(frozen=True, slots=True)
class Office:
    """The two office people whose four eyes decide."""

    first: int
    second: int


class Filling:
    """One filling of the demo; every verb is told when it happened, so that the past looks like a past."""

    def __init__(self, cast: DemoCast, now: datetime) -> None:
        self.cast = cast
        self.now = now
        self.office = Office(0, 0)
        self.hearing = Hearing(0, 0, 0)
        self.graders: list[int] = []

    def days_ago(self, days: int, at: time = time(10, 0)) -> datetime:
        """A Japanese wall-clock time some days before (or, negative, after) today."""
        return clock.jst_day_after(clock.to_jst(self.now).date(), -days, at)

    def run(self) -> None:
        """Staff first, then the finished, the running and the coming cohort."""
        self._hire_staff(self.days_ago(60))
        publish_and_go_back(by=self.office.first, days_ago=self.days_ago)
        self._finished_cohort()
        self._running_cohort()
        self._coming_cohort()

    def _hire_staff(self, when: datetime) -> None:
        for person in self.cast.staff:
            user_id = _welcome_staff(person, now=when)
            if Role.GRADER in person.roles:
                self.graders.append(user_id)
        first, second, handler, closer = (_user_id(person.email) for person in self.cast.with_role(Role.OFFICE))
        self.office = Office(first, second)
        self.hearing = Hearing(first, handler, closer)

    def _open_cohort(self, ordinal: int, *, first_day_ago: int, planned_ago: int) -> int:
        """A cohort whose first day lies so many days back, planned and paid before that."""
        day1 = clock.to_jst(self.days_ago(first_day_ago)).date()
        return create_cohort(
            course_facts().id,
            ordinal,
            f"デモ第{ordinal}期",
            day1,
            day1 + timedelta(days=1),
            20,
            by=self.office.first,
            now=self.days_ago(planned_ago),
            is_demo=True,
        )

    def _seat_people(self, cohort_id: int, people: tuple[DemoParticipant, ...], *, days_ago: int) -> dict[str, int]:
        """Seats for the people; whoever is not new has paid, set a password and consented. E-mail → participant id."""
        when = self.days_ago(days_ago)
        rows = [_roster_row(number, person) for number, person in enumerate(people, start=2)]
        import_roster(cohort_id, rows, by=self.office.first, now=when)
        seats = {seat.email: seat.participant_id for seat in list_participants(cohort_id)}
        for person in people:
            if person.story != "new":
                self._pay_and_join(person, seats[person.email], now=when + timedelta(hours=1))
        return seats

    def _pay_and_join(self, person: DemoParticipant, participant_id: int, *, now: datetime) -> None:
        on = clock.to_jst(now).date()
        confirm_payment(participant_id, PaymentMethod.BANK, course_facts().prices.course, on, by=self.office.first, now=now)
        user_id = _user_id(person.email)
        _set_password(user_id, now=now + timedelta(hours=2))
        terms = get_current_terms()
        consent(terms.revision, terms.sha256, by=user_id, now=now + timedelta(hours=2))

    def _attend_and_study(
        self, cohort_id: int, people: tuple[DemoParticipant, ...], seats: dict[str, int], *, first_day_ago: int
    ) -> None:
        for person in people:
            user_id = _user_id(person.email)
            study_everything(user_id, now=self.days_ago(first_day_ago + 1, time(21, 0)))
        attendees = [(person.name, seats[person.email]) for person in people]
        for day in (1, 2):
            held_on = clock.to_jst(self.days_ago(first_day_ago + 1 - day)).date()
            when = self.days_ago(first_day_ago - day, time(9, 30))
            attend_by_report(cohort_id, day, held_on, attendees, by=self.office.first, now=when)
        correct_a_broken_line(attendees[0][1], course_facts().days.minutes, by=self.office.first, now=when)

    def _finished_cohort(self) -> None:
        """デモ第1期: results are out, two people are certified, one may sit again."""
        people = self.cast.with_story("passed", "failed")
        cohort_id = self._open_cohort(1, first_day_ago=45, planned_ago=58)
        seats = self._seat_people(cohort_id, people, days_ago=52)
        self._attend_and_study(cohort_id, people, seats, first_day_ago=45)
        take_handouts(list(seats.values())[:3], now=self.days_ago(44, time(20, 30)))
        window_id = self._open_window(cohort_id, opened_ago=43, closes_ago=33)
        for number, person in enumerate(people):
            is_good = person.story == "passed"
            quality = PASSED_QUALITIES[number % 2] if is_good else "weak"
            sit_exam(
                self.cast,
                _user_id(person.email),
                seats[person.email],
                window_id,
                quality=quality,
                wrong_every=7 if is_good else 2,
                started_at=self.days_ago(40 - number, time(19, 0)),
            )
        grade_everything(self.cast, window_id, self.graders, by=self.office.first, now=self.days_ago(32))
        propose_verdicts(window_id, {}, by=self.office.second, now=self.days_ago(28))
        finalize_results(window_id, by=self.office.first, now=self.days_ago(27))
        release_results(window_id, by=self.office.second, now=self.days_ago(26))
        doubt = {"proposed_at": self.days_ago(25), "decided_at": self.days_ago(24)}
        leave_a_question_as_it_is(window_id, first=self.office.first, second=self.office.second, **doubt)
        read_a_question(course_facts().exam_id, by=self.office.second, now=self.days_ago(20))
        certified = [person for person in people if person.story == "passed"]
        self._certify(cohort_id, [seats[person.email] for person in certified])
        holder, other = certified[0].email, certified[1].email
        pair = {"first": self.office.first, "second": self.office.second}
        suspend_and_resume(seats[holder], **pair, days_ago=self.days_ago)
        reissue_a_damaged_paper(seats[other], **pair, days_ago=self.days_ago)
        find_the_lost_paper(seats[holder], by=_user_id(holder), now=self.days_ago(12, time(20, 0)))
        hear_appeals(list(seats.values()), self.hearing, now=self.days_ago(22, time(15, 0)))
        take_complaints(next(iter(seats.values())), by=self.office.first, now=self.days_ago(43, time(18, 0)))

    def _certify(self, cohort_id: int, participant_ids: list[int]) -> None:
        proposals = propose_certification(participant_ids, by=self.office.first, now=self.days_ago(24))
        hold_and_let_go(
            proposals[0], by=self.office.second, held=self.days_ago(24, time(15, 0)), let_go=self.days_ago(23, time(9))
        )
        for proposal_id in proposals:
            decide_certification(proposal_id, True, "", by=self.office.second, now=self.days_ago(23))
        issue_and_post(cohort_id, participant_ids, by=self.office.first, days_ago=self.days_ago)

    def _running_cohort(self) -> None:
        """デモ第2期: the exam is open, two people may start, four have handed in and wait for their graders."""
        people = self.cast.with_story("ready", "submitted")
        cohort_id = self._open_cohort(2, first_day_ago=6, planned_ago=20)
        seats = self._seat_people(cohort_id, people, days_ago=14)
        self._attend_and_study(cohort_id, people, seats, first_day_ago=6)
        window_id = self._open_window(cohort_id, opened_ago=4, closes_ago=-10)
        self._accommodate(self.cast.with_story("ready"), seats)
        self._practice(self.cast.with_story("ready"))
        for number, person in enumerate(self.cast.with_story("submitted")):
            self._sit_and_wait(person, seats[person.email], window_id, number)
        open_grading(window_id, self.graders, by=self.office.first, now=self.days_ago(1))
        agree_on_anchors(window_id, self.graders[:2], now=self.days_ago(1))
        cover_a_trade(window_id, by=self.office.first, now=self.days_ago(1, time(10, 30)))
        lend_an_essay(window_id, self.graders, by=self.office.first, now=self.days_ago(1, time(11, 0)))
        doubt_a_mark(self.cast, window_id, self.graders[0], now=self.days_ago(1, time(13, 0)))

    def _sit_and_wait(self, person: DemoParticipant, participant_id: int, window_id: int, number: int) -> None:
        """Sit for the graders; the first one through a power cut, with an essay that arrives after the hand-in."""
        quality = WAITING_QUALITIES[number % len(WAITING_QUALITIES)]
        attempt_id = sit_exam(
            self.cast,
            _user_id(person.email),
            participant_id,
            window_id,
            quality=quality,
            wrong_every=5 + number,
            started_at=self.days_ago(3, time(9 + 2 * number, 0)),
            trouble=None if number else functools.partial(cut_the_power, by=self.office.first),
        )
        if number == 0:
            admit_late_essay(
                self.cast,
                attempt_id,
                quality,
                first=self.office.first,
                second=self.office.second,
                sent_at=self.days_ago(3, time(10, 35)),
                decided_at=self.days_ago(2),
            )

    def _coming_cohort(self) -> None:
        """デモ第3期: two people read the lessons before day 1, one has not paid yet."""
        people = self.cast.with_story("new", "learning")
        cohort_id = self._open_cohort(3, first_day_ago=-20, planned_ago=7)
        seats = self._seat_people(cohort_id, people, days_ago=3)
        self._prepare_days(cohort_id, seats)
        self._write_worksheets(self.days_ago(1, time(20, 0)))
        (teacher,) = (_user_id(person.email) for person in self.cast.with_role(Role.INSTRUCTOR))
        tell_ties(cohort_id, self.graders, teacher, by=self.office.first, now=self.days_ago(2))

    def _prepare_days(self, cohort_id: int, seats: dict[str, int]) -> None:
        """The office enters where to join; one of those who learn subscribes to the days."""
        plans = [
            DayPlan(day.held_on, course_facts().days.starts_at, course_facts().days.ends_at, MEETING)
            for day in course_days(cohort_id)
        ]
        change_days(cohort_id, plans[0], plans[1], by=self.office.first, now=self.days_ago(2))
        email = self.cast.worksheet_writer
        renew_calendar(seats[email], by=_user_id(email), now=self.days_ago(1, time(19, 30)))

    def _open_window(self, cohort_id: int, *, opened_ago: int, closes_ago: int) -> int:
        """A window set the day before, whose 開催前点検 found nothing: like everybody in the demo, its past is fictional."""
        opens_at, by = self.days_ago(opened_ago), self.office.first
        window_id = open_window(cohort_id, 1, opens_at, self.days_ago(closes_ago), by=by, now=self.days_ago(opened_ago + 1))
        record_readiness(window_id, [CheckResult(check) for check in CheckId], by=by, now=opens_at)
        return window_id

    def _practice(self, people: tuple[DemoParticipant, ...]) -> None:
        """場面練習 after the course days: the first has looked back at two talks, the second is in the middle of one."""
        first, second = (_user_id(person.email) for person in people[:2])
        practice(first, "S01", now=self.days_ago(3, time(20, 0)))
        practice(first, "S06", now=self.days_ago(2, time(20, 0)))
        practice(second, "S03", now=self.days_ago(1, time(20, 0)), replies=2)

    def _accommodate(self, people: tuple[DemoParticipant, ...], seats: dict[str, int]) -> None:
        """Of those who may start, one was granted the longer time she asked for, another waits for an answer."""
        requests = [
            (seats[person.email], self._ask(person, seats[person.email], reason))
            for person, reason in zip(people, ACCOMMODATION_REASONS, strict=False)
        ]
        participant_id, request_id = requests[0]
        grant = Grant(ExtraTime(percent=course_facts().usual_extra_percent))
        words, when = "お申し出の内容を確認しました。各大問の時間を延ばします。", self.days_ago(4, time(15, 0))
        decide_accommodation(participant_id, grant, request_id=request_id, reason=words, by=self.office.first, now=when)

    def _ask(self, person: DemoParticipant, participant_id: int, reason: str) -> int:
        return request_accommodation(
            participant_id,
            wants_extra_time=True,
            wants_paper=False,
            reason=reason,
            by=_user_id(person.email),
            now=self.days_ago(5, time(9, 0)),
        )

    def _write_worksheets(self, now: datetime) -> None:
        user_id = _user_id(self.cast.worksheet_writer)
        seat = find_reading_seat(user_id)
        if seat is None:
            return
        for lesson_id, fields in self.cast.worksheets.items():
            if lesson_id > "L02":
                continue
            edits = {key: SheetEdit(text, 0) for key, text in fields.items()}
            save_worksheet(seat, lesson_id, edits, by=user_id, now=now)
            complete_lesson(seat, lesson_id, by=user_id, now=now)
        share_manual(seat.participant_id, MANUAL_READER, by=user_id, now=now + timedelta(hours=1))


class HalfFilled(RuntimeError):
    """An earlier filling was interrupted; only an empty database can be filled."""


def fill_demo(*, now: datetime) -> bool:
    """Fill the demo unless it was filled before; gives back whether anything was done.

    Raises HalfFilled when an earlier filling did not come to its end.
    """
    cast = read_cast(current_app.extensions["settings"].content)
    if len(list_cohorts()) >= COHORTS:
        return False
    if find_account_by_email(cast.staff[0].email) is not None:
        raise HalfFilled
    Filling(cast, now).run()
    return True


def _welcome_staff(person: DemoStaff, *, now: datetime) -> int:
    user_id = create_user(person.email, person.name, person.kana, by=None, now=now)
    for role in person.roles:
        give_role(user_id, role, by=None, now=now)
    _set_password(user_id, now=now)
    secret = start_totp(user_id, now=now)
    confirm_totp(user_id, code_at(secret, now), now=now)
    return user_id


def _set_password(user_id: int, *, now: datetime) -> None:
    token = issue_invitation_link(user_id, now=now).rsplit("/", 1)[-1]
    log_out(accept_invitation(token, PASSPHRASE, now=now, user_agent="demo"), now=now)


def _user_id(email: str) -> int:
    account = find_account_by_email(email)
    if account is None:
        raise LookupError(email)
    return account.id


def _roster_row(number: int, person: DemoParticipant) -> RosterRow:
    return RosterRow(
        number=number,
        name=person.name,
        kana=person.kana,
        email=person.email,
        company=person.company,
        department=person.department,
        postal_code=person.postal_code,
        address=person.address,
    )
