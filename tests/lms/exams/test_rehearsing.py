"""リハーサル: the same protocol on a sample paper, checks of the browser, and nothing of it in any count."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from lms import clock
from lms.db.base import Base
from lms.db.session import db
from lms.exam_engine.answers import answer_body
from lms.exam_engine.kinds.registry import KINDS
from lms.exam_engine.marking import solve
from lms.exams.models import Rehearsal
from lms.exams.queries.content import find_exam
from lms.exams.queries.live_room import list_room
from lms.exams.queries.rehearsals import (
    RehearsalRun,
    find_last_rehearsed,
    find_rehearsal,
    list_rehearsals,
    list_rehearsed,
    rehearsal_page,
    stored_sample,
)
from lms.exams.queries.sittings import list_due_attempts, list_own_sittings, list_seen_questions, list_sittings
from lms.exams.queries.submissions import list_submissions
from lms.exams.rules.rehearsing import (
    REHEARSAL_EXAM,
    BrowserFacts,
    Check,
    CheckState,
    RehearsalVerdict,
    judge_browser,
    verdict_of,
)
from lms.exams.rules.sitting import HandInOutcome, ItemOutcome, NotFound, SentAnswer
from lms.exams.services.rehearsing import (
    hand_in_rehearsal_section,
    note_browser,
    open_rehearsal_paper,
    save_rehearsal_answers,
    start_rehearsal,
)
from tests.conftest import FrozenClock
from tests.factories import Factory, Seat
from tests.lms.exams.builders import ESSAY, agree_to_terms, eligible_seat, window
from tests.page import PageClient

GOOD = BrowserFacts(
    is_secure=True,
    storage="kept",
    storage_megabytes=4096,
    may_be_private=False,
    saves=(40, 42, 41, 45, 39),
    offline="not_tried",
    counts_alike=True,
    has_segmenter=True,
    has_cookies=True,
    width=1366,
    clock_seconds=2,
    can_stay_awake=True,
)
ELSEWHERE = ("papers", "attempts", "attempt_events", "answer_versions", "current_answers", "submissions", "conduct_facts")
ELSEWHERE += ("attempt_presences", "choice_marks", "essays", "outgoing_mails")


def begun(make: Factory, seat: Seat | None = None) -> tuple[Seat, RehearsalRun]:
    """A rehearsal whose paper has just been opened."""
    seat = seat or make.seat()
    public_id = start_rehearsal(seat.participant_id, by=seat.user_id, now=clock.now())
    open_rehearsal_paper(run_of(seat, public_id).rehearsal_id, now=clock.now())
    return seat, run_of(seat, public_id)


def run_of(seat: Seat, public_id: str) -> RehearsalRun:
    found = find_rehearsal(public_id, user_id=seat.user_id)
    assert found is not None
    return found


def short(text: str, *, base: int = 0, sequence: int = 1) -> SentAnswer:
    return SentAnswer("SAMPLE-6", {"kind": "short_text", "text": text}, base_version=base, sequence=sequence)


def every_answer(run: RehearsalRun, section: str) -> list[SentAnswer]:
    questions = run.paper.section(section).questions
    bodies = [{"kind": "essay", "text": ESSAY[:200]} if each.kind == "essay" else answer_body(solve(each)) for each in questions]
    return [SentAnswer(each.id, body, 0, number) for number, (each, body) in enumerate(zip(questions, bodies, strict=True), 1)]


def go_through(seat: Seat, run: RehearsalRun) -> RehearsalRun:
    for section in run.paper.sections:
        sent = every_answer(run, section.id)
        hand_in_rehearsal_section(run.rehearsal_id, section.id, sent, device="d", now=clock.now())
    return run_of(seat, run.public_id)


def test_the_sample_paper_has_every_kind_and_two_questions_on_one_case(context: Flask, make: Factory) -> None:
    _, run = begun(make)
    questions = [question for section in run.paper.sections for question in section.questions]
    assert {question.kind for question in questions} == set(KINDS)
    assert [question.case for question in questions].count("SAMPLE-CASE") == 2
    assert [section.time_limit_seconds for section in run.paper.sections] == [600, 600]


def test_no_question_of_the_rehearsal_is_one_of_the_exam(context: Flask) -> None:
    rehearsal, exam = find_exam(REHEARSAL_EXAM), find_exam("practitioner")
    assert rehearsal is not None
    assert exam is not None
    assert not {each.id for each in rehearsal.bank} & {each.id for each in exam.bank}
    assert not {each.stem for each in rehearsal.questions} & {each.stem for each in exam.questions}


def test_a_double_click_starts_one_rehearsal_and_a_new_one_may_follow(context: Flask, make: Factory) -> None:
    seat = make.seat()
    first = start_rehearsal(seat.participant_id, by=seat.user_id, now=clock.now())
    assert start_rehearsal(seat.participant_id, by=seat.user_id, now=clock.now()) == first
    open_rehearsal_paper(run_of(seat, first).rehearsal_id, now=clock.now())
    second = start_rehearsal(seat.participant_id, by=seat.user_id, now=clock.now())
    assert [card.public_id for card in list_rehearsals(seat.participant_id)] == [second, first]


def test_a_save_is_acknowledged_with_the_hash_of_what_is_stored(context: Flask, make: Factory) -> None:
    seat, run = begun(make)
    receipt = save_rehearsal_answers(run.rehearsal_id, [short("カスハラ")], device="d", now=clock.now())
    stored = run_of(seat, run.public_id).answers["SAMPLE-6"]
    assert [(item.outcome, item.version, item.sha256) for item in receipt.items] == [(ItemOutcome.CURRENT, 1, stored.sha256)]
    again = save_rehearsal_answers(run.rehearsal_id, [short("カスハラ")], device="d", now=clock.now())
    assert [(item.outcome, item.version) for item in again.items] == [(ItemOutcome.CURRENT, 1)]


def test_an_older_text_is_told_the_newer_one_and_the_same_page_goes_on(context: Flask, make: Factory) -> None:
    seat, run = begun(make)
    save_rehearsal_answers(run.rehearsal_id, [short("一")], device="d", now=clock.now())
    save_rehearsal_answers(run.rehearsal_id, [short("二", sequence=2)], device="d", now=clock.now())
    stale = save_rehearsal_answers(run.rehearsal_id, [short("三", sequence=9)], device="another", now=clock.now()).items[0]
    assert stale.outcome is ItemOutcome.STALE
    assert stale.stored is not None
    assert json.loads(stale.stored.body)["text"] == "二"
    assert json.loads(run_of(seat, run.public_id).answers["SAMPLE-6"].body)["text"] == "二"


@pytest.mark.parametrize(
    "sent",
    [
        SentAnswer("SAMPLE-ESSAY", {"kind": "essay", "text": "まだ開いていない大問"}, 0, 1),
        SentAnswer("D1-001", {"kind": "single_choice", "option": "a"}, 0, 1),
        SentAnswer("SAMPLE-6", {"kind": "short_text", "text": "あ" * 500}, 0, 1),
    ],
    ids=["another section", "a question of the exam", "too long"],
)
def test_what_is_no_answer_to_the_running_section_is_refused(context: Flask, make: Factory, sent: SentAnswer) -> None:
    seat, run = begun(make)
    assert save_rehearsal_answers(run.rehearsal_id, [sent], device="d", now=clock.now()).items[0].outcome is ItemOutcome.REFUSED
    assert run_of(seat, run.public_id).answers == {}


def test_saves_can_be_tried_before_the_paper_is_opened_and_its_time_does_not_run(
    context: Flask, make: Factory, frozen_clock: FrozenClock
) -> None:
    seat = make.seat()
    run = run_of(seat, start_rehearsal(seat.participant_id, by=seat.user_id, now=clock.now()))
    assert save_rehearsal_answers(run.rehearsal_id, [short("練習")], device="d", now=clock.now()).items[0].version == 1
    frozen_clock.advance(hours=2)
    assert rehearsal_page(run_of(seat, run.public_id), now=clock.now()) is None
    open_rehearsal_paper(run.rehearsal_id, now=clock.now())
    page = rehearsal_page(run_of(seat, run.public_id), now=clock.now())
    assert page is not None
    assert page.access.remaining.total_seconds() == 600


def test_going_through_to_the_end_keeps_every_answer_with_its_hash(context: Flask, make: Factory) -> None:
    seat, run = begun(make)
    assert find_last_rehearsed(seat.participant_id) is None
    done = go_through(seat, run)
    sample = stored_sample(done)
    assert (sample.answered, sample.questions, sample.damaged) == (9, 9, ())
    rehearsed = find_last_rehearsed(seat.participant_id)
    assert rehearsed is not None
    assert rehearsed.finished_at == clock.now()
    twice = hand_in_rehearsal_section(run.rehearsal_id, "essay", [], device="d", now=clock.now())
    assert twice is HandInOutcome.ALREADY


def test_a_changed_text_is_found_by_its_hash(context: Flask, make: Factory) -> None:
    seat, run = begun(make)
    save_rehearsal_answers(run.rehearsal_id, [short("カスハラ")], device="d", now=clock.now())
    answers = dict(db.session.get_one(Rehearsal, run.rehearsal_id).answers)
    answers["SAMPLE-6"] = answers["SAMPLE-6"] | {"body": '{"kind":"short_text","text":"別"}'}
    db.session.execute(update(Rehearsal).values(answers=answers))
    db.session.expire_all()
    assert stored_sample(run_of(seat, run.public_id)).damaged == ("SAMPLE-6",)


def test_time_ends_the_sections_and_the_next_request_writes_it_down(
    context: Flask, make: Factory, frozen_clock: FrozenClock
) -> None:
    seat, run = begun(make)
    frozen_clock.advance(minutes=11)
    page = rehearsal_page(run_of(seat, run.public_id), now=clock.now())
    assert page is not None
    assert page.section_id == "essay"
    frozen_clock.advance(minutes=11)
    assert rehearsal_page(run_of(seat, run.public_id), now=clock.now()) is None
    save_rehearsal_answers(run.rehearsal_id, [], device="d", now=clock.now())
    assert find_last_rehearsed(seat.participant_id) is not None


def test_nothing_of_a_rehearsal_is_in_a_count_of_the_exam(context: Flask, make: Factory) -> None:
    seat = eligible_seat(make)
    window_id = window(make, seat.cohort_id)
    before = _rows()
    go_through(*begun(make, seat))
    assert _rows() == before
    assert list_own_sittings(seat.participant_id) == ()
    assert list_seen_questions(seat.participant_id) == frozenset()
    assert (list_sittings(window_id), list_submissions(window_id)) == ((), ())
    assert list_due_attempts(now=clock.now() + timedelta(days=9)) == ()
    assert [(row.attempt_id, row.facts) for row in list_room(window_id, seat.cohort_id, now=clock.now())] == [(None, 0)]


def _rows() -> dict[str, int]:
    tables = {table.name: table for table in Base.metadata.sorted_tables}
    return {name: db.session.scalar(select(func.count()).select_from(tables[name])) or 0 for name in ELSEWHERE}


def test_the_office_sees_who_has_rehearsed_and_who_has_not(context: Flask, make: Factory) -> None:
    seat = make.seat()
    idle, elsewhere = make.seat(seat.cohort_id), make.seat()
    run = go_through(*begun(make, seat))
    note_browser(run.rehearsal_id, GOOD, now=clock.now())
    begun(make, idle)
    go_through(*begun(make, elsewhere))
    found = list_rehearsed(seat.cohort_id)
    assert {key: card.verdict for key, card in found.items()} == {seat.participant_id: RehearsalVerdict.GO}


def test_somebody_elses_rehearsal_is_not_found(context: Flask, make: Factory) -> None:
    stranger = make.user()
    _, run = begun(make)
    assert find_rehearsal(run.public_id, user_id=stranger) is None
    with pytest.raises(NotFound):
        save_rehearsal_answers(run.rehearsal_id + 99, [], device="d", now=clock.now())


def changed(**facts: Any) -> BrowserFacts:
    return replace(GOOD, **facts)


@pytest.mark.parametrize(
    ("facts", "check", "state", "verdict"),
    [
        (GOOD, Check.STORAGE, CheckState.OK, RehearsalVerdict.GO),
        (None, Check.STORAGE, CheckState.UNKNOWN, RehearsalVerdict.CAUTION),
        (changed(storage="missing"), Check.STORAGE, CheckState.CAUTION, RehearsalVerdict.CAUTION),
        (changed(storage="lost"), Check.STORAGE, CheckState.CAUTION, RehearsalVerdict.CAUTION),
        (changed(storage_megabytes=5), Check.STORAGE, CheckState.CAUTION, RehearsalVerdict.CAUTION),
        (changed(may_be_private=True), Check.PRIVATE, CheckState.NOTE, RehearsalVerdict.GO),
        (changed(saves=(40, None, 41, 45, 39)), Check.NETWORK, CheckState.CAUTION, RehearsalVerdict.CAUTION),
        (changed(saves=(None, None, None, 45, 39)), Check.NETWORK, CheckState.NO_GO, RehearsalVerdict.NO_GO),
        (changed(saves=(4000,) * 5), Check.NETWORK, CheckState.CAUTION, RehearsalVerdict.CAUTION),
        (changed(is_secure=False, saves=()), Check.NETWORK, CheckState.UNKNOWN, RehearsalVerdict.CAUTION),
        (changed(offline="kept"), Check.OFFLINE, CheckState.OK, RehearsalVerdict.GO),
        (changed(offline="lost"), Check.OFFLINE, CheckState.CAUTION, RehearsalVerdict.CAUTION),
        (changed(counts_alike=False), Check.COUNT, CheckState.CAUTION, RehearsalVerdict.CAUTION),
        (changed(has_cookies=False), Check.COOKIES, CheckState.NO_GO, RehearsalVerdict.NO_GO),
        (changed(width=390), Check.SCREEN, CheckState.NOTE, RehearsalVerdict.GO),
        (changed(width=300), Check.SCREEN, CheckState.CAUTION, RehearsalVerdict.CAUTION),
        (changed(clock_seconds=-7200), Check.CLOCK, CheckState.NOTE, RehearsalVerdict.GO),
    ],
)
def test_each_finding_has_its_state_and_the_gravest_decides(
    facts: BrowserFacts | None, check: Check, state: CheckState, verdict: RehearsalVerdict
) -> None:
    points = judge_browser(facts)
    assert [point.check for point in points] == list(Check)
    assert next(point.state for point in points if point.check is check) is state
    assert verdict_of(points) is verdict


FOUND: dict[str, Any] = {
    "is_secure": True,
    "storage": "kept",
    "storage_megabytes": 4096,
    "may_be_private": False,
    "saves": [40, None, 41, 45, 39],
    "offline": "not_tried",
    "counts_alike": True,
    "has_segmenter": True,
    "has_cookies": True,
    "width": 1366,
    "clock_seconds": 2,
    "can_stay_awake": True,
}


@pytest.fixture
def seat(make: Factory) -> Seat:
    seat = make.seat()
    agree_to_terms(make.app, seat.user_id)
    return seat


@pytest.fixture
def visitor(make: Factory, seat: Seat) -> PageClient:
    """Somebody who has just started a rehearsal and looks at the checks."""
    visitor = make.login(seat.user_id)
    visitor.submit("/exam/rehearsal", action="/exam/rehearsal")
    assert visitor.address.endswith("/checks")
    return visitor


def _tell(visitor: PageClient, found: object) -> int:
    address = visitor.address
    token = visitor.csrf(address)
    status = visitor.post(address, json=found, headers={"X-CSRFToken": token}).status_code
    visitor.get(address)
    return status


def test_what_the_browser_found_is_kept_and_said_in_words(visitor: PageClient) -> None:
    assert _tell(visitor, FOUND) == 200
    assert "受験できますが、注意があります" in visitor.text
    assert "5回の保存のうち1回が届きませんでした" in visitor.text


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found | {"user_agent": "Mozilla"},
        lambda found: found | {"saves": [1] * 6},
        lambda found: found | {"storage": "whatever"},
        lambda found: found | {"width": 1e9},
        lambda found: {key: value for key, value in found.items() if key != "storage"},
        lambda found: [found],
    ],
)
def test_checks_of_another_shape_are_refused(visitor: PageClient, change: Callable[[dict[str, Any]], object]) -> None:
    assert _tell(visitor, change(FOUND)) == 400
    assert "注意があります" not in visitor.text


def test_a_large_report_is_refused(visitor: PageClient) -> None:
    assert _tell(visitor, FOUND | {"storage": "x" * 5000}) == 413


def test_the_whole_rehearsal_by_forms(visitor: PageClient, frozen_clock: FrozenClock, seat: Seat) -> None:
    """Without scripts: the checks say what could not be found out, and every page works by its form."""
    visitor.send(action="/checks")
    assert "JavaScriptが動いていないため、確かめられませんでした" in visitor.text
    assert "「一時保存する」をこまめに押してください" in visitor.text
    visitor.send(action="/open")
    assert "リハーサル 練習用の問題です" in visitor.text
    visitor.send({"answer-SAMPLE-1": "b", "answer-SAMPLE-6": "カスハラ", "intent": "save"}, action="/save")
    assert "一時保存しました" in visitor.text
    visitor.send({"intent": "hand_in"}, action="/save")
    assert "未解答の設問が6問あります" in visitor.text
    visitor.send(action="/hand-in")
    assert "論述問題(練習)" in visitor.text
    visitor.send({"answer-SAMPLE-ESSAY": ESSAY[:150], "intent": "history-SAMPLE-ESSAY"}, action="/save")
    assert "保存された版の一覧は、本番だけにあります" in visitor.text
    visitor.send({"intent": "hand_in"}, action="/save")
    assert "これでリハーサルが終わります" in visitor.text
    visitor.send(action="/hand-in")
    assert "9問のうち3問の解答が、サーバーに保存されています" in visitor.text
    assert "協会の署名はありません" in visitor.text
    frozen_clock.advance(hours=1)
    visitor.get("/exam")
    assert "リハーサル済み 2026年12月1日(火)" in visitor.text
    visitor.get("/")
    assert "リハーサル済み" in visitor.text


def test_no_answer_key_of_the_sample_leaves_the_server_while_it_is_sat(visitor: PageClient) -> None:
    visitor.send(action="/checks")
    visitor.send(action="/open")
    assert visitor.page is not None
    for secret in ("届いた内容が端末の解答と同じだと", "通信が切れている間の解答は端末に残り", '"key"', "5時間の2日分"):
        assert secret not in visitor.page.html


def test_the_script_speaks_to_a_rehearsal_as_to_an_exam(visitor: PageClient) -> None:
    token = visitor.csrf(visitor.address)
    visitor.send(action="/checks")
    visitor.send(action="/open")
    address = f"{visitor.address}/answers"
    item = {"question": "SAMPLE-6", "sequence": 1, "base_version": 0, "body": {"kind": "short_text", "text": "あ"}}
    sent = {"device": "page", "claim": True, "items": [item | {"sha256": "0" * 64, "flagged": True}], "unsent": 0}
    conduct = [{"sequence": 1, "kind": "offline", "detail": {"seconds": 5}, "at": "2026-12-01T03:00:00Z"}]
    told = visitor.post(address, json=sent | {"conduct": conduct}, headers={"X-CSRFToken": token}).json
    assert told is not None
    assert (told["items"][0]["outcome"], told["items"][0]["version"], told["section"]) == ("current", 1, "choice")
    assert set(told) == {"status", "section", "deadline", "paused", "remaining", "server_time", "writer", "items"}
    heard = visitor.get(address).json
    assert heard is not None
    assert (heard["status"], heard["writer"]) == ("in_section", None)
    assert visitor.post(address, json={"device": "page"}, headers={"X-CSRFToken": token}).status_code == 400


def test_nobody_elses_rehearsal_opens(visitor: PageClient, make: Factory) -> None:
    stranger = make.seat()
    agree_to_terms(make.app, stranger.user_id)
    other = make.login(stranger.user_id)
    room = visitor.address.removesuffix("/checks")
    for address in (room, f"{room}/checks", f"{room}/answers", f"{room}/confirm", f"{room}/summary"):
        assert other.get(address).status_code == 404
