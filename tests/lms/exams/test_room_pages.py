"""The exam room beyond the answers themselves: every kind of question, notices, pauses, presence, conduct, kept versions."""

import json
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms import clock
from lms.db.session import db
from lms.exams.models import AttemptPresence, ConductFact
from lms.exams.queries.answers import list_answers
from lms.exams.queries.live_room import list_room
from lms.exams.queries.pages import room_page
from lms.exams.queries.sittings import get_sitting
from lms.exams.services.incidents import pause_attempts, resume_attempts
from lms.exams.services.notices import publish_notice, withdraw_notice
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.exams.builders import ESSAY, Started, begin
from tests.lms.exams.papers import CANARY, CANARY_FIGURE, CASE_TEXT, every_kind, give_paper
from tests.page import PageClient

FILLED: dict[str, Any] = {
    "answer-K-single": "a",
    "answer-K-multiple": ["b", "a"],
    **{f"answer-K-ordering-{item}": str(position) for position, item in enumerate("abcd", 1)},
    "answer-K-matching-l1": "r1",
    "answer-K-matching-l3": "r3",
    "answer-K-numeric": "１８０分",
    "answer-K-short": "カスハラ",
}
"""Every control of the section of every kind."""
BODIES = {
    "K-single": {"kind": "single_choice", "option": "a"},
    "K-multiple": {"kind": "multiple_choice", "options": ["a", "b"]},
    "K-ordering": {"kind": "ordering", "order": ["a", "b", "c", "d"]},
    "K-matching": {"kind": "matching", "pairs": [["l1", "r1"], ["l3", "r3"]]},
    "K-numeric": {"kind": "numeric", "text": "１８０分"},
    "K-short": {"kind": "short_text", "text": "カスハラ"},
}


@pytest.fixture
def started(make: Factory) -> Started:
    """An attempt at a section of every kind."""
    started = begin(make)
    give_paper(make.app, started.attempt_id, every_kind(started.paper))
    return started


@pytest.fixture
def visitor(make: Factory, started: Started) -> PageClient:
    return make.login(started.seat.user_id)


def stored(make: Factory, started: Started) -> dict[str, object]:
    with make.app.app_context():
        return {each.question_id: json.loads(each.body) for each in list_answers(started.attempt_id).values() if each.version}


def post(client: PageClient, started: Started, **more: Any) -> TestResponse:
    token = client.csrf(f"/exam/{started.public_id}")
    sent = {"device": "page-a", "items": []} | more
    return client.post(f"/exam/{started.public_id}/answers", json=sent, headers={"X-CSRFToken": token})


def beat(client: PageClient, started: Started, query: str = "", **environ: str) -> dict[str, Any]:
    address = f"/exam/{started.public_id}/answers{query}"
    told: dict[str, Any] = client.get(address, headers={"Accept": "application/json"}, environ_overrides=environ).get_json()
    return told


def test_every_kind_is_answered_with_the_form_alone(make: Factory, visitor: PageClient, started: Started) -> None:
    room = f"/exam/{started.public_id}"
    visitor.submit(room, FILLED | {"intent": "save"}, action="/save")
    assert stored(make, started) == BODIES
    visitor.get(room)
    assert CASE_TEXT in visitor.text
    for kept in ('value="１８０分"', 'value="カスハラ"'):
        assert kept in visitor.page.html if visitor.page else ""
    visitor.submit(f"{room}/confirm", action="/hand-in")
    visitor.submit(f"{room}/confirm", action="/hand-in")
    visitor.get(f"{room}/receipt")
    for words in ("6/6問に解答", "ア、イ", "イ → エ → ア → ウ", "(1) イ、(3) ア", "１８０分", "カスハラ"):
        assert words in visitor.text


def test_an_order_that_is_not_whole_is_not_taken_for_one(make: Factory, visitor: PageClient, started: Started) -> None:
    room = f"/exam/{started.public_id}"
    for positions in ("1133", "12  ", "1111"):
        given = {f"answer-K-ordering-{item}": place.strip() for item, place in zip("abcd", positions, strict=True)}
        visitor.get(room)
        response = visitor.send(given | {"intent": "save"}, action="/save", follow=False)
        assert response.status_code == 409
        assert "すべてに順番を付けてください" in visitor.text
    assert stored(make, started) == {}


