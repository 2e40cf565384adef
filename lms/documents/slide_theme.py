"""The look of our slides: 墨 and 藍 on warm white, as a theme, a master and three layouts that PowerPoint can go on with."""

from typing import Any, cast

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.opc.oxml import serialize_part_xml
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Pt

from lms.documents.slide_layout import BODY_HEIGHT, BODY_WIDTH, HEIGHT, LEFT, TOP, WIDTH

LATIN, EAST_ASIAN = "Yu Gothic", "游ゴシック"
COVER, BODY, TABLE = "表紙", "題名と本文", "題名と表"
PART_PLACE = 13
"""The placeholder that holds the part of the training above the title."""
NUMBER_WIDTH = 60.0

SUMI, AI, AI_PALE, SHU, PAPER, SOFT, LINE = "22252B", "1F3B63", "E8EDF4", "A8402A", "FBF9F4", "5A5F68", "CFC9BC"
_SCHEME = {
    "dk1": SUMI,
    "lt1": "FFFFFF",
    "dk2": AI,
    "lt2": PAPER,
    "accent1": AI,
    "accent2": SHU,
    "accent3": "5B7553",
    "accent4": "A07A2C",
    "accent5": SOFT,
    "accent6": LINE,
    "hlink": AI,
    "folHlink": SOFT,
}
_KEPT = {"Title Slide": COVER, "Title and Content": BODY, "Title Only": TABLE}


def colour(name: str) -> Any:
    """One of the colours above, as the library takes it."""
    return cast(Any, RGBColor).from_string(name)


def themed_presentation() -> Any:
    """An empty presentation, 16:9, in our theme."""
    presentation = Presentation()
    presentation.slide_width, presentation.slide_height = Pt(WIDTH), Pt(HEIGHT)
    for layout in list(presentation.slide_layouts):
        if layout.name in _KEPT:
            layout.name = _KEPT[layout.name]
        else:
            presentation.slide_layouts.remove(layout)
    _drop_thumbnail(presentation)
    master = presentation.slide_master
    _set_theme(master.part.part_related_by(RELATIONSHIP_TYPE.THEME))
    _set_master(master)
    for layout in presentation.slide_layouts:
        _set_layout(layout)
    return presentation


def layout_of(presentation: Any, name: str) -> Any:
    """The layout of this name."""
    return next(layout for layout in presentation.slide_layouts if layout.name == name)


