"""Manuals made of sample answers, and readers of what was written of them."""

import io
import re
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from docx import Document as open_document

from lms.config import ROOT
from lms.documents.manual import UNWRITTEN, Manual
from lms.lessons.rules.content import Library
from lms.lessons.source.library import published_library
from lms.manuals.rules.composing import Cover, compose
from lms.manuals.rules.plan import FieldRef, ManualPlan
from lms.manuals.source.reading import FILE, published_plan

CONTENT = ROOT / "content"
COVER = Cover("株式会社みほん商事", "一般社団法人 架空協会", date(2026, 12, 1))

Written = list[tuple[str, str]]
"""Headings with the text below each."""


def shipped_plan() -> ManualPlan:
    return published_plan(CONTENT)


def shipped_library() -> Library:
    return published_library(CONTENT)


def planned() -> list[FieldRef]:
    """Every field of the manual, in order."""
    return [ref for chapter in shipped_plan().chapters for ref in chapter.fields]


def manual_of(answers: Mapping[FieldRef, str]) -> Manual:
    return compose(shipped_plan(), shipped_library(), answers, COVER)


def tidied(text: str) -> str:
    """A text as far as documents keep it: its words, lines and paragraphs."""
    lines = [line.strip() for line in text.strip().split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def read_docx(data: bytes) -> Written:
    """Every field of a Word file with its answer, in order, as python-docx reads it."""
    found: Written = []
    is_field = False
    for paragraph in open_document(io.BytesIO(data)).paragraphs:
        style = paragraph.style.name if paragraph.style else ""
        if style.startswith("Heading"):
            is_field = style == "Heading 2" and bool(re.match(r"\d+-\d+ |以前の設問", paragraph.text))
            if is_field:
                found.append((paragraph.text, ""))
        elif is_field and paragraph.text != UNWRITTEN:
            heading, text = found[-1]
            found[-1] = (heading, f"{text}\n\n{paragraph.text}")
    return [(heading, tidied(text)) for heading, text in found]


def copied_content(folder: Path, old: str, new: str) -> Path:
    """A copy of the content in which the plan of the manual says something else."""
    shutil.copytree(CONTENT, folder / "content")
    file = folder / "content" / FILE
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder / "content"
