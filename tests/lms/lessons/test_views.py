"""The lessons as a participant meets them, on both databases."""

import re
from pathlib import Path

import pytest
from flask import Flask

from lms.lessons.labels import TOO_LONG
from lms.lessons.queries import library, list_published_lesson_ids
from lms.lessons.queries.sheets import HISTORY_LENGTH
from lms.lessons.rules.content import Lesson
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.lessons.builders import LATER, LESSON, consent, counted, finish, hold_back, reader, right_answers
from tests.page import PageClient

MAX_PAGE_BYTES = 100 * 1024
MAX_QUERIES = 5
"""Who asks (log-in, seat, consent), which content is published, and everything else at once."""


def lesson_of(app: Flask, lesson_id: str = LESSON) -> Lesson:
    with app.app_context():
        return library().lessons[lesson_id]


def answers_of(app: Flask, *, wrong: int = 0) -> dict[str, str]:
    with app.app_context():
        return right_answers(wrong=wrong)


def test_the_list_says_in_words_what_is_open_and_what_is_not(make: Factory) -> None:
    client = make.login(reader(make, cohort_id=make.cohort(**LATER)).user_id)
    client.get("/lessons")
    assert "未読" in client.text
    assert "12月10日(木) 18:00 に公開されます" in client.text
    assert "12月12日(土) 00:00 に公開されます" in client.text
    assert "0/21 (0%)" in client.text
    assert client.page is not None
    links = [values["href"] for values in client.page.find("a") if re.search(r"/lessons/\w+$", values.get("href", ""))]
    assert {link.rsplit("/", 1)[-1] for link in links} == {"L01", "L02", "L03", "L04", "L05"}


def test_before_the_payment_nothing_can_be_opened(make: Factory) -> None:
    client = make.login(reader(make, paid=False, cohort_id=make.cohort(**LATER)).user_id)
    client.get("/lessons")
    assert "入金の確認後に公開されます" in client.text
    response = client.get("/lessons/L01")
    assert response.status_code == 403
    assert "入金の確認後に公開されます。" in client.text
    assert "場面" not in client.text


@pytest.mark.parametrize(("lesson_id", "status"), [("L06", 403), ("A01", 403), ("L99", 404), ("..", 404)])
def test_drafts_are_named_and_unknown_lessons_do_not_exist(
    make: Factory, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lesson_id: str, status: int
) -> None:
    hold_back(monkeypatch, app, tmp_path, "L06", "A01")
    client = make.login(reader(make).user_id)
    assert client.get(f"/lessons/{lesson_id}").status_code == status
    assert ("準備中です" in client.text) is (status == 403)


def test_reading_a_lesson_from_its_opening_to_its_end(make: Factory, app: Flask) -> None:
    client = make.login(reader(make).user_id)
    client.get(f"/lessons/{LESSON}")
    lesson = lesson_of(app)
    for words in (lesson.title, "目安15分", "場面", "要点", "よくある誤解", "自組織ワーク", "出典"):
        assert words in client.text
    for objective in lesson.objectives:
        assert objective.level.value in client.text
        assert objective.text in client.text
    assert "2026年11月22日(日)に確認" in client.text
    client.get(f"/lessons/{LESSON}")
    assert "受講中" in client.text
    client.submit(f"/lessons/{LESSON}", action="/complete")
    assert "受講済みにしました" in client.text
    assert "受講済み" in client.text
    client.get("/lessons")
    assert "1/21 (5%)" in client.text


def test_the_page_is_light_and_its_queries_are_few_and_constant(make: Factory, app: Flask) -> None:
    seat = reader(make)
    finish(make, seat)
    client = make.login(seat.user_id)
    with app.app_context():
        published = list_published_lesson_ids()
    for lesson_id in published:
        with counted(app) as statements:
            response = client.get(f"/lessons/{lesson_id}")
        assert len(response.data) <= MAX_PAGE_BYTES
        assert len(statements) <= MAX_QUERIES


def test_the_quiz_shows_no_answer_before_it_is_answered(make: Factory, app: Flask) -> None:
    client = make.login(reader(make).user_id)
    for address in (f"/lessons/{LESSON}", f"/lessons/{LESSON}/quiz"):
        html = client.get(address).get_data(as_text=True)
        for question in lesson_of(app).quiz.questions:
            assert question.explanation not in html
            for option in question.options:
                assert option.reason not in html
    html = client.get(f"/lessons/{LESSON}/quiz").get_data(as_text=True)
    assert "5問中4問以上の正解で合格" in html
    assert not re.search(r"checked|data-key|correct|is-right", html)
    first = lesson_of(app).quiz.questions[0]
    places = [html.index(option.text) for option in first.options]
    assert places == sorted(places)


