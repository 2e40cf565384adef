"""The office's acts on running clocks: time for all or one, pauses, notices; once each, for everybody at the same moment."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms import clock
from lms.audit.models import AuditEvent
from lms.db.session import db
from lms.exam_engine.windows import SectionClock, section_deadline
from lms.exams.models import ExamIncident, Submission
from lms.exams.queries.answers import list_answers
from lms.exams.queries.incidents import list_incidents, list_notice_lines
from lms.exams.queries.pages import room_page
from lms.exams.queries.sittings import get_sitting
from lms.exams.queries.windows import get_window
from lms.exams.rules.incidents import IncidentKind, IncidentRefusal, IncidentRefused, refuse_time, time_to_add, window_gain
from lms.exams.rules.sitting import HandInOutcome
from lms.exams.services.hand_ins import decide_hand_in, propose_reopening
from lms.exams.services.handing_in import close_expired_attempts, hand_in_section
from lms.exams.services.incidents import add_time, pause_attempts, resume_attempts
from lms.exams.services.notices import publish_notice, withdraw_notice
from lms.exams.services.saving import save_answers
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.exams.builders import Started, begin, eligible_seat, sent, window
from tests.lms.exams.test_concurrency import at_once

NOON = clock.jst_moment(clock.to_jst(clock.now()).date())
MINUTE = timedelta(minutes=1)
WHY = "停電のため"


def crowd(make: Factory, people: int, *, hours: float = 8) -> list[Started]:
    """People who started in one window."""
    cohort_id = make.cohort()
    window_id = window(make, cohort_id, hours=hours)
    return [begin(make, eligible_seat(make, cohort_id), window_id) for _ in range(people)]


def time_left(started: Started) -> timedelta:
    access = get_sitting(started.attempt_id).section_access(clock.now())
    assert access is not None
    return access.remaining


def tags(kind: str, identity: int) -> list[tuple[str, str]]:
    chosen = AuditEvent.subject_kind == kind, AuditEvent.subject_id == str(identity)
    rows = db.session.execute(select(AuditEvent.tag, AuditEvent.reason).where(*chosen).order_by(AuditEvent.id))
    return [(row.tag, row.reason) for row in rows]


@pytest.mark.parametrize(
    ("minutes_to_closing", "has_others", "gain"),
    [(121, True, 0), (120, True, 0), (119, True, 10), (1, True, 10), (0, True, 0), (-5, True, 0), (60, False, 0)],
)
def test_a_window_closes_later_only_while_it_would_cut_somebody_who_starts_now(
    minutes_to_closing: int, has_others: bool, gain: int
) -> None:
    found = window_gain(
        closes_at=NOON + minutes_to_closing * MINUTE,
        time_limits=[60 * MINUTE, 60 * MINUTE],
        given=10 * MINUTE,
        has_others=has_others,
        now=NOON,
    )
    assert found == gain * MINUTE


@pytest.mark.parametrize("closes_after", [20, 55, 60, 65, 70, 200])
def test_a_section_never_gains_by_the_window_and_by_the_extension_together(closes_after: int) -> None:
    section = SectionClock(started_at=NOON, time_limit=60 * MINUTE)
    closes_at, given = NOON + closes_after * MINUTE, 10 * MINUTE
    added = time_to_add(section, closes_at=closes_at, gain=given, given=given)
    after = SectionClock(started_at=NOON, time_limit=60 * MINUTE, added=added)
    assert section_deadline(after, closes_at + given) == section_deadline(section, closes_at) + given


@pytest.mark.parametrize(("minutes", "is_refused"), [(0, True), (-5, True), (1, False), (180, False), (181, True)])
def test_time_is_given_by_the_minute_and_not_without_measure(minutes: int, is_refused: bool) -> None:
    assert (refuse_time(minutes * MINUTE, 180 * MINUTE) is IncidentRefusal.TIME_RANGE) is is_refused


def test_ten_minutes_for_all_reach_everybody_who_runs_and_stand_in_the_records(make: Factory, context: Flask) -> None:
    people, by = crowd(make, 3), make.staff()
    done = add_time(people[0].window_id, 10, WHY, form_key="a", by=by, now=clock.now())
    assert (done.people, done.widened, done.is_repeat) == (3, timedelta(0), False)
    assert {time_left(each) for each in people} == {70 * MINUTE}
    assert all(("attempt:time_added", WHY) in tags("attempt", each.attempt_id) for each in people)
    assert tags("exam_window", people[0].window_id).count(("exam_window:add_time", WHY)) == 1
    [line] = list_incidents(people[0].window_id)
    assert (line.kind, line.people, line.given, line.reason) == (IncidentKind.TIME_ADDED, 3, 10 * MINUTE, WHY)


def test_a_form_sent_twice_is_one_act(make: Factory, context: Flask) -> None:
    [started], by = crowd(make, 1), make.staff()
    add_time(started.window_id, 10, WHY, form_key="same", by=by, now=clock.now())
    again = add_time(started.window_id, 10, WHY, form_key="same", by=by, now=clock.now())
    assert (again.is_repeat, again.people) == (True, 1)
    assert time_left(started) == 70 * MINUTE


def test_two_people_at_once_both_count_and_each_once(make: Factory) -> None:
    people, by = crowd(make, 2), make.staff()
    keys = ["first", "first", "second", "second"]

    def press(key: str) -> bool:
        return add_time(people[0].window_id, 10, WHY, form_key=key, by=by, now=clock.now()).is_repeat

    assert sorted(at_once(make, [lambda k=k: press(k) for k in keys])) == [False, False, True, True]
    with make.app.app_context():
        assert {time_left(each) for each in people} == {80 * MINUTE}


def test_an_extension_and_a_save_at_the_same_moment_both_happen(make: Factory) -> None:
    [started], by = crowd(make, 1), make.staff()
    answer = sent(started.paper, started.question(), "a", sequence=1)
    at_once(
        make,
        [
            lambda: add_time(started.window_id, 10, WHY, form_key="x", by=by, now=clock.now()).people,
            lambda: save_answers(started.attempt_id, [answer], device="d", by=started.seat.user_id, now=clock.now()).items,
        ],
    )
    with make.app.app_context():
        assert time_left(started) == 70 * MINUTE


def test_time_for_one_is_nobody_elses(make: Factory, context: Flask) -> None:
    (one, other), by = crowd(make, 2), make.staff()
    add_time(one.window_id, 5, "PCの再起動", form_key="a", attempt_id=one.attempt_id, by=by, now=clock.now())
    assert (time_left(one), time_left(other)) == (65 * MINUTE, 60 * MINUTE)
    assert "exam_window:add_time" not in [tag for tag, _ in tags("exam_window", one.window_id)]


def test_nobody_acts_on_their_own_attempt_alone(make: Factory, context: Flask) -> None:
    one, other = crowd(make, 2)
    by, alone = one.seat.user_id, {"attempt_id": one.attempt_id, "by": one.seat.user_id, "now": clock.now()}
    for act in (
        lambda: add_time(one.window_id, 5, WHY, form_key="a", **alone),
        lambda: pause_attempts(one.window_id, WHY, form_key="b", **alone),
        lambda: resume_attempts(one.window_id, WHY, form_key="c", **alone),
    ):
        with pytest.raises(IncidentRefused) as refused:
            act()
        assert refused.value.reason is IncidentRefusal.OWN_ATTEMPT
    add_time(one.window_id, 5, WHY, form_key="d", by=by, now=clock.now())
    assert time_left(one) == time_left(other) == 65 * MINUTE, "what concerns everybody concerns her too"


def test_the_window_opens_longer_for_those_who_have_not_started_and_nobody_gains_twice(make: Factory, context: Flask) -> None:
    [started], by = crowd(make, 1, hours=0.5), make.staff()
    eligible_seat(make, started.seat.cohort_id)
    before = get_window(started.window_id).closes_at
    done = add_time(started.window_id, 10, WHY, form_key="a", by=by, now=clock.now())
    assert done.widened == 10 * MINUTE
    assert get_window(started.window_id).closes_at == before + 10 * MINUTE
    assert time_left(started) == 40 * MINUTE
    assert ("attempt:time_added", WHY) in tags("attempt", started.attempt_id), "the line stands though the window gave it"
    assert ("exam_window:change", WHY) in tags("exam_window", started.window_id)


def test_without_anybody_running_an_act_is_refused_and_leaves_nothing(make: Factory, context: Flask) -> None:
    seat, by = eligible_seat(make), make.staff()
    window_id = window(make, seat.cohort_id)
    for act in (
        lambda: add_time(window_id, 10, WHY, form_key="a", by=by, now=clock.now()),
        lambda: pause_attempts(window_id, WHY, form_key="b", by=by, now=clock.now()),
        lambda: resume_attempts(window_id, WHY, form_key="c", by=by, now=clock.now()),
    ):
        with pytest.raises(IncidentRefused) as refused:
            act()
        assert refused.value.reason is IncidentRefusal.NOBODY_CONCERNED
    assert db.session.scalar(select(func.count(ExamIncident.id))) == 0


def test_an_act_needs_a_reason(make: Factory, context: Flask) -> None:
    [started], by = crowd(make, 1), make.staff()
    with pytest.raises(IncidentRefused) as refused:
        pause_attempts(started.window_id, "  ", form_key="a", by=by, now=clock.now())
    assert refused.value.reason is IncidentRefusal.REASON_MISSING


def test_while_paused_nothing_runs_out_and_the_pause_is_given_back(
    make: Factory, context: Flask, frozen_clock: FrozenClock
) -> None:
    (one, other), by = crowd(make, 2), make.staff()
    frozen_clock.advance(minutes=50)
    pause_attempts(one.window_id, WHY, form_key="a", attempt_id=one.attempt_id, by=by, now=clock.now())
    frozen_clock.advance(minutes=25)
    close_expired_attempts(now=clock.now())
    assert get_sitting(other.attempt_id).stored_state.handed_in == ("choice",)
    assert time_left(one) == 10 * MINUTE
    done = resume_attempts(one.window_id, "復旧したため", form_key="b", by=by, now=clock.now())
    assert done.people == 1
    assert time_left(one) == 10 * MINUTE
    frozen_clock.advance(minutes=11)
    close_expired_attempts(now=clock.now())
    assert get_sitting(one.attempt_id).stored_state.handed_in == ("choice",)


def test_pausing_all_leaves_those_who_are_paused_already(make: Factory, context: Flask) -> None:
    (one, other), by = crowd(make, 2), make.staff()
    pause_attempts(one.window_id, WHY, form_key="a", attempt_id=one.attempt_id, by=by, now=clock.now())
    assert pause_attempts(one.window_id, WHY, form_key="b", by=by, now=clock.now()).people == 1
    assert resume_attempts(one.window_id, WHY, form_key="c", by=by, now=clock.now()).people == 2
    assert (time_left(one), time_left(other)) == (60 * MINUTE, 60 * MINUTE)


def test_a_notice_stands_until_it_is_withdrawn_and_the_same_words_are_one_notice(make: Factory, context: Flask) -> None:
    [started], by = crowd(make, 1), make.staff()
    first = publish_notice(started.window_id, "5分延長しました。", by=by, now=clock.now())
    assert publish_notice(started.window_id, " 5分延長しました。 ", by=by, now=clock.now()) == first
    assert withdraw_notice(first, "済んだため", by=by, now=clock.now())
    assert not withdraw_notice(first, "済んだため", by=by, now=clock.now())
    assert publish_notice(started.window_id, "5分延長しました。", by=by, now=clock.now()) != first
    assert [line.withdrawn_at is None for line in list_notice_lines(started.window_id)] == [True, False]
    found = [tag for tag, _ in tags("exam_window", started.window_id) if "notice" in tag]
    assert found == ["exam_window:publish_notice", "exam_window:withdraw_notice", "exam_window:publish_notice"]


def test_a_notice_needs_words_and_its_withdrawal_a_reason(make: Factory, context: Flask) -> None:
    [started], by = crowd(make, 1), make.staff()
    with pytest.raises(IncidentRefused):
        publish_notice(started.window_id, "\n ", by=by, now=clock.now())
    notice = publish_notice(started.window_id, "ご連絡", by=by, now=clock.now())
    with pytest.raises(IncidentRefused):
        withdraw_notice(notice, "", by=by, now=clock.now())


def test_an_attempt_that_time_has_ended_is_submitted_first(make: Factory, context: Flask, frozen_clock: FrozenClock) -> None:
    [early], by = crowd(make, 1), make.staff()
    frozen_clock.advance(minutes=121)
    late = begin(make, eligible_seat(make, early.seat.cohort_id), early.window_id)
    done = add_time(early.window_id, 10, WHY, form_key="a", by=by, now=clock.now())
    assert done.people == 1
    assert time_left(late) == 70 * MINUTE
    assert db.session.scalar(select(Submission.attempt_id)) == early.attempt_id


def test_handing_in_waits_for_the_end_of_a_pause_and_keeps_the_answers(make: Factory, context: Flask) -> None:
    [started], by = crowd(make, 1), make.staff()
    pause_attempts(started.window_id, WHY, form_key="a", by=by, now=clock.now())
    answer = sent(started.paper, started.question(), "a")

    def hand_in() -> HandInOutcome:
        return hand_in_section(started.attempt_id, "choice", [answer], device="d", by=started.seat.user_id, now=clock.now())

    assert hand_in() is HandInOutcome.PAUSED
    assert list_answers(started.attempt_id)[started.question()].version == 1
    resume_attempts(started.window_id, WHY, form_key="b", by=by, now=clock.now())
    assert hand_in() is HandInOutcome.NEXT_SECTION


def test_a_reopened_section_is_the_last_one_on_its_page_wherever_it_stands(make: Factory, context: Flask) -> None:
    [started], by = crowd(make, 1), make.staff()
    for section in ("choice", "essay"):
        hand_in_section(started.attempt_id, section, [], device="d", by=started.seat.user_id, now=clock.now())
    proposal = propose_reopening(started.attempt_id, "choice", 10, WHY, by=by, now=clock.now())
    decide_hand_in(proposal, True, "", by=make.staff(), now=clock.now())
    page = room_page(get_sitting(started.attempt_id), now=clock.now())
    assert page is not None
    assert (page.section_id, page.is_last) == ("choice", True)
