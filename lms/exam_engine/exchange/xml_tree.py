"""XML text → a small tree in which every element knows its place; declarations, entities and great depth are refused."""

import re
from dataclasses import dataclass, field
from typing import Any
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler, ErrorHandler

from defusedxml import DefusedXmlException
from defusedxml.sax import parseString

from lms.exam_engine.exchange.faults import FaultCode, Place, Unreadable

MAX_DEPTH = 20
MAX_ELEMENTS = 50_000

_ENCODING = re.compile(r"""\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")


@dataclass(slots=True)
class Element:
    """An element: its name, its attributes, the text directly inside it, its children, where it begins."""

    name: str
    attributes: dict[str, str]
    place: Place
    texts: list[str] = field(default_factory=list)
    children: list["Element"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text directly inside, without the blanks around it."""
        return "".join(self.texts).strip()

    def all(self, name: str) -> list["Element"]:
        """The children of this name."""
        return [each for each in self.children if each.name == name]

    def first(self, name: str) -> "Element | None":
        """The first child of this name."""
        return next(iter(self.all(name)), None)

    def value(self, name: str) -> str:
        """The text of a child, or of the <text> inside it; empty when there is none."""
        child = self.first(name)
        if child is None:
            return ""
        inner = child.first("text")
        return inner.text if inner is not None else child.text


def read_xml(text: str) -> Element:
    """The root of an XML text.

    Raises Unreadable with the place, for whatever is no plain XML in UTF-8: also for any document type, since entities
    and outside files come in by it.
    """
    declared = _ENCODING.match(text)
    if declared and declared[1].upper().replace("_", "-") not in {"UTF-8", "UTF8"}:
        raise Unreadable(FaultCode.XML_ENCODING, values={"encoding": declared[1][:20]})
    handler = _Handler()
    try:
        parseString(text.lstrip().encode(), handler, ErrorHandler(), forbid_dtd=True)
    except DefusedXmlException as error:
        raise Unreadable(FaultCode.XML_DECLARATION, handler.place) from error
    except SAXParseException as error:
        place = Place(error.getLineNumber() or 1, (error.getColumnNumber() or 0) + 1)
        raise Unreadable(FaultCode.XML_SYNTAX, _moved(place, text)) from error
    if handler.root is None:
        raise Unreadable(FaultCode.XML_SYNTAX)
    return handler.root


def _moved(place: Place, text: str) -> Place:
    """The place in the file, which may begin with blank lines that no XML may have."""
    return Place(place.line + text[: len(text) - len(text.lstrip())].count("\n"), place.column)


class _Handler(ContentHandler):
    """Builds the tree, within limits."""

    def __init__(self) -> None:
        super().__init__()
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0
        self._locator: Any = None

    def setDocumentLocator(self, locator: Any) -> None:
        """Remember where places can be asked for."""
        self._locator = locator

    @property
    def place(self) -> Place:
        """Where the parser stands."""
        if self._locator is None:
            return Place()
        return Place(self._locator.getLineNumber() or 1, (self._locator.getColumnNumber() or 0) + 1)

    def startElement(self, name: str, attrs: Any) -> None:
        """Open an element."""
        element = Element(name, dict(attrs.items()), self.place)
        self._count += 1
        if len(self._open) >= MAX_DEPTH or self._count > MAX_ELEMENTS:
            raise Unreadable(FaultCode.XML_DEPTH, element.place, {"limit": MAX_DEPTH})
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def endElement(self, name: str) -> None:
        """Close the innermost element."""
        self._open.pop()

    def characters(self, content: str) -> None:
        """Text inside the innermost element."""
        self._open[-1].texts.append(content)
