"""What a format cannot say about a question: named to the office before the download, and in the file itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.exam_engine.exchange.entries import (
    EntryTree,
    entry_of,
    one_line,
    pairs_of,
    row_list,
    text_list,
    texts_in,
    without_refused,
)
from lms.exam_engine.kinds.registry import Entry


class Format(StrEnum):
    """The files of other systems we read and write."""

    GIFT = "gift"
    MOODLE_XML = "moodle_xml"
    EXCEL = "excel"


class LossCode(StrEnum):
    """What other systems do not get to know, or get to know differently."""

    NOT_WRITTEN = "not_written"
    """The format has no such kind; the question is left out."""
    ALL_OR_NOTHING = "all_or_nothing"
    """The other system gives part of the points; the rule stands in a tag, which only we read."""
    PAIR_ONCE = "pair_once"
    """The other system lets a right item be used twice; that it may not stands in no place of its own."""
    FOLDING = "folding"
    """The other system compares typed words letter by letter."""
    UNIT = "unit"
    """The unit stands in a tag, which only we read."""
    CHAR_LIMITS = "char_limits"
    """Limits of 字数 stand in tags and words, because the other system counts words between blanks."""
    RUBRIC = "rubric"
    """Only the name of the rubric is carried, not its criteria."""
    CASE_LINK = "case_link"
    """Which case a question belongs to, and that it stands above it, is in a tag only we read."""
    ENEMIES = "enemies"
    """Which questions may not stand together is in tags only we read."""
    ARROW = "arrow"
    """The sign -> parts left from right in this format and is written →."""
    LINE_BREAKS = "line_breaks"
    """Line breaks in a text that this format keeps on one line become blanks."""
    CHARACTERS = "characters"
    """Control characters and direction marks are left out."""
    LONG_CELL = "long_cell"
    """A text longer than a cell may hold is cut; the question is left out."""
    TOO_MANY = "too_many"
    """More options, items or pairs than the sheet has columns; the question is left out."""


LEFT_OUT = frozenset({LossCode.NOT_WRITTEN, LossCode.LONG_CELL, LossCode.TOO_MANY})
"""A question with one of these losses is not in the file at all."""

MAX_CELL = 32_767
MAX_ITEMS = 8
MAX_SPARE_RIGHTS = 7


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that the file does not carry for one question."""

    question_id: str
    kind: str
    code: LossCode


def list_losses(definitions: Sequence[Entry], to: Format) -> tuple[Loss, ...]:
    """Every loss of writing these into a file of this format, question by question."""
    return tuple(
        Loss(definition.id, definition.kind, code) for definition in definitions for code in losses_of(entry_of(definition), to)
    )


def losses_of(tree: EntryTree, to: Format) -> tuple[LossCode, ...]:
    """What a file of this format does not carry of one question; where it is left out, only why."""
    found = tuple(dict.fromkeys(_FINDERS[to](tree)))
    reasons = tuple(code for code in found if code in LEFT_OUT)
    return reasons or found


def _of_any(tree: EntryTree) -> Iterator[LossCode]:
    if any(without_refused(text) != text for _, text in texts_in(tree)):
        yield LossCode.CHARACTERS


def _of_moodle(tree: EntryTree) -> Iterator[LossCode]:
    yield from _of_any(tree)
    yield from _of_kind(tree)
    if tree.get("case") is not None:
        yield LossCode.CASE_LINK
    if tree.get("enemies"):
        yield LossCode.ENEMIES
    if any(one_line(text) != text.strip() for text in _tag_texts(tree)):
        yield LossCode.LINE_BREAKS


def _of_kind(tree: EntryTree) -> Iterator[LossCode]:
    kind, rule = tree["kind"], tree.get("rule")
    if kind in {"multiple_choice", "matching"} and rule == "all_or_nothing":
        yield LossCode.ALL_OR_NOTHING
    if kind == "matching" and not tree.get("may_repeat_rights"):
        yield LossCode.PAIR_ONCE
    if kind == "short_text":
        yield LossCode.FOLDING
    if kind == "essay":
        yield LossCode.CHAR_LIMITS
        yield LossCode.RUBRIC


def _of_gift(tree: EntryTree) -> Iterator[LossCode]:
    if tree["kind"] == "ordering":
        yield LossCode.NOT_WRITTEN
    yield from _of_moodle(tree)
    if tree.get("unit"):
        yield LossCode.UNIT
    if any("->" in text for text in _before_arrows(tree)):
        yield LossCode.ARROW


def _before_arrows(tree: EntryTree) -> Iterator[str]:
    """The texts in which GIFT would take an arrow for its own sign."""
    if tree["kind"] == "short_text":
        yield from text_list(tree, "accepted")
    if tree["kind"] == "matching":
        yield from (left["text"] for left in row_list(tree, "lefts"))


def _tag_texts(tree: EntryTree) -> Iterator[str]:
    """The texts that Moodle's files carry on one line: in tags, and as answers of one line."""
    yield from (str(tree.get(name, "")) for name in ("author", "title", "unit"))
    yield from text_list(tree, "reviewers")
    yield from text_list(tree, "accepted")
    yield from (right["text"] for right in row_list(tree, "rights"))


def _of_excel(tree: EntryTree) -> Iterator[LossCode]:
    yield from _of_any(tree)
    if any(len(text) > MAX_CELL for _, text in texts_in(tree)):
        yield LossCode.LONG_CELL
    if max((len(row_list(tree, name)) for name in ("options", "items", "lefts")), default=0) > MAX_ITEMS:
        yield LossCode.TOO_MANY
    if len({right["id"] for right in row_list(tree, "rights")} - set(pairs_of(tree).values())) > MAX_SPARE_RIGHTS:
        yield LossCode.TOO_MANY
    if any(one_line(text) != text.strip() for text in (*text_list(tree, "reviewers"), *text_list(tree, "accepted"))):
        yield LossCode.LINE_BREAKS


_FINDERS: Mapping[Format, Callable[[EntryTree], Iterator[LossCode]]] = {
    Format.GIFT: _of_gift,
    Format.MOODLE_XML: _of_moodle,
    Format.EXCEL: _of_excel,
}
