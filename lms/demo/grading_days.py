"""What the demo shows of grading in depth: covered passages, one function a subject, by the same verbs people use."""

from datetime import datetime

from lms.grading.queries.masking import get_masking_page, list_masking_lines
from lms.grading.rules.masking import MaskKind, find_quote
from lms.grading.services.masking import mask_essay

IDENTIFYING = ("学習塾", "給湯器など住宅設備", "住宅設備")
"""Where the fictional people tell of their trade."""


def cover_a_trade(window_id: int, *, by: int, now: datetime) -> None:
    """Look at the first essay of a window that may tell who wrote it, and cover what does."""
    pages = [get_masking_page(line.essay_id) for line in list_masking_lines(window_id) if line.essay_id is not None]
    spans = {
        page.essay_id: [found.span for word in IDENTIFYING for found in find_quote(page.text, word, MaskKind.OTHER)]
        for page in pages
    }
    essay_id = max(spans, key=lambda each: len(spans[each]))
    mask_essay(essay_id, spans[essay_id], "業種から組織が分かるため" if spans[essay_id] else "", seen=0, by=by, now=now)
