"""The look of a manual as a Word file: A4, Japanese typefaces by name with others to fall back on, styles people can change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

TYPEFACE = "游ゴシック"
FALLBACK = "Yu Gothic"
"""The name of the same typeface on systems in other languages."""
LANGUAGE = "ja-JP"
INK, SOFT, ACCENT, RULE = "23211D", "5D574C", "1F3F75", "C9C2B4"
ANSWER, GAP, CHAPTER_INTRO, CONTENTS, DRAFT_MARK, CELL = "Answer", "Unwritten", "Chapter Intro", "toc 1", "Draft Mark", "Cell"
PAGE_WIDTH, PAGE_HEIGHT, MARGIN = Mm(210), Mm(297), Mm(25)
COMPATIBLE_WITH = "15"
"""Word 2013 and later: an older mode is shown in the title bar as 「互換モード」."""

_FONT_TABLE = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<w:fonts xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    f'<w:font w:name="{TYPEFACE}"><w:altName w:val="{FALLBACK}"/><w:panose1 w:val="020B0400000000000000"/>'
    '<w:charset w:val="80"/><w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font></w:fonts>'
)


@dataclass(frozen=True, slots=True)
class Look:
    """One paragraph style; sizes and distances in points, `line` in parts of the line's height."""

    size: float = 10.5
    color: str = INK
    is_bold: bool = False
    before: float = 0
    after: float = 6
    line: float = 1.5
    indent: float = 0
    keeps_with_next: bool = False
    base: str = "Normal"
    borders: Mapping[str, tuple[int, str, int]] | None = None
    """Side → width in eighths of a point, color, distance in points."""


LOOKS: Mapping[str, Look] = {
    "Normal": Look(),
    "Title": Look(size=30, color=ACCENT, is_bold=True, after=10, line=1.3),
    "Subtitle": Look(size=16, before=190, after=8, line=1.4),
    "Heading 1": Look(
        size=17, color=ACCENT, is_bold=True, after=10, line=1.35, keeps_with_next=True, borders={"bottom": (8, ACCENT, 4)}
    ),
    "Heading 2": Look(size=11.5, is_bold=True, before=16, after=4, line=1.4, keeps_with_next=True),
    "TOC Heading": Look(size=17, color=ACCENT, is_bold=True, after=12, line=1.35, keeps_with_next=True),
    "Header": Look(size=8.5, color=SOFT, after=0, line=1.2, borders={"bottom": (4, RULE, 4)}),
    "Footer": Look(size=8.5, color=SOFT, after=0, line=1.2),
    "List Bullet": Look(after=4),
    CONTENTS: Look(size=11, after=5),
    CHAPTER_INTRO: Look(color=SOFT, after=8),
    ANSWER: Look(indent=10, after=8, line=1.6, borders={"left": (12, RULE, 8)}),
    GAP: Look(color=SOFT, indent=10, after=8, borders={"left": (12, RULE, 8)}),
    CELL: Look(size=9.5, before=2, after=2, line=1.35),
    DRAFT_MARK: Look(size=12, color=SOFT, before=28, after=4),
}


def set_up(document: Document) -> None:
    """Give an empty document page, language, typefaces and styles."""
    section = document.sections[0]
    section.page_width, section.page_height = PAGE_WIDTH, PAGE_HEIGHT
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    section.header_distance = section.footer_distance = Mm(13)
    section.different_first_page_header_footer = True
    _set_defaults(document)
    for name, look in LOOKS.items():
        _shape(_style(document, name, look), look)
    _name_typefaces(document)
    _drop_template_picture(document)


def _set_defaults(document: Document) -> None:
    properties = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    _set_typeface(properties)
    language = properties.find(qn("w:lang"))
    for attribute in ("w:val", "w:eastAsia"):
        language.set(qn(attribute), LANGUAGE)
    settings = document.settings.element
    settings.find(qn("w:themeFontLang")).set(qn("w:val"), LANGUAGE)
    for each in settings.iter(qn("w:compatSetting")):
        if each.get(qn("w:name")) == "compatibilityMode":
            each.set(qn("w:val"), COMPATIBLE_WITH)


def _style(document: Document, name: str, look: Look) -> ParagraphStyle:
    if name in document.styles:
        return cast(ParagraphStyle, document.styles[name])
    style = cast(ParagraphStyle, document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name == CONTENTS))
    style.base_style = document.styles[look.base]
    style.quick_style = True
    return style


def _shape(style: ParagraphStyle, look: Look) -> None:
    _set_typeface(style.element.get_or_add_rPr())
    style.font.size, style.font.bold, style.font.italic = Pt(look.size), look.is_bold, False
    style.font.color.rgb = RGBColor.from_string(look.color)
    form = style.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(look.before), Pt(look.after), look.line
    form.keep_with_next, form.widow_control = look.keeps_with_next, True
    if look.indent:
        form.left_indent = Pt(look.indent)
    _set_borders(style.element.get_or_add_pPr(), look.borders or {})


def _set_typeface(properties: Any) -> None:
    for found in properties.findall(qn("w:rFonts")):
        properties.remove(found)
    fonts = OxmlElement("w:rFonts")
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), TYPEFACE)
    properties.insert(0, fonts)
    for spacing in properties.findall(qn("w:spacing")) + properties.findall(qn("w:kern")):
        properties.remove(spacing)


def _set_borders(properties: Any, borders: Mapping[str, tuple[int, str, int]]) -> None:
    for found in properties.findall(qn("w:pBdr")):
        properties.remove(found)
    if not borders:
        return
    frame = OxmlElement("w:pBdr")
    for side, (width, color, space) in borders.items():
        edge = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", str(width)), ("space", str(space)), ("color", color)):
            edge.set(qn(f"w:{name}"), value)
        frame.append(edge)
    successors = ("w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl")
    properties.insert_element_before(frame, *successors)


def _name_typefaces(document: Document) -> None:
    table = cast(Any, document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE))
    table._blob = _FONT_TABLE.encode()


def _drop_template_picture(document: Document) -> None:
    """The picture of an empty page that file managers would show instead of the manual."""
    relations = cast(Any, document.part.package).rels
    for key in [key for key, each in relations.items() if each.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del relations[key]
