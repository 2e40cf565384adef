"""配布資料 as participants and the office meet them, on both databases."""

import io
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from pptx import Presentation
from sqlalchemy import select

from lms.config import ROOT
from lms.db.session import db
from lms.handouts import queries
from lms.handouts.models import HandoutDownload
from lms.lessons.queries import ReadingSeat, find_reading_seat
from lms.lessons.source.library import COURSE
from lms.web.access import Role
from tests.conftest import NOON, FrozenClock
from tests.factories import Factory
from tests.lms.lessons.builders import LATER, reader
from tests.page import Page, PageClient

SLIDES = "/handouts/staff-training/pptx"
MAX_PAGE_BYTES = 100 * 1024


def page_of(client: PageClient, address: str) -> Page:
    """A page that answers well."""
    assert client.get(address).status_code == 200
    assert client.page is not None
    return client.page


def kept(app: Flask) -> list[tuple[str, str, str, datetime]]:
    with app.app_context():
        rows = db.session.scalars(select(HandoutDownload).order_by(HandoutDownload.id)).all()
        return [(row.handout_id, row.version, row.file_format, row.downloaded_at) for row in rows]


def test_the_list_shows_every_handout_with_its_formats_lessons_and_licence(make: Factory) -> None:
    page = page_of(make.login(reader(make).user_id), "/handouts")
    for words in (
        "現場のためのカスハラ対応研修",
        "第1.0版",
        "PowerPoint",
        "Word",
        "PDF",
        "L20",
        "資格の運営・養成講座での使用はできません",
    ):
        assert words in page.text
    addresses = {values["href"] for values in page.find("a") if "download" in values}
    assert len(addresses) == 10
    assert SLIDES in addresses
    assert "まだ" not in page.text
    assert len(page.html.encode()) < MAX_PAGE_BYTES


def test_a_file_comes_with_its_japanese_name_and_is_noted(app: Flask, make: Factory) -> None:
    client = make.login(reader(make).user_id)
    answer = client.get(SLIDES)
    assert answer.status_code == 200
    assert quote("社内研修スライド_第1.0版.pptx") in answer.headers["Content-Disposition"]
    assert str(answer.mimetype).endswith("presentationml.presentation")
    assert len(Presentation(io.BytesIO(answer.data)).slides) > 24
    assert kept(app) == [("staff-training", "1.0", "pptx", NOON)]
    page = page_of(client, "/handouts")
    assert "前回のダウンロード 2026年12月1日(火) 12:00" in page.text
    assert f"約{round(len(answer.data) / 1000)}KB" in page.text


def test_what_the_browser_has_already_is_neither_sent_nor_noted_again(app: Flask, make: Factory) -> None:
    client = make.login(reader(make).user_id)
    first = client.get("/handouts/survey/docx")
    again = client.get("/handouts/survey/docx", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.head("/handouts/survey/docx").status_code == 200
    assert len(kept(app)) == 1


@pytest.mark.usefixtures("fonts")
def test_pdfs_are_made_by_the_press(make: Factory) -> None:
    client = make.login(reader(make).user_id)
    for address in ("/handouts/quick-card/pdf", "/handouts/staff-training/pdf"):
        answer = client.get(address)
        assert answer.data.startswith(b"%PDF")
        assert answer.mimetype == "application/pdf"


@pytest.mark.parametrize("address", ["/handouts/survey/pptx", "/handouts/survey/exe", "/handouts/nothing/pdf"])
def test_an_unknown_handout_or_format_is_not_found(app: Flask, make: Factory, address: str) -> None:
    assert make.login(reader(make).user_id).get(address).status_code == 404
    assert not kept(app)


def test_before_the_payment_nothing_can_be_taken(app: Flask, make: Factory) -> None:
    client = make.login(reader(make, paid=False).user_id)
    page = page_of(client, "/handouts")
    assert "入金の確認後に公開されます" in page.text
    assert not [values for values in page.find("a") if "download" in values]
    refused = client.get(SLIDES)
    assert refused.status_code == 403
    assert "まだ公開されていません" in refused.text
    assert not kept(app)


def test_in_a_plan_whose_lessons_all_wait_for_a_day_handouts_wait_with_the_first_of_them(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "content", tmp_path / "content")
    plan = tmp_path / "content" / COURSE / "course.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("anchor: paid", "anchor: day1"), encoding="utf-8")
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], content=tmp_path / "content"))
    client = make.login(reader(make, cohort_id=make.cohort(**LATER)).user_id)
    assert "に公開されます" in page_of(client, "/handouts").text
    assert client.get(SLIDES).status_code == 403


