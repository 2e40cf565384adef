"""What a 配布資料 is, as read from content/handouts."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.documents.handout import Block, Slide


class HandoutKind(StrEnum):
    """Slides to be shown, or a document to be handed out."""

    SLIDES = "slides"
    DOCUMENT = "document"


class FileFormat(StrEnum):
    """What a handout can be taken as."""

    PPTX = "pptx"
    DOCX = "docx"
    PDF = "pdf"


FORMATS = {
    HandoutKind.SLIDES: (FileFormat.PPTX, FileFormat.PDF),
    HandoutKind.DOCUMENT: (FileFormat.DOCX, FileFormat.PDF),
}
"""What each kind can be made into."""


@dataclass(frozen=True, slots=True)
class Handout:
    """One handout; `sha256` names its exact text and that of the facts it cites."""

    id: str
    title: str
    file_name: str
    kind: HandoutKind
    formats: tuple[FileFormat, ...]
    version: str
    as_of: date
    purpose: str
    audience: str
    licence: str
    minutes: int
    """How long the slides take; 0 for a document."""
    lessons: tuple[str, ...]
    facts: tuple[str, ...]
    slides: tuple[Slide, ...]
    blocks: tuple[Block, ...]
    sha256: str
