"""Questions → GIFT text, as Moodle reads it; our own metadata stands in the comments Moodle takes ids and tags from."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from lms.exam_engine.exchange.entries import EntryTree, one_line, pairs_of, row_list, text_list, without_refused
from lms.exam_engine.exchange.losses import Format, LossCode, losses_of
from lms.exam_engine.exchange.tags import rights_in_file, tags_of
from lms.exam_engine.exchange.weights import option_weights, percent

_SIGNS = re.compile(r"[\\~=#{}:]")
_FORMAT = re.compile(r"\s*\[")


def write_gift(trees: Sequence[EntryTree]) -> str:
    """The text of a GIFT file; a question the format has no kind for is named in a comment."""
    return "\n".join(_question(tree) for tree in trees)


def _question(tree: EntryTree) -> str:
    lost = losses_of(tree, Format.GIFT)
    name, kind = str(tree["id"]), str(tree["kind"])
    lines = [f"// question: {name}  kind: {kind}"]
    if lost:
        lines.append(f"// not carried: {', '.join(lost)}")
    if LossCode.NOT_WRITTEN in lost:
        return "\n".join(lines) + "\n"
    tokens = [f"[id:{name}]", *(f"[tag:{_tag(tag)}]" for tag in tags_of(tree))]
    lines += [f"// {token}" for token in tokens]
    stem = escape(_stem(tree))
    return "\n".join(lines) + f"\n::{escape(name)}::[markdown]{stem}{_WRITERS[kind](tree)}\n"


def _tag(text: str) -> str:
    """A tag as Moodle reads it out of a comment; a backslash at its end must not hide the bracket."""
    escaped = without_refused(text).replace("]", "\\]")
    return escaped + " " if escaped.endswith("\\") else escaped


def _stem(tree: EntryTree) -> str:
    return str(tree.get("stem") or tree.get("prompt") or tree.get("text")).strip()


def escape(text: str) -> str:
    """The text with GIFT's signs and line ends written so that they are only text."""
    return _SIGNS.sub(lambda found: "\\" + found.group(), without_refused(text)).replace("\n", "\\n")


def _phrase(text: str) -> str:
    """An answer or reason; one that begins like a format marker gets a marker of its own."""
    return ("[markdown]" if _FORMAT.match(text) else "") + escape(text.strip())


def _closing(tree: EntryTree) -> str:
    explanation = tree.get("explanation")
    return f"\t####{_phrase(str(explanation))}\n}}" if explanation else "}"


def _single(tree: EntryTree) -> str:
    key = tree["key"]
    lines = (
        f"\t{'=' if row['id'] == key else _wrong(row['text'])}{_phrase(row['text'])}#{_phrase(row['reason'])}\n"
        for row in _options(tree)
    )
    return "{\n" + "".join(lines) + "}"


def _wrong(text: str) -> str:
    """The sign of a wrong option; a text that begins like a weight gets a weight of its own."""
    return "~%0%" if text.strip().startswith("%") else "~"


def _multiple(tree: EntryTree) -> str:
    weights = option_weights([row["id"] for row in _options(tree)], text_list(tree, "key"))
    lines = (
        f"\t~%{percent(weight)}%{_phrase(row['text'])}#{_phrase(row['reason'])}\n"
        for row, weight in zip(_options(tree), weights, strict=True)
    )
    return "{\n" + "".join(lines) + "}"


def _options(tree: EntryTree) -> Sequence[Mapping[str, str]]:
    return row_list(tree, "options")


def _matching(tree: EntryTree) -> str:
    texts, key = {row["id"]: row["text"] for row in row_list(tree, "rights")}, pairs_of(tree)
    pairs = [(row["text"], texts[key[row["id"]]]) for row in row_list(tree, "lefts")]
    spare = [each for each in rights_in_file(tree) if each not in set(key.values())]
    lines = [f"\t={_without_arrows(_phrase(left))} -> {escape(one_line(right))}\n" for left, right in pairs]
    lines += [f"\t= -> {escape(one_line(texts[each]))}\n" for each in spare]
    return "{\n" + "".join(lines) + _closing(tree)


def _without_arrows(text: str) -> str:
    return text.replace("->", "→")


def _numeric(tree: EntryTree) -> str:
    tolerance = Decimal(str(tree.get("tolerance", "0")))
    return f"{{#\n\t=%100%{tree['value']}:{tolerance:f}\n{_closing(tree)}"


def _short_text(tree: EntryTree) -> str:
    lines = (f"\t=%100%{_without_arrows(_phrase(wild_safe(one_line(text))))}\n" for text in text_list(tree, "accepted"))
    return "{\n" + "".join(lines) + _closing(tree)


def wild_safe(text: str) -> str:
    """A short answer whose stars stand for themselves, not for any text."""
    return text.replace("*", "\\*")


def _essay(_tree: EntryTree) -> str:
    return "{}"


def _case(_tree: EntryTree) -> str:
    return ""


_WRITERS: Mapping[str, Callable[[EntryTree], str]] = {
    "single_choice": _single,
    "multiple_choice": _multiple,
    "matching": _matching,
    "numeric": _numeric,
    "short_text": _short_text,
    "essay": _essay,
    "case": _case,
}
