"""A 配布資料 as docx: real styles, tables with header rows, boxes to tick, and its version and licence on every page."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from lms.documents.handout import (
    Blank,
    Block,
    Cell,
    Dialogue,
    Grid,
    Heading,
    Listing,
    ListKind,
    PageBreak,
    Paper,
    Quote,
    Run,
    Text,
)
from lms.documents.handout_style import (
    ABOUT_HEADING,
    BODY_SIZE,
    BOX,
    CHOICE_GAP,
    DOCX_MARGIN_MM,
    POSTER_SIZE,
    SMALL_SIZE,
    TABLE_SIZE,
    TEXT_WIDTH_MM,
    about,
    closing_parts,
    is_poster,
)
from lms.documents.office_files import settle
from lms.documents.slide_layout import column_widths
from lms.documents.slide_theme import AI, AI_PALE, EAST_ASIAN, LATIN, LINE, SHU, SOFT, SUMI

LANGUAGE = "ja-JP"
POINTS_IN_MM = 72 / 25.4
_LISTS = {ListKind.DOTS: "List Bullet", ListKind.STEPS: "List Number"}


def make_document(paper: Paper) -> bytes:
    """The paper as docx; the same paper gives the same bytes."""
    document = Document()
    _set_page(document, paper)
    _set_styles(document)
    _describe(document, paper)
    document.add_paragraph(paper.colophon.title, style="Title")
    maker = _Maker(document)
    for block in paper.blocks:
        maker.add(block)
    maker.finish(paper)
    target = io.BytesIO()
    document.save(target)
    return settle(target.getvalue())


class _Maker:
    """Adds blocks to one document."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self._opens_page = False

    def add(self, block: Block) -> None:
        """One block at the end; a page break belongs to the block after it."""
        if isinstance(block, PageBreak):
            self._opens_page = True
            return
        if self._opens_page and isinstance(block, Grid | Blank):
            self.document.add_paragraph(style="余白").paragraph_format.page_break_before = True
            self._opens_page = False
        begin = len(self.document.paragraphs)
        self._place(block)
        if self._opens_page:
            self.document.paragraphs[begin].paragraph_format.page_break_before = True
            self._opens_page = False

    def _place(self, block: Block) -> None:
        placers: dict[type, Callable[[Any], None]] = {
            Heading: lambda heading: self.document.add_heading(heading.words, level=heading.level),
            Text: lambda text: _write(self.document.add_paragraph(), text.runs),
            Listing: self._list,
            Dialogue: self._dialogue,
            Quote: self._quote,
            Grid: self._table,
            Blank: self._blank,
        }
        placers[type(block)](block)

    def _dialogue(self, dialogue: Dialogue) -> None:
        for line in dialogue.lines:
            _write(self.document.add_paragraph(), (Run(f"{line.speaker}　", is_strong=True), Run(line.words)))

    def _list(self, listing: Listing) -> None:
        if listing.kind is ListKind.CHOICES:
            paragraph = self.document.add_paragraph(style="選択肢")
            for number, item in enumerate(listing.items):
                _write(paragraph, (Run(f"{CHOICE_GAP if number else ''}{BOX} {item.plain}"),))
            return
        for number, item in enumerate(listing.items):
            style = _LISTS.get(listing.kind, "チェック")
            paragraph = self.document.add_paragraph(style=style)
            if listing.kind is ListKind.CHECKS:
                paragraph.add_run(f"{BOX}\t")
            if listing.kind is ListKind.STEPS and number == 0:
                self._restart(paragraph)
            _write(paragraph, item.runs)

    def _restart(self, paragraph: Any) -> None:
        """Numbers begin at 1 in every list."""
        numbering = self.document.part.numbering_part.element
        style = self.document.styles["List Number"].element
        number = style.pPr.numPr.numId.val
        (found,) = numbering.xpath(f'w:num[@w:numId="{number}"]/w:abstractNumId/@w:val')
        made = numbering.add_num(int(found))
        made.add_lvlOverride(ilvl=0).add_startOverride(1)
        properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = 0
        properties.get_or_add_numId().val = made.numId

    def _quote(self, quote: Quote) -> None:
        words, display = ("掲示の言葉", "掲示の見出し") if is_poster(quote) else ("文案", "文案の見出し")
        for text, is_display in quote.paragraphs:
            _write(self.document.add_paragraph(style=display if is_display else words), text.runs)

    def _table(self, grid: Grid) -> None:
        table = self.document.add_table(rows=0, cols=len(grid.header), style="Table Grid")
        table.autofit = False
        _pad(table)
        widths = [width / POINTS_IN_MM for width in column_widths(grid, TEXT_WIDTH_MM * POINTS_IN_MM, TABLE_SIZE)]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        _fill_row(table.add_row(), [Cell(text) for text in grid.header], widths, is_head=True)
        for row in grid.rows:
            _fill_row(table.add_row(), row, widths)
        self.document.add_paragraph(style="余白")

    def _blank(self, blank: Blank) -> None:
        """A framed place, one cell tall enough for its lines."""
        if self.document.paragraphs[-1].style.name != "余白":
            self.document.add_paragraph(style="余白")
        table = self.document.add_table(rows=1, cols=1, style="Table Grid")
        _pad(table)
        row = table.rows[0]
        row.height = Pt(BODY_SIZE * 1.8 * (blank.lines + 0.6))
        _borders(row.cells[0], SHU, "dashed")
        paragraph = row.cells[0].paragraphs[0]
        paragraph.style = "表の中"
        made = paragraph.add_run(blank.label)
        made.font.size, made.font.color.rgb = Pt(SMALL_SIZE), RGBColor.from_string(SHU)
        _stay_whole(row)
        self.document.add_paragraph(style="余白")

    def finish(self, paper: Paper) -> None:
        """The last page: what this is, what may be done with it, what it rests on."""
        colophon = paper.colophon
        self.document.add_heading(ABOUT_HEADING, level=1).paragraph_format.page_break_before = True
        for words in about(colophon):
            self.document.add_paragraph(words, style="出典")
        for heading, lines in closing_parts(colophon):
            self.document.add_heading(heading, level=2)
            for words in lines:
                self.document.add_paragraph(words, style="出典")