@pytest.mark.parametrize("address", ["/handouts", SLIDES])
def test_only_participants_enter(client: PageClient, make: Factory, address: str) -> None:
    assert client.get(address).status_code == 302
    assert make.login(make.staff(Role.OFFICE)).get(address).status_code == 403


def test_a_new_version_is_announced_to_who_took_an_earlier_one(app: Flask, make: Factory, frozen_clock: FrozenClock) -> None:
    seat = reader(make)
    with app.app_context():
        earlier = datetime(2026, 11, 25, 3, tzinfo=UTC)
        row = HandoutDownload(
            participant_id=seat.participant_id, handout_id="survey", version="0.9", file_format="docx", downloaded_at=earlier
        )
        db.session.add(row)
        db.session.commit()
    page = page_of(make.login(seat.user_id), "/handouts")
    assert "前回ダウンロードしたのは、第0.9版です。" in page.text
    assert "前回のダウンロード" not in page.text


def test_the_page_takes_the_same_queries_however_many_were_taken(app: Flask, make: Factory) -> None:
    seat = reader(make)
    client = make.login(seat.user_id)
    for _ in range(3):
        client.get("/handouts/survey/docx")
    with app.app_context():
        cards = queries.list_cards(_reading(seat.user_id), now=NOON)
    assert [card.handout.id for card in cards if any(file.taken_at for file in card.files)] == ["survey"]
    assert len(kept(app)) == 3


def _reading(user_id: int) -> ReadingSeat:
    seat = find_reading_seat(user_id)
    assert seat is not None
    return seat


def test_without_handouts_the_page_says_so(app: Flask, make: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content, ignore=shutil.ignore_patterns("handouts"))
    monkeypatch.setattr(queries, "content_folder", lambda: content)
    assert "配布資料は準備中です" in page_of(make.login(reader(make).user_id), "/handouts").text
    assert "公開中の配布資料はありません" in page_of(make.login(make.staff(Role.OFFICE)), "/office/handouts").text


def test_the_office_sees_counts_and_the_latest_downloads(make: Factory) -> None:
    first, second = reader(make), reader(make)
    office = make.login(make.staff(Role.OFFICE))
    assert "ダウンロードはまだありません" in page_of(office, "/office/handouts").text
    for seat, address in ((first, SLIDES), (first, SLIDES), (second, "/handouts/survey/docx")):
        make.login(seat.user_id).get(address)
    page = page_of(office, "/office/handouts")
    assert "2回" in page.text
    assert "1名" in page.text
    for words in (first.name, second.name, "第1.0版 PowerPoint", "第1.0版 Word"):
        assert words in page.text
    assert "前の版" not in page.text


def test_the_office_keeps_the_counts_of_earlier_versions(app: Flask, make: Factory) -> None:
    seat = reader(make)
    with app.app_context():
        row = HandoutDownload(
            participant_id=seat.participant_id, handout_id="gone", version="0.1", file_format="pdf", downloaded_at=NOON
        )
        db.session.add(row)
        db.session.commit()
    page = page_of(make.login(make.staff(Role.OFFICE)), "/office/handouts")
    assert "gone 第0.1版: 1回(1名)、最後は 2026年12月1日(火) 12:00" in page.text


def test_a_participant_does_not_see_the_log(make: Factory) -> None:
    assert make.login(reader(make).user_id).get("/office/handouts").status_code == 403