def test_a_partner_given_twice_is_not_taken(make: Factory, visitor: PageClient, started: Started) -> None:
    visitor.get(f"/exam/{started.public_id}")
    twice = {"answer-K-matching-l1": "r1", "answer-K-matching-l2": "r1", "intent": "save"}
    assert visitor.send(twice, action="/save", follow=False).status_code == 409
    assert stored(make, started) == {}


def test_a_notice_of_the_office_reaches_page_and_pulse_until_it_is_withdrawn(
    make: Factory, visitor: PageClient, started: Started, frozen_clock: FrozenClock
) -> None:
    office = make.staff(Role.OFFICE)
    with make.app.app_context():
        notice = publish_notice(started.window_id, "問3の図を差し替えました。", by=office, now=frozen_clock.now())
    visitor.get(f"/exam/{started.public_id}")
    assert "問3の図を差し替えました。" in visitor.text
    told = beat(visitor, started)["notices"]
    assert told == [{"id": notice, "text": "問3の図を差し替えました。", "at": "2026-12-01T03:00:00+00:00"}]
    with make.app.app_context():
        withdraw_notice(notice, "誤りのため", by=office, now=frozen_clock.now())
    assert beat(visitor, started)["notices"] == []
    visitor.get(f"/exam/{started.public_id}")
    assert "問3の図" not in visitor.text


def test_a_pause_is_told_and_saving_goes_on(
    make: Factory, visitor: PageClient, started: Started, frozen_clock: FrozenClock
) -> None:
    office = make.staff(Role.OFFICE)
    frozen_clock.advance(minutes=10)
    with make.app.app_context():
        pause_attempts(started.window_id, "停電", form_key="pause", by=office, now=frozen_clock.now())
    frozen_clock.advance(minutes=7)
    told = beat(visitor, started)
    assert (told["paused"], told["remaining"]) == (True, 50 * 60)
    room = f"/exam/{started.public_id}"
    visitor.get(room)
    assert "試験を一時停止しています。残り時間は減りません。" in visitor.text
    visitor.send(FILLED | {"intent": "save"}, action="/save")
    assert stored(make, started) == BODIES
    with make.app.app_context():
        resume_attempts(started.window_id, "復旧", form_key="resume", by=office, now=frozen_clock.now())
    told = beat(visitor, started)
    assert (told["paused"], told["remaining"], told["deadline"]) == (False, 50 * 60, "2026-12-01T04:07:00+00:00")


def presence(make: Factory) -> tuple[int, int, str] | None:
    with make.app.app_context():
        row = db.session.execute(select(AttemptPresence)).scalar_one_or_none()
        return None if row is None else (row.heard_at.minute * 60 + row.heard_at.second, row.unsent, row.network_address)


def test_presence_is_written_when_it_says_something_new(
    make: Factory, visitor: PageClient, started: Started, frozen_clock: FrozenClock
) -> None:
    assert presence(make) is None
    beat(visitor, started, "?unsent=0")
    assert presence(make) == (0, 0, "127.0.0.1")
    frozen_clock.advance(seconds=19)
    post(visitor, started)
    assert presence(make) == (0, 0, "127.0.0.1")
    post(visitor, started, unsent=3)
    assert presence(make) == (19, 3, "127.0.0.1")
    frozen_clock.advance(seconds=20)
    beat(visitor, started, "?unsent=3")
    assert presence(make) == (39, 3, "127.0.0.1")
    beat(visitor, started, "?unsent=nonsense")
    assert presence(make) == (39, 0, "127.0.0.1")


def facts(make: Factory) -> list[tuple[str, str, int, object]]:
    with make.app.app_context():
        rows = db.session.scalars(select(ConductFact).order_by(ConductFact.id))
        return [(row.kind.value, row.device, row.client_sequence, row.detail) for row in rows]


