"""Pictures of lessons: what an SVG file may hold, and how it is set into the page so that it follows colors and text size."""

import re
from collections.abc import Callable, Iterator

from markupsafe import Markup, escape

from lms.exam_engine.exchange.faults import Unreadable
from lms.exam_engine.exchange.xml_tree import Element, read_xml
from lms.lessons.rules.problems import Finding, ProblemKind

NAMESPACE = "http://www.w3.org/2000/svg"
CLASSES = frozenset({"pic-ink", "pic-soft", "pic-line", "pic-accent", "pic-warn", "pic-fill"})
"""The only way to a color: the style sheet gives each its light and its dark one."""
DESIGN_WIDTH, SMALLEST_TEXT = 640, 14
"""A picture is drawn for a column 640 px wide, where its smallest words are 14 px high."""

_WORDS = frozenset({"title", "desc", "text", "tspan"})
_SHAPES = frozenset({"rect", "circle", "ellipse", "line", "path", "polyline", "polygon"})
ELEMENTS = _WORDS | _SHAPES | {"svg", "g", "defs", "marker"}

_REPLACED = frozenset({"xmlns", "role", "aria-labelledby", "aria-describedby", "aria-label"})
"""What the page says for itself; a file may carry it for those who open it alone."""

_measure = re.compile(r"[-+0-9a-zA-Z.,%()\s]*").fullmatch
_identity = re.compile(r"[A-Za-z][\w-]{0,39}", re.ASCII).fullmatch
_reference = re.compile(r"url\(#([A-Za-z][A-Za-z0-9_-]{0,39})\)").fullmatch
_paint = re.compile(r"none|currentColor").fullmatch

_GEOMETRY = (
    *("x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "dx", "dy", "width", "height", "d", "points", "transform"),
    *("viewBox", "preserveAspectRatio", "refX", "refY", "markerWidth", "markerHeight", "markerUnits", "orient"),
    *("text-anchor", "dominant-baseline", "font-size", "font-weight", "letter-spacing", "opacity"),
    *("stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin"),
)
_VALUES: dict[str, Callable[[str], object]] = {
    **dict.fromkeys(_GEOMETRY, _measure),
    **dict.fromkeys(("marker-start", "marker-mid", "marker-end"), _reference),
    **dict.fromkeys(("fill", "stroke"), _paint),
    "id": _identity,
    "class": lambda given: set(given.split()) <= CLASSES,
}


def check_picture(svg: str) -> Iterator[Finding]:
    """Every fault of an SVG file: foreign elements and attributes, no words for those who cannot see it, words too small."""
    try:
        root = read_xml(svg)
    except Unreadable as error:
        yield Finding(error.fault.place.line or 1, ProblemKind.PICTURE_UNREADABLE)
        return
    if root.name != "svg" or "viewBox" not in root.attributes:
        yield Finding(root.place.line, ProblemKind.PICTURE_FRAME)
    for name in ("title", "desc"):
        if not root.value(name):
            yield Finding(root.place.line, ProblemKind.PICTURE_WORDLESS, {"name": name})
    yield from _faults(root, _smallest_size(root))


def _faults(element: Element, smallest: float) -> Iterator[Finding]:
    line = element.place.line
    if element.name not in ELEMENTS:
        yield Finding(line, ProblemKind.PICTURE_FOREIGN, {"given": f"<{element.name}>"})
        return
    if element.text and (element.children or element.name not in _WORDS):
        yield Finding(line, ProblemKind.PICTURE_MIXED, {"given": element.text})
    for name, value in element.attributes.items():
        if not _is_allowed(name, value):
            yield Finding(line, ProblemKind.PICTURE_FOREIGN, {"given": f'{name}="{value[:40]}"'})
    if _number(element.attributes.get("font-size", "")) < smallest:
        yield Finding(line, ProblemKind.PICTURE_SMALL_TEXT, {"size": element.attributes["font-size"], "least": f"{smallest:g}"})
    for child in element.children:
        yield from _faults(child, smallest)


def _is_allowed(name: str, value: str) -> bool:
    if name == "xmlns":
        return value == NAMESPACE
    fits = _VALUES.get(name)
    return name in _REPLACED or (fits is not None and bool(fits(value)))


def _smallest_size(root: Element) -> float:
    """The least font size in the picture's own units, from the width of its view box."""
    frame = root.attributes.get("viewBox", "").replace(",", " ").split()
    width = _number(frame[2]) if len(frame) == 4 else float("inf")
    return SMALLEST_TEXT * width / DESIGN_WIDTH if width != float("inf") else 0


def _number(text: str) -> float:
    """A length in user units; whatever is none counts as large enough."""
    try:
        return float(text.removesuffix("px"))
    except ValueError:
        return float("inf")


def draw(svg: str, *, alt: str, base: str) -> Markup:
    """The picture as an element of the page: named by `alt`, described by its <desc>, its ids beginning with `base`.

    Only what `check_picture` allows is written, whatever the file holds. A file that is no XML becomes its words.
    """
    try:
        root = read_xml(svg)
    except Unreadable:
        return Markup("<p>{}</p>").format(alt)
    frame = "".join(_attributes(root, base))
    names = f'role="img" aria-labelledby="{base}-title" aria-describedby="{base}-desc"'
    words = Markup('<title id="{0}-title">{1}</title><desc id="{0}-desc">{2}</desc>').format(base, alt, root.value("desc"))
    inner = "".join(_drawn(child, base) for child in root.children if child.name not in {"title", "desc"})
    return Markup(f"<svg {names}{frame}>{words}{inner}</svg>")


def _drawn(element: Element, base: str) -> str:
    if element.name not in ELEMENTS:
        return ""
    inner = "".join(_drawn(child, base) for child in element.children)
    return f"<{element.name}{''.join(_attributes(element, base))}>{escape(element.text)}{inner}</{element.name}>"


def _attributes(element: Element, base: str) -> Iterator[str]:
    for name, value in element.attributes.items():
        if name not in _REPLACED and _is_allowed(name, value):
            yield f' {name}="{escape(_own(name, value, base))}"'


def _own(name: str, value: str, base: str) -> str:
    """An id or a reference to one, made the picture's own on its page."""
    if name == "id":
        return f"{base}-{value}"
    match = _reference(value)
    return f"url(#{base}-{match[1]})" if match else value
