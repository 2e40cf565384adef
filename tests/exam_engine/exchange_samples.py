"""Questions of every kind with texts full of other formats' signs, for round trips."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from lms.exam_engine.definitions import Case, ChoiceQuestion, EssayQuestion, Option
from lms.exam_engine.errors import Severity
from lms.exam_engine.exchange.drafts import Defaults
from lms.exam_engine.kinds.matching import MatchingQuestion, MatchingRule, MatchItem
from lms.exam_engine.kinds.multiple_choice import MultipleQuestion, MultipleRule
from lms.exam_engine.kinds.numeric import NumericQuestion
from lms.exam_engine.kinds.ordering import OrderingQuestion, OrderingRule, OrderItem
from lms.exam_engine.kinds.registry import BANK_KINDS, Entry
from lms.exam_engine.kinds.short_text import ShortTextQuestion
from lms.exam_engine.vocabulary import Domain, Level, QuestionStatus

DEFAULTS = Defaults(as_of="2026-11-22", author="取り込み", seed="sample", domain="D1", level="apply", lessons=("L01",))

_PARTS = [
    *("あ", "カ", "漢", "髙", "𠮷", "辻󠄀", "A", "z", "0", "1", "9", " ", "　", "\t", "、", "。", "「", "%", "*", "**", "_", "`"),
    *(
        "~",
        "=",
        "#",
        "####",
        "{",
        "}",
        ":",
        "::",
        "\\",
        "\\n",
        "\\*",
        "->",
        "→",
        "//",
        "$CATEGORY:",
        "[html]",
        "[",
        "]",
        "[tag:x]",
    ),
    *(
        "<b>",
        "&",
        "&amp;",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        '"',
        "'",
        "=1+1",
        "+1",
        "-1",
        "@A",
        "%50%",
        "..",
        "T",
        "TRUE",
        "|",
        ",",
    ),
    *("- ", "# ", "? ", "! ", "null", "yes", "2026-11-22", "_____", "a:b", "{a: b}", "\x7e", "é", "👨‍👩‍👧"),
]
_LINE = st.lists(st.sampled_from(_PARTS), min_size=1, max_size=8).map("".join).map(str.strip).filter(bool)
_LINES = st.lists(_LINE, min_size=1, max_size=4).map("\n".join)
_ID = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,11}", fullmatch=True)
_NUMBER = st.decimals(min_value=-(10**9), max_value=10**9, places=3, allow_nan=False, allow_infinity=False)


@st.composite
def _entry_fields(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "id": draw(_ID),
        "lessons": tuple(draw(st.lists(_ID, min_size=1, max_size=3))),
        "facts": tuple(draw(st.lists(_ID, max_size=3))),
        "as_of": draw(st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 1, 1))),
        "version": draw(st.integers(1, 999)),
        "status": draw(st.sampled_from(QuestionStatus)),
        "author": draw(_LINE),
        "reviewers": tuple(draw(st.lists(_LINE, max_size=2))),
    }


@st.composite
def _question_fields(draw: st.DrawFn) -> dict[str, Any]:
    return {
        **draw(_entry_fields()),
        "case": draw(st.none() | _ID),
        "enemies": tuple(draw(st.lists(_ID, max_size=2))),
    }


@st.composite
def _machine_fields(draw: st.DrawFn) -> dict[str, Any]:
    return {
        **draw(_question_fields()),
        "domain": draw(st.sampled_from(Domain)),
        "level": draw(st.sampled_from(Level)),
        "stem": draw(_LINES) + "\n",
    }


def _different(draw: st.DrawFn, count: int) -> list[str]:
    return draw(st.lists(_LINE, min_size=count, max_size=count, unique=True))


@st.composite
def single_choice(draw: st.DrawFn) -> ChoiceQuestion:
    """A question with one right option."""
    texts = _different(draw, 4)
    options = tuple(Option(letter, text, draw(_LINES)) for letter, text in zip("abcd", texts, strict=True))
    return ChoiceQuestion(**draw(_machine_fields()), options=options, key=draw(st.sampled_from("abcd")))


@st.composite
def multiple_choice(draw: st.DrawFn) -> MultipleQuestion:
    """A question with several right options."""
    count = draw(st.integers(3, 8))
    ids = draw(st.lists(_ID, min_size=count, max_size=count, unique=True) | st.just(list("abcdefgh"[:count])))
    options = tuple(Option(name, text, draw(_LINES)) for name, text in zip(ids, _different(draw, count), strict=True))
    key = draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))
    rule = draw(st.sampled_from(MultipleRule))
    return MultipleQuestion(**draw(_machine_fields()), options=options, key=tuple(sorted(key)), rule=rule)


@st.composite
def ordering(draw: st.DrawFn) -> OrderingQuestion:
    """Items to be put in order."""
    count = draw(st.integers(3, 8))
    ids = draw(st.lists(_ID, min_size=count, max_size=count, unique=True))
    items = tuple(OrderItem(name, text) for name, text in zip(ids, _different(draw, count), strict=True))
    rule = draw(st.sampled_from(OrderingRule))
    return OrderingQuestion(**draw(_machine_fields()), items=items, rule=rule, explanation=draw(_LINES))


@st.composite
def matching(draw: st.DrawFn) -> MatchingQuestion:
    """Pairs, with and without something left over on the right; the right side in the order of its ids."""
    count, spares = draw(st.integers(2, 8)), draw(st.integers(0, 3))
    lefts = tuple(MatchItem(f"l{number}", text) for number, text in enumerate(_different(draw, count), start=1))
    rights = tuple(MatchItem(f"r{number}", text) for number, text in enumerate(_different(draw, min(8, count + spares)), start=1))
    may_repeat = draw(st.booleans())
    names = [right.id for right in rights]
    partners = (
        draw(st.lists(st.sampled_from(names), min_size=count, max_size=count)) if may_repeat else draw(st.permutations(names))
    )
    return MatchingQuestion(
        **draw(_machine_fields()),
        lefts=lefts,
        rights=rights,
        key=tuple((left.id, partner) for left, partner in zip(lefts, partners, strict=False)),
        rule=draw(st.sampled_from(MatchingRule)),
        may_repeat_rights=may_repeat,
        explanation=draw(_LINES),
    )


@st.composite
def numeric(draw: st.DrawFn) -> NumericQuestion:
    """A number with tolerance and unit."""
    return NumericQuestion(
        **draw(_machine_fields()),
        value=draw(_NUMBER),
        tolerance=abs(draw(_NUMBER | st.just(Decimal(0)))),
        unit=draw(st.just("") | _LINE),
        explanation=draw(_LINES),
    )


@st.composite
def short_text(draw: st.DrawFn) -> ShortTextQuestion:
    """Accepted words."""
    accepted = tuple(draw(st.lists(_LINE, min_size=1, max_size=4)))
    return ShortTextQuestion(**draw(_machine_fields()), accepted=accepted, explanation=draw(_LINES))


@st.composite
def essay(draw: st.DrawFn) -> EssayQuestion:
    """A prompt with limits and a rubric."""
    fewest = draw(st.integers(0, 500))
    return EssayQuestion(
        **draw(_question_fields()),
        type=draw(_ID),
        title=draw(_LINE),
        domains=tuple(draw(st.lists(st.sampled_from(Domain), min_size=1, max_size=3))),
        prompt=draw(_LINES) + "\n",
        min_chars=fewest,
        max_chars=fewest + draw(st.integers(1, 500)),
        rubric_id=draw(_ID),
    )


@st.composite
def case(draw: st.DrawFn) -> Case:
    """A shared text."""
    return Case(**draw(_entry_fields()), title=draw(_LINE), text=draw(_LINES) + "\n")


STRATEGIES: dict[str, st.SearchStrategy[Entry]] = {
    "single_choice": single_choice(),
    "multiple_choice": multiple_choice(),
    "ordering": ordering(),
    "matching": matching(),
    "numeric": numeric(),
    "short_text": short_text(),
    "essay": essay(),
    "case": case(),
}


def has_errors(definition: Entry) -> bool:
    """Whether our own rules refuse it, so that no import may let it in."""
    findings: Sequence[Any] = tuple(BANK_KINDS[definition.kind].check(definition))
    return any(finding.severity is Severity.ERROR for finding in findings)
