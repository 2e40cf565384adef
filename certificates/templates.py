"""Read the designs of the certificate from YAML files, and say in Japanese, with the line, what is wrong with one."""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from string import Formatter
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from certificates.layout import MM, Phrases, Slot, Square, Template

SHIPPED: Final = Path(__file__).resolve().parent.parent / "content" / "certificates" / "templates"
"""The designs that come with the press."""
LEAST_QR = 22.0
"""Millimeters; the signed address has some 280 characters, whose code a phone still reads from there up."""
QUIET_SHARE = 4 / 61
"""The light rim around the code, in parts of its side, for the least code that holds such an address."""
LEAST_CONTRAST = 4.5
"""Of text on white paper, as for a screen."""

_CHECK = TypeAdapter(Template)
_PLACEHOLDERS: Final[Mapping[str, str]] = {"number": "number", "version": "version", "code": "code"}
_KNOWN = {"missing": "必要な項目がありません。", "unexpected_keyword_argument": "知らない項目です。"}
Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class TemplateFinding:
    """Something wrong with a template: the file's name, the line from 1, and a Japanese sentence."""

    file: str
    line: int
    sentence: str


class TemplateError(ValueError):
    """A template cannot be used; ``findings`` tells every reason."""

    def __init__(self, findings: tuple[TemplateFinding, ...]) -> None:
        self.findings = findings
        super().__init__(" ".join(f"{finding.file}:{finding.line} {finding.sentence}" for finding in findings))


class UnknownTemplate(LookupError):
    """No template has this name; the message names it."""


def load(folder: Path) -> dict[str, Template]:
    """Return every template of the folder by its name, which is the file's name without ``.yaml``.

    Raises TemplateError with the findings of all files when one cannot be used.
    """
    templates: dict[str, Template] = {}
    findings: list[TemplateFinding] = []
    for name in names(folder):
        try:
            templates[name] = find(folder, name)
        except TemplateError as error:
            findings.extend(error.findings)
    if findings:
        raise TemplateError(tuple(findings))
    return templates


def find_problems(folder: Path) -> tuple[TemplateFinding, ...]:
    """Return every finding of every template of the folder."""
    try:
        load(folder)
    except TemplateError as error:
        return error.findings
    return ()


def find(folder: Path, name: str) -> Template:
    """Return the template of that name; what is wrong with the others does not matter.

    Raises UnknownTemplate, or TemplateError with every finding.
    """
    if name not in names(folder):
        raise UnknownTemplate(f"no template is called {name!r}; there are: {', '.join(names(folder))}")
    return read(folder / f"{name}.yaml")


@functools.lru_cache(maxsize=16)
def found(folder: Path, name: str) -> Template:
    """Return the template as it was when the process first asked; a changed file counts from the next start."""
    return find(folder, name)


