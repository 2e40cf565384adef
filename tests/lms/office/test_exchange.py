"""問題の入出力: losses before the download, every download written down, an upload looked over and handed back as YAML."""

import io
import re

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select

from lms.audit.models import AuditEvent
from lms.db.session import db
from lms.exam_engine.exchange.drafts import Defaults
from lms.exam_engine.exchange.files import import_bank
from tests.factories import Factory
from tests.lms.office.builders import office
from tests.page import PageClient

pytestmark = pytest.mark.database("sqlite")

GIFT = """\
// 見直しの会の案
// [tag:lesson:L01]
::X-001::[markdown]カスハラの記録のしかたとして適切なものはどれか。{
=言動をそのまま書く#事実を残せる。
~印象をまとめて書く#事実が失われる。
~相手の人柄を書く#推測が混じる。
~次の対応だけを書く
}
"""
BROKEN = "::X-001::[markdown]問い{=ア ~イ\n\n::X-001::正しいか。{T}\n"


def _upload(client: PageClient, body: bytes, **values: str) -> str:
    token = client.csrf("/office/questions")
    data = {"csrf_token": token, "file": (io.BytesIO(body), "questions.txt"), **values}
    return client.post("/office/questions/import", data=data, content_type="multipart/form-data").text


def test_the_page_names_what_each_format_does_not_carry(make: Factory) -> None:
    client = office(make)
    gift = client.get("/office/questions?format=gift").text
    assert "採点基準は名前だけが載り" in gift
    assert "T1-001" in gift
    assert "この形式に載らないことはありません" in client.get("/office/questions?format=excel").text
    assert "この形式に載らないことはありません" in client.get("/office/questions?format=nonsense").text


@pytest.mark.parametrize("to", ["gift", "moodle_xml", "excel"])
def test_every_download_is_whole_and_written_down(app: Flask, make: Factory, to: str) -> None:
    client = office(make)
    token = client.csrf("/office/questions")
    answer = client.post("/office/questions/export", data={"csrf_token": token, "format": to})
    read = import_bank(answer.data, Defaults(as_of="2026-11-22", author="x", seed="s"))
    with app.app_context():
        [line] = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == "exam:export"))
        assert line.subject_id == "practitioner"
        assert line.detail == {"format": to, "questions": len(read.entries)}
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert len(read.entries) > 100


def test_looking_at_the_page_takes_nothing_out(app: Flask, make: Factory) -> None:
    client = office(make)
    client.get("/office/questions?format=gift")
    assert client.get("/office/questions/export").status_code == 405
    with app.app_context():
        assert not db.session.scalar(select(func.count()).where(AuditEvent.tag == "exam:export"))


def test_the_template_is_empty_and_readable(make: Factory) -> None:
    book = load_workbook(io.BytesIO(office(make).get("/office/questions/template.xlsx").data))
    assert book.sheetnames[0] == "説明"
    assert all(sheet.max_row == 1 for sheet in book.worksheets[1:])


def test_an_upload_is_looked_over_and_handed_back_as_a_bank_file(make: Factory) -> None:
    client = office(make)
    page = _upload(client, GIFT.encode(), domain="D4", level="apply")
    assert "1件の問題と事例を読み取りました" in page
    assert "X-001" in page
    assert "適用" in page
    assert "領域・水準をこちらで入れました" in page
    assert "【要記入】" in page
    sealed = re.search(r'name="bank"[^>]*value="([^"]+)"', page)
    assert sealed is not None
    token = client.csrf("/office/questions")
    answer = client.post("/office/questions/bank.yaml", data={"csrf_token": token, "bank": sealed[1]})
    text = answer.data.decode()
    assert text.startswith("questions:\n  # 見直しの会の案\n  - id: X-001\n    kind: single_choice\n    domain: D4\n")
    assert 'reason: "【要記入】"' in text


def test_a_changed_or_foreign_bank_file_is_not_handed_out(make: Factory) -> None:
    client = office(make)
    token = client.csrf("/office/questions")
    answer = client.post("/office/questions/bank.yaml", data={"csrf_token": token, "bank": "abc"}, follow_redirects=True)
    assert "もう一度ファイルを選んでください" in answer.text


def test_a_file_with_faults_is_refused_whole_with_every_place(make: Factory) -> None:
    page = _upload(office(make), BROKEN.encode())
    assert "1問も取り込んでいません" in page
    assert "1行 22文字目" in page
    assert "波かっこ「{ }」が合っていません" in page
    assert "種別「truefalse」は取り込めません" in page
    assert "重複しています" in page
    assert 'name="bank"' not in page


def test_references_are_held_against_the_bank(make: Factory) -> None:
    text = GIFT.replace("lesson:L01", "lesson:L99").replace("X-001", "D1-001")
    assert "レッスン「L99」は course.yaml にありません" in _upload(office(make), text.encode(), domain="D1", level="apply")
    text = text.replace("L99", "L01")
    assert "ID「D1-001」の問題はすでにあります" in _upload(office(make), text.encode(), domain="D1", level="apply")


def test_without_a_file_the_page_says_what_to_do(make: Factory) -> None:
    client = office(make)
    token = client.csrf("/office/questions")
    answer = client.post("/office/questions/import", data={"csrf_token": token}, follow_redirects=True)
    assert "ファイルを選んでから" in answer.text


def test_a_file_far_too_large_is_refused_in_words(make: Factory) -> None:
    assert "ファイルが大きすぎます" in _upload(office(make), b"x" * 2_000_001)
