"""What participants wrote, did and began stays, whatever edition is published."""

import pytest
from flask import Flask

from lms import clock
from lms.db.session import db
from lms.editions.queries import installed_files
from lms.editions.services import release_edition
from lms.exams.queries.content import get_exam
from lms.exams.queries.sittings import find_sitting
from lms.lessons.queries import answers_of, find_last_try, library, progress_of, worksheet_of
from lms.lessons.rules.worksheets import SheetEdit
from lms.lessons.services import complete_lesson, save_worksheet, try_quiz
from lms.web.access import Role
from tests.factories import Factory, Seat
from tests.lms.editions.builders import BANK_FILE, LESSON_FILE, PLAN_FILE, SENTENCE, changed, publish, with_a_sentence
from tests.lms.exams import builders as exams
from tests.lms.lessons.builders import reader, reading_seat, right_answers

WORDS = "自社の定義は、まだ決めていない。"


@pytest.fixture
def by(make: Factory) -> int:
    return make.staff(Role.OFFICE)


def studied(app: Flask, make: Factory) -> tuple[Seat, str]:
    """Somebody who read the first lesson, passed its quiz and wrote into its first field."""
    seat = reader(make)
    with app.app_context():
        key = library().lessons["L01"].worksheet[0].key
        reading = reading_seat(seat)
        save_worksheet(reading, "L01", {key: SheetEdit(WORDS, 0)}, by=seat.user_id, now=clock.now())
        complete_lesson(reading, "L01", by=seat.user_id, now=clock.now())
        try_quiz(reading, "L01", right_answers(), by=seat.user_id, now=clock.now())
    return seat, key


def test_answers_progress_and_tries_stay_over_a_new_edition_and_back(app: Flask, make: Factory, by: int) -> None:
    seat, key = studied(app, make)
    client = make.login(seat.user_id)
    with app.app_context():
        publish(with_a_sentence(), by=by)
    page = client.get("/lessons/L01").text
    assert SENTENCE in page
    assert WORDS in page
    with app.app_context():
        assert worksheet_of(seat.participant_id, "L01")[key].text == WORDS
        assert progress_of(seat.participant_id)["L01"].quiz_passed_at is not None
        save_worksheet(reading_seat(seat), "L01", {key: SheetEdit("書き直した。", 1)}, by=seat.user_id, now=clock.now())
        release_edition(None, "戻す", by=by, now=clock.now())
    page = client.get("/lessons/L01").text
    assert SENTENCE not in page
    assert "書き直した。" in page


def test_a_field_that_went_keeps_its_text_and_shows_it_again_when_it_comes_back(app: Flask, make: Factory, by: int) -> None:
    seat, key = studied(app, make)
    client = make.login(seat.user_id)
    with app.app_context():
        publish(changed({LESSON_FILE: (f"key: {key}", f"key: {key}_neu")}), by=by)
    assert WORDS not in client.get("/lessons/L01").text
    with app.app_context():
        assert answers_of(seat.participant_id)[("L01", key)].text == WORDS
        release_edition(None, "戻す", by=by, now=clock.now())
    assert WORDS in client.get("/lessons/L01").text


def test_what_was_saved_for_a_field_or_a_lesson_that_went_can_still_be_read(app: Flask, make: Factory, by: int) -> None:
    seat, key = studied(app, make)
    client, other = make.login(seat.user_id), make.login(reader(make).user_id)
    with app.app_context():
        line = next(each for each in installed_files()[PLAN_FILE].decode().split("\n") if "{id: L01," in each)
    changes = (
        {LESSON_FILE: (f"key: {key}", f"key: {key}_neu")},
        {PLAN_FILE: (line, line.replace("state: published", "state: draft"))},
    )
    for change in changes:
        with app.app_context():
            publish(changed(change), by=by)
        history = client.get(f"/lessons/L01/worksheet/{key}").text
        assert WORDS in history
        assert "いまの内容" not in history
        assert other.get(f"/lessons/L01/worksheet/{key}").status_code == 404
        assert client.get("/lessons/L01/worksheet/never_written").status_code == 404
        assert client.get("/lessons/L01/worksheet/a%00b").status_code == 404


