"""組合せ問題: each item on the left gets one from the right, from its YAML to its mark."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field, StrictBool

from lms.exam_engine.drawing import Shuffler
from lms.exam_engine.errors import AnswerFault, Finding, InvalidAnswer, ProblemCode
from lms.exam_engine.kinds.base import (
    Kind,
    MachineMarking,
    MachineQuestion,
    MachineSource,
    PaperMachineQuestion,
    Placement,
    QuestionMark,
    answer_field,
    check_count,
    check_distinct,
    check_stem,
    id_list,
    machine_fields,
    paper_fields,
    share_mark,
)
from lms.exam_engine.source_models import Id, Sentence, SourceModel

NAME = "matching"
FEWEST, MOST = 2, 8

Pairs = tuple[tuple[str, str], ...]


class MatchingRule(StrEnum):
    """How pairs earn points."""

    ALL_OR_NOTHING = "all_or_nothing"
    """All points when every pair is right, else none."""
    PER_PAIR = "per_pair"
    """Each item on the left with its right partner earns an equal share; a wrong pair costs nothing."""


@dataclass(frozen=True, slots=True)
class MatchItem:
    """One thing on the left or on the right."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingQuestion(MachineQuestion):
    """組合せ問題 as it stands in the bank; `key` pairs each left id with its right one, sorted by left.

    A right item that no pair needs is a distractor. Where `may_repeat_rights`, a participant may give the same one
    to several on the left.
    """

    kind: ClassVar[str] = NAME

    lefts: tuple[MatchItem, ...]
    rights: tuple[MatchItem, ...]
    key: Pairs
    rule: MatchingRule
    may_repeat_rights: bool
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperMatchingQuestion(PaperMachineQuestion):
    """A matching question as frozen into a paper: the left as written, the right shuffled."""

    kind: Literal["matching"] = "matching"
    lefts: tuple[MatchItem, ...]
    rights: tuple[MatchItem, ...]
    key: Pairs
    rule: MatchingRule
    may_repeat_rights: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class MatchingAnswer:
    """The pairs of (left, right) a participant made, sorted by left; items on the left may be missing."""

    pairs: Pairs
    kind: Literal["matching"] = "matching"


class MatchItemSource(SourceModel):
    """An item as written in YAML."""

    id: Id
    text: Sentence


class MatchingSource(MachineSource):
    """A matching question as written in YAML."""

    lefts: list[MatchItemSource]
    rights: list[MatchItemSource]
    key: dict[Id, Id] = Field(min_length=1)
    rule: MatchingRule
    may_repeat_rights: StrictBool = False
    explanation: Sentence


def _define(source: MatchingSource) -> MatchingQuestion:
    return MatchingQuestion(
        **machine_fields(source),
        lefts=_define_items(source.lefts),
        rights=_define_items(source.rights),
        key=tuple(sorted(source.key.items())),
        rule=source.rule,
        may_repeat_rights=source.may_repeat_rights,
        explanation=source.explanation,
    )


def _define_items(sources: Sequence[MatchItemSource]) -> tuple[MatchItem, ...]:
    return tuple(MatchItem(id=item.id, text=item.text) for item in sources)


def _check(question: MatchingQuestion) -> Iterator[Finding]:
    for name, items in (("lefts", question.lefts), ("rights", question.rights)):
        yield from check_count(name, len(items), FEWEST, MOST)
        yield from check_distinct(name, [item.id for item in items], [item.text for item in items])
    yield from check_stem(question)
    yield from _check_key(question)