def conduct(sequence: int, kind: str, **detail: object) -> dict[str, object]:
    return {"sequence": sequence, "kind": kind, "detail": detail, "at": "2026-12-01T02:59:00.000Z"}


def test_what_a_page_noticed_is_noted_once(make: Factory, visitor: PageClient, started: Started) -> None:
    sent = [conduct(1, "focus_lost", seconds=12), conduct(2, "pasted", question="K-short", characters=40)]
    for _ in range(2):
        assert post(visitor, started, conduct=sent).status_code == 200
    post(visitor, started, conduct=[*sent, conduct(3, "offline", seconds=30)])
    assert facts(make) == [
        ("focus_lost", "page-a", 1, {"seconds": 12}),
        ("pasted", "page-a", 2, {"question": "K-short", "characters": 40}),
        ("offline", "page-a", 3, {"seconds": 30}),
    ]


@pytest.mark.parametrize(
    "fact",
    [
        pytest.param(conduct(1, "second_device", seconds=1), id="what only the server notices"),
        pytest.param(conduct(1, "pasted", seconds=1), id="a detail of another kind"),
        pytest.param(conduct(1, "focus_lost", seconds=-1), id="less than nothing"),
        pytest.param(conduct(1, "focus_lost", seconds=1, text="x"), id="a detail too many"),
    ],
)
def test_a_fact_of_another_shape_is_refused(
    make: Factory, visitor: PageClient, started: Started, fact: dict[str, object]
) -> None:
    assert post(visitor, started, conduct=[fact]).status_code == 400
    assert facts(make) == []


def test_a_second_page_is_noted_and_the_same_tab_loaded_anew_is_not(make: Factory, visitor: PageClient, started: Started) -> None:
    post(visitor, started, device="page-a", claim=True)
    post(visitor, started, device="page-b", claim=True, replaces="page-a")
    assert facts(make) == []
    for _ in range(2):
        post(visitor, started, device="page-c", claim=True)
    assert facts(make) == [("second_device", "page-c", 0, {})]


def test_a_change_of_network_is_noted_each_time(make: Factory, visitor: PageClient, started: Started) -> None:
    for address in ("192.0.2.1", "192.0.2.1", "198.51.100.7", "192.0.2.1"):
        beat(visitor, started, REMOTE_ADDR=address)
    assert facts(make) == [("network_changed", "(server)", 1, {}), ("network_changed", "(server)", 2, {})]


def write(client: PageClient, started: Started, question: str, text: str) -> None:
    client.submit(f"/exam/{started.public_id}", {f"answer-{question}": text, "intent": "save"}, action="/save")


def test_an_earlier_version_is_looked_at_and_brought_back(
    make: Factory, visitor: PageClient, started: Started, frozen_clock: FrozenClock
) -> None:
    room, question = f"/exam/{started.public_id}", started.question("essay")
    assert visitor.get(f"{room}/history/{question}").status_code == 404, "the section does not run yet"
    visitor.submit(f"{room}/confirm", action="/hand-in")
    texts = [f"第{number}稿。" * 5 for number in range(1, 5)]
    for text in texts:
        write(visitor, started, question, text)
        frozen_clock.advance(seconds=25)
    visitor.get(room)
    response = visitor.send({"intent": f"history-{question}"}, action="/save", follow=False)
    assert response.headers["Location"].endswith(f"{room}/history/{question}")
    visitor.get(response.headers["Location"])
    assert [text in visitor.text for text in ("第1稿", "第2稿", "第3稿", "第4稿")] == [False, False, True, True]
    assert "いまの解答" in visitor.text
    visitor.get(f"{room}/history/{question}?version=3")
    assert "20字" in visitor.text
    visitor.send(action=f"/history/{question}")
    assert "選んだ版を解答に戻しました" in visitor.text
    with make.app.app_context():
        current = list_answers(started.attempt_id)[question]
    assert (current.version, json.loads(current.body)["text"]) == (current.last_version, texts[2])
    assert visitor.get(f"{room}/history/{question}?version=77").status_code == 404
    assert visitor.get(f"{room}/history/none").status_code == 404