def test_without_a_try_there_is_no_result(make: Factory) -> None:
    client = make.login(reader(make).user_id)
    response = client.get(f"/lessons/{LESSON}/quiz/result", follow_redirects=True)
    assert response.request.path == f"/lessons/{LESSON}/quiz"


def test_a_failed_try_explains_itself_and_invites_another(make: Factory, app: Flask) -> None:
    client = make.login(reader(make).user_id)
    client.submit(f"/lessons/{LESSON}/quiz", answers_of(app, wrong=2))
    assert "5問中3問正解" in client.text
    assert "合格点に届きませんでした" in client.text
    assert client.text.count("不正解") == 2
    assert "再挑戦する" in client.text
    wrong = lesson_of(app).quiz.questions[0]
    chosen = wrong.option(answers_of(app, wrong=2)[wrong.id])
    assert chosen is not None
    assert chosen.reason in client.text
    assert wrong.explanation in client.text


def test_a_passed_try_leads_on(make: Factory, app: Flask) -> None:
    client = make.login(reader(make).user_id)
    client.submit(f"/lessons/{LESSON}", action="/complete")
    client.submit(f"/lessons/{LESSON}/quiz", answers_of(app, wrong=1))
    assert "5問中4問正解" in client.text
    assert "合格しました" in client.text
    assert "次の L02 へ進む" in client.text
    client.get("/lessons")
    assert "確認テスト合格" in client.text


def test_an_unanswered_question_is_named_and_the_others_stay(make: Factory, app: Flask) -> None:
    client = make.login(reader(make).user_id)
    answers = answers_of(app)
    del answers[f"{LESSON}-q4"]
    response = client.submit(f"/lessons/{LESSON}/quiz", answers)
    assert response.status_code == 422
    assert "問4" in client.text
    assert client.page is not None
    checked = [values for values in client.page.find("input") if "checked" in values]
    assert {values["name"]: values["value"] for values in checked} == answers
    html = response.get_data(as_text=True)
    assert all(question.explanation not in html for question in lesson_of(app).quiz.questions)


def test_the_worksheet_form_saves_without_a_script(make: Factory) -> None:
    client = make.login(reader(make).user_id)
    client.submit(f"/lessons/{LESSON}", {"text-definition": "当社の定義\n<b>太字</b>"}, action="/worksheet")
    assert "自組織ワークを保存しました(12:00)" in client.text
    assert "2026年12月1日(火) 12:00 保存済み" in client.text
    assert client.page is not None
    form = next(form for form in client.page.forms if form["attrs"].get("action", "").endswith("/worksheet"))
    assert form["fields"]["text-definition"].strip() == "当社の定義\n<b>太字</b>"
    assert form["fields"]["base-definition"] == "1"
    client.get(f"/lessons/{LESSON}/worksheet/definition")
    assert "当社の定義" in client.text
    assert client.get(f"/lessons/{LESSON}/worksheet/case1").status_code == 404


def autosave(client: PageClient, text: str, base: int) -> object:
    token = client.csrf(f"/lessons/{LESSON}")
    data = {"csrf_token": token, "text-definition": text, "base-definition": str(base)}
    return client.post(f"/lessons/{LESSON}/worksheet", data=data, headers={"Accept": "application/json"}).get_json()


def test_the_script_is_told_the_time_the_version_and_what_another_screen_wrote(make: Factory, frozen_clock: FrozenClock) -> None:
    client = make.login(reader(make).user_id)
    assert autosave(client, "一", 0) == {"saved_at": "12:00", "fields": {"definition": {"version": 1, "beside": ""}}}
    frozen_clock.advance(minutes=5)
    assert autosave(client, "二", 0) == {"saved_at": "12:05", "fields": {"definition": {"version": 2, "beside": "一"}}}
    assert autosave(client, "二", 99)["fields"]["definition"]["version"] == 2  # type: ignore[index]


