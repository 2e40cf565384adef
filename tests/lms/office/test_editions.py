"""教材の版 at the office's desk: uploads, findings, both sides beside each other, publishing and going back."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.audit.models import AuditEvent
from lms.db.session import db
from lms.editions.queries import (
    UnreadableEdition,
    content_folder,
    find_published_id,
    installed_files,
    list_cards,
    list_releases,
)
from lms.editions.rules.contents import ChangeKind, FileChange, Files
from lms.exams.queries.content import get_exam
from lms.exams.queries.reviewing import wording_of
from lms.exams.queries.windows import list_windows
from lms.exams.services.reviewing import approve_question
from lms.lessons.models import WorksheetEntry
from lms.lessons.queries import library
from lms.office.queries.edition_timing import timing_of
from lms.office.queries.editions import find_edition_page
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.editions.archives import zipped
from tests.lms.editions.builders import (
    BANK_FILE,
    LESSON_FILE,
    PLAN_FILE,
    SENTENCE,
    changed,
    edition_of,
    publish,
    with_a_sentence,
)
from tests.lms.exams import builders as exams
from tests.lms.lessons.builders import reader
from tests.page import PageClient

pytestmark = pytest.mark.database("sqlite")
PAGE = "/office/editions"


@pytest.fixture
def office(make: Factory) -> PageClient:
    return make.login(make.staff(Role.OFFICE, name="事務 花子"))


def upload(office: PageClient, data: bytes, name: str = "変更.zip", note: str = "") -> str:
    token = office.csrf(PAGE)
    sent = {"csrf_token": token, "file": (io.BytesIO(data), name), "note": note}
    return office.post(f"{PAGE}/upload", data=sent, follow_redirects=True).text


def only_changed(app: Flask, files: Files) -> Files:
    with app.app_context():
        installed = installed_files()
    return {path: data for path, data in files.items() if installed.get(path) != data}


def made(app: Flask, make: Factory, files: Files) -> int:
    by = make.staff(Role.OFFICE)
    with app.app_context():
        return edition_of(files, by=by)


def test_an_upload_is_looked_at_published_and_taken_back(app: Flask, office: PageClient) -> None:
    assert "まだ版がありません" in office.get(PAGE).text
    with app.app_context():
        files = with_a_sentence()
    page = upload(office, zipped(only_changed(app, files)), note="一文を足した")
    assert "教材の版を作りました。まだ公開していません。" in page
    assert "1個のファイルが違います" in page
    assert "直すところはありません" in page
    with app.app_context():
        (card,) = list_cards()
        assert (card.note, card.made_by) == ("一文を足した", "事務 花子")
        assert content_folder() == app.extensions["settings"].content
    lesson = office.get(f"{PAGE}/{card.id}/lessons/L01").text
    assert SENTENCE in lesson
    assert re.search(r"変更あり|追加", lesson)
    refused = office.submit(f"{PAGE}/{card.id}", {"reason": ""}, action="/release#publish")
    assert refused.status_code == 422
    assert "入力してください" in refused.text
    done = office.submit(f"{PAGE}/{card.id}", {"reason": "分かりやすくした"}, action="/release#publish").text
    assert "公開しました" in done
    assert "分かりやすくした" in done
    assert "設置されたファイルに未公開の変更があります" in done
    with app.app_context():
        assert find_published_id() == card.id
        assert SENTENCE in library().lessons["L01"].body
    back = office.submit(f"{PAGE}/0", {"reason": "元に戻す"}, action="/release#publish").text
    assert "設置されたファイル</strong>を公開" in back
    with app.app_context():
        assert find_published_id() is None
        assert SENTENCE not in library().lessons["L01"].body
        reasons = db.session.scalars(select(AuditEvent.reason).where(AuditEvent.tag == "edition:release")).all()
        assert reasons == ["分かりやすくした", "元に戻す"]


def test_the_installed_files_become_an_edition_once(app: Flask, office: PageClient) -> None:
    first = office.submit(PAGE, {"note": "更新"}, action="/editions/installed").text
    assert "公開中の教材と同じ内容です" in first
    again = office.submit(PAGE, {"note": "更新"}, action="/editions/installed").text
    assert "同じ内容の版がすでにある" in again
    with app.app_context():
        assert len(list_cards()) == 1


def test_a_faulty_upload_is_told_by_file_and_keeps_nothing(app: Flask, office: PageClient) -> None:
    page = upload(office, zipped({"course.yaml": b"a", "lessons/run.exe": b"b", "facts.yaml": "日本".encode("cp932")}))
    assert "版を作っていません" in page
    assert "course.yaml" in page
    assert "lessons/run.exe" in page
    assert "公開中の教材も変わっていません" in page
    assert "ファイルを選んでください" in office.submit(PAGE, {}, action="/editions/upload").text
    with app.app_context():
        assert list_cards() == []


def test_an_edition_with_errors_is_shown_with_file_and_line_and_not_published(
    app: Flask, make: Factory, office: PageClient
) -> None:
    with app.app_context():
        files = changed({LESSON_FILE: ("## 要点", "## ようてん")})
    edition_id = made(app, make, files)
    page = office.get(f"{PAGE}/{edition_id}").text
    assert "直すまで公開できません" in page
    assert LESSON_FILE in page
    assert re.search(r"\d+行目", page)
    assert "版を公開する</button>" not in page
    token = office.csrf(PAGE)
    refused = office.post(f"{PAGE}/{edition_id}/release", data={"csrf_token": token, "reason": "急ぐ"})
    assert refused.status_code == 422
    assert "直すところがあるため、公開できません" in refused.text
    with app.app_context():
        assert list_releases() == ()


def test_an_edition_that_cannot_be_read_at_all_still_has_its_page(app: Flask, make: Factory, office: PageClient) -> None:
    with app.app_context():
        files = {**installed_files(), PLAN_FILE: b"id: [", "exams/practitioner/exam.yaml": b"id: ["}
    edition_id = made(app, make, files)
    page = office.get(f"{PAGE}/{edition_id}").text
    assert "レッスンを並べて表示できません" in page
    assert office.get(f"{PAGE}/{edition_id}/lessons/L01").status_code == 404
    assert office.get(f"{PAGE}/{edition_id}/exams/practitioner").status_code == 404
    assert "id: [" in office.get(f"{PAGE}/{edition_id}/files/{PLAN_FILE}").text


@pytest.mark.parametrize(
    ("path", "text"),
    [("facts.yaml", "[" * 3_000), ("exams/practitioner/grading.yaml", "[" * 3_000), (LESSON_FILE, None)],
    ids=["facts", "rules of grading", "lists in a lesson"],
)
def test_nesting_too_deep_to_be_read_is_told_and_not_published(
    app: Flask, make: Factory, office: PageClient, path: str, text: str | None
) -> None:
    with app.app_context():
        listed = changed({LESSON_FILE: ("## 自組織ワーク", f"{'- ' * 800}深い\n\n## 自組織ワーク")})
        files = listed if text is None else {**installed_files(), path: text.encode()}
    edition_id = made(app, make, files)
    page = office.get(f"{PAGE}/{edition_id}")
    assert page.status_code == 200
    assert "入れ子が深すぎて" in page.text
    assert "版を公開する</button>" not in page.text
    assert office.get(f"{PAGE}/{edition_id}/lessons/L01").status_code in (200, 404)
    assert office.get(f"{PAGE}/{edition_id}/exams/practitioner").status_code in (200, 404)


def test_the_office_goes_back_from_an_edition_that_cannot_be_read(
    app: Flask, make: Factory, office: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.get(PAGE)
    with app.app_context():
        publish(with_a_sentence("読めなくなる版の文。"), by=make.staff(Role.OFFICE))

    def damaged(_archive: bytes) -> Files:
        raise zipfile.BadZipFile

    monkeypatch.setattr("lms.editions.queries.unpack", damaged)
    with app.test_request_context(), pytest.raises(UnreadableEdition):
        content_folder()
    page = office.get(PAGE)
    assert page.status_code == 200
    assert "公開中の版を読み出せません" in page.text
    assert "代わりに、設置されたファイルと比べています" in office.get(f"{PAGE}/0").text
    assert "教材の版を読み出せません" in office.get(f"{PAGE}/1", follow_redirects=True).text, "the way to mend it"
    gone_back = office.submit(f"{PAGE}/0", {"reason": "読み出せないため"}, action="/release#publish").text
    assert "公開しました" in gone_back
    assert "公開中の版を読み出せません" not in gone_back
    with app.test_request_context():
        assert content_folder() == app.extensions["settings"].content


def test_the_office_is_told_when_an_edition_would_reach_a_running_exam_or_grading(
    app: Flask, make: Factory, office: PageClient
) -> None:
    exams.begin(make)
    grading = "exams/practitioner/grading.yaml"
    with app.app_context():
        text = installed_files()[BANK_FILE].decode()
        asked = {**installed_files(), BANK_FILE: text.replace("適切なもの", "正しいもの").encode()}
        graded = {**installed_files(), grading: installed_files()[grading] + b"# looked at again\n"}
        closes_at = list_windows()[0].closes_at
        taught = with_a_sentence("試験に関わらない文。")
    pages = [office.get(f"{PAGE}/{made(app, make, files)}").text for files in (asked, graded, taught)]
    assert ["受験期間に重なります" in page for page in pages] == [True, True, False]
    assert ["採点に、すぐに反映されます" in page for page in pages] == [False, True, False]
    changes = (FileChange(BANK_FILE, ChangeKind.CHANGED),)
    with app.app_context():
        assert len(timing_of(changes, now=closes_at - timedelta(seconds=1)).windows) == 1
        assert timing_of(changes, now=closes_at).windows == ()


def test_whoever_publishes_is_told_that_checked_windows_are_checked_again(app: Flask, make: Factory, office: PageClient) -> None:
    exams.window(make, exams.eligible_seat(make).cohort_id)
    with app.app_context():
        edition_id = edition_of(with_a_sentence(), by=make.staff(Role.OFFICE))
    assert "開催前点検を自動でもう一度行います" in office.get(f"{PAGE}/{edition_id}").text
    done = office.submit(f"{PAGE}/{edition_id}", {"reason": "直した"}, action="/release#publish").text
    assert "点検済みで、まだ終わっていない受験期間が1件あります" in done


def test_a_removed_field_is_told_with_the_number_of_people_who_wrote_there(app: Flask, make: Factory, office: PageClient) -> None:
    seats = [reader(make) for _ in range(3)]
    with app.app_context():
        field = library().lessons["L01"].worksheet[0]
        for seat, texts in zip(seats, (["書いた"], ["書いた", ""], ["", "書いた"]), strict=True):
            for version, text in enumerate(texts, start=1):
                entry = {"lesson_id": "L01", "key": field.key, "version": version, "text": text, "saved_at": clock.now()}
                db.session.add(WorksheetEntry(participant_id=seat.participant_id, **entry))
        db.session.commit()
        files = changed({LESSON_FILE: (f"key: {field.key}", f"key: {field.key}_neu")})
    page = office.get(f"{PAGE}/{made(app, make, files)}/lessons/L01").text
    assert f"なくなる欄: {field.key}" in page
    assert "今、2名が書いています" in page
    assert "マニュアルの「以前の設問への記入」に入ります" in page


def test_a_lesson_that_is_withdrawn_says_what_stays(app: Flask, make: Factory, office: PageClient) -> None:
    with app.app_context():
        text = installed_files()[PLAN_FILE].decode()
        line = next(each for each in text.split("\n") if "{id: L20," in each)
        files = changed({PLAN_FILE: (line, line.replace("state: published", "state: draft"))})
    edition_id = made(app, make, files)
    assert "公開をやめます" in office.get(f"{PAGE}/{edition_id}").text
    page = office.get(f"{PAGE}/{edition_id}/lessons/L20").text
    assert "受講者の進み具合・記入・解答は残り" in page


def test_a_changed_question_stands_beside_the_published_one_and_needs_a_new_review(
    app: Flask, make: Factory, office: PageClient
) -> None:
    people = [make.staff(Role.OFFICE) for _ in range(2)]
    with app.app_context():
        exam = get_exam("practitioner")
        question = next(each for each in exam.bank if each.id == "D1-001")
        sha256 = wording_of(exam, question)
        for by in people:
            approve_question("practitioner", "D1-001", sha256, by=by, now=clock.now())
        option = question.options[0].text  # type: ignore[union-attr]
        files = changed({BANK_FILE: (option, f"{option[:-1]}と、事務局が直したもの。")})
    edition_id = made(app, make, files)
    overview = office.get(f"{PAGE}/{edition_id}").text
    assert "変更 1問、追加 0問、削除 0問" in overview
    assert "うち1問は" in overview
    page = office.get(f"{PAGE}/{edition_id}/exams/practitioner").text
    assert "D1-001" in page
    assert "D1-002" not in page
    assert "文が変わるため、2名の査読が必要です" in page
    assert "事務局が直したもの" in page
    assert "始めている試験の問題は変わりません" in page
    assert office.get(f"{PAGE}/0/exams/practitioner").status_code == 200
    with app.app_context():
        found = find_edition_page(edition_id, today=clock.today_jst())
        assert found is not None
        assert [(each.id, each.changed, each.unapproved) for each in found.exams] == [("practitioner", 1, 1)]


def test_a_file_shows_only_the_lines_that_differ_with_their_neighbors(app: Flask, make: Factory, office: PageClient) -> None:
    with app.app_context():
        files = with_a_sentence()
    page = office.get(f"{PAGE}/{made(app, make, files)}/files/{LESSON_FILE}").text
    assert SENTENCE in page
    assert page.count("<tr") < 12


@pytest.mark.parametrize(
    "address",
    ["/99", "/99/lessons/L01", "/99/exams/practitioner", "/99/files/facts.yaml", "/0/lessons/L99", "/0/files/a"],
)
def test_what_is_not_there_is_not_found(office: PageClient, address: str) -> None:
    assert office.get(f"{PAGE}{address}").status_code == 404


def test_files_outside_of_an_edition_are_never_shown(office: PageClient) -> None:
    for path in ("course.yaml", "../pyproject.toml", "demo/people.yaml"):
        assert office.get(f"{PAGE}/0/files/{path}").status_code == 404


def test_nobody_publishes_on_top_of_what_somebody_else_published_meanwhile(app: Flask, make: Factory, office: PageClient) -> None:
    with app.app_context():
        one, other = with_a_sentence("一つめ。"), with_a_sentence("二つめ。")
    first, second = made(app, make, one), made(app, make, other)
    office.get(f"{PAGE}/{first}")
    colleague = make.login(make.staff(Role.OFFICE))
    colleague.submit(f"{PAGE}/{second}", {"reason": "先に"}, action="/release#publish")
    refused = office.send({"reason": "後から"}, action="/release#publish")
    assert refused.status_code == 422
    assert "この画面を開いた後に、ほかの版が公開されました" in refused.text
    with app.app_context():
        assert find_published_id() == second
    assert "公開しました" in office.send({"reason": "確かめて"}, action="/release#publish").text


@pytest.mark.parametrize("role", [Role.GRADER, Role.INSTRUCTOR])
def test_nobody_but_the_office_comes_in(make: Factory, role: Role) -> None:
    assert make.login(make.staff(role)).get(PAGE).status_code == 403
    assert make.login(reader(make).user_id).get(PAGE).status_code == 403


def test_a_fact_that_is_due_is_told_and_keeps_nobody_from_publishing(app: Flask, make: Factory, office: PageClient) -> None:
    with app.app_context():
        text = installed_files()["facts.yaml"].decode()
        found = re.search(r"review_by: (\S+)", text)
        assert found is not None
        files = changed({"facts.yaml": (found[0], "review_by: 2026-11-30")})
    edition_id = made(app, make, files)
    page = office.get(f"{PAGE}/{edition_id}").text
    assert "facts.yaml" in page
    assert "公開はできます" in page
    assert "公開しました" in office.submit(f"{PAGE}/{edition_id}", {"reason": "先に"}, action="/release#publish").text


def test_the_command_line_checks_an_edition_by_its_number(app: Flask, make: Factory) -> None:
    with app.app_context():
        files = changed({LESSON_FILE: ("## 要点", "## ようてん")})
    edition_id = made(app, make, files)
    result = app.test_cli_runner().invoke(args=["content", "check", "--edition", str(edition_id)])
    assert result.exit_code == 1
    assert f"content/{LESSON_FILE}:" in result.output
    assert "There is no edition 99" in app.test_cli_runner().invoke(args=["content", "check", "--edition", "99"]).output