def test_going_back_never_overwrites_what_was_saved_meanwhile(make: Factory, visitor: PageClient, started: Started) -> None:
    room = f"/exam/{started.public_id}"
    for text in ("一", "二"):
        write(visitor, started, "K-short", text)
    visitor.get(f"{room}/history/K-short?version=1")
    page = visitor.page
    write(visitor, started, "K-short", "三")
    visitor.page, visitor.address = page, f"{room}/history/K-short"
    visitor.send(action="/history/K-short")
    assert "戻していません" in visitor.text
    assert stored(make, started)["K-short"] == {"kind": "short_text", "text": "三"}


def test_no_secret_of_any_kind_leaves_the_server_during_an_exam(make: Factory, visitor: PageClient, started: Started) -> None:
    room = f"/exam/{started.public_id}"
    bodies = [visitor.get("/exam").get_data(as_text=True)]

    def keep(response: TestResponse) -> None:
        bodies.append(response.get_data(as_text=True))

    def item(question: str, body: object, sequence: int, base: int = 0) -> dict[str, object]:
        return {"question": question, "sequence": sequence, "base_version": base, "body": body, "sha256": "0" * 64}

    for filled in (FILLED, {f"answer-{started.question('essay', n)}": ESSAY for n in (1, 2)}):
        keep(visitor.get(room))
        for number, (question, body) in enumerate(BODIES.items(), 1):
            keep(post(visitor, started, items=[item(question, body, number)]))
            keep(post(visitor, started, device="page-b", items=[item(question, BODIES["K-short"], number)]))
            keep(visitor.get(f"{room}/history/{question}"))
        keep(visitor.get(f"{room}/answers"))
        visitor.get(room)
        keep(visitor.send(filled | {"intent": "save"}, action="/save"))
        keep(visitor.get(f"{room}/history/{started.question('essay')}"))
        keep(visitor.get(f"{room}/confirm"))
        keep(visitor.submit(f"{room}/confirm", action="/hand-in"))
        keep(post(visitor, started, items=[item("K-single", BODIES["K-single"], 90)]))
    keep(visitor.get(f"{room}/receipt"))
    keep(visitor.post(f"{room}/answers", json={}))
    keep(visitor.get(f"{room}/history/../x"))
    assert len(bodies) > 50
    assert "最初の対応を、行う順に並べよ。" in bodies[1], "the search would find a text"
    for text in bodies:
        for secret in (CANARY, str(CANARY_FIGURE), json.dumps(CANARY)[1:-1], '"key"', "data-key", "explanation", "tolerance"):
            assert secret not in text


def test_the_office_counts_the_answers_the_participant_sees_as_given(
    make: Factory, visitor: PageClient, started: Started
) -> None:
    empty = {
        "K-single": {"kind": "single_choice", "option": None},
        "K-multiple": {"kind": "multiple_choice", "options": []},
        "K-ordering": {"kind": "ordering", "order": []},
        "K-matching": {"kind": "matching", "pairs": []},
        "K-numeric": {"kind": "numeric", "text": " \n"},
        "K-short": {"kind": "short_text", "text": "\u3000\u00a0\t"},
    }

    def save(bodies: dict[str, Any], sequence: int) -> None:
        common = {"sequence": sequence, "base_version": sequence - 1, "sha256": "0" * 64}
        told = post(visitor, started, items=[{"question": name, "body": body} | common for name, body in bodies.items()])
        assert {each["outcome"] for each in told.get_json()["items"]} == {"current"}

    def counts() -> tuple[int, int]:
        with make.app.app_context():
            page = room_page(get_sitting(started.attempt_id), now=clock.now())
            assert page is not None
            [row] = list_room(started.window_id, started.seat.cohort_id, now=clock.now())
            return row.answered, len(page.questions) - len(page.unanswered)

    save(BODIES, 1)
    assert counts() == (6, 6)
    save(empty, 2)
    assert counts() == (0, 0)
    save({"K-short": {"kind": "short_text", "text": "\u3000カスハラ"}}, 3)
    assert counts() == (1, 1)
