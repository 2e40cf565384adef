"""Saving a worksheet: what counts as a change, and when two screens wrote at the same time."""

from dataclasses import dataclass
from enum import StrEnum

MAX_TEXT_LENGTH = 5_000
"""Characters of one field; far above what a worksheet needs."""
MEMO_KEY = "memo"
"""The key under which a participant's own memo of a lesson is kept; no worksheet field may have it."""


class SheetOutcome(StrEnum):
    """What a save does to a field."""

    UNCHANGED = "unchanged"
    SAVED = "saved"
    SAVED_BESIDE = "saved_beside"
    """Saved, but typed without knowing a version another screen had saved; that one stays in the history."""


@dataclass(frozen=True, slots=True)
class SheetEdit:
    """What a screen sends for one field: the text and the version it was typed upon."""

    text: str
    base_version: int


def tidy(text: str) -> str:
    """The text as it is kept: unix line ends, no NUL (a database refuses it); everything else as typed."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def decide_save(edit: SheetEdit, *, current_text: str, current_version: int) -> SheetOutcome:
    """Compare an edit (already tidy) with the version that is shown."""
    if edit.text == current_text:
        return SheetOutcome.UNCHANGED
    return SheetOutcome.SAVED if edit.base_version >= current_version else SheetOutcome.SAVED_BESIDE
