"""The exam room's doors as a browser without JavaScript uses them, and the script's own requests."""

import json
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from lms.exam_engine.canonical import sha256_hex
from lms.exam_engine.papers import Paper, PaperEssayQuestion
from lms.exams.services.handing_in import close_expired_attempts
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.exams.builders import ESSAY, Started, agree_to_terms, begin, body, eligible_seat, form_values, window
from tests.page import PageClient


@pytest.fixture
def started(make: Factory) -> Started:
    return begin(make)


@pytest.fixture
def visitor(make: Factory, started: Started) -> PageClient:
    return make.login(started.seat.user_id)


def post_answers(
    client: PageClient, started: Started, items: list[dict[str, Any]], *, device: str = "page-a", **more: Any
) -> TestResponse:
    token = client.csrf(f"/exam/{started.public_id}")
    return client.post(
        f"/exam/{started.public_id}/answers",
        json={"device": device, "items": items, **more},
        headers={"X-CSRFToken": token, "Accept": "application/json"},
    )


def item(paper: Paper, question: str, value: str, *, base: int = 0, sequence: int = 1) -> dict[str, Any]:
    said = body(paper, question, value)
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {
        "question": question,
        "sequence": sequence,
        "base_version": base,
        "body": said,
        "sha256": sha256_hex(canonical),
        "typed_at": "2026-12-01T03:00:00.000Z",
        "flagged": False,
    }


def questions_on(client: PageClient) -> list[str]:
    """The questions of the form at hand."""
    assert client.page
    fields = client.page.forms[-1]["fields"]
    return [name.removeprefix("base-") for name in fields if name.startswith("base-")]


def test_the_whole_exam_is_sat_without_javascript(make: Factory) -> None:
    seat = eligible_seat(make)
    window(make, seat.cohort_id)
    client = make.login(seat.user_id)
    client.get("/exam")
    assert "受験資格を満たしています" in client.text
    room = client.send({"pledge": ["1", "2", "3"]}, action="/exam/start").request.path
    assert "選択問題" in client.text
    questions = questions_on(client)
    assert len(questions) == 40
    client.send({f"answer-{question}": "a" for question in questions[:39]} | {"intent": "save"}, action="/save")
    assert "一時保存しました" in client.text
    client.get(room)
    client.send({"intent": "hand_in"}, action="/save")
    assert "未解答の設問が1問あります" in client.text
    client.send(action="/hand-in")
    assert "論述問題" in client.text
    fields = client.page.forms[-1]["fields"] if client.page else {}
    essays = [name.removeprefix("base-") for name in fields if name.startswith("base-")]
    client.send(
        {f"answer-{question}": ESSAY.replace("。", "。\r\n") for question in essays} | {"intent": "hand_in"}, action="/save"
    )
    assert "2問すべてに解答しています" in client.text
    client.send(action="/hand-in")
    assert "提出控" in client.text
    assert "39/40問に解答" in client.text
    assert f"{len(ESSAY)}字" in client.text
    client.get("/exam")
    assert "結果は公開後にメールでお知らせします" in client.text


