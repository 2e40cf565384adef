"""社内研修スライド as pptx: real titles and bodies, tables, notes and numbers, ready to be changed by whoever takes them."""

import copy
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from lms.documents.handout import Deck, Dialogue, Listing, ListKind, Quote, Run, Slide, Text, schedule
from lms.documents.office_files import settle
from lms.documents.slide_layout import (
    BODY_WIDTH,
    CELL_PADDING,
    GAP,
    HANG,
    LEADING,
    LEFT,
    PARAGRAPH_GAP,
    SOURCE_SIZE,
    TABLE_STEP,
    Arrangement,
    BlankBox,
    TableBox,
    TextBox,
    arrange,
    source_pages,
    speaker_width,
)
from lms.documents.slide_theme import AI, BODY, COVER, LINE, PART_PLACE, SHU, SUMI, TABLE, colour, layout_of, themed_presentation

SOURCES_TITLE = "出典と利用の条件"
SOURCES_PART = "出典"
LANGUAGE = "ja-JP"


class SlideOverflow(ValueError):
    """A slide's contents do not fit; content checks find it before anybody meets it."""


def make_slides(deck: Deck) -> bytes:
    """The deck as pptx; the same deck gives the same bytes. Raises SlideOverflow."""
    presentation = themed_presentation()
    maker = _Maker(presentation, deck)
    for slide, (begins, ends) in zip(deck.slides, schedule(deck.slides), strict=True):
        maker.add(slide, f"目安 {slide.minutes}分(開始から {begins}分 → {ends}分)")
    for page in source_pages(deck.colophon):
        maker.add_sources(page)
    _describe(presentation, deck)
    target = io.BytesIO()
    presentation.save(target)
    return settle(target.getvalue())


def footer_words(deck: Deck) -> str:
    """What stands at the foot of every slide."""
    return f"{deck.colophon.publisher}　第{deck.colophon.version}版　所属組織内で利用・再配布不可"


def note_words(slide: Slide, minutes: str) -> str:
    """What the speaker reads: the time, the words, the facts it rests on."""
    ground = f"根拠: {'、'.join(slide.facts)}(出典は最後の頁)" if slide.facts else ""
    return "\n".join(part for part in (f"【{minutes}】", slide.note, ground) if part)


def _describe(presentation: Any, deck: Deck) -> None:
    properties, colophon = presentation.core_properties, deck.colophon
    made = datetime(colophon.as_of.year, colophon.as_of.month, colophon.as_of.day, tzinfo=UTC)
    properties.title, properties.author, properties.last_modified_by = colophon.title, colophon.publisher, colophon.publisher
    properties.subject, properties.comments = colophon.purpose, colophon.licence
    properties.language, properties.version, properties.revision = LANGUAGE, colophon.version, 1
    properties.created = properties.modified = made
    properties.keywords = properties.category = ""


class _Maker:
    """Adds slides to one presentation."""

    def __init__(self, presentation: Any, deck: Deck) -> None:
        self.presentation = presentation
        self.deck = deck
        self.footer = footer_words(deck)

    def add(self, slide: Slide, minutes: str) -> None:
        """One slide of the deck; the first one is the cover."""
        arrangement = arrange(slide)
        if arrangement is None:
            raise SlideOverflow(slide.title)
        is_cover = not len(self.presentation.slides)
        has_text = any(isinstance(box, TextBox) for box in arrangement.boxes)
        made = self._begin(COVER if is_cover else BODY if has_text else TABLE, slide.part, slide.title)
        if is_cover:
            made.placeholders[1].text_frame.text = "\n".join(block.plain for block in slide.blocks)
            _speak_japanese(made.placeholders[1])
        else:
            _fill(made, arrangement)
        self._finish(made, note_words(slide, minutes))

    def add_sources(self, page: Sequence[Text]) -> None:
        """A page of sources at the end."""
        made = self._begin(BODY, SOURCES_PART, SOURCES_TITLE)
        frame = made.placeholders[1].text_frame
        for text in page:
            _paragraph(_next(frame), text.runs, SOURCE_SIZE, gap=SOURCE_SIZE * PARAGRAPH_GAP)
        self._finish(made, "時間には含めません。問い合わせがあったときに示します。")

    def _begin(self, layout: str, part: str, title: str) -> Any:
        made = self.presentation.slides.add_slide(layout_of(self.presentation, layout))
        made.shapes.title.text_frame.text = title
        _speak_japanese(made.shapes.title)
        made.placeholders[PART_PLACE].text_frame.text = part
        _speak_japanese(made.placeholders[PART_PLACE])
        return made

    def _finish(self, made: Any, note: str) -> None:
        for kind in ("ftr", "sldNum"):
            (place,) = made.slide_layout.element.xpath(f'.//p:sp[p:nvSpPr/p:nvPr/p:ph/@type="{kind}"]')
            own = copy.deepcopy(place)
            own.nvSpPr.cNvPr.set("id", str(max(int(each) for each in made.element.xpath("//@id") if str(each).isdigit()) + 1))
            _keep_only(own, kind, self.footer)
            made.shapes._spTree.append(own)
        made.notes_slide.notes_text_frame.text = note
        for run in made.notes_slide.notes_text_frame._txBody.iter(qn("a:rPr")):
            run.set("lang", LANGUAGE)