def names(folder: Path) -> list[str]:
    """Return the names of all templates of the folder, good or not."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def read(path: Path) -> Template:
    """Return the template in a file. Raises TemplateError with every finding."""
    try:
        text = path.read_text(encoding="utf-8")
        plain = YAML(typ="safe", pure=True).load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError((TemplateFinding(path.name, 1, "ファイルがないか、UTF-8の文章として読めません。"),)) from error
    except YAMLError as error:
        sentence = "YAMLとして読めません。記号・引用符・字下げを確かめてください。"
        raise TemplateError((TemplateFinding(path.name, _marked_line(error), sentence),)) from error
    try:
        template = _CHECK.validate_python(plain)
    except ValidationError as error:
        places = _with_lines(text)
        raise TemplateError(tuple(_shape_fault(path.name, places, detail) for detail in error.errors())) from error
    if faults := tuple(_sense_faults(template)):
        places = _with_lines(text)
        raise TemplateError(tuple(TemplateFinding(path.name, _line(places, where), say) for where, say in faults))
    return template


def _with_lines(text: str) -> object:
    """The file once more, every value with its place; reading it so is slow and needed only for findings."""
    return YAML(typ="rt", pure=True).load(text)


def _shape_fault(file: str, places: object, detail: ErrorDetails) -> TemplateFinding:
    where = detail["loc"]
    given = detail["input"]
    shown = f"(今の値:「{given}」)" if isinstance(given, str | int | float) else ""
    sentence = _KNOWN.get(detail["type"], f"値の形か範囲が正しくありません{shown}。")
    return TemplateFinding(file, _line(places, where), f"{'.'.join(map(str, where)) or '全体'}: {sentence}")


def _sense_faults(template: Template) -> Iterator[tuple[Location, str]]:
    """What has the right form but would spoil the paper: the place in the file and a sentence for each."""
    yield from _phrase_faults(template.phrases)
    for name in ("ink", "soft_ink"):
        if _contrast_on_white(getattr(template.colors, name)) < LEAST_CONTRAST:
            yield ("colors", name), f"文字の色が薄すぎます。白い紙との明暗の比を{LEAST_CONTRAST}以上にしてください。"
    if template.places.qr.side < LEAST_QR:
        yield ("places", "qr"), f"QRコードが小さすぎます。1辺を{LEAST_QR:g}mm以上にしてください。"
    for name, slot in _slots(template):
        if slot.least > slot.size:
            yield ("places", name), "least(最小の大きさ)が size(望ましい大きさ)より大きくなっています。"
    yield from _space_faults(template)


def _phrase_faults(phrases: Phrases) -> Iterator[tuple[Location, str]]:
    for field in fields(phrases):
        value = getattr(phrases, field.name)
        for text in (value,) if isinstance(value, str) else value:
            if _names(text) != [_PLACEHOLDERS[field.name]] if field.name in _PLACEHOLDERS else _names(text) != []:
                wanted = f"{{{field.name}}} を1つだけ" if field.name in _PLACEHOLDERS else "{ } を使わずに"
                yield ("phrases", field.name), f"この文には{wanted}書いてください(今の値:「{text}」)。"


def _names(text: str) -> list[str] | None:
    """The names in braces, or None when the braces do not match."""
    try:
        return [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        return None


def _space_faults(template: Template) -> Iterator[tuple[Location, str]]:
    """Boxes that leave the border's inside, and texts that could run into each other or into the QR code."""
    inset, paper = template.frame.ink_rule, template.paper
    boxes = dict(_boxes(template))
    for name, (left, top, right, bottom) in boxes.items():
        if left < inset or top < inset or right > paper.width - inset or bottom > paper.height - inset:
            yield ("places", name), "飾り枠の内側に収まっていません。位置・幅・行数を直してください。"
    names = list(boxes)
    for place, name in enumerate(names):
        for other in names[place + 1 :]:
            if {name, other} != {"signatory", "seal"} and _overlap(boxes[name], boxes[other]):
                yield ("places", other), f"「{name}」の場所と重なっています。"


Box = tuple[float, float, float, float]
"""Left, top, right and bottom in millimeters from the top left corner."""


def _boxes(template: Template) -> Iterator[tuple[str, Box]]:
    """The space that each place can fill at the most."""
    places = template.places
    for name, slot in _slots(template):
        yield name, _text_box(slot)
    body, rule = places.body, places.title_rule
    yield "body", (body.center - body.width / 2, body.top, body.center + body.width / 2, body.top + body.height)
    yield "title_rule", (rule.x - rule.width / 2, rule.y, rule.x + rule.width / 2, rule.y)
    yield "seal", _square_box(places.seal, 0)
    yield "qr", _square_box(places.qr, places.qr.side * QUIET_SHARE)


def _text_box(slot: Slot) -> Box:
    """From the top of kanji in the first line to their foot in the last, at the largest size each number of lines may have."""
    left = slot.x - slot.width * {"left": 0.0, "center": 0.5, "right": 1.0}[slot.align]
    height = slot.size / MM
    lines = (slot.max_lines - 1) * slot.least * slot.leading / MM
    top = slot.baseline - height * 0.88 - lines * {"first": 0.0, "middle": 0.5, "last": 1.0}[slot.stays]
    return left, top, left + slot.width, top + height + lines


def _square_box(square: Square, rim: float) -> Box:
    return square.left - rim, square.top - rim, square.left + square.side + rim, square.top + square.side + rim


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _slots(template: Template) -> list[tuple[str, Slot]]:
    every = ((field.name, getattr(template.places, field.name)) for field in fields(template.places))
    return [(name, place) for name, place in every if isinstance(place, Slot)]


def _contrast_on_white(color: str) -> float:
    """The ratio of the lightness of white and the color, from 1 to 21, as WCAG 2 defines it."""
    red, green, blue = (_linear(int(part, 16) / 255) for part in re.findall("..", color[1:]))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def _line(places: object, where: Location) -> int:
    """The line, from 1, of the value at a place of the file, or of the nearest value around it."""
    line = 1
    node: Any = places
    for step in where:
        if not isinstance(node, CommentedMap | CommentedSeq) or (isinstance(node, CommentedMap) and step not in node):
            break
        line = int((node.lc.key(step) if isinstance(node, CommentedMap) else node.lc.item(step))[0]) + 1
        node = node[step]
    return line


def _marked_line(error: YAMLError) -> int:
    mark = (error.problem_mark or error.context_mark) if isinstance(error, MarkedYAMLError) else None
    return mark.line + 1 if mark else 1