@pytest.mark.parametrize("asks_for_json", [False, True], ids=["the form's button", "the page's script"])
def test_what_is_typed_into_a_field_that_went_meanwhile_is_kept(app: Flask, make: Factory, by: int, asks_for_json: bool) -> None:
    seat, key = studied(app, make)
    client = make.login(seat.user_id)
    token = client.csrf("/lessons/L01")
    with app.app_context():
        publish(changed({LESSON_FILE: (f"key: {key}", f"key: {key}_neu")}), by=by)
    typed = {
        "csrf_token": token,
        f"text-{key}": "開いたままの画面で書いた。",
        f"base-{key}": "1",
        "text-memo": "別",
        "text-x'y": "なし",
    }
    headers = {"Accept": "application/json"} if asks_for_json else {}
    saved = client.post("/lessons/L01/worksheet", data=typed, headers=headers)
    assert saved.status_code == (200 if asks_for_json else 302)
    with app.app_context():
        answers = {each: sheet.text for each, sheet in answers_of(seat.participant_id).items()}
    assert answers == {("L01", key): "開いたままの画面で書いた。"}
    manual = client.get("/manual").text
    assert "以前の設問への記入" in manual
    assert "開いたままの画面で書いた。" in manual
    assert ("設問が改訂されました" in manual) is not asks_for_json


def test_a_withdrawn_lesson_is_closed_and_comes_back_with_everything(app: Flask, make: Factory, by: int) -> None:
    seat, key = studied(app, make)
    client = make.login(seat.user_id)
    with app.app_context():
        line = next(each for each in installed_files()[PLAN_FILE].decode().split("\n") if "{id: L01," in each)
        publish(changed({PLAN_FILE: (line, line.replace("state: published", "state: draft"))}), by=by)
    assert client.get("/lessons").status_code == 200
    assert client.get("/lessons/L01").status_code in (403, 404)
    with app.app_context():
        assert answers_of(seat.participant_id)[("L01", key)].text == WORDS
        assert "L01" not in progress_of(seat.participant_id)
        release_edition(None, "戻す", by=by, now=clock.now())
        assert progress_of(seat.participant_id)["L01"].quiz_passed_at is not None
    assert WORDS in client.get("/lessons/L01").text


def test_a_try_of_an_earlier_quiz_stays_a_pass_and_is_not_marked_by_the_new_one(app: Flask, make: Factory, by: int) -> None:
    seat, _ = studied(app, make)
    client = make.login(seat.user_id)
    quiz = LESSON_FILE.replace(".md", ".quiz.yaml")
    with app.app_context():
        stem = library().lessons["L01"].quiz.questions[0].stem.strip().split("\n")[0]
        publish(changed({quiz: (stem, f"【新】{stem}")}), by=by)
    assert client.get("/lessons/L01/quiz/result").status_code == 200
    assert "【新】" in client.get("/lessons/L01/quiz").text
    with app.app_context():
        last = find_last_try(seat.participant_id, "L01")
        assert last is not None
        assert last.is_passed
        assert last.content_sha256 != library().lessons["L01"].quiz.sha256
        assert progress_of(seat.participant_id)["L01"].quiz_passed_at is not None


def test_a_running_attempt_keeps_its_paper_and_a_later_one_is_drawn_from_the_new_bank(app: Flask, make: Factory, by: int) -> None:
    begun = exams.begin(make)
    with app.app_context():
        before = find_sitting(begun.public_id, user_id=begun.seat.user_id)
        text = installed_files()[BANK_FILE].decode()
        publish({**installed_files(), BANK_FILE: text.replace("適切なもの", "正しいもの").encode()}, by=by)
        db.session.remove()
        after = find_sitting(begun.public_id, user_id=begun.seat.user_id)
        assert before is not None
        assert after is not None
        assert after.paper == before.paper
        stems = [getattr(each, "stem", "") for each in get_exam("practitioner").bank if each.id.startswith("D1-")]
        assert any("正しいもの" in stem for stem in stems)
    assert "正しいもの" not in make.login(begun.seat.user_id).get(f"/exam/{begun.public_id}").text