def _write(paragraph: Any, runs: Sequence[Run]) -> None:
    for run in runs:
        for number, line in enumerate(run.text.split("\n")):
            if number:
                paragraph.add_run().add_break()
            if line:
                paragraph.add_run(line).bold = run.is_strong or None


def _pad(table: Any) -> None:
    """Thin warm lines, and room between them and the words."""
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{LINE}"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    rooms = "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>' for side, width in (("top", 50), ("left", 100), ("bottom", 50), ("right", 100))
    )
    properties = table._tbl.tblPr
    look = properties.find(qn("w:tblLook"))
    for part in (
        parse_xml(f"<w:tblBorders {nsdecls('w')}>{lines}</w:tblBorders>"),
        properties.find(qn("w:tblLayout")),
        parse_xml(f"<w:tblCellMar {nsdecls('w')}>{rooms}</w:tblCellMar>"),
    ):
        if part is not None:
            look.addprevious(part)


def _fill_row(row: Any, cells: Sequence[Cell], widths: Sequence[float], *, is_head: bool = False) -> None:
    for place, cell, width in zip(row.cells, cells, widths, strict=True):
        place.width = Mm(width)
        paragraph = place.paragraphs[0]
        paragraph.style = "表の見出し" if is_head else "表の中"
        _write(paragraph, cell.text.runs)
        if is_head:
            place._tc.get_or_add_tcPr().append(
                parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{AI_PALE}"/>')
            )
    _stay_whole(row)
    if is_head:
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _stay_whole(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _borders(cell: Any, ink: str, kind: str) -> None:
    sides = "".join(
        f'<w:{side} w:val="{kind}" w:sz="8" w:space="0" w:color="{ink}"/>' for side in ("top", "left", "bottom", "right")
    )
    cell._tc.get_or_add_tcPr().append(parse_xml(f"<w:tcBorders {nsdecls('w')}>{sides}</w:tcBorders>"))


def _describe(document: Any, paper: Paper) -> None:
    properties, colophon = document.core_properties, paper.colophon
    made = datetime(colophon.as_of.year, colophon.as_of.month, colophon.as_of.day, tzinfo=UTC)
    properties.title, properties.author, properties.last_modified_by = colophon.title, colophon.publisher, colophon.publisher
    properties.subject, properties.comments = colophon.purpose, colophon.licence
    properties.language, properties.version, properties.revision = LANGUAGE, colophon.version, 1
    properties.created = properties.modified = made
    properties.keywords = properties.category = ""


def _set_page(document: Any, paper: Paper) -> None:
    (section,) = document.sections
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(DOCX_MARGIN_MM)
    section.top_margin, section.bottom_margin = Mm(20), Mm(19)
    section.header_distance = section.footer_distance = Mm(9)
    head = section.header.paragraphs[0]
    head.text = f"{paper.colophon.title}　第{paper.colophon.version}版"
    foot = section.footer.paragraphs[0]
    foot.text = f"{paper.colophon.publisher}　所属組織内で利用・再配布不可\t"
    foot.paragraph_format.tab_stops.clear_all()
    foot.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_WIDTH_MM), alignment=2)
    _field(foot, "PAGE")
    foot.add_run(" / ")
    _field(foot, "NUMPAGES")