def _check_key(question: MatchingQuestion) -> Iterator[Finding]:
    lefts, rights = ({item.id for item in items} for items in (question.lefts, question.rights))
    for left, right in question.key:
        if left not in lefts:
            yield Finding(("key", left), ProblemCode.KEY_NOT_AN_OPTION, {"key": left})
        elif right not in rights:
            yield Finding(("key", left), ProblemCode.KEY_NOT_AN_OPTION, {"key": right})
    for left in sorted(lefts - {left for left, _ in question.key}):
        yield Finding(("key",), ProblemCode.LEFT_WITHOUT_PARTNER, {"left": left})
    partners = [right for _, right in question.key]
    if not question.may_repeat_rights and len(set(partners)) < len(partners):
        yield Finding(("key",), ProblemCode.RIGHT_USED_TWICE, {"ids": ",".join(partners)})
    # The ids travel to the browser; partners of the same name or in the same order would tell the pairs.
    if any(left == right for left, right in question.key) or (len(partners) > 1 and partners == sorted(set(partners))):
        yield Finding(("key",), ProblemCode.IDS_GIVE_KEY_AWAY, {"ids": _joined(question.key)})


def _freeze(question: MatchingQuestion, placement: Placement) -> PaperMatchingQuestion:
    return PaperMatchingQuestion(
        **paper_fields(question, placement),
        lefts=question.lefts,
        rights=_disordered(question, placement.shuffler),
        key=question.key,
        rule=question.rule,
        may_repeat_rights=question.may_repeat_rights,
        explanation=question.explanation,
    )


def _disordered(question: MatchingQuestion, shuffler: Shuffler) -> tuple[MatchItem, ...]:
    """The right side in a drawn order in which not every partner stands level with its left item."""
    key = dict(question.key)
    level = tuple(key[item.id] for item in question.lefts)
    shown = shuffler.shuffled(question.rights)
    while tuple(item.id for item in shown[: len(level)]) == level:
        shown = shuffler.shuffled(question.rights)
    return tuple(shown)


def _parse_answer(question: PaperMatchingQuestion, body: Mapping[str, object]) -> MatchingAnswer:
    pairs = _read_pairs(answer_field(body, kind=NAME, name="pairs"))
    lefts = id_list([left for left, _ in pairs])
    rights = [right for _, right in pairs]
    if not set(lefts) <= {item.id for item in question.lefts} or not set(rights) <= {item.id for item in question.rights}:
        raise InvalidAnswer(AnswerFault.UNKNOWN_OPTION)
    if not question.may_repeat_rights:
        id_list(rights)
    return MatchingAnswer(pairs=tuple(sorted(pairs)))


def _read_pairs(value: object) -> Pairs:
    if not isinstance(value, list | tuple):
        raise InvalidAnswer(AnswerFault.WRONG_SHAPE)
    return tuple(_read_pair(each) for each in value)


def _read_pair(value: object) -> tuple[str, str]:
    match value:
        case [str(left), str(right)]:
            return left, right
    raise InvalidAnswer(AnswerFault.WRONG_SHAPE)


def _is_blank(answer: MatchingAnswer) -> bool:
    return not answer.pairs


def _mark(question: PaperMatchingQuestion, answer: MatchingAnswer | None) -> QuestionMark:
    pairs = answer.pairs if answer else ()
    right = len(set(pairs) & set(question.key))
    earned, whole = right, len(question.key)
    if question.rule is MatchingRule.ALL_OR_NOTHING:
        earned, whole = right // whole, 1
    return share_mark(question, earned=earned, whole=whole, chosen=_joined(pairs) or None, key=_joined(question.key))


def _joined(pairs: Pairs) -> str:
    return ",".join(f"{left}={right}" for left, right in pairs)


def _solve(question: PaperMatchingQuestion) -> MatchingAnswer:
    return MatchingAnswer(pairs=question.key)


def _rekey(question: PaperMatchingQuestion, answer: MatchingAnswer) -> PaperMatchingQuestion:
    return replace(question, key=answer.pairs) if len(answer.pairs) == len(question.lefts) else question


KIND = Kind(
    name=NAME,
    source=MatchingSource,
    definition=MatchingQuestion,
    define=_define,
    check=_check,
    paper=PaperMatchingQuestion,
    freeze=_freeze,
    parse_answer=_parse_answer,
    is_blank=_is_blank,
    machine=MachineMarking(mark=_mark, solve=_solve, rekey=_rekey),
)
