"""The verbs of the exam room on both databases."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from lms import clock
from lms.audit.models import AuditEvent
from lms.db.session import db, release
from lms.exam_engine.attempts import AttemptStatus, EventKind
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exam_engine.definitions import ChoiceSection
from lms.exams.models import AnswerVersion, Attempt, ExamWindow, StoredEvent, StoredPaper, Submission
from lms.exams.queries.answers import list_answers
from lms.exams.queries.content import get_exam
from lms.exams.queries.papers import get_paper
from lms.exams.queries.results import RESULT_SOURCE, resit_opens_at
from lms.exams.queries.submissions import find_submission, get_submission, list_submissions
from lms.exams.queries.windows import window_flaws
from lms.exams.rules.eligibility import ReleasedOutcome
from lms.exams.rules.sitting import (
    HandInKind,
    HandInOutcome,
    ItemOutcome,
    NotFound,
    RefusalReason,
    Refused,
    SentAnswer,
    WindowFlaw,
    WindowWarning,
)
from lms.exams.services.handing_in import close_attempt, close_expired_attempts, hand_in_section
from lms.exams.services.saving import SaveReceipt, save_answers
from lms.exams.services.starting import start_attempt
from lms.exams.services.windows import change_window, open_window
from lms.mail.models import OutgoingMail
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.exams.builders import ESSAY, Started, begin, eligible_seat, sent, sitting_of, window


@pytest.fixture
def started(make: Factory, context: Flask) -> Started:
    return begin(make)


def save(started: Started, *items: tuple[str, str, int, int], device: str = "page-a") -> SaveReceipt:
    """Save (question, value, base, sequence) items."""
    answers = [sent(started.paper, question, value, base=base, sequence=sequence) for question, value, base, sequence in items]
    return save_answers(started.attempt_id, answers, device=device, by=started.seat.user_id, now=clock.now())


def hand_in(started: Started, section: str) -> HandInOutcome:
    return hand_in_section(started.attempt_id, section, [], device="page-a", by=started.seat.user_id, now=clock.now())


def outcomes(receipt: SaveReceipt) -> list[ItemOutcome]:
    return [item.outcome for item in receipt.items]


def test_a_window_must_close_after_it_opens(make: Factory, context: Flask) -> None:
    cohort_id = make.cohort()
    with pytest.raises(Refused) as refused:
        open_window(cohort_id, 1, clock.now(), clock.now(), by=1, now=clock.now())
    assert refused.value.reason is RefusalReason.CLOSES_BEFORE_OPENING


def test_a_cohort_has_each_window_once_and_no_more_than_the_exam_allows(make: Factory, context: Flask) -> None:
    cohort_id = make.cohort()
    window(make, cohort_id)
    for number, reason in ((1, RefusalReason.WINDOW_EXISTS), (3, RefusalReason.WINDOW_NUMBER)):
        with pytest.raises(Refused) as refused:
            open_window(cohort_id, number, clock.now(), clock.now() + timedelta(hours=3), by=1, now=clock.now())
        assert refused.value.reason is reason
        release()


def test_a_window_shorter_than_the_time_limits_is_pointed_out(make: Factory, context: Flask) -> None:
    window_id = window(make, make.cohort(), opens_in=0, hours=1.5)
    assert window_flaws(window_id) == (WindowFlaw(WindowWarning.TOO_SHORT),)


def test_a_window_in_use_may_only_be_widened(started: Started) -> None:
    stored = db.session.get_one(ExamWindow, started.window_id)
    opens_at, closes_at = stored.opens_at, stored.closes_at
    with pytest.raises(Refused) as refused:
        change_window(started.window_id, opens_at, closes_at - timedelta(hours=1), by=1, now=clock.now())
    assert refused.value.reason is RefusalReason.WINDOW_IN_USE
    change_window(started.window_id, opens_at, closes_at + timedelta(hours=1), by=1, now=clock.now(), reason="停電のため")
    assert sitting_of(started).window.closes_at == closes_at + timedelta(hours=1)


def test_starting_twice_gives_the_same_attempt(started: Started) -> None:
    again = start_attempt(started.seat.participant_id, started.window_id, pledged=True, by=started.seat.user_id, now=clock.now())
    assert again == started.public_id
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_starting_needs_the_pledge_and_every_condition(make: Factory, context: Flask) -> None:
    ready = eligible_seat(make)
    unpaid = make.seat(ready.cohort_id, paid=False, minutes=300)
    window_id = window(make, ready.cohort_id)
    for seat, pledged, reason in ((ready, False, RefusalReason.NOT_PLEDGED), (unpaid, True, RefusalReason.NOT_ELIGIBLE)):
        with pytest.raises(Refused) as refused:
            start_attempt(seat.participant_id, window_id, pledged=pledged, by=seat.user_id, now=clock.now())
        assert refused.value.reason is reason


def test_nobody_starts_in_the_window_of_another_cohort(make: Factory, context: Flask) -> None:
    seat = eligible_seat(make)
    elsewhere = window(make, make.cohort())
    with pytest.raises(Refused) as refused:
        start_attempt(seat.participant_id, elsewhere, pledged=True, by=seat.user_id, now=clock.now())
    assert refused.value.reason is RefusalReason.NOT_ELIGIBLE


def test_a_started_attempt_has_a_frozen_paper_an_event_and_an_audit_line(started: Started) -> None:
    sitting = sitting_of(started)
    assert get_paper(sitting.paper_id) == started.paper
    assert sitting.state_at(clock.now()).current_section == "choice"
    assert sitting.candidate_number[2] == "-"
    assert "attempt:attempt_started" in db.session.scalars(select(AuditEvent.tag)).all()


def test_a_resit_needs_the_released_fail_and_draws_other_questions(
    make: Factory, context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = begin(make)
    hand_in(first, "choice")
    hand_in(first, "essay")
    second_window = window(make, first.seat.cohort_id, number=2)
    released: dict[int, ReleasedOutcome] = {}
    monkeypatch.setitem(context.extensions, RESULT_SOURCE, released.get)
    week_ago, yesterday = clock.now() - timedelta(days=7), clock.now() - timedelta(days=1)
    passed, too_early = ReleasedOutcome(True, week_ago), ReleasedOutcome(False, yesterday)
    for result in ({}, {first.attempt_id: passed}, {first.attempt_id: too_early}):
        released.clear()
        released.update(result)
        with pytest.raises(Refused):
            start_attempt(first.seat.participant_id, second_window, pledged=True, by=first.seat.user_id, now=clock.now())
        release()
    released[first.attempt_id] = ReleasedOutcome(False, week_ago)
    second = begin(make, first.seat, second_window)
    seen, drawn = set(first.paper.question_ids("choice")), set(second.paper.question_ids("choice"))
    exam = get_exam("practitioner")
    quotas = [quota for section in exam.sections if isinstance(section, ChoiceSection) for quota in section.quotas]
    unseen = Counter((question.domain, question.level) for question in exam.questions if question.id not in seen)
    assert len(drawn - seen) == sum(min(quota.count, unseen[quota.domain, quota.level]) for quota in quotas)
    assert drawn.isdisjoint(seen), "the pool is large enough for a resit without any question of the first sitting"
    assert set(first.paper.question_ids("essay")).isdisjoint(second.paper.question_ids("essay"))


def test_a_resit_window_may_not_open_too_soon_after_a_known_release(
    make: Factory, context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = begin(make)
    hand_in(first, "choice")
    hand_in(first, "essay")
    cohort_id, now = first.seat.cohort_id, clock.now()
    early = open_window(cohort_id, 2, now + timedelta(days=2), now + timedelta(days=9), by=1, now=now)
    outcome = ReleasedOutcome(False, now)
    monkeypatch.setitem(context.extensions, RESULT_SOURCE, lambda attempt_id: outcome)
    earliest = clock.jst_moment(date(2026, 12, 8))
    assert (resit_opens_at(cohort_id, 1), resit_opens_at(cohort_id, 2)) == (None, earliest)
    assert window_flaws(early) == (WindowFlaw(WindowWarning.BEFORE_RESIT_DAY),)
    change_window(early, now + timedelta(days=2), now + timedelta(days=10), by=1, now=now)
    with pytest.raises(Refused) as refused:
        change_window(early, earliest - timedelta(seconds=1), now + timedelta(days=10), by=1, now=now)
    assert refused.value.reason is RefusalReason.BEFORE_RESIT_DAY
    release()
    change_window(early, earliest, now + timedelta(days=10), by=1, now=now)
    assert window_flaws(early) == ()


def test_a_saved_answer_is_acknowledged_with_its_version_and_hash(started: Started) -> None:
    question = started.question()
    item = save(started, (question, "a", 0, 1)).items[0]
    assert (item.outcome, item.version) == (ItemOutcome.CURRENT, 1)
    assert item.sha256 == sha256_hex('{"kind":"single_choice","option":"a"}')
    assert list_answers(started.attempt_id)[question].body == '{"kind":"single_choice","option":"a"}'


def test_several_answers_are_saved_in_one_request(started: Started) -> None:
    items = [(started.question(number=number), "b", 0, number) for number in range(1, 41)]
    assert outcomes(save(started, *items)) == [ItemOutcome.CURRENT] * 40
    assert len(list_answers(started.attempt_id)) == 40


def test_the_same_send_arriving_again_is_one_version(started: Started) -> None:
    question = started.question()
    first = save(started, (question, "a", 0, 1)).items[0]
    again = save(started, (question, "a", 0, 1)).items[0]
    assert again == first
    assert db.session.scalar(select(func.count()).select_from(AnswerVersion)) == 1


def test_a_number_used_twice_for_two_texts_loses_neither(started: Started) -> None:
    question = started.question()
    save(started, (question, "a", 0, 1))
    item = save(started, (question, "b", 1, 1)).items[0]
    assert (item.outcome, item.version) == (ItemOutcome.CURRENT, 2)
    assert db.session.scalar(select(func.count()).select_from(AnswerVersion)) == 2


def test_a_stale_answer_is_kept_beside_and_the_stored_one_is_told(started: Started) -> None:
    question = started.question()
    save(started, (question, "a", 0, 1))
    item = save(started, (question, "b", 0, 1), device="page-b").items[0]
    assert item.outcome is ItemOutcome.STALE
    assert item.stored is not None
    assert (item.stored.version, item.stored.body) == (1, '{"kind":"single_choice","option":"a"}')
    assert list_answers(started.attempt_id)[question].version == 1
    assert db.session.scalars(select(AnswerVersion.outcome).order_by(AnswerVersion.version)).all() == ["current", "stale"]


def test_after_a_stale_answer_the_next_one_on_the_right_base_counts(started: Started) -> None:
    question = started.question()
    save(started, (question, "a", 0, 1))
    save(started, (question, "b", 0, 1), device="page-b")
    item = save(started, (question, "c", 1, 2), device="page-b").items[0]
    assert (item.outcome, item.version) == (ItemOutcome.CURRENT, 3)


def test_a_later_save_of_the_same_page_counts_though_its_base_was_never_acknowledged(started: Started) -> None:
    question = started.question()
    assert outcomes(save(started, (question, "a", 0, 1), (question, "b", 0, 2))) == [ItemOutcome.CURRENT] * 2
    assert list_answers(started.attempt_id)[question].version == 2


def test_what_cannot_be_an_answer_is_refused_and_the_rest_is_saved(started: Started) -> None:
    good, bad, later = started.question(), started.question(number=2), started.question("essay")
    foreign = SentAnswer("X-1", {"kind": "single_choice", "option": "a"}, 0, 4)
    sends = [
        sent(started.paper, good, "a", sequence=1),
        sent(started.paper, bad, "z", sequence=2),
        sent(started.paper, later, "まだ始まっていない", sequence=3),
        foreign,
    ]
    receipt = save_answers(started.attempt_id, sends, device="page-a", by=started.seat.user_id, now=clock.now())
    assert outcomes(receipt) == [ItemOutcome.CURRENT] + [ItemOutcome.REFUSED] * 3
    assert list(list_answers(started.attempt_id)) == [good]


def test_what_arrives_within_the_grace_counts_and_after_it_is_kept_as_late(started: Started, frozen_clock: FrozenClock) -> None:
    question = started.question()
    frozen_clock.advance(minutes=60, seconds=29)
    assert outcomes(save(started, (question, "a", 0, 1))) == [ItemOutcome.CURRENT]
    frozen_clock.advance(seconds=1)
    receipt = save(started, (question, "b", 1, 2))
    assert outcomes(receipt) == [ItemOutcome.LATE]
    assert receipt.sitting.stored_state.current_section == "essay"
    assert list_answers(started.attempt_id)[question].version == 1
    assert db.session.scalars(select(AnswerVersion.outcome).order_by(AnswerVersion.version)).all() == ["current", "late"]


def test_what_arrives_after_the_hand_in_is_kept_as_late(started: Started) -> None:
    hand_in(started, "choice")
    assert outcomes(save(started, (started.question(), "a", 0, 1))) == [ItemOutcome.LATE]


def test_a_claim_names_the_page_that_writes(started: Started) -> None:
    for device in ("page-a", "page-b"):
        receipt = save_answers(started.attempt_id, [], device=device, claims=True, by=started.seat.user_id, now=clock.now())
        assert receipt.sitting.writer_device == device
    assert save(started, (started.question(), "a", 0, 1)).sitting.writer_device == "page-b"


def test_the_mark_for_looking_again_is_kept_without_a_new_version(started: Started) -> None:
    question = started.question()
    save(started, (question, "a", 0, 1))
    flagged = replace(sent(started.paper, question, "a", base=1, sequence=2), is_flagged=True)
    save_answers(started.attempt_id, [flagged], device="page-a", by=started.seat.user_id, now=clock.now())
    answer = list_answers(started.attempt_id)[question]
    assert (answer.is_flagged, answer.version) == (True, 1)


def test_handing_in_a_section_starts_the_next_and_the_last_submits(started: Started, frozen_clock: FrozenClock) -> None:
    question, essay = started.question(), started.question("essay")
    save(started, (question, "a", 0, 1))
    assert hand_in(started, "choice") is HandInOutcome.NEXT_SECTION
    frozen_clock.advance(minutes=10)
    save(started, (essay, ESSAY, 0, 2))
    assert hand_in(started, "essay") is HandInOutcome.SUBMITTED
    record = get_submission(started.attempt_id)
    assert (record.kind, record.number, record.submitted_at) == (HandInKind.PARTICIPANT, 1, clock.now())
    assert set(record.answers) == {question, essay}
    assert record.sha256 == sha256_hex(canonical_json(record.stored))
    assert record.answers[essay].answer.text == ESSAY
    assert list_submissions(started.window_id) == (record,)


def test_a_hand_in_happens_once(started: Started) -> None:
    assert hand_in(started, "choice") is HandInOutcome.NEXT_SECTION
    assert hand_in(started, "choice") is HandInOutcome.ALREADY
    assert sitting_of(started).state_at(clock.now()).current_section == "essay"
    hand_in(started, "essay")
    assert hand_in(started, "essay") is HandInOutcome.ALREADY
    assert db.session.scalar(select(func.count()).select_from(Submission)) == 1


def test_a_hand_in_with_answers_older_than_the_stored_ones_waits(started: Started) -> None:
    question = started.question()
    save(started, (question, "a", 0, 1))
    stale = [sent(started.paper, question, "b")]
    outcome = hand_in_section(started.attempt_id, "choice", stale, device="form", by=started.seat.user_id, now=clock.now())
    assert outcome is HandInOutcome.STALE
    assert sitting_of(started).state_at(clock.now()).current_section == "choice"


def test_the_submission_queues_one_mail_without_an_answer(started: Started) -> None:
    save(started, (started.question(), "a", 0, 1))
    hand_in(started, "choice")
    save(started, (started.question("essay"), ESSAY, 0, 2))
    hand_in(started, "essay")
    hand_in(started, "essay")
    mails = db.session.scalars(select(OutgoingMail).where(OutgoingMail.template == "exam_received")).all()
    assert [mail.to_address for mail in mails] == [started.seat.email]
    assert sitting_of(started).candidate_number in mails[0].body
    assert ESSAY[:20] not in mails[0].body


def test_time_closes_every_section_though_nobody_visits(started: Started, frozen_clock: FrozenClock) -> None:
    save(started, (started.question(), "a", 0, 1))
    begun = clock.now()
    frozen_clock.advance(hours=5)
    assert sitting_of(started).state_at(clock.now()).status is AttemptStatus.SUBMITTED
    assert find_submission(started.attempt_id) is None
    release()
    assert close_expired_attempts(now=clock.now()) == 1
    assert close_expired_attempts(now=clock.now()) == 0
    record = get_submission(started.attempt_id)
    assert (record.kind, record.submitted_at) == (HandInKind.CLOCK, begun + timedelta(hours=2))
    assert list(record.answers) == [started.question()]
    assert db.session.scalar(select(func.count()).select_from(StoredEvent)) == 5


def test_the_clock_leaves_a_running_section_alone(started: Started, frozen_clock: FrozenClock) -> None:
    frozen_clock.advance(minutes=60, seconds=29)
    assert close_expired_attempts(now=clock.now()) == 0
    assert not close_attempt(started.attempt_id, now=clock.now())
    frozen_clock.advance(seconds=1)
    assert close_expired_attempts(now=clock.now()) == 1
    assert sitting_of(started).stored_state.current_section == "essay"


def test_an_attempt_that_cannot_be_judged_keeps_no_other_from_being_closed(
    make: Factory, started: Started, frozen_clock: FrozenClock
) -> None:
    damaged, impossible = (begin(make, eligible_seat(make, started.seat.cohort_id), started.window_id) for _ in range(2))
    paper = StoredPaper(exam_id="x", exam_version="x", seed="x", body="{}", sha256="0" * 64, drawn_at=clock.now())
    db.session.add(paper)
    db.session.flush()
    db.session.execute(update(Attempt).where(Attempt.id == damaged.attempt_id).values(paper_id=paper.id))
    twice = {"kind": EventKind.ATTEMPT_STARTED, "section_id": "choice", "at": clock.now(), "recorded_at": clock.now()}
    db.session.add(StoredEvent(attempt_id=impossible.attempt_id, sequence=2, **twice))
    db.session.commit()
    frozen_clock.advance(hours=5)
    assert close_expired_attempts(now=clock.now()) == 1
    assert find_submission(started.attempt_id) is not None
    assert close_expired_attempts(now=clock.now()) == 0


def test_a_hand_in_in_the_grace_is_by_the_clock(started: Started, frozen_clock: FrozenClock) -> None:
    frozen_clock.advance(minutes=60, seconds=10)
    assert hand_in(started, "choice") is HandInOutcome.NEXT_SECTION
    closing = db.session.scalars(select(StoredEvent).order_by(StoredEvent.sequence)).all()[1]
    assert closing.by_clock


def test_a_server_clock_set_back_does_not_stop_a_hand_in(started: Started, frozen_clock: FrozenClock) -> None:
    frozen_clock.advance(seconds=-5)
    assert hand_in(started, "choice") is HandInOutcome.NEXT_SECTION


def test_unknown_rows_are_not_found(context: Flask) -> None:
    with pytest.raises(NotFound):
        get_paper(1)
    with pytest.raises(NotFound):
        get_submission(1)
    with pytest.raises(NotFound):
        window_flaws(1)


def test_what_the_clock_brings_about_has_no_actor_whoever_looks(started: Started, frozen_clock: FrozenClock) -> None:
    frozen_clock.advance(minutes=61)
    save(started, (started.question("essay"), "。", 0, 1))
    lines = db.session.execute(select(AuditEvent.tag, AuditEvent.actor_id).where(AuditEvent.tag.like("attempt:section%")))
    assert [tuple(line) for line in lines] == [("attempt:section_handed_in", None), ("attempt:section_started", None)]
