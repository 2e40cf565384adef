"""An edition taken out as a ZIP, edited, and brought back as the whole of what is taught and asked."""

import io
import zipfile

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.audit.models import AuditEvent
from lms.db.session import db
from lms.editions.models import ContentEdition
from lms.editions.queries import edition_folder, installed_files, list_cards
from lms.editions.rules.contents import Files
from lms.editions.source.folders import read_files
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.editions.archives import zipped
from tests.lms.editions.builders import LESSON_FILE, SENTENCE, edition_of, with_a_sentence
from tests.lms.exams import builders as exams
from tests.page import PageClient

pytestmark = pytest.mark.database("sqlite")
PAGE = "/office/editions"
EXAM = "exams/practitioner/"


@pytest.fixture
def office(make: Factory) -> PageClient:
    return make.login(make.staff(Role.OFFICE))


@pytest.fixture
def installed(app: Flask) -> Files:
    with app.app_context():
        return installed_files()


def upload(office: PageClient, data: bytes, *, name: str = "全部.zip", is_whole: bool) -> str:
    sent = {"csrf_token": office.csrf(PAGE), "file": (io.BytesIO(data), name)} | ({"is_whole": "y"} if is_whole else {})
    return office.post(f"{PAGE}/upload", data=sent, follow_redirects=True).text


def newest(app: Flask) -> Files:
    with app.app_context():
        return read_files(edition_folder(list_cards()[0].id))


def test_an_edition_is_taken_out_byte_for_byte_the_same_each_time_and_that_is_on_record(
    app: Flask, make: Factory, office: PageClient
) -> None:
    with app.app_context():
        edition_id = edition_of(with_a_sentence(), by=make.staff(Role.OFFICE))
    office.get(f"{PAGE}/{edition_id}")
    assert office.page is not None
    assert "この版をダウンロード" in office.page.text
    first, again = (office.submit(f"{PAGE}/{edition_id}", {}, action="/export") for _ in range(2))
    assert first.data == again.data
    assert first.mimetype == "application/zip"
    assert first.headers["Content-Disposition"].startswith("attachment;")
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    with zipfile.ZipFile(io.BytesIO(first.data)) as archive:
        assert {path: archive.read(path) for path in archive.namelist()} == newest(app)
        assert SENTENCE in archive.read(LESSON_FILE).decode()
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(AuditEvent.tag == "edition:export")) == 2


def test_what_was_taken_out_and_not_edited_is_the_edition_it_was(app: Flask, office: PageClient) -> None:
    office.submit(PAGE, {"note": ""}, action="/editions/installed")
    taken = office.submit(f"{PAGE}/0", {}, action="/export")
    assert "同じ内容の版がすでにある" in upload(office, taken.data, is_whole=True)


def test_only_the_office_takes_an_edition_out_and_only_one_there_is(app: Flask, make: Factory, office: PageClient) -> None:
    token = office.csrf(PAGE)
    assert office.post(f"{PAGE}/99/export", data={"csrf_token": token}).status_code == 404
    assert office.get(f"{PAGE}/0/export").status_code == 405
    grader = make.login(make.staff(Role.GRADER))
    assert grader.post(f"{PAGE}/0/export", data={"csrf_token": grader.csrf("/grading")}).status_code == 403
    with app.app_context():
        assert not db.session.scalar(select(func.count()).where(AuditEvent.tag == "edition:export"))


def test_a_file_that_the_zip_lacks_stays_unless_the_zip_is_the_whole_edition(
    app: Flask, office: PageClient, installed: Files
) -> None:
    gone = "scenarios/S12.yaml"
    data = zipped({path: body for path, body in installed.items() if path != gone})
    upload(office, data, is_whole=False)
    assert newest(app) == installed
    page = upload(office, data, is_whole=True)
    assert "1個のファイルが違います" in page
    assert "直すところはありません" in page
    assert newest(app).keys() == installed.keys() - {gone}


def test_the_check_names_what_a_whole_edition_would_lack(make: Factory, office: PageClient, installed: Files) -> None:
    exams.window(make, exams.eligible_seat(make).cohort_id)
    lacking = {path: body for path, body in installed.items() if not path.startswith(EXAM) and path != LESSON_FILE}
    other = {path.replace(EXAM, "exams/other/"): body for path, body in installed.items() if path.startswith(EXAM)}
    page = upload(office, zipped(lacking | other), is_whole=True)
    assert "直すまで公開できません" in page
    assert LESSON_FILE in page
    assert "受験期間を設けた試験のファイルがありません" in page


def test_a_single_file_is_never_the_whole_edition(app: Flask, office: PageClient, installed: Files) -> None:
    page = upload(office, installed[LESSON_FILE] + b"\n", name="L01.md", is_whole=True)
    assert "ファイル1つだけを、教材の全体にはできません" in page
    with app.app_context():
        assert not db.session.scalar(select(func.count()).select_from(ContentEdition))
