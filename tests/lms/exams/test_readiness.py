"""開催前点検: when a window counts as clear, when the worker looks again, and what is kept and told of each run."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from lms import clock
from lms.audit.models import AuditEvent
from lms.db.session import db
from lms.editions.services import release_edition
from lms.exams.models import Attempt, ReadinessRun
from lms.exams.queries.readiness import find_latest_run, is_window_cleared, list_due_windows, list_outdated_windows
from lms.exams.queries.windows import get_window
from lms.exams.rules.readiness import (
    EVERY,
    RETRY,
    SETTLING,
    CheckId,
    CheckOutcome,
    CheckResult,
    Run,
    carried_reason,
    is_cleared,
    is_due,
    is_green,
    is_outdated,
    judge_age,
    judge_free_space,
    worst,
)
from lms.exams.rules.sitting import RefusalReason, Refused
from lms.exams.services.readiness import record_readiness
from lms.exams.services.starting import start_attempt
from lms.exams.services.windows import open_window
from lms.mail.models import OutgoingMail
from lms.web.access import Role
from tests.conftest import NOON, FrozenClock
from tests.factories import Factory, Seat
from tests.lms.editions.builders import publish, with_a_sentence
from tests.lms.exams.builders import ALL_GREEN, eligible_seat

OPENS = NOON
CLOSES = OPENS + timedelta(days=10)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def with_red(*checks: CheckId) -> tuple[CheckResult, ...]:
    return tuple(CheckResult(each, CheckOutcome.RED if each in checks else CheckOutcome.OK) for each in CheckId)


def run(at: datetime, *, green: bool = True, reason: str = "") -> Run:
    return Run(green, reason, at)


def test_green_means_that_every_check_was_made_and_none_is_red() -> None:
    warned = tuple(CheckResult(each, CheckOutcome.WARNING) for each in CheckId)
    assert is_green(ALL_GREEN)
    assert is_green(warned)
    assert not is_green(ALL_GREEN[1:])
    assert not is_green(())
    assert not any(is_green(with_red(check)) for check in CheckId)


@pytest.mark.parametrize(
    ("latest", "was_cleared", "cleared"),
    [
        pytest.param(None, False, False, id="never checked"),
        pytest.param(run(OPENS - HOUR), False, True, id="green"),
        pytest.param(run(OPENS - HOUR, green=False), False, False, id="red"),
        pytest.param(run(OPENS - HOUR, green=False, reason="責任者が確認"), False, True, id="red, overridden"),
        pytest.param(run(OPENS - 24 * HOUR), False, True, id="green a day before"),
        pytest.param(run(OPENS - 24 * HOUR - MINUTE), False, False, id="green too long ago"),
        pytest.param(run(OPENS + HOUR, green=False), False, False, id="red since the opening"),
        pytest.param(run(OPENS + 2 * HOUR, green=False), True, True, id="red after it was clear while open"),
    ],
)
def test_a_window_is_clear_by_its_latest_run(latest: Run | None, was_cleared: bool, cleared: bool) -> None:
    assert is_cleared(latest, opens_at=OPENS, was_cleared_while_open=was_cleared) is cleared


@pytest.mark.parametrize(
    ("latest", "now", "cleared", "due"),
    [
        pytest.param(None, OPENS - 24 * HOUR - MINUTE, False, False, id="too early"),
        pytest.param(None, OPENS - 24 * HOUR, False, True, id="a day before"),
        pytest.param(run(OPENS - 5 * HOUR), OPENS - 4 * HOUR - MINUTE, True, False, id="within the hour"),
        pytest.param(run(OPENS - 5 * HOUR), OPENS - 4 * HOUR, True, True, id="after an hour"),
        pytest.param(run(OPENS - MINUTE), OPENS, True, True, id="at the opening, whatever was before"),
        pytest.param(run(OPENS), OPENS + MINUTE, True, False, id="clear and open"),
        pytest.param(run(OPENS, green=False), OPENS + RETRY, False, True, id="open and kept shut: soon again"),
        pytest.param(run(OPENS, green=False), OPENS + RETRY, True, False, id="red but clear"),
        pytest.param(run(OPENS), OPENS + EVERY, True, True, id="every hour while it is open"),
        pytest.param(None, CLOSES, False, False, id="over"),
    ],
)
def test_the_worker_looks_again_when_it_is_time(latest: Run | None, now: datetime, cleared: bool, due: bool) -> None:
    assert is_due(latest, opens_at=OPENS, closes_at=CLOSES, is_cleared=cleared, now=now) is due


@pytest.mark.parametrize(
    ("latest", "published_at", "outdated"),
    [
        pytest.param(None, OPENS, False, id="never looked at: its day will come"),
        pytest.param(run(OPENS), None, False, id="nothing was ever published"),
        pytest.param(run(OPENS - MINUTE, green=False), OPENS, True, id="looked at before"),
        pytest.param(run(OPENS + SETTLING - timedelta(seconds=1)), OPENS, True, id="looked at while it was published"),
        pytest.param(run(OPENS + SETTLING), OPENS, False, id="looked at since"),
    ],
)
def test_a_publishing_makes_an_earlier_look_old(latest: Run | None, published_at: datetime | None, outdated: bool) -> None:
    assert is_outdated(latest, published_at=published_at) is outdated


def test_an_override_covers_what_it_was_given_for_and_nothing_else() -> None:
    given = {"overridden": {CheckId.DISK, CheckId.BACKUP}, "reason": "復旧の手配済み"}
    assert carried_reason({CheckId.DISK}, **given) == "復旧の手配済み"
    assert carried_reason({CheckId.DISK, CheckId.BACKUP}, **given) == "復旧の手配済み"
    assert carried_reason({CheckId.DISK, CheckId.WORKER}, **given) == ""
    assert carried_reason(set(), **given) == ""


@pytest.mark.parametrize(
    ("free", "outcome"), [(9, CheckOutcome.RED), (10, CheckOutcome.WARNING), (19, CheckOutcome.WARNING), (20, CheckOutcome.OK)]
)
def test_free_space_is_judged_by_its_share(free: int, outcome: CheckOutcome) -> None:
    assert judge_free_space(free, 100) is outcome


@pytest.mark.parametrize(("minutes", "outcome"), [(0, CheckOutcome.OK), (60, CheckOutcome.OK), (61, CheckOutcome.RED)])
def test_age_is_judged_by_its_limit(minutes: int, outcome: CheckOutcome) -> None:
    assert judge_age(minutes * MINUTE, HOUR) is outcome
    assert judge_age(-HOUR, HOUR) is CheckOutcome.RED
    assert worst([CheckOutcome.OK, outcome]) is outcome
    assert worst([]) is CheckOutcome.OK


def upcoming(make: Factory, *, hours: float = 2) -> int:
    cohort_id = make.cohort()
    with make.app.app_context():
        now = clock.now()
        return open_window(cohort_id, 1, now + timedelta(hours=hours), now + timedelta(days=9), by=1, now=now)


def mails(template: str) -> list[OutgoingMail]:
    return list(db.session.scalars(select(OutgoingMail).where(OutgoingMail.template == template)))


def tags() -> list[str]:
    return list(db.session.scalars(select(AuditEvent.tag).where(AuditEvent.tag.like("readiness:%")).order_by(AuditEvent.id)))


def record(window_id: int, *red: CheckId, reason: str = "", by: int | None = None) -> int:
    return record_readiness(window_id, with_red(*red), override_reason=reason, by=by, now=clock.now())


def test_a_red_run_is_told_to_the_whole_office_once_a_day(context: Flask, make: Factory, frozen_clock: FrozenClock) -> None:
    people = {make.staff(Role.OFFICE), make.staff(Role.OFFICE, Role.ADMIN)}
    make.staff(Role.GRADER)
    window_id = upcoming(make, hours=30)
    for _ in range(3):
        record(window_id, CheckId.WORKER)
        frozen_clock.advance(hours=1)
    assert {mail.user_id for mail in mails("readiness_red")} == people
    assert len(mails("readiness_red")) == len(people)
    assert f"/office/readiness/{window_id}" in mails("readiness_red")[0].body
    frozen_clock.advance(hours=12)
    record(window_id, CheckId.WORKER)
    assert len(mails("readiness_red")) == 2 * len(people)
    assert tags() == ["readiness:run"], "only what changes is put on record when nobody is there"


def test_a_person_who_checks_is_put_on_record_and_gets_no_mail(context: Flask, make: Factory) -> None:
    by, window_id = make.staff(Role.OFFICE), upcoming(make)
    record(window_id, CheckId.WORKER, by=by)
    record(window_id, by=by)
    assert tags() == ["readiness:run", "readiness:run"]
    assert mails("readiness_red") == []
    assert is_window_cleared(get_window(window_id))


def test_an_override_is_on_record_told_to_everybody_and_covers_later_runs(
    context: Flask, make: Factory, frozen_clock: FrozenClock
) -> None:
    by, other, window_id = make.staff(Role.OFFICE, name="架空 決子"), make.staff(Role.OFFICE), upcoming(make)
    record(window_id, CheckId.BACKUP)
    assert not is_window_cleared(get_window(window_id))
    record(window_id, CheckId.BACKUP, reason="委託先が復旧中", by=by)
    told = mails("readiness_overridden")
    assert {mail.user_id for mail in told} == {by, other}
    assert all("架空 決子" in mail.body and "委託先が復旧中" in mail.body for mail in told)
    line = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == "readiness:override")).one()
    assert (line.actor_id, line.reason, line.detail["red"]) == (by, "委託先が復旧中", ["backup"])
    frozen_clock.advance(hours=1)
    record(window_id, CheckId.BACKUP)
    assert is_window_cleared(get_window(window_id))
    record(window_id, CheckId.BACKUP, CheckId.WORKER)
    assert not is_window_cleared(get_window(window_id))
    assert len(mails("readiness_overridden")) == 2


def test_an_override_needs_a_person_and_a_short_reason(context: Flask, make: Factory) -> None:
    by, window_id = make.staff(Role.OFFICE), upcoming(make)
    for reason, person in (("理由", None), ("あ" * 301, by)):
        with pytest.raises(Refused) as refused:
            record(window_id, CheckId.DISK, reason=reason, by=person)
        assert refused.value.reason is RefusalReason.REASON_MISSING
    assert db.session.scalar(select(func.count(ReadinessRun.id))) == 0


def test_a_reason_given_for_a_green_run_is_no_override(context: Flask, make: Factory) -> None:
    window_id = upcoming(make)
    record(window_id, reason="念のため", by=make.staff(Role.OFFICE))
    found = find_latest_run(window_id)
    assert found is not None
    assert (found.is_green, found.override_reason, mails("readiness_overridden")) == (True, "", [])


def test_what_was_clear_while_open_stays_open(context: Flask, make: Factory, frozen_clock: FrozenClock) -> None:
    window_id = upcoming(make)
    frozen_clock.advance(hours=3)
    record(window_id)
    frozen_clock.advance(hours=1)
    record(window_id, CheckId.DISK)
    assert is_window_cleared(get_window(window_id))


def test_due_windows_are_listed_for_the_worker(context: Flask, make: Factory, frozen_clock: FrozenClock) -> None:
    near, far = upcoming(make), upcoming(make, hours=48)
    assert list_due_windows(now=clock.now()) == (near,)
    record(near)
    assert list_due_windows(now=clock.now()) == ()
    frozen_clock.advance(hours=1)
    assert list_due_windows(now=clock.now()) == (near,)
    frozen_clock.advance(hours=23)
    assert set(list_due_windows(now=clock.now())) == {near, far}


def test_a_publishing_and_a_going_back_let_windows_that_were_checked_be_checked_again(
    context: Flask, make: Factory, frozen_clock: FrozenClock
) -> None:
    by = make.staff(Role.OFFICE)
    checked = upcoming(make, hours=48)
    upcoming(make, hours=48)  # never checked, and a day too early to begin with it
    record(checked)
    frozen_clock.advance(minutes=5)
    publish(with_a_sentence(), by=by)
    assert list_due_windows(now=clock.now()) == (checked,)
    frozen_clock.advance(minutes=2)
    record(checked)
    assert list_due_windows(now=clock.now()) == ()
    release_edition(None, "戻す", by=by, now=clock.now())
    assert [window.id for window in list_outdated_windows(now=clock.now())] == [checked]
    closes_at = get_window(checked).closes_at
    assert list_outdated_windows(now=closes_at) == ()


def test_a_run_is_never_changed(context: Flask, make: Factory) -> None:
    record(upcoming(make), CheckId.DISK)
    for statement in ("UPDATE readiness_runs SET is_green = NOT is_green", "DELETE FROM readiness_runs"):
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.execute(text(statement))
        db.session.rollback()


def test_checks_of_an_older_version_are_still_shown(context: Flask, make: Factory) -> None:
    window_id = upcoming(make)
    gone, disk = {"check": "long_gone", "outcome": "red", "facts": {}}, {"check": "disk", "outcome": "ok", "facts": {}}
    db.session.add(
        ReadinessRun(window_id=window_id, results=[gone, disk], is_green=False, run_at=clock.now(), override_reason="")
    )
    db.session.commit()
    found = find_latest_run(window_id)
    assert found is not None
    assert [each.check for each in found.results] == [CheckId.DISK]


def seat_before_a_check(make: Factory) -> tuple[Seat, int]:
    """Somebody eligible, and an open window that nobody has checked yet."""
    seat = eligible_seat(make)
    with make.app.app_context():
        now = clock.now()
        return seat, open_window(seat.cohort_id, 1, now - HOUR, now + timedelta(days=3), by=1, now=now)


def start(seat: Seat, window_id: int) -> str:
    return start_attempt(seat.participant_id, window_id, pledged=True, by=seat.user_id, now=clock.now())


def test_nobody_starts_while_the_window_is_red_or_unchecked(context: Flask, make: Factory, frozen_clock: FrozenClock) -> None:
    seat, window_id = seat_before_a_check(make)
    for red in (None, CheckId.WORKER):
        if red is not None:
            record(window_id, red)
        with pytest.raises(Refused) as refused:
            start(seat, window_id)
        assert refused.value.reason is RefusalReason.NOT_READY
    assert db.session.scalar(select(func.count(Attempt.id))) == 0
    frozen_clock.advance(minutes=5)
    record(window_id)
    assert start(seat, window_id)


def test_an_override_lets_people_start(context: Flask, make: Factory) -> None:
    seat, window_id = seat_before_a_check(make)
    record(window_id, CheckId.BACKUP)
    db.session.rollback()
    by = make.staff(Role.OFFICE)
    record(window_id, CheckId.BACKUP, reason="手配済み", by=by)
    assert start(seat, window_id)


def test_whoever_has_begun_goes_on_whatever_is_found_later(context: Flask, make: Factory) -> None:
    seat, window_id = seat_before_a_check(make)
    record(window_id)
    public_id = start(seat, window_id)
    record(window_id, CheckId.WORKER)
    assert start(seat, window_id) == public_id


def test_the_lobby_says_calmly_that_the_office_is_still_checking(app: Flask, make: Factory) -> None:
    seat, window_id = seat_before_a_check(make)
    client = make.login(seat.user_id)
    client.get("/exam")
    assert "事務局が開催の準備を確認しています" in client.text
    assert "試験を開始する" not in client.text
    token = client.csrf("/exam")
    refused = client.post("/exam/start", data={"csrf_token": token, "window_id": window_id, "pledge": ["1", "2", "3", "4", "5"]})
    assert refused.status_code == 409
    with app.app_context():
        record(window_id)
    assert "試験を開始する" in client.get("/exam").text
