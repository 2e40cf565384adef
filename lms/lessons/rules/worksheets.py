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
    """The text is the one that is shown, or the one it was typed upon: what another screen has saved meanwhile stays shown."""
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


def decide_save(edit: SheetEdit, *, base_text: str | None, current_text: str, current_version: int) -> SheetOutcome:
    """Compare an edit (already tidy) with the version that is shown, and with the text it was typed upon (None: unknown)."""
    if edit.base_version >= current_version:
        return SheetOutcome.UNCHANGED if edit.text == current_text else SheetOutcome.SAVED
    return SheetOutcome.UNCHANGED if edit.text in (current_text, base_text) else SheetOutcome.SAVED_BESIDE


def grew_into(older: str, newer: str) -> bool:
    """Whether the newer text is the older one with something put in at one place, so that nothing of the older is gone."""
    pairs = enumerate(zip(older, newer, strict=False))
    start = next((place for place, (one, other) in pairs if one != other), min(len(older), len(newer)))
    return newer[start:].endswith(older[start:])
