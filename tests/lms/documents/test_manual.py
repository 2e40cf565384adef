"""The manual as files: every answer once and in order, and nothing a participant writes changes what the document is."""

import io
import os
import shutil
import subprocess
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
from docx import Document as open_document
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.shared import Pt
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from lms.documents.manual import NO_GAPS, UNWRITTEN, Manual, paragraphs_of, plain
from lms.documents.manual_docx import TEXT_WIDTH, write_docx
from lms.documents.manual_markdown import escape, write_markdown
from lms.manuals.rules.plan import FieldRef
from tests.databases import MissingService
from tests.lms.manuals.builders import Written, manual_of, planned, read_docx, tidied

REFS = planned()
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MARKS = "# * _ - + > ` ~ | [x](y) <b>&amp; 1. \\ === --- \t\n\n    "
TEXTS = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60),
    st.text(alphabet=MARKS, max_size=40),
    st.sampled_from(
        ["髙橋 𠮷子😀👨‍👩‍👧", "1行目\n2行目\n\n次の段落", "\x00\x07\x1b\ufffe", "# 見出し\n- 一覧\n> 引用\n```\n符号\n```"]
    ),
)
SOME = st.dictionaries(st.sampled_from(REFS), TEXTS, max_size=25)


def expected(manual: Manual) -> Written:
    """Headings and texts as every document must have them."""
    entries = [entry for part in manual.parts for entry in part.entries]
    return [(entry.heading, tidied("\n\n".join("\n".join(lines) for lines in entry.paragraphs))) for entry in entries]


@settings(max_examples=25, deadline=None)
@given(SOME)
@example({REFS[0]: MARKS, REFS[5]: "\x0b\x0c", FieldRef("L03", "gone"): "前の答え"})
def test_a_word_file_holds_every_answer_once_and_in_order(answers: dict[FieldRef, str]) -> None:
    manual = manual_of(answers)
    data = write_docx(manual)
    assert read_docx(data) == [(" ".join(heading.split()), text) for heading, text in expected(manual)]
    words = [paragraph.text for paragraph in open_document(io.BytesIO(data)).paragraphs]
    assert words.count(UNWRITTEN) >= len(manual.gaps)


@settings(max_examples=60, deadline=None)
@given(SOME)
@example({REFS[0]: MARKS, REFS[1]: "    code", REFS[2]: "a\n===\nb\n---\n1) c\n12. d\n+ e", REFS[3]: "[a]: http://x\n![b](c)"})
def test_markdown_holds_every_answer_once_and_nothing_in_it_is_a_mark(answers: dict[FieldRef, str]) -> None:
    manual = manual_of(answers)
    assert [(heading, tidied(text)) for heading, text in _read_markdown(write_markdown(manual))] == expected(manual)


@given(st.text(alphabet=MARKS, max_size=30).filter(lambda text: "\n" not in text and text.strip() != ""))
def test_an_escaped_line_reads_as_it_was_written(line: str) -> None:
    (paragraph,) = [token for token in MarkdownIt("commonmark").parse(escape(line)) if token.type == "inline"]
    assert "".join(child.content for child in paragraph.children or ()).strip() == line.strip()


@given(st.text(max_size=80))
def test_paragraphs_keep_every_word(text: str) -> None:
    assert "".join("".join(lines) for lines in paragraphs_of(text)).split() == [
        *"".join(line.rstrip() for line in plain(text).split("\n") if line.strip()).split()
    ]


def test_gaps_are_listed_with_the_lesson_to_go_to() -> None:
    document = open_document(io.BytesIO(write_docx(manual_of({REFS[0]: "書いた"}))))
    (table,) = document.tables
    rows = [tuple(cell.text for cell in row.cells) for row in table.rows][1:]
    assert len(rows) == len(REFS) - 1
    assert all(lesson.startswith(ref.lesson_id) for (_, lesson), ref in zip(rows, REFS[1:], strict=True))


def test_a_whole_manual_says_that_nothing_is_missing() -> None:
    document = open_document(io.BytesIO(write_docx(manual_of(dict.fromkeys(REFS, "書いた")))))
    assert not document.tables
    assert NO_GAPS in [paragraph.text for paragraph in document.paragraphs]


