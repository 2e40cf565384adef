"""Measures that the Word file and the PDF of a 配布資料 share. Sizes in points unless named otherwise."""

from lms.documents.handout import Colophon, Quote

BODY_SIZE = 10.5
TABLE_SIZE = 10.0
SMALL_SIZE = 9.0
DOCX_MARGIN_MM = 20
TEXT_WIDTH_MM = 210 - 2 * DOCX_MARGIN_MM
BOX = "□"
CHOICE_GAP = "　　"
ABOUT_HEADING = "この資料について(配布するときは、この頁を外せます)"
POSTER_SIZE = 15.0
POSTER_LETTERS = 320
"""As many letters as one sheet holds when they are to be read from a few steps away."""


def is_poster(quote: Quote) -> bool:
    """Whether words are to be hung up: few, below large ones."""
    letters = sum(len(text.plain) for text, _ in quote.paragraphs)
    return letters <= POSTER_LETTERS and any(is_display for _, is_display in quote.paragraphs)


def about(colophon: Colophon) -> tuple[str, ...]:
    """What the file is for, for whom, and which edition it is."""
    edition = f"{colophon.publisher}　{colophon.edition}"
    return (f"資料名: {colophon.title}", f"使い方: {colophon.purpose}", f"対象: {colophon.audience}", f"発行: {edition}")


def closing_parts(colophon: Colophon) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Headings with their lines: the licence, the sources, and whom to ask."""
    sources = tuple(f"{each.words} ({'・'.join(each.fact_ids)})" for each in colophon.sources)
    return (("利用の条件", (colophon.licence,)), ("出典", sources), ("ご注意", (colophon.caution,)))
