"""Labels, letters and batches as paper: everything fits, nothing is lost, and the printer's feed is heeded."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pydantic import ValidationError
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from ruamel.yaml import YAML

from certificates.fonts.book import DRAWING, load_font
from lms.config import ROOT
from lms.documents import letters
from lms.documents.batch import print_batch
from lms.documents.labels import fit_label, press_labels
from lms.documents.letters import Letter, Sender, press_letters
from lms.documents.parcels import Addressee, missing_characters, printable
from lms.documents.posting import POSTING_FILE, Posting, PrintLayout, read_posting
from lms.documents.sheets import Typesetter

CONTENT = ROOT / "content"
SHORT = Addressee("100-0001", "東京都見本区見本1-1", "見本商事株式会社", "お客様相談室", "見本 花子")
LONG = Addressee(
    "530-0001",
    "大阪府大阪市北区梅田三丁目1番3号ノースゲートビルディング オフィスタワー 28階 西日本カスタマーサポートセンター内" * 2,
    "株式会社見本コミュニケーションズホールディングス西日本支社カスタマーエクスペリエンス推進本部" * 2,
    "お客様相談室 カスタマーハラスメント対策推進グループ 第二係",
    "アレクサンドラ=マリア・フォン・ヴィッテルスバッハ=シュトラウス",
)
ODD = Addressee("060-0000", "北海道見本市\U0002a6d6町", "", "", "\U00020bb7田 髙﨑")
SENDER = Sender("一般社団法人見本協会", ("東京都見本区9-9", "office@example.jp"), "見本講座", date(2026, 12, 1))
PLAIN = PrintLayout(paper="A4", margin_mm=0, offset_x_mm=0, offset_y_mm=0, scale_percent=100)


def texts(pdf: bytes) -> list[str]:
    """The text of every page without white space."""
    with pypdfium2.PdfDocument(pdf) as document:
        return ["".join(page.get_textpage().get_text_range().split()) for page in document]


def test_whoever_draws_a_certificate_does_not_wait_for_a_whole_batch(font_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = threading.Event(), threading.Event()
    draw_head = letters._draw_head

    def draw_and_tell(*arguments: Any) -> None:
        begun.set()
        draw_head(*arguments)

    def press_many() -> None:
        press_letters([Letter(SHORT, "A")] * 100, SENDER, read_posting(CONTENT).letter, font_folder)
        ended.set()

    monkeypatch.setattr(letters, "_draw_head", draw_and_tell)
    batch = threading.Thread(target=press_many)
    batch.start()
    assert begun.wait(10)
    with DRAWING:
        was_over = ended.is_set()
    batch.join()
    assert not was_over


def test_a_document_that_gave_way_between_its_pages_is_the_same(font_folder: Path) -> None:
    words = read_posting(CONTENT).letter
    batch = [Letter(replace(SHORT, name=name), "A") for name in ("見本 花子", "見本 次郎", "髙﨑 三郎")]
    alone = press_letters(batch, SENDER, words, font_folder)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: press_letters(batch, SENDER, words, font_folder), range(8))) == {alone}


STRAY_MARKS = {"❤❤\ufe0f": "〓〓", "\U0002a6da \U0002a6da\u3099": "〓 〓", "❤\ufe0f❤": "〓〓", "\u3099見本": "〓見本"}
"""Texts in which a character that no typeface of ours has stands alone and with a mark, and how they are printed."""


@pytest.mark.parametrize(("text", "printed"), STRAY_MARKS.items())
def test_a_missing_character_with_and_without_its_mark_stops_no_sheet(font_folder: Path, text: str, printed: str) -> None:
    book = load_font(font_folder)
    assert printable(book, text) == book.drawable(printed)
    assert Typesetter(book).markup(f"{text}\n{text}<b>") == f"{book.drawable(printed)}<br/>{book.drawable(printed)}&lt;b&gt;"
    odd = replace(SHORT, name=text, address=text, company=text, department=text)
    posting = read_posting(CONTENT)
    shown = printed.replace(" ", "")
    assert shown in texts(press_letters([Letter(odd, "A")], SENDER, posting.letter, font_folder))[0]
    assert shown in texts(press_labels([SHORT, odd], posting.find_sheet("a4-12"), font_folder))[0]


@pytest.mark.parametrize("sheet_id", ["a4-12", "a4-24"])
def test_every_address_fits_its_label_whole(font_folder: Path, sheet_id: str) -> None:
    book, sheet = load_font(font_folder), read_posting(CONTENT).find_sheet(sheet_id)
    assert sheet
    width, height = (sheet.width_mm - 2 * sheet.padding_mm) * mm, (sheet.height_mm - 2 * sheet.padding_mm) * mm
    for addressee in (SHORT, LONG, ODD):
        lines = fit_label(addressee, width, height, book)
        assert all(book.width(line.text, line.size) <= width + 0.01 for line in lines)
        assert sum(line.before + line.size * 1.32 for line in lines) <= height + 0.01
    (page,) = texts(press_labels([LONG], sheet, font_folder))
    for text in LONG.every_text():
        assert "".join(text.split()) in page


def test_a_used_sheet_is_used_up_before_the_next_begins(font_folder: Path) -> None:
    sheet = read_posting(CONTENT).find_sheet("a4-12")
    assert sheet
    assert len(texts(press_labels([SHORT], sheet, font_folder, start=12))) == 1
    first, second = texts(press_labels([SHORT, ODD], sheet, font_folder, start=12))
    assert "見本花子様" in first
    assert "𠮷田髙﨑様" in second
    assert len(texts(press_labels([SHORT] * 12, sheet, font_folder))) == 1
    assert len(texts(press_labels([SHORT] * 13, sheet, font_folder))) == 2


def test_a_character_without_a_glyph_is_named_and_printed_as_geta(font_folder: Path) -> None:
    sheet = read_posting(CONTENT).find_sheet("a4-24")
    assert sheet
    unknown = replace(ODD, address="北海道見本市\U0002ebf0町")
    assert missing_characters(unknown, font_folder) == ("\U0002ebf0",)
    assert "北海道見本市〓町" in texts(press_labels([unknown], sheet, font_folder))[0]


def test_a_letter_has_one_page_however_long_its_words(font_folder: Path) -> None:
    words = read_posting(CONTENT).letter
    wordy = words.model_copy(update={"paragraphs": tuple("長い文章です。" * 50 for _ in range(10))})
    for given in (words, wordy):
        pages = texts(press_letters([Letter(SHORT, "X-0001"), Letter(LONG, "X-0002")], SENDER, given, font_folder))
        assert len(pages) == 2
        assert all(mark in pages[0] for mark in ("見本花子様", "X-0001", "令和8年12月1日", "一般社団法人見本協会", "以上"))
        assert "X-0002" in pages[1]
        assert "X-0001" not in pages[1]
    assert press_letters([Letter(SHORT, "X")], SENDER, words, font_folder) == press_letters(
        [Letter(SHORT, "X")], SENDER, words, font_folder
    )


def paper_with(width_mm: float, height_mm: float) -> bytes:
    """One page with its own measure and nothing else."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(width_mm * mm, height_mm * mm), invariant=1)
    canvas.rect(0, 0, 10, 10)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def placing(layout: PrintLayout, document: bytes) -> tuple[list[float], list[float]]:
    """The page's width and height and the matrix by which the paper is laid on it, in millimeters."""
    target = io.BytesIO()
    print_batch([document], layout, target)
    with pikepdf.open(target) as pdf:
        page = pdf.pages[0]
        size = [float(edge) / mm for edge in page.mediabox[2:]]
        matrix = [float(number) for number in pikepdf.parse_content_stream(page)[1].operands]
    return size, [round(number, 3) for number in (matrix[0], matrix[3], matrix[4] / mm, matrix[5] / mm)]