def test_the_contents_are_a_real_field_whose_entries_lead_to_the_headings() -> None:
    document = open_document(io.BytesIO(write_docx(manual_of({}))))
    body = document.element.body
    kinds = [each.get(f"{W}fldCharType") for each in body.iter(f"{W}fldChar")]
    assert kinds == ["begin", "separate", "end"]
    assert [each.text for each in body.iter(f"{W}instrText")] == [r' TOC \o "1-1" \h \z \u ']
    links = {each.get(f"{W}anchor"): "".join(text.text for text in each.iter(f"{W}t")) for each in body.iter(f"{W}hyperlink")}
    headings = {
        each.get(f"{W}name"): "".join(text.text for text in each.getparent().iter(f"{W}t"))
        for each in body.iter(f"{W}bookmarkStart")
    }
    assert links == headings
    assert len(links) == 14


def test_updating_the_contents_adds_page_numbers_at_the_right_margin_and_nothing_is_asked_at_opening() -> None:
    document = open_document(io.BytesIO(write_docx(manual_of({}))))
    (stop,) = document.styles["toc 1"].paragraph_format.tab_stops
    assert (stop.alignment, stop.leader) == (WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    assert abs(stop.position - TEXT_WIDTH) < Pt(0.1)  # a file keeps twentieths of a point
    assert document.settings.element.find(f"{W}updateFields") is None


def test_the_file_names_its_company_and_language_and_no_typeface_is_in_it() -> None:
    data = write_docx(manual_of({}))
    document = open_document(io.BytesIO(data))
    properties = document.core_properties
    assert (properties.title, properties.author, properties.language) == ("カスハラ対策マニュアル", "株式会社みほん商事", "ja-JP")
    section = document.sections[0]
    assert "株式会社みほん商事" in section.header.paragraphs[0].text
    assert [each.text for each in section.footer._element.iter(f"{W}instrText")] == [" PAGE ", " NUMPAGES "]
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert not [name for name in names if "thumbnail" in name or name.startswith("word/fonts/")]


def test_libreoffice_reads_every_answer_once(tmp_path: Path) -> None:
    answers = {ref: f"答え{number:03d}番です。髙橋・𠮷田😀\n次の行{number:03d}" for number, ref in enumerate(REFS) if number % 3}
    (tmp_path / "manual.docx").write_bytes(write_docx(manual_of(answers)))
    text = _converted(tmp_path, "txt:Text (encoded):UTF8").read_text(encoding="utf-8-sig")
    places = [text.index(answer.split("\n")[0]) for answer in answers.values()]
    assert all(text.count(line) == 1 for answer in answers.values() for line in answer.split("\n"))
    assert all(before < after for before, after in pairwise(places))
    assert _converted(tmp_path, "pdf").read_bytes().startswith(b"%PDF")


def _converted(folder: Path, kind: str) -> Path:
    """The file as LibreOffice writes it; skipped where it is not installed, except in the continuous checks."""
    try:
        command = [_soffice(), f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", kind]
    except MissingService as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))  # never in CI: there the line above has failed the test
    subprocess.run([*command, "--outdir", str(folder), str(folder / "manual.docx")], check=True, capture_output=True, timeout=180)
    return folder / f"manual.{kind.partition(':')[0]}"


def _soffice() -> str:
    path = shutil.which("soffice")
    if not path:
        raise MissingService("LibreOffice is not installed (Debian package: libreoffice-writer)")
    return path


def _read_markdown(text: str) -> Written:
    """Every field with its answer as a reader of CommonMark sees it; fails when anything else became of an answer."""
    found: Written = []
    level = ""
    tokens = MarkdownIt("commonmark").parse(text)
    for before, token in pairwise(tokens):
        if token.type in {"fence", "code_block", "html_block", "blockquote_open", "ordered_list_open", "hr"}:
            raise AssertionError(f"an answer became {token.type}")
        if token.type != "inline":
            continue
        if before.type == "heading_open":
            level = before.tag
            if level == "h3":
                found.append((_words(token), ""))
        elif level == "h3" and not _is_gap(token):
            found[-1] = (found[-1][0], f"{found[-1][1]}\n\n{_words(token)}")
    return found


def _is_gap(token: Token) -> bool:
    return [child.type for child in token.children or ()] == ["em_open", "text", "em_close"] or token.content == f"*{UNWRITTEN}*"


def _words(token: Token) -> str:
    children = token.children or []
    assert {child.type for child in children} <= {"text", "hardbreak", "text_special"}, token.content
    return "".join("\n" if child.type == "hardbreak" else child.content for child in children)
