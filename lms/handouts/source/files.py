"""The files of handouts, made once for each content and format and then kept in memory."""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from lms.documents.handout import Deck, Paper
from lms.documents.handout_docx import make_document
from lms.documents.handout_pdf import press_deck, press_paper
from lms.documents.slides import make_slides
from lms.handouts.rules.content import FileFormat

KEPT_FILES = 40
"""Some four editions of every handout in every format; together a few megabytes."""

_kept: OrderedDict[str, "MadeFile"] = OrderedDict()
_turn = threading.Lock()


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file's bytes, and their hash, by which browsers know whether they have it already."""

    body: bytes
    sha256: str


def made_file(record: Deck | Paper, file_format: FileFormat, font_folder: Path) -> MadeFile:
    """The record as a file; one is made at a time, so that two who ask at once wait for one file.

    Raises FontsNotBuilt when a PDF is asked for and the press has no typeface.
    """
    key = _key(record, file_format)
    with _turn:
        made = _kept.get(key)
        if made is None:
            body = _make(record, file_format, font_folder)
            made = MadeFile(body, hashlib.sha256(body).hexdigest())
            _kept[key] = made
        _kept.move_to_end(key)
        while len(_kept) > KEPT_FILES:
            _kept.popitem(last=False)
        return made


def known_size(record: Deck | Paper, file_format: FileFormat) -> int | None:
    """The bytes of a file that was made already."""
    made = _kept.get(_key(record, file_format))
    return None if made is None else len(made.body)


def _key(record: Deck | Paper, file_format: FileFormat) -> str:
    return f"{hashlib.sha256(repr(record).encode()).hexdigest()}.{file_format}"


def _make(record: Deck | Paper, file_format: FileFormat, font_folder: Path) -> bytes:
    if isinstance(record, Deck):
        return press_deck(record, font_folder) if file_format is FileFormat.PDF else make_slides(record)
    return press_paper(record, font_folder) if file_format is FileFormat.PDF else make_document(record)