def _drop_thumbnail(presentation: Any) -> None:
    package = presentation.part.package
    for identity, relation in list(package._rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            package._rels.pop(identity)


def _set_theme(part: Any) -> None:
    theme: Any = parse_xml(part.blob)
    theme.set("name", "Nintei")
    scheme, fonts = (theme.find(f".//{qn(tag)}") for tag in ("a:clrScheme", "a:fontScheme"))
    for name, value in _SCHEME.items():
        slot = _emptied(scheme.find(qn(f"a:{name}")))
        slot.append(_element("a:srgbClr", val=value))
    for family in (fonts.find(qn("a:majorFont")), fonts.find(qn("a:minorFont"))):
        _emptied(family)
        for tag, typeface in (("a:latin", LATIN), ("a:ea", EAST_ASIAN), ("a:cs", "")):
            family.append(_element(tag, typeface=typeface))
        family.append(_element("a:font", script="Jpan", typeface=EAST_ASIAN))
    part._blob = serialize_part_xml(theme)


def _element(tag: str, **attributes: str) -> Any:
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(name, value)
    return made


def _emptied(element: Any) -> Any:
    for child in list(element):
        element.remove(child)
    return element


def _set_master(master: Any) -> None:
    _paint(master, PAPER)
    places = {
        "title": (LEFT, 50.0, BODY_WIDTH, 54.0),
        "body": (LEFT, TOP, BODY_WIDTH, BODY_HEIGHT),
        "dt": (LEFT, HEIGHT + 10, 1.0, 1.0),
        "ftr": (LEFT, 506.0, BODY_WIDTH - NUMBER_WIDTH, 20.0),
        "sldNum": (LEFT + BODY_WIDTH - NUMBER_WIDTH, 506.0, NUMBER_WIDTH, 20.0),
    }
    for shape in list(master.placeholders):
        kind = shape.element.xpath(".//p:ph/@type")[0]
        if kind == "dt":
            shape.element.getparent().remove(shape.element)
            continue
        _put(shape, *places[kind])
        if kind in ("ftr", "sldNum"):
            _small(shape, "l" if kind == "ftr" else "r")
        else:
            _frame(shape, "b" if kind == "title" else "t")
    _set_text_styles(master)
    master.shapes._spTree.insert(2, _bar("帯", 0, 0, 14.0, HEIGHT, AI))


def _set_text_styles(master: Any) -> None:
    styles = master.element.find(qn("p:txStyles"))
    _level(styles, "p:titleStyle", size=30, ink="tx2", is_bold=True)
    for number in range(1, 6):
        _level(styles, "p:bodyStyle", number=number, size=24, ink="tx1", is_bold=False)


def _level(styles: Any, style: str, *, size: int, ink: str, is_bold: bool, number: int = 1) -> None:
    level = styles.find(qn(style)).find(qn(f"a:lvl{number}pPr"))
    family = "mj" if style == "p:titleStyle" else "mn"
    written = parse_xml(
        f'<a:lvl{number}pPr {nsdecls("a")} marL="0" indent="0" algn="l" eaLnBrk="1" latinLnBrk="0" hangingPunct="1">'
        f'<a:spcBef><a:spcPts val="0"/></a:spcBef><a:buNone/>'
        f'<a:defRPr lang="ja-JP" sz="{size * 100}" b="{int(is_bold)}" kern="1200">'
        f'<a:solidFill><a:schemeClr val="{ink}"/></a:solidFill><a:latin typeface="+{family}-lt"/>'
        f'<a:ea typeface="+{family}-ea"/><a:cs typeface="+{family}-cs"/></a:defRPr></a:lvl{number}pPr>'
    )
    level.getparent().replace(level, written)


def _set_layout(layout: Any) -> None:
    is_cover = layout.name == COVER
    for shape in list(layout.placeholders):
        kind = (shape.element.xpath(".//p:ph/@type") or ["obj"])[0]
        if kind == "dt":
            shape.element.getparent().remove(shape.element)
        elif is_cover:
            _set_cover_place(shape, kind)
        else:
            _inherit_place(shape)
            if kind in ("ftr", "sldNum"):
                _small(shape, "l" if kind == "ftr" else "r")
    tree = layout.shapes._spTree
    if is_cover:
        _paint(layout, AI)
        tree.insert(2, _bar("線", LEFT + 44, 322, 96, 3, LINE))
    else:
        tree.insert(2, _bar("線", LEFT, 107, BODY_WIDTH, 1.2, LINE))
    tree.append(_part_place(is_cover))


def _set_cover_place(shape: Any, kind: str) -> None:
    places = {
        "ctrTitle": (LEFT + 44, 170.0, BODY_WIDTH - 88, 140.0),
        "subTitle": (LEFT + 44, 340.0, BODY_WIDTH - 88, 90.0),
        "ftr": (LEFT + 44, 490.0, BODY_WIDTH - 88 - NUMBER_WIDTH, 20.0),
        "sldNum": (LEFT + BODY_WIDTH - 44 - NUMBER_WIDTH, 490.0, NUMBER_WIDTH, 20.0),
    }
    _put(shape, *places[kind])
    if kind in ("ctrTitle", "subTitle"):
        _frame(shape, "b" if kind == "ctrTitle" else "t")
    sizes = {"ctrTitle": 44, "subTitle": 24}
    style = _emptied(shape.element.find(qn("p:txBody")).find(qn("a:lstStyle")))
    size = sizes.get(kind, 10)
    align = "r" if kind == "sldNum" else "l"
    style.append(
        parse_xml(
            f'<a:lvl1pPr {nsdecls("a")} marL="0" indent="0" algn="{align}"><a:buNone/><a:defRPr lang="ja-JP" sz="{size * 100}">'
            f'<a:solidFill><a:schemeClr val="bg1"/></a:solidFill></a:defRPr></a:lvl1pPr>'
        )
    )


def _inherit_place(shape: Any) -> None:
    """Let a layout's placeholder stand where the master's stands."""
    _emptied(shape.element.spPr)


def _part_place(is_cover: bool) -> Any:
    left, top = (LEFT + 44, 120.0) if is_cover else (LEFT, 26.0)
    ink = "bg1" if is_cover else "accent2"
    return parse_xml(
        f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="{90 + PART_PLACE}" name="部"/>'
        f'<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f'<p:nvPr><p:ph type="body" sz="quarter" idx="{PART_PLACE}"/></p:nvPr></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="{Pt(left)}" y="{Pt(top)}"/>'
        f'<a:ext cx="{Pt(BODY_WIDTH - 88)}" cy="{Pt(22)}"/></a:xfrm></p:spPr>'
        f'<p:txBody><a:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="t"><a:noAutofit/></a:bodyPr>'
        f'<a:lstStyle><a:lvl1pPr marL="0" indent="0"><a:buNone/><a:defRPr lang="ja-JP" sz="1400" b="1">'
        f'<a:solidFill><a:schemeClr val="{ink}"/></a:solidFill></a:defRPr></a:lvl1pPr></a:lstStyle>'
        f'<a:p><a:r><a:rPr lang="ja-JP"/><a:t>部</a:t></a:r></a:p></p:txBody></p:sp>'
    )


def _bar(name: str, left: float, top: float, width: float, height: float, fill: str) -> Any:
    """A plain area of colour; it says nothing, so screen readers pass it by."""
    return parse_xml(
        f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="{80 + int(top) % 10}" name="{name}">'
        f'<a:extLst><a:ext uri="{{C183D7F6-B498-43B3-948B-1728B52AA6E4}}"><adec:decorative '
        f'xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/></a:ext></a:extLst></p:cNvPr>'
        f'<p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr><a:xfrm><a:off x="{Pt(left)}" y="{Pt(top)}"/>'
        f'<a:ext cx="{Pt(width)}" cy="{Pt(height)}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        f'<a:solidFill><a:srgbClr val="{fill}"/></a:solidFill><a:ln><a:noFill/></a:ln></p:spPr></p:sp>'
    )


def _paint(target: Any, fill: str) -> None:
    target.background.fill.solid()
    target.background.fill.fore_color.rgb = colour(fill)


def _put(shape: Any, left: float, top: float, width: float, height: float) -> None:
    shape.left, shape.top, shape.width, shape.height = Pt(left), Pt(top), Pt(width), Pt(height)


def _frame(shape: Any, anchor: str) -> None:
    """A frame without padding that never changes the size of its letters by itself."""
    properties = _emptied(shape.element.find(qn("p:txBody")).find(qn("a:bodyPr")))
    for side in ("lIns", "tIns", "rIns", "bIns"):
        properties.set(side, "0")
    properties.set("anchor", anchor)
    properties.append(_element("a:noAutofit"))


def _small(shape: Any, align: str) -> None:
    _frame(shape, "ctr")
    style = _emptied(shape.element.find(qn("p:txBody")).find(qn("a:lstStyle")))
    style.append(
        parse_xml(
            f'<a:lvl1pPr {nsdecls("a")} algn="{align}"><a:defRPr lang="ja-JP" sz="1000"><a:solidFill>'
            f'<a:schemeClr val="accent5"/></a:solidFill></a:defRPr></a:lvl1pPr>'
        )
    )