def _keep_only(place: Any, kind: str, footer: str) -> None:
    """A slide's own copy of the layout's footer or number: place and style come from the layout."""
    for child in list(place.spPr):
        place.spPr.remove(child)
    body = place.find(qn("p:txBody"))
    for child in list(body):
        body.remove(child)
    field = (
        f'<a:fld {nsdecls("a")} id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" type="slidenum">'
        f'<a:rPr lang="{LANGUAGE}"/><a:t>‹#›</a:t></a:fld>'
    )
    run = f'<a:r {nsdecls("a")}><a:rPr lang="{LANGUAGE}"/><a:t/></a:r>'
    body.append(parse_xml(f"<a:bodyPr {nsdecls('a')}/>"))
    body.append(parse_xml(f"<a:lstStyle {nsdecls('a')}/>"))
    align = "r" if kind == "sldNum" else "l"
    paragraph = parse_xml(f'<a:p {nsdecls("a")}><a:pPr algn="{align}"/></a:p>')
    paragraph.append(parse_xml(field if kind == "sldNum" else run))
    if kind == "ftr":
        paragraph.find(qn("a:r")).find(qn("a:t")).text = footer
    body.append(paragraph)


def _fill(made: Any, arrangement: Arrangement) -> None:
    """The boxes of a slide: the first running text goes into the body's own place."""
    is_body_free = True
    for box in arrangement.boxes:
        if isinstance(box, TextBox):
            shape = made.placeholders[1] if is_body_free else made.shapes.add_textbox(0, 0, 0, 0)
            is_body_free = False
            _put_text(shape, box, arrangement.size)
        elif isinstance(box, TableBox):
            _put_table(made, box, arrangement.size - TABLE_STEP)
        else:
            _put_blank(made, box, arrangement.size)


def _put_text(shape: Any, box: TextBox, size: float) -> None:
    shape.left, shape.top, shape.width, shape.height = Pt(LEFT), Pt(box.top), Pt(BODY_WIDTH), Pt(box.height)
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.word_wrap = True
    for block in box.blocks:
        for runs, style in _paragraphs(block, size):
            paragraph = _next(frame)
            _paragraph(paragraph, runs, size, gap=size * PARAGRAPH_GAP)
            _hang(paragraph, style, size)


_Style = tuple[float, str]
"""How far the words stand in, in points, and the mark before them as XML."""
_MARKS = {
    ListKind.DOTS: '<a:buFont typeface="Arial"/><a:buChar char="•"/>',
    ListKind.STEPS: '<a:buFont typeface="+mj-lt"/><a:buAutoNum type="arabicPeriod"/>',
    ListKind.CHECKS: '<a:buFont typeface="+mj-lt"/><a:buChar char="□"/>',
    ListKind.CHOICES: '<a:buFont typeface="+mj-lt"/><a:buChar char="□"/>',
}


def _paragraphs(block: object, size: float) -> Iterator[tuple[tuple[Run, ...], _Style]]:
    match block:
        case Listing():
            for item in block.items:
                yield item.runs, (HANG * size, _MARKS[block.kind])
        case Dialogue():
            for line in block.lines:
                yield (Run(f"{line.speaker}\t", is_strong=True), Run(line.words)), (speaker_width(block, size), "<a:buNone/>")
        case Quote():
            for text, is_display in block.paragraphs:
                yield tuple(Run(run.text, run.is_strong or is_display) for run in text.runs), (0.0, "<a:buNone/>")
        case Text():
            yield block.runs, (0.0, "<a:buNone/>")


