"""並べ替え問題: items to be put in order, from its YAML to its mark."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import ClassVar, Literal

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

NAME = "ordering"
FEWEST, MOST = 3, 8


class OrderingRule(StrEnum):
    """How an order earns points."""

    ALL_OR_NOTHING = "all_or_nothing"
    """All points for the right order, else none."""
    PER_POSITION = "per_position"
    """Each item in its right place earns an equal share."""
    PER_PAIR = "per_pair"
    """Each two items that follow each other in the right order and follow each other directly in hers earn an equal
    share: n items have n − 1 such pairs."""


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One thing to be put in its place."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderingQuestion(MachineQuestion):
    """並べ替え問題 as it stands in the bank; `items` are in the right order."""

    kind: ClassVar[str] = NAME

    items: tuple[OrderItem, ...]
    rule: OrderingRule
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperOrderingQuestion(PaperMachineQuestion):
    """An ordering question as frozen into a paper: `items` as shown, `key` the ids in the right order."""

    kind: Literal["ordering"] = "ordering"
    items: tuple[OrderItem, ...]
    key: tuple[str, ...]
    rule: OrderingRule
    explanation: str


@dataclass(frozen=True, slots=True)
class OrderingAnswer:
    """The ids of all items in the participant's order, or nothing."""

    order: tuple[str, ...]
    kind: Literal["ordering"] = "ordering"


class OrderItemSource(SourceModel):
    """An item as written in YAML."""

    id: Id
    text: Sentence


class OrderingSource(MachineSource):
    """An ordering question as written in YAML, its items in the right order."""

    items: list[OrderItemSource]
    rule: OrderingRule
    explanation: Sentence


def _define(source: OrderingSource) -> OrderingQuestion:
    return OrderingQuestion(
        **machine_fields(source),
        items=tuple(OrderItem(id=item.id, text=item.text) for item in source.items),
        rule=source.rule,
        explanation=source.explanation,
    )


def _check(question: OrderingQuestion) -> Iterator[Finding]:
    ids = [item.id for item in question.items]
    yield from check_count("items", len(ids), FEWEST, MOST)
    yield from check_distinct("items", ids, [item.text for item in question.items])
    yield from check_stem(question)
    # The ids travel to the browser with the shuffled items.
    if len(ids) > 1 and (ids == sorted(ids) or ids == sorted(ids, reverse=True)):
        yield Finding(("items",), ProblemCode.IDS_GIVE_KEY_AWAY, {"ids": ",".join(ids)})


def _freeze(question: OrderingQuestion, placement: Placement) -> PaperOrderingQuestion:
    return PaperOrderingQuestion(
        **paper_fields(question, placement),
        items=_disordered(question.items, placement.shuffler),
        key=tuple(item.id for item in question.items),
        rule=question.rule,
        explanation=question.explanation,
    )


def _disordered(items: tuple[OrderItem, ...], shuffler: Shuffler) -> tuple[OrderItem, ...]:
    """The items in a drawn order that is not the right one, wherever there is another."""
    shown = tuple(shuffler.shuffled(items))
    while shown == items and len(items) > 1:
        shown = tuple(shuffler.shuffled(items))
    return shown


def _parse_answer(question: PaperOrderingQuestion, body: Mapping[str, object]) -> OrderingAnswer:
    order = id_list(answer_field(body, kind=NAME, name="order"))
    known = set(question.key)
    if not set(order) <= known:
        raise InvalidAnswer(AnswerFault.UNKNOWN_OPTION)
    if order and len(order) < len(known):
        raise InvalidAnswer(AnswerFault.INCOMPLETE_ORDER)
    return OrderingAnswer(order=order)


def _is_blank(answer: OrderingAnswer) -> bool:
    return not answer.order


def _mark(question: PaperOrderingQuestion, answer: OrderingAnswer | None) -> QuestionMark:
    order = answer.order if answer else ()
    earned, whole = _shares(question.rule, question.key, order)
    return share_mark(question, earned=earned, whole=whole, chosen=">".join(order) or None, key=">".join(question.key))


def _shares(rule: OrderingRule, key: tuple[str, ...], order: tuple[str, ...]) -> tuple[int, int]:
    if rule is OrderingRule.PER_POSITION:
        return sum(hers == right for hers, right in zip(order, key, strict=False)), len(key)
    if rule is OrderingRule.PER_PAIR and len(key) > 1:
        return len(set(pairwise(key)) & set(pairwise(order))), len(key) - 1
    return int(order == key), 1


def _solve(question: PaperOrderingQuestion) -> OrderingAnswer:
    return OrderingAnswer(order=question.key)


def _rekey(question: PaperOrderingQuestion, answer: OrderingAnswer) -> PaperOrderingQuestion:
    return replace(question, key=answer.order) if answer.order else question


KIND = Kind(
    name=NAME,
    source=OrderingSource,
    definition=OrderingQuestion,
    define=_define,
    check=_check,
    paper=PaperOrderingQuestion,
    freeze=_freeze,
    parse_answer=_parse_answer,
    is_blank=_is_blank,
    machine=MachineMarking(mark=_mark, solve=_solve, rekey=_rekey),
)