def new_terms_come_into_force(make: Factory, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A further revision of the terms, in force today, to which nobody has agreed."""
    settings = make.app.extensions["settings"]
    shutil.copytree(settings.content, folder)
    head = 'revision: "2026-12-01"\ntitle: 受講・受験規約\nstatus: decided\neffective_on: "2026-12-01"'
    (folder / "terms" / "2026-12-01.md").write_text(f"---\n{head}\n---\n\n## 第1条\n\n新しい本文\n", encoding="utf-8")
    monkeypatch.setitem(make.app.extensions, "settings", replace(settings, content=folder))


def test_new_terms_do_not_lock_a_running_attempt_out(
    make: Factory, visitor: PageClient, started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_terms_come_into_force(make, tmp_path / "content", monkeypatch)
    room, question = f"/exam/{started.public_id}", started.question()
    assert visitor.get("/exam").headers["Location"].endswith("/terms/consent")
    visitor.get("/")
    assert "試験に戻る" in visitor.text
    assert post_answers(visitor, started, [item(started.paper, question, "b")]).get_json()["items"][0]["outcome"] == "current"
    assert visitor.get(f"{room}/answers").status_code == 200
    visitor.submit(room, {"intent": "save"}, action="/save")
    assert "一時保存しました" in visitor.text
    for words in ("次の大問の時間が始まっています", "提出控"):
        visitor.submit(f"{room}/confirm", action="/hand-in")
        assert words in visitor.text
    assert visitor.get("/exam").headers["Location"].endswith("/terms/consent")


def test_the_lobby_names_each_unmet_condition(make: Factory) -> None:
    seat = make.seat(paid=False, minutes=100)
    eligible = eligible_seat(make, seat.cohort_id)
    window(make, seat.cohort_id)
    client = make.login(eligible.user_id)
    client.get("/exam")
    assert "試験を開始する" in client.text
    agree_to_terms(make.app, seat.user_id)
    client = make.login(seat.user_id)
    client.get("/exam")
    for words in ("受講料のお支払い", "研修2日間の出席", "公開中のレッスンの受講", "確認テストの合格", "1日目 100分(必要 240分)"):
        assert words in client.text
    assert "試験を開始する" not in client.text


def test_the_lobby_says_that_no_window_is_set(make: Factory) -> None:
    client = make.login(eligible_seat(make).user_id)
    client.get("/exam")
    assert "受験期間はまだ決まっていません" in client.text


def test_starting_without_the_whole_pledge_is_refused_in_words(make: Factory) -> None:
    seat = eligible_seat(make)
    window(make, seat.cohort_id)
    client = make.login(seat.user_id)
    response = client.submit("/exam", {"pledge": ["1", "1", "1"]}, action="/exam/start")
    assert response.status_code == 409
    assert "誓約のすべてに同意" in client.text


def test_starting_twice_leads_to_the_same_room(make: Factory) -> None:
    seat = eligible_seat(make)
    window(make, seat.cohort_id)
    client = make.login(seat.user_id)
    client.get("/exam")
    first = client.send({"pledge": ["1", "2", "3"]}, action="/exam/start").request.path
    other = make.login(seat.user_id)
    other.get("/exam")
    assert "試験を続ける" in other.text
    assert any(values.get("href") == first for values in other.page.find("a") if other.page)


def test_nobody_enters_another_persons_room(make: Factory, started: Started) -> None:
    other = make.login(eligible_seat(make).user_id)
    for address in ("", "/confirm", "/receipt", "/answers"):
        assert other.get(f"/exam/{started.public_id}{address}").status_code == 404


def test_a_form_that_is_older_than_the_stored_answer_shows_both(visitor: PageClient, started: Started) -> None:
    visitor.get(f"/exam/{started.public_id}")
    post_answers(visitor, started, [item(started.paper, started.question(), "a")])
    stale = {"csrf_token": visitor.csrf(f"/exam/{started.public_id}"), "section": "choice", f"base-{started.question()}": "0"}
    response = visitor.post(
        f"/exam/{started.public_id}/save", data=stale | {f"answer-{started.question()}": "b", "intent": "save"}
    )
    assert response.status_code == 409
    assert "より新しい解答が保存されています" in visitor.text


def test_an_autosave_is_answered_with_version_hash_time_and_deadline(visitor: PageClient, started: Started) -> None:
    sent = item(started.paper, started.question(), "a")
    answer = post_answers(visitor, started, [sent], claim=True).get_json()
    assert answer["items"] == [
        {"question": started.question(), "sequence": 1, "outcome": "current", "version": 1, "sha256": sent["sha256"]}
    ]
    assert answer["server_time"] == "2026-12-01T03:00:00+00:00"
    assert answer["deadline"] == "2026-12-01T04:00:00+00:00"
    assert (answer["section"], answer["status"], answer["writer"]) == ("choice", "in_section", "page-a")


def test_a_stale_autosave_is_told_the_stored_answer(visitor: PageClient, started: Started) -> None:
    post_answers(visitor, started, [item(started.paper, started.question(), "a")])
    answer = post_answers(visitor, started, [item(started.paper, started.question(), "b")], device="page-b").get_json()
    told = answer["items"][0]
    assert (told["outcome"], told["current_version"]) == ("stale", 1)
    assert json.loads(told["current_body"])["option"] == "a"


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({"device": "page-a"}, id="no items"),
        pytest.param({"device": "../x", "items": []}, id="a strange device"),
        pytest.param({"device": "page-a", "items": [{"question": "D1-001"}]}, id="half an item"),
        pytest.param([], id="not an object"),
    ],
)
def test_a_save_request_of_another_shape_is_refused(visitor: PageClient, started: Started, payload: object) -> None:
    token = visitor.csrf(f"/exam/{started.public_id}")
    response = visitor.post(f"/exam/{started.public_id}/answers", json=payload, headers={"X-CSRFToken": token})
    assert response.status_code == 400


def test_a_save_request_without_the_token_is_refused(visitor: PageClient, started: Started) -> None:
    response = visitor.post(f"/exam/{started.public_id}/answers", json={"device": "page-a", "items": []})
    assert response.status_code == 400


def test_the_heart_beat_tells_the_writing_page_and_brings_a_token(visitor: PageClient, started: Started) -> None:
    post_answers(visitor, started, [], device="page-b", claim=True)
    beat = visitor.get(f"/exam/{started.public_id}/answers", headers={"Accept": "application/json"}).get_json()
    assert (beat["writer"], beat["section"]) == ("page-b", "choice")
    response = visitor.post(
        f"/exam/{started.public_id}/answers", json={"device": "page-a", "items": []}, headers={"X-CSRFToken": beat["csrf"]}
    )
    assert response.status_code == 200


def test_a_visitor_who_was_logged_out_is_told_so(make: Factory, started: Started) -> None:
    response = PageClient(make.app).get(f"/exam/{started.public_id}/answers", headers={"Accept": "application/json"})
    assert response.status_code == 401


def test_after_the_time_a_visit_writes_nothing_and_the_worker_submits(
    make: Factory, visitor: PageClient, started: Started, frozen_clock: FrozenClock
) -> None:
    frozen_clock.advance(hours=3)
    visitor.get(f"/exam/{started.public_id}")
    assert "自動的に提出しています" in visitor.text
    with make.app.app_context():
        assert close_expired_attempts(now=frozen_clock.now()) == 1
    visitor.get(f"/exam/{started.public_id}", follow_redirects=True)
    assert "時間切れによる自動提出" in visitor.text


def test_a_section_handed_in_cannot_be_handed_in_again(visitor: PageClient, started: Started) -> None:
    token = visitor.csrf(f"/exam/{started.public_id}/confirm")
    for words in ("次の大問の時間が始まっています", "すでに提出されています"):
        visitor.post(f"/exam/{started.public_id}/hand-in", data={"csrf_token": token, "section": "choice"}, follow_redirects=True)
        assert words in visitor.text


def secrets_of(paper: Paper) -> list[str]:
    """Every text that must not leave the server during the exam."""
    texts = [option.reason for question in paper.section("choice").questions for option in question.options]
    for question in paper.section("essay").questions:
        assert isinstance(question, PaperEssayQuestion)
        texts += [level.text for criterion in question.rubric.criteria for level in criterion.levels]
        texts += [cap.text for cap in question.rubric.caps]
    return texts


def test_no_response_carries_a_key_a_reason_or_a_rubric(visitor: PageClient, started: Started) -> None:
    bodies: list[str] = []
    keep = bodies.append
    keep(visitor.get(f"/exam/{started.public_id}").get_data(as_text=True))
    keep(post_answers(visitor, started, [item(started.paper, started.question(), "a")]).get_data(as_text=True))
    keep(post_answers(visitor, started, [item(started.paper, started.question(), "b")], device="b").get_data(as_text=True))
    keep(visitor.get(f"/exam/{started.public_id}/answers").get_data(as_text=True))
    for section in ("choice", "essay"):
        keep(visitor.get(f"/exam/{started.public_id}").get_data(as_text=True))
        values = form_values(started.paper, section) | {"intent": "hand_in"}
        visitor.get(f"/exam/{started.public_id}")
        keep(visitor.send(values, action="/save").get_data(as_text=True))
        keep(visitor.get(f"/exam/{started.public_id}/confirm").get_data(as_text=True))
        keep(visitor.send(action="/hand-in").get_data(as_text=True))
    keep(visitor.get(f"/exam/{started.public_id}/receipt").get_data(as_text=True))
    keep(visitor.get("/exam").get_data(as_text=True))
    assert len(bodies) == 14
    assert started.paper.section("choice").questions[0].options[0].text in unescape(bodies[0]), "the search would find a text"
    for text in map(unescape, bodies):
        assert "data-key" not in text
        assert '"key"' not in text
        for secret in secrets_of(started.paper):
            assert secret not in text


def test_the_page_treats_right_and_wrong_options_alike(visitor: PageClient, started: Started) -> None:
    visitor.get(f"/exam/{started.public_id}")
    assert visitor.page
    radios = [values for values in visitor.page.find("input") if values.get("type") == "radio"]
    assert len(radios) == 160
    assert {frozenset(radio) for radio in radios} == {frozenset({"type", "name", "value", "in-label"})}
    order = [radio["value"] for radio in radios if radio["name"] == f"answer-{started.question()}"]
    assert order == [option.id for option in started.paper.section("choice").questions[0].options]