def _hang(paragraph: Any, style: _Style, size: float) -> None:
    inset, mark = style
    properties = paragraph._p.get_or_add_pPr()
    properties.set("marL", str(int(Pt(inset))))
    properties.set("indent", str(-int(Pt(inset))))
    for element in parse_xml(f"<a:x {nsdecls('a')}>{mark}</a:x>"):
        properties.append(element)


def _next(frame: Any) -> Any:
    """The frame's next paragraph; a fresh frame has one already."""
    first = frame.paragraphs[0]
    return first if len(frame.paragraphs) == 1 and not first.runs else frame.add_paragraph()


def _paragraph(paragraph: Any, runs: Sequence[Run], size: float, *, ink: str = SUMI, gap: float = 0.0) -> None:
    paragraph.line_spacing, paragraph.space_after = Pt(size * LEADING), Pt(gap)
    for run in runs or (Run(""),):
        for number, line in enumerate(run.text.split("\n")):
            if number:
                paragraph.add_line_break()
            made = paragraph.add_run()
            made.text = line
            _dress(made, size, AI if run.is_strong and ink == SUMI else ink, run.is_strong)


def _dress(run: Any, size: float, ink: str, is_strong: bool) -> None:
    run.font.size, run.font.bold, run.font.color.rgb = Pt(size), is_strong, colour(ink)
    run.font._rPr.set("lang", LANGUAGE)
    run.font._rPr.set("altLang", "en-US")


def _speak_japanese(shape: Any) -> None:
    for paragraph in shape.text_frame.paragraphs:
        for run in paragraph.runs:
            run._r.get_or_add_rPr().set("lang", LANGUAGE)


def _put_table(made: Any, box: TableBox, size: float) -> None:
    rows, columns = len(box.heights), len(box.widths)
    frame = made.shapes.add_table(rows, columns, Pt(LEFT), Pt(box.top), Pt(sum(box.widths)), Pt(box.height))
    frame.name = "表"
    heads = "、".join(text.plain for text in box.grid.header if text.plain)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", f"{heads}の表")
    table = frame.table
    table.horz_banding = False
    for index, width in enumerate(box.widths):
        table.columns[index].width = Pt(width)
    for index, height in enumerate(box.heights):
        table.rows[index].height = Pt(height)
    for column, text in enumerate(box.grid.header):
        _put_cell(table.cell(0, column), text.runs, size, fill=AI, ink="FFFFFF")
    for number, row in enumerate(box.grid.rows, 1):
        for column, cell in enumerate(row):
            _put_cell(table.cell(number, column), cell.text.runs, size, fill="FFFFFF", ink=SUMI)


def _put_cell(cell: Any, runs: Sequence[Run], size: float, *, fill: str, ink: str) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = colour(fill)
    cell.margin_left = cell.margin_right = Pt(CELL_PADDING)
    cell.margin_top = cell.margin_bottom = Pt(CELL_PADDING / 2)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    properties = cell._tc.get_or_add_tcPr()
    for place, side in enumerate(("lnL", "lnR", "lnT", "lnB")):
        properties.insert(
            place, parse_xml(f'<a:{side} {nsdecls("a")} w="9525"><a:solidFill><a:srgbClr val="{LINE}"/></a:solidFill></a:{side}>')
        )
    _paragraph(cell.text_frame.paragraphs[0], runs, size, ink=ink)


def _put_blank(made: Any, box: BlankBox, size: float) -> None:
    shape = made.shapes.add_shape(MSO_SHAPE.RECTANGLE, Pt(LEFT), Pt(box.top), Pt(BODY_WIDTH), Pt(box.height))
    shape.name = "書き入れる欄"
    shape._element.remove(shape._element.find(qn("p:style")))  # it would bring a shadow of its own
    shape.fill.solid()
    shape.fill.fore_color.rgb = colour("FFFFFF")
    shape.line.color.rgb, shape.line.width = colour(SHU), Pt(1.25)
    shape.line._get_or_add_ln().append(parse_xml(f'<a:prstDash {nsdecls("a")} val="dash"/>'))
    frame = shape.text_frame
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = Pt(GAP)
    frame.margin_top = frame.margin_bottom = Pt(GAP / 2)
    paragraph = frame.paragraphs[0]
    _paragraph(paragraph, (Run(box.blank.label),), size - 4, ink=SHU)
    paragraph._p.get_or_add_pPr().set("algn", "l")
