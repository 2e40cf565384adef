"""The pictures beside the lessons: every SVG file of the course with its faults, and the files nobody uses."""

import re
from collections.abc import Mapping

from lms.lessons.rules.problems import ProblemKind
from lms.lessons.source.pictures import check_picture
from lms.lessons.source.reading import Reader

FOLDER = "pictures"

_NAME = re.compile(r"[a-z0-9-]+\.svg")


def read_pictures(reader: Reader, base: str) -> Mapping[str, str]:
    """Address as lessons write it (`pictures/flow.svg`) → the file's text; every fault is reported."""
    folder = reader.folder / base / FOLDER
    files = sorted(each.name for each in folder.iterdir() if not each.name.startswith(".")) if folder.is_dir() else []
    found: dict[str, str] = {}
    for name in files:
        text = _read(reader, f"{base}/{FOLDER}/{name}") if _NAME.fullmatch(name) else None
        if text is None:
            reader.report(f"{base}/{FOLDER}/{name}", 1, ProblemKind.FILE_UNEXPECTED)
        else:
            found[f"{FOLDER}/{name}"] = text
    return found


def _read(reader: Reader, file: str) -> str | None:
    text = reader.text(file)
    for fault in check_picture(text) if text is not None else ():
        reader.report(file, fault.line, fault.kind, **fault.values)
    return text


def report_unused(reader: Reader, base: str, pictures: Mapping[str, str]) -> None:
    """Report the pictures that no lesson names; drafts count, although nothing else of theirs is read."""
    texts = [each.read_text(encoding="utf-8", errors="replace") for each in sorted((reader.folder / base).glob("*.md"))]
    for address in pictures:
        if not any(f"({address})" in text for text in texts):
            reader.report(f"{base}/{address}", 1, ProblemKind.PICTURE_UNUSED)
