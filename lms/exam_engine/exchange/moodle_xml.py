"""Questions → Moodle XML; our own metadata stands in tags, so that it comes back."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from lms.exam_engine.exchange.entries import EntryTree, one_line, pairs_of, row_list, text_list, without_refused
from lms.exam_engine.exchange.gift import wild_safe
from lms.exam_engine.exchange.losses import Format, losses_of
from lms.exam_engine.exchange.tags import rights_in_file, tags_of
from lms.exam_engine.exchange.weights import option_weights, percent

MOODLE_KINDS: Mapping[str, str] = {
    "single_choice": "multichoice",
    "multiple_choice": "multichoice",
    "ordering": "ordering",
    "matching": "matching",
    "numeric": "numerical",
    "short_text": "shortanswer",
    "essay": "essay",
    "case": "description",
}

GRADING_TYPES: Mapping[str, str] = {
    "all_or_nothing": "ALL_OR_NOTHING",
    "per_position": "ABSOLUTE_POSITION",
    "per_pair": "RELATIVE_NEXT_EXCLUDE_LAST",
}

_SIGNS = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_ESCAPES = re.compile('[&<>"]')


def write_moodle_xml(trees: Sequence[EntryTree]) -> str:
    """The text of a Moodle XML file."""
    return '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n' + "".join(_question(tree) for tree in trees) + "</quiz>\n"


def _question(tree: EntryTree) -> str:
    kind, name = str(tree["kind"]), str(tree["id"])
    lost = losses_of(tree, Format.MOODLE_XML)
    # Only codes of ours stand in the comment: an id may hold two hyphens, which would end it.
    remark = f"    <!-- not carried: {', '.join(lost)} -->\n" if lost else ""
    text = str(tree.get("stem") or tree.get("prompt") or tree.get("text"))
    lines = [
        f"<name>{_text(name)}</name>",
        _formatted("questiontext", text),
        _formatted("generalfeedback", str(tree.get("explanation", ""))),
        f"<defaultgrade>{0 if kind == 'case' else 1}</defaultgrade>",
        "<penalty>0</penalty>",
        "<hidden>0</hidden>",
        f"<idnumber>{escape(name)}</idnumber>",
        *_WRITERS[kind](tree),
        "<tags>",
        *(f"  <tag>{_text(tag)}</tag>" for tag in tags_of(tree)),
        "</tags>",
    ]
    body = "".join(f"    {line}\n" for line in lines)
    return f'  <question type="{MOODLE_KINDS[kind]}">\n{remark}{body}  </question>\n'


def escape(text: str) -> str:
    """The text for the inside of an element."""
    return _ESCAPES.sub(lambda found: _SIGNS[found.group()], without_refused(text))


def _text(text: str) -> str:
    return f"<text>{escape(text)}</text>"


def _block(text: str) -> str:
    """A longer text as CDATA, which people can read and mend by hand."""
    inner = without_refused(text.strip()).replace("]]>", "]]]]><![CDATA[>")
    return f"<text><![CDATA[{inner}]]></text>" if inner else "<text></text>"


def _formatted(name: str, text: str, attributes: str = "") -> str:
    return f'<{name} format="markdown"{attributes}>{_block(text)}</{name}>'


def _answer(text: str, fraction: str, reason: str = "", inner: str = "", form: str = "markdown") -> str:
    body = _block(text) if form == "markdown" else _text(text)
    return f'<answer fraction="{fraction}" format="{form}">{body}{_formatted("feedback", reason)}{inner}</answer>'


def _single(tree: EntryTree) -> Iterator[str]:
    yield "<single>true</single>"
    yield from _shuffled()
    for row in row_list(tree, "options"):
        yield _answer(row["text"], "100" if row["id"] == tree["key"] else "0", row["reason"])


def _multiple(tree: EntryTree) -> Iterator[str]:
    yield "<single>false</single>"
    yield from _shuffled()
    options = row_list(tree, "options")
    weights = option_weights([row["id"] for row in options], text_list(tree, "key"))
    for row, weight in zip(options, weights, strict=True):
        yield _answer(row["text"], percent(weight), row["reason"])


def _shuffled() -> Iterator[str]:
    yield "<shuffleanswers>true</shuffleanswers>"
    yield "<answernumbering>abc</answernumbering>"


def _ordering(tree: EntryTree) -> Iterator[str]:
    items = row_list(tree, "items")
    yield "<layouttype>VERTICAL</layouttype>"
    yield "<selecttype>ALL</selecttype>"
    yield f"<selectcount>{len(items)}</selectcount>"
    yield f"<gradingtype>{GRADING_TYPES[str(tree['rule'])]}</gradingtype>"
    yield "<showgrading>SHOW</showgrading>"
    for place, row in enumerate(items, start=1):
        yield _answer(row["text"], str(place))


def _matching(tree: EntryTree) -> Iterator[str]:
    yield "<shuffleanswers>true</shuffleanswers>"
    texts, key = {row["id"]: row["text"] for row in row_list(tree, "rights")}, pairs_of(tree)
    pairs = [(row["text"], texts[key[row["id"]]]) for row in row_list(tree, "lefts")]
    pairs += [("", texts[each]) for each in rights_in_file(tree) if each not in set(key.values())]
    for left, right in pairs:
        yield f'<subquestion format="markdown">{_block(left)}<answer>{_text(one_line(right))}</answer></subquestion>'


def _numeric(tree: EntryTree) -> Iterator[str]:
    tolerance = Decimal(str(tree.get("tolerance", "0")))
    yield _answer(str(tree["value"]), "100", inner=f"<tolerance>{tolerance:f}</tolerance>", form="moodle_auto_format")
    unit = str(tree.get("unit", ""))
    if unit:
        yield f"<units><unit><multiplier>1</multiplier><unit_name>{escape(one_line(unit))}</unit_name></unit></units>"
    yield "<unitgradingtype>0</unitgradingtype>"
    yield "<unitpenalty>0</unitpenalty>"
    # 0 lets the unit be typed or left out without costing anything, 3 means that there is none.
    yield f"<showunits>{0 if unit else 3}</showunits>"
    yield "<unitsleft>0</unitsleft>"


def _short_text(tree: EntryTree) -> Iterator[str]:
    yield "<usecase>0</usecase>"
    for text in text_list(tree, "accepted"):
        yield _answer(wild_safe(one_line(text)), "100", form="moodle_auto_format")


def _essay(tree: EntryTree) -> Iterator[str]:
    yield "<responseformat>plain</responseformat>"
    yield "<responserequired>1</responserequired>"
    yield "<responsefieldlines>20</responsefieldlines>"
    # Moodle's own limits count words between blanks, which Japanese does not have.
    yield "<minwordlimit></minwordlimit>"
    yield "<maxwordlimit></maxwordlimit>"
    yield "<attachments>0</attachments>"
    yield "<attachmentsrequired>0</attachmentsrequired>"
    limits = f"字数 {tree['min_chars']}〜{tree['max_chars']}字(空白と改行を除く)。採点基準 {tree['rubric']}。"
    yield _formatted("graderinfo", limits)
    yield _formatted("responsetemplate", "")


def _case(_tree: EntryTree) -> Iterator[str]:
    yield from ()


_WRITERS: Mapping[str, Callable[[EntryTree], Iterator[str]]] = {
    "single_choice": _single,
    "multiple_choice": _multiple,
    "ordering": _ordering,
    "matching": _matching,
    "numeric": _numeric,
    "short_text": _short_text,
    "essay": _essay,
    "case": _case,
}