def test_a_form_from_an_old_screen_is_kept_beside_and_says_so(make: Factory) -> None:
    client = make.login(reader(make).user_id)
    autosave(client, "別の画面の文", 0)
    client.get(f"/lessons/{LESSON}")
    client.send({"text-definition": "古い画面の文", "base-definition": "0"}, action="/worksheet")
    assert "両方を残しました" in client.text
    client.get(f"/lessons/{LESSON}/worksheet/definition")
    assert "別の画面の文" in client.text
    assert "古い画面の文" in client.text


def sheet_fields(client: PageClient) -> dict[str, str]:
    """Texts and base versions as the worksheet's form would send them."""
    assert client.page is not None
    form: dict[str, str] = next(
        form["fields"] for form in client.page.forms if form["attrs"].get("action", "").endswith("/worksheet")
    )
    return form


def test_two_screens_without_scripts_each_save_another_field(make: Factory) -> None:
    seat = reader(make)
    phone, pc = make.login(seat.user_id), make.login(seat.user_id)
    phone.get(f"/lessons/{LESSON}")
    pc.submit(f"/lessons/{LESSON}", {"text-definition": "PCで書いた定義", "text-parties": "取引先"}, action="/worksheet")
    phone.send({"text-beyond": "電話で書いた例"}, action="/worksheet")
    assert "自組織ワークを保存しました" in phone.text
    fields = sheet_fields(phone)
    assert [fields[f"text-{key}"] for key in ("definition", "parties", "beyond")] == [
        "PCで書いた定義",
        "取引先",
        "電話で書いた例",
    ]
    assert fields["base-definition"] == "1"


def test_a_refused_old_screen_still_says_what_it_was_typed_upon(make: Factory) -> None:
    seat = reader(make)
    phone, pc = make.login(seat.user_id), make.login(seat.user_id)
    phone.get(f"/lessons/{LESSON}")
    pc.submit(f"/lessons/{LESSON}", {"text-definition": "PCで書いた定義"}, action="/worksheet")
    phone.send({"text-beyond": "長" * 5001}, action="/worksheet")
    assert sheet_fields(phone)["base-definition"] == "0"
    phone.send({"text-beyond": "短くした"}, action="/worksheet")
    assert sheet_fields(phone)["text-definition"] == "PCで書いた定義"


def found(client: PageClient, tag: str) -> list[dict[str, str]]:
    assert client.page is not None
    return client.page.find(tag)


def test_the_way_to_earlier_texts_stands_ready_before_anything_is_saved(make: Factory) -> None:
    client = make.login(reader(make).user_id)
    client.get(f"/lessons/{LESSON}")
    assert ["hidden" in each for each in found(client, "a") if each.get("data-history") == "definition"] == [True]
    autosave(client, "一", 0)
    client.get(f"/lessons/{LESSON}")
    assert ["hidden" in each for each in found(client, "a") if each.get("data-history") == "definition"] == [False]


def test_a_long_history_goes_on_on_the_next_page(make: Factory) -> None:
    client = make.login(reader(make).user_id)
    for version in range(HISTORY_LENGTH + 1):
        autosave(client, f"{version + 100}番の案", version)
    client.get(f"/lessons/{LESSON}/worksheet/definition")
    assert "120番の案" in client.text
    assert "100番の案" not in client.text
    client.get(next(each["href"] for each in found(client, "a") if "?from=" in each.get("href", "")))
    assert "100番の案" in client.text
    assert "いまの内容" not in client.text
    assert "最新の保存に戻る" in client.text


def test_a_text_that_is_too_long_stays_on_the_screen(make: Factory) -> None:
    client = make.login(reader(make).user_id)
    response = client.submit(f"/lessons/{LESSON}", {"text-definition": "長" * 5001}, action="/worksheet")
    assert response.status_code == 422
    assert "まだ保存していません" in client.text
    assert "長" * 5001 in client.text
    assert autosave(client, "長" * 5001, 0) == {"error": TOO_LONG.format(limit=5000)}


@pytest.mark.parametrize("address", ["complete", "worksheet", "quiz"])
def test_a_closed_lesson_takes_nothing(make: Factory, address: str) -> None:
    client = make.login(reader(make, paid=False).user_id)
    token = client.csrf("/lessons")
    assert client.post(f"/lessons/{LESSON}/{address}", data={"csrf_token": token}).status_code == 403


def test_staff_and_strangers_are_sent_away(make: Factory, client: PageClient) -> None:
    assert client.get("/lessons", follow_redirects=True).request.path == "/login"
    user_id = make.user()
    consent(make, user_id)
    assert make.login(user_id).get("/lessons").status_code == 403
