"""選択問題: one right option among four, from its YAML to its mark."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from lms.exam_engine.errors import AnswerFault, Finding, InvalidAnswer, ProblemCode, Severity
from lms.exam_engine.kinds.base import (
    Kind,
    MachineMarking,
    MachineQuestion,
    MachineSource,
    PaperMachineQuestion,
    Placement,
    QuestionMark,
    answer_field,
    check_stem,
    machine_fields,
    paper_fields,
    share_mark,
)
from lms.exam_engine.kinds.options import (
    Option,
    OptionSource,
    PaperOption,
    check_catch_alls,
    define_options,
    expect_known,
    freeze_options,
)
from lms.exam_engine.source_models import Id
from lms.text import count_characters

NAME = "single_choice"
OPTION_IDS = ("a", "b", "c", "d")
KEY_LENGTH_TOLERANCE_PERCENT = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceQuestion(MachineQuestion):
    """選択問題 as it stands in the bank; `key` is the id of the right option."""

    kind: ClassVar[str] = NAME

    options: tuple[Option, ...]
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperChoiceQuestion(PaperMachineQuestion):
    """A choice question as frozen into a paper."""

    kind: Literal["single_choice"] = "single_choice"
    options: tuple[PaperOption, ...]
    key: str


@dataclass(frozen=True, slots=True)
class ChoiceAnswer:
    """The option a participant chose, or None."""

    option: str | None
    kind: Literal["single_choice"] = "single_choice"


class ChoiceSource(MachineSource):
    """A choice question as written in YAML."""

    options: list[OptionSource]
    key: Id


def _define(source: ChoiceSource) -> ChoiceQuestion:
    return ChoiceQuestion(**machine_fields(source), options=define_options(source.options), key=source.key)


def _check(question: ChoiceQuestion) -> Iterator[Finding]:
    yield from _check_option_ids(question)
    yield from check_stem(question)
    yield from check_catch_alls(question.options)
    yield from _check_key(question)


def _check_option_ids(question: ChoiceQuestion) -> Iterator[Finding]:
    ids = tuple(option.id for option in question.options)
    repeated = [index for index, option_id in enumerate(ids) if option_id in ids[:index]]
    for index in repeated:
        yield Finding(("options", index, "id"), ProblemCode.DUPLICATE_ID, {"id": ids[index]})
    if len(ids) != len(OPTION_IDS):
        yield Finding(("options",), ProblemCode.OPTION_COUNT, {"count": len(ids), "needed": len(OPTION_IDS)})
    elif not repeated and ids != OPTION_IDS:
        yield Finding(("options",), ProblemCode.OPTION_IDS, {"ids": ",".join(ids), "needed": ",".join(OPTION_IDS)})


def _check_key(question: ChoiceQuestion) -> Iterator[Finding]:
    keyed = [option for option in question.options if option.id == question.key]
    if not keyed:
        yield Finding(("key",), ProblemCode.KEY_NOT_AN_OPTION, {"key": question.key})
        return
    length = count_characters(keyed[0].text)
    others = [count_characters(option.text) for option in question.options if option.id != question.key]
    if is_conspicuous(length, others):
        values = {"length": length, "shortest": min(others), "longest": max(others)}
        yield Finding(("key",), ProblemCode.KEY_LENGTH, values, Severity.WARNING)


def is_conspicuous(length: int, others: list[int]) -> bool:
    """Whether the key gives itself away by differing from the other options' mean length by more than 30 %."""
    total = sum(others)
    return bool(others) and abs(length * len(others) - total) * 100 > total * KEY_LENGTH_TOLERANCE_PERCENT


def _freeze(question: ChoiceQuestion, placement: Placement) -> PaperChoiceQuestion:
    options = freeze_options(question.options, placement.shuffler)
    return PaperChoiceQuestion(**paper_fields(question, placement), options=options, key=question.key)


def _parse_answer(question: PaperChoiceQuestion, body: Mapping[str, object]) -> ChoiceAnswer:
    option = answer_field(body, kind=NAME, name="option")
    if option is None:
        return ChoiceAnswer(option=None)
    if not isinstance(option, str):
        raise InvalidAnswer(AnswerFault.WRONG_SHAPE)
    expect_known([option], question.options)
    return ChoiceAnswer(option=option)


def _is_blank(answer: ChoiceAnswer) -> bool:
    return answer.option is None


def _mark(question: PaperChoiceQuestion, answer: ChoiceAnswer | None) -> QuestionMark:
    chosen = answer.option if answer else None
    return share_mark(question, earned=int(chosen == question.key), whole=1, chosen=chosen, key=question.key)


def _solve(question: PaperChoiceQuestion) -> ChoiceAnswer:
    return ChoiceAnswer(option=question.key)


def _rekey(question: PaperChoiceQuestion, answer: ChoiceAnswer) -> PaperChoiceQuestion:
    return question if answer.option is None else replace(question, key=answer.option)


KIND = Kind(
    name=NAME,
    source=ChoiceSource,
    definition=ChoiceQuestion,
    define=_define,
    check=_check,
    paper=PaperChoiceQuestion,
    freeze=_freeze,
    parse_answer=_parse_answer,
    is_blank=_is_blank,
    machine=MachineMarking(mark=_mark, solve=_solve, rekey=_rekey),
)
