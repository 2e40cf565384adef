"""More than 600 names through the real press, in both orientations: every one comes back as it was typed, or is refused."""

import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from certificates.fonts.book import load_font
from certificates.picture import picture
from certificates.press import MissingGlyphs, press
from certificates.record import CertificateRecord, record_from_json
from certificates.templates import SHIPPED, names
from lms.config import ROOT
from tests.certificates.names import COMPANIES, NAMES, REFUSED
from tests.certificates.reading import poppler_text

DESIGNS = names(SHIPPED)
SHEETS = ROOT / "build" / "certificates"
PAGES_ON_A_SHEET = 50
COLUMNS = 10
SIDE = 360
"""Pixels of one cell of the contact sheet."""
BATCH = 50
ADDRESS = "https://nintei.example.jp/verify/AAECAwQFBgcICQoLDA0ODw#" + "Ab3-_9zQ" * 28

pytestmark = [pytest.mark.proof, pytest.mark.timeout(900)]


def sample() -> CertificateRecord:
    record = record_from_json((ROOT / "certificates" / "sample.json").read_bytes())
    return replace(record, is_sample=False, verify_url=ADDRESS, number="JHRMA-CH-2026-0001-9")


def records() -> Iterator[CertificateRecord]:
    """Every person's name, and every company where the association stands."""
    for name in NAMES:
        yield replace(sample(), holder_name=name)
    for company in COMPANIES:
        yield replace(sample(), association=company)


def bare(text: str) -> str:
    """A text without its spaces: a name on two lines has lost the one it was broken at."""
    return "".join(text.split())


def joined(pages: list[bytes]) -> bytes:
    with pikepdf.new() as book:
        for page in pages:
            with pikepdf.open(io.BytesIO(page)) as one:
                book.pages.extend(one.pages)
        paper = io.BytesIO()
        book.save(paper)
    return paper.getvalue()


def is_there(wanted: str, text: str) -> bool:
    """Whether a text stands on the page exactly as it is on one line, or, but for spaces, on two lines below each other."""
    lines = text.replace("\r", "").split("\n")
    return wanted in lines or bare(wanted) in {bare(one + other) for one, other in itertools.pairwise(["", *lines])}


def texts_of(pages: list[bytes], folder: Path) -> Iterator[tuple[str, str]]:
    """Each page's text as two programs that are not ours read it."""
    whole = joined(pages)
    by_poppler = poppler_text(whole, folder).split("\f")
    document = pypdfium2.PdfDocument(whole)
    for place in range(len(pages)):
        yield by_poppler[place], document[place].get_textpage().get_text_range()
    document.close()


def refuse(record: CertificateRecord, missing: tuple[str, ...], font_folder: Path) -> None:
    with pytest.raises(MissingGlyphs) as refusal:
        press(record, font_folder)
    assert refusal.value.characters == missing
    assert all(f"U+{ord(part):04X}" in str(refusal.value) for piece in missing for part in piece)


@pytest.mark.parametrize("template", DESIGNS)
def test_every_name_is_printed_as_typed_or_refused_by_its_character(font_folder: Path, tmp_path: Path, template: str) -> None:
    book = load_font(font_folder)
    every = [replace(record, template=template) for record in records()]
    lacking = {record: missing for record in every if (missing := book.missing_glyphs(record.holder_name + record.association))}
    for record, missing in lacking.items():
        refuse(record, missing, font_folder)
    good = [record for record in every if record not in lacking]
    in_one_line, wrong = 0, []
    for start in range(0, len(good), BATCH):
        batch = good[start : start + BATCH]
        for record, texts in zip(batch, texts_of([press(each, font_folder) for each in batch], tmp_path), strict=True):
            # Poppler writes every space as one plain space; the browser's renderer gives the characters back, but for runs of
            # plain spaces, which it writes as one.
            for typed in (record.holder_name, record.association):
                if not is_there(" ".join(typed.split()), texts[0]) or not is_there(re.sub(" +", " ", typed), texts[1]):
                    wrong.append((typed, *texts))
            in_one_line += record.holder_name in texts[1].replace("\r", "").split("\n")
    print(f"{template}: {len(every)} records, {len(good)} printed ({in_one_line} names in one line), {len(lacking)} refused")
    assert wrong == []
    assert len(good) > 600
    assert len(lacking) > 20


def test_names_that_no_typeface_of_ours_has_are_refused_by_their_first_character(font_folder: Path) -> None:
    for name, character in REFUSED:
        with pytest.raises(MissingGlyphs) as refusal:
            press(replace(sample(), holder_name=name), font_folder)
        assert refusal.value.characters[0] == character, ascii(name)
    print(f"{len(REFUSED)} names refused")


def chosen() -> list[CertificateRecord]:
    """Fifty records that try the paper: every kind of name, the longest of each field, companies, later versions."""
    people = [name for name in NAMES if len(name) > 30][:12] + list(NAMES)[:: len(NAMES) // 36]
    plain = [replace(sample(), holder_name=name) for name in people]
    companies = [replace(sample(), association=company) for company in sorted(COMPANIES, key=len)[-6:]]
    later = {
        "version": 12,
        "first_issued_on": date(2026, 12, 1),
        "issued_on": date(2028, 10, 10),
        "expires_on": date(2030, 12, 31),
    }
    odd = [
        replace(sample(), **later),
        replace(sample(), **later, is_sample=True),
        replace(sample(), expires_on=date(2029, 11, 30)),
        replace(sample(), is_sample=True),
        replace(sample(), honorific="殿"),
        replace(sample(), qualification="カスタマーハラスメント対策実務者(上級・指導者)"),
        replace(sample(), body_lines=("あなたは" * 8,) * 6),
        replace(sample(), signatory_title="代表理事兼認定審査委員会委員長", signatory_name="勅使河原 左衛門三郎"),
        replace(sample(), course_title="カスタマーハラスメント対策の実務者養成講座(夜間・土曜集中・再受講コース)"),
    ]
    return [*odd, *companies, *plain]


@pytest.mark.parametrize("template", DESIGNS)
def test_fifty_pages_on_one_sheet_to_be_looked_at(font_folder: Path, template: str) -> None:
    book = load_font(font_folder)
    printable = [record for record in chosen() if not book.missing_glyphs(record.holder_name + record.association)]
    printable = printable[:PAGES_ON_A_SHEET]
    rows = -(-len(printable) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * SIDE, rows * SIDE), "#888888")
    for place, record in enumerate(printable):
        page = Image.open(io.BytesIO(picture(press(replace(record, template=template), font_folder), width=SIDE * 2)))
        page.thumbnail((SIDE - 8, SIDE - 8))
        sheet.paste(page, (place % COLUMNS * SIDE + 4, place // COLUMNS * SIDE + 4))
    SHEETS.mkdir(parents=True, exist_ok=True)
    sheet.save(SHEETS / f"contact-sheet-{template}.png")
    print(f"{template}: {len(printable)} pages on build/certificates/contact-sheet-{template}.png")
    assert len(printable) == PAGES_ON_A_SHEET