@pytest.mark.parametrize(
    ("changes", "matrix"),
    [
        pytest.param({}, [1, 1, 0, 0], id="as it is"),
        pytest.param({"offset_x_mm": 2, "offset_y_mm": -1.5}, [1, 1, 2, 1.5], id="to the right and up"),
        pytest.param({"scale_percent": 90}, [0.9, 0.9, 14.85, 10.5], id="smaller, in the middle"),
        pytest.param({"margin_mm": 10.5}, [0.9, 0.9, 14.85, 10.5], id="within margins"),
    ],
)
def test_a_page_lies_where_the_printer_s_settings_say(changes: dict[str, Any], matrix: list[float]) -> None:
    size, found = placing(PLAIN.model_copy(update=changes), paper_with(297, 210))
    assert size == pytest.approx([297, 210], abs=0.1)
    assert found == pytest.approx(matrix, abs=0.02)


def test_upright_papers_stay_upright_and_larger_trays_center_them() -> None:
    size, found = placing(PLAIN.model_copy(update={"paper": "A3"}), paper_with(210, 297))
    assert size == pytest.approx([297, 420], abs=0.1)
    assert found == pytest.approx([1, 1, 43.5, 61.5], abs=0.02)


def test_many_documents_come_in_their_order() -> None:
    target = io.BytesIO()
    sizes = [100 + number for number in range(45)]
    assert print_batch((paper_with(size, 200) for size in sizes), PLAIN, target) == 45
    with pikepdf.open(target) as pdf:
        widths = [round(float(page.Resources.XObject.Paper.BBox[2]) / mm) for page in pdf.pages]
    assert widths == sizes


def plain_posting() -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load((CONTENT / POSTING_FILE).read_text("utf-8"))
    return found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda plain: plain["label_sheets"][0].update(columns=3), "はみ出します"),
        (lambda plain: plain["label_sheets"][1].update(padding_mm=15), "10mmより狭く"),
        (lambda plain: plain["label_sheets"][1].update(id="a4-12"), "2回書かれています"),
        (lambda plain: plain["carriers"][1]["aliases"].append("ﾔﾏﾄ"), "2回書かれています"),
        (lambda plain: plain["letter"]["paragraphs"].append("{company}様"), "置き換えられるのは"),
        (lambda plain: plain["print"].update(paper="レター"), "paper"),
        (lambda plain: plain["print"].update(scale_percent=10), "scale_percent"),
    ],
)
def test_a_fault_in_the_posting_file_is_found(change: Any, words: str) -> None:
    plain = plain_posting()
    change(plain)
    with pytest.raises(ValidationError, match=words):
        Posting.model_validate(plain)
