"""議事資料 of 合否判定会議 as A4 pages: facts, tables, and room for what the meeting decides."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, HRFlowable, KeepTogether, Spacer, Table

from lms.documents.records import Minutes, MinutesPart
from lms.documents.sheets import INK, TEXT_WIDTH, Typesetter, build_pdf, ruled_table, short_rows

CELL_SIZE = 8.5


def press_minutes(minutes: Minutes, font_folder: Path, *, fingerprint: str) -> bytes:
    """Return the 議事資料 as PDF; the same minutes give the same bytes. Raises FontsNotBuilt."""
    return build_pdf(
        font_folder,
        minutes.title,
        f"{minutes.title}　{minutes.subtitle}　取扱注意",
        lambda setter: list(_story(minutes, setter)),
        fingerprint=fingerprint,
    )


def _story(minutes: Minutes, setter: Typesetter) -> Iterator[Flowable]:
    yield setter.paragraph(minutes.title, size=17, after=2)
    yield setter.paragraph(minutes.subtitle, size=11, after=2)
    yield HRFlowable(width="100%", thickness=0.8, color=INK, spaceAfter=8)
    yield _table(setter, (("項目", "内容"), *minutes.facts), (1, 3))
    for number, part in enumerate(minutes.parts, 1):
        yield from _part(number, part, setter)
    yield from _signatures(minutes.signatures, setter)


def _part(number: int, part: MinutesPart, setter: Typesetter) -> Iterator[Flowable]:
    yield CondPageBreak(45 * mm)
    yield Spacer(0, 5 * mm)
    yield setter.paragraph(f"{number}. {part.title}", size=12.5, after=3)
    for sentence in part.sentences:
        yield setter.paragraph(sentence, size=9, after=3)
    if part.rows:
        yield _table(setter, (part.headings, *part.rows), part.widths)
    else:
        yield setter.paragraph(part.nothing, size=10)


def _table(setter: Typesetter, rows: Sequence[Sequence[str]], shares: Sequence[float]) -> Table:
    """A table whose head stands again on every page."""
    cells = [[setter.paragraph(cell, size=CELL_SIZE, after=0) for cell in short] for row in rows for short in short_rows(row)]
    table = ruled_table(cells, [TEXT_WIDTH * share / sum(shares) for share in shares], setter.book.font_name)
    table.repeatRows = 1
    return table


def _signatures(lines: Sequence[str], setter: Typesetter) -> Iterator[Flowable]:
    rows = [("", "氏名", "日付"), *((line, "", "") for line in lines)]
    cells = [[setter.paragraph(cell, size=10, after=8) for cell in row] for row in rows]
    table = ruled_table(cells, [TEXT_WIDTH * share for share in (0.35, 0.4, 0.25)], setter.book.font_name)
    yield KeepTogether([Spacer(0, 8 * mm), setter.paragraph("会議の記録", size=12.5, after=3), table])
