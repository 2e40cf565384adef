"""認定証のひな形: the office sees every design, which one is in use, and whether its words can be printed."""

import base64
import io
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from pypdf import PdfReader

from certificates import press
from lms.certification.source import TEMPLATES_FOLDER
from lms.web.access import Role
from tests.factories import Factory
from tests.page import PageClient

pytestmark = [pytest.mark.database("sqlite"), pytest.mark.usefixtures("fonts")]
PAGE = "/office/certificate-templates"


@pytest.fixture
def office(make: Factory) -> PageClient:
    return make.login(make.staff(Role.OFFICE))


@pytest.fixture
def content(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the content that a test may spoil."""
    settings = app.extensions["settings"]
    copy = tmp_path / "content"
    shutil.copytree(settings.content, copy)
    monkeypatch.setitem(app.extensions, "settings", replace(settings, content=copy))
    return copy


def shown_picture(html: str) -> Image.Image:
    (found,) = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    return Image.open(io.BytesIO(base64.b64decode(found)))


def test_both_designs_are_there_with_their_pictures_and_the_one_in_use_is_named(office: PageClient) -> None:
    html = office.get(PAGE).text
    assert html.index("A4横") < html.index("A4縦")
    assert html.count("発行に使用中") == 1
    for name, is_wide in (("landscape", True), ("portrait", False)):
        image = Image.open(io.BytesIO(office.get(f"{PAGE}/{name}/picture").data))
        assert (image.width > image.height) is is_wide
    sheet = PdfReader(io.BytesIO(office.get(f"{PAGE}/portrait/pdf").data)).pages[0].extract_text()
    assert "見本 花子" in sheet
    assert "SAMPLE-CH-" in sheet


def test_a_typed_name_is_shown_on_the_paper_and_kept_nowhere(office: PageClient) -> None:
    words = {"template": "portrait", "name": "髙﨑 𠮷邉", "association": "株式会社架空", "has_more_dates": "y"}
    html = office.submit(PAGE, words, action="#shown").text
    assert "「髙﨑 𠮷邉」を入れた認定証の見本" in html
    assert shown_picture(html).height > shown_picture(html).width
    assert "髙﨑" not in office.get(PAGE).text


def test_a_character_that_cannot_be_printed_is_named(office: PageClient) -> None:
    html = office.submit(PAGE, {"name": "山田 \U0002ceea郎"}, action="#shown").text
    assert "「\U0002ceea」(U+2CEEA)" in html
    assert "data:image/png" not in html


def test_words_that_would_be_too_small_to_read_are_refused(office: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "LEGIBLE", 20.0)
    html = office.submit(PAGE, {"name": "寿限無" * 30}, action="#shown").text
    assert "読める大きさ(6ポイント以上)で印刷できません" in html
    assert "data:image/png" not in html


def test_a_design_with_a_fault_is_told_with_its_line_and_not_offered(office: PageClient, content: Path) -> None:
    path = content / TEMPLATES_FOLDER / "portrait.yaml"
    path.write_text(path.read_text().replace("side: 27}", "side: 12}"))
    html = office.get(PAGE).text
    assert re.search(r"portrait\.yaml に直すところがあります.*?\d+行目 QRコードが小さすぎます", html, re.S)
    assert 'value="portrait"' not in html
    assert office.get(f"{PAGE}/portrait/picture").status_code == 404


def test_when_the_design_in_use_is_gone_the_page_says_so(office: PageClient, content: Path) -> None:
    (content / TEMPLATES_FOLDER / "landscape.yaml").unlink()
    assert "発行に使うひな形がありません" in office.get(PAGE).text


@pytest.mark.parametrize("name", ["round", "..%2Flandscape", "landscape.yaml"])
def test_a_design_that_is_not_there_has_no_picture(office: PageClient, name: str) -> None:
    assert office.get(f"{PAGE}/{name}/picture").status_code == 404