def _field(paragraph: Any, name: str) -> None:
    field = parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="{name}"><w:r><w:t>1</w:t></w:r></w:fldSimple>')
    paragraph._p.append(field)


def _set_styles(document: Any) -> None:
    styles = document.styles
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    _typeface(defaults)
    defaults.find(qn("w:lang")).set(qn("w:eastAsia"), LANGUAGE)
    _style(styles["Normal"], BODY_SIZE, SUMI, after=4, leading=1.4)
    _style(styles["Title"], 20, AI, is_bold=True, after=8, leading=1.2)
    _style(styles["Heading 1"], 14, AI, is_bold=True, before=12, after=5, leading=1.25)
    _style(styles["Heading 2"], 11.5, AI, is_bold=True, before=9, after=3, leading=1.25)
    for name in ("List Bullet", "List Number"):
        _style(styles[name], BODY_SIZE, SUMI, after=2, leading=1.35)
    for name in ("Header", "Footer"):
        _style(styles[name], 8, SOFT, leading=1.2)
    _own_styles(styles)


@dataclass(frozen=True, slots=True)
class _Look:
    """Of a style: size and space after a paragraph in points, distance of lines in sizes."""

    size: float
    leading: float
    ink: str = SUMI
    after: float = 0.0
    is_bold: bool = False


_OWN = {
    "表の中": _Look(TABLE_SIZE, 1.45),
    "表の見出し": _Look(TABLE_SIZE, 1.45, AI, is_bold=True),
    "チェック": _Look(BODY_SIZE, 1.35, after=2),
    "選択肢": _Look(BODY_SIZE, 1.5, after=4),
    "文案": _Look(11.5, 1.65),
    "文案の見出し": _Look(16, 1.6, AI, is_bold=True),
    "掲示の言葉": _Look(POSTER_SIZE, 1.9),
    "掲示の見出し": _Look(POSTER_SIZE * 1.45, 1.75, AI, is_bold=True),
    "出典": _Look(9, 1.45, SOFT, after=2),
    "余白": _Look(7, 1.0),
}


def _own_styles(styles: Any) -> None:
    for name, look in _OWN.items():
        style = styles.add_style(name, 1)
        style.base_style = styles["Normal"]
        style.quick_style = True
        _style(style, look.size, look.ink, is_bold=look.is_bold, after=look.after, leading=look.leading)
    check = styles["チェック"].paragraph_format
    check.left_indent, check.first_line_indent = Pt(18), Pt(-18)
    check.tab_stops.add_tab_stop(Pt(18))
    for name in ("文案", "文案の見出し", "掲示の言葉", "掲示の見出し"):
        _frame(styles[name])


def _style(
    style: Any, size: float, ink: str, *, is_bold: bool = False, before: float = 0, after: float = 0, leading: float
) -> None:
    _typeface(style.element.get_or_add_rPr())
    style.font.size, style.font.bold, style.font.color.rgb = Pt(size), is_bold, RGBColor.from_string(ink)
    style.font.italic = False
    form = style.paragraph_format
    form.space_before, form.space_after = Pt(before), Pt(after)
    # Exact lines: the typeface's own are so tall that a page of ours would become two.
    form.line_spacing = Pt(round(size * leading, 1))
    _drop_border(style)


def _drop_border(style: Any) -> None:
    properties = style.element.get_or_add_pPr()
    border = properties.find(qn("w:pBdr"))
    if border is not None:
        properties.remove(border)
    grid = parse_xml(f'<w:snapToGrid {nsdecls("w")} w:val="0"/>')
    spacing = properties.find(qn("w:spacing"))
    if spacing is not None and properties.find(qn("w:snapToGrid")) is None:
        spacing.addprevious(grid)


def _frame(style: Any) -> None:
    """A line around consecutive paragraphs of the style."""
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="6" w:space="8" w:color="{LINE}"/>' for side in ("top", "left", "bottom", "right")
    )
    properties = style.element.get_or_add_pPr()
    border = parse_xml(f"<w:pBdr {nsdecls('w')}>{sides}</w:pBdr>")
    grid = properties.find(qn("w:snapToGrid"))
    grid.addprevious(border)
    form = style.paragraph_format
    form.left_indent = form.right_indent = Pt(9)


def _typeface(properties: Any) -> None:
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    fonts.set(qn("w:ascii"), LATIN)
    fonts.set(qn("w:hAnsi"), LATIN)
    fonts.set(qn("w:eastAsia"), EAST_ASIAN)
    fonts.set(qn("w:cs"), LATIN)
