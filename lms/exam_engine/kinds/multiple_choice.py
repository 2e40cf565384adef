"""複数選択問題: every right option among several, from its YAML to its mark."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from lms.exam_engine.errors import Finding, ProblemCode
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

NAME = "multiple_choice"
FEWEST, MOST = 3, 8


class MultipleRule(StrEnum):
    """How the choice of several options earns points."""

    ALL_OR_NOTHING = "all_or_nothing"
    """All points when exactly the right options are chosen, else none."""
    PER_OPTION = "per_option"
    """Each right option chosen earns an equal share of the points; each wrong one costs an equal share, so that choosing
    everything earns nothing: right chosen / all right − wrong chosen / all wrong, never below zero. Options left alone
    neither earn nor cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipleQuestion(MachineQuestion):
    """複数選択問題 as it stands in the bank; `key` holds the ids of the right options, sorted."""

    kind: ClassVar[str] = NAME

    options: tuple[Option, ...]
    key: tuple[str, ...]
    rule: MultipleRule


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperMultipleQuestion(PaperMachineQuestion):
    """A question with several right options as frozen into a paper."""

    kind: Literal["multiple_choice"] = "multiple_choice"
    options: tuple[PaperOption, ...]
    key: tuple[str, ...]
    rule: MultipleRule


@dataclass(frozen=True, slots=True)
class MultipleAnswer:
    """The options a participant chose, sorted, none twice; none at all is no answer."""

    options: tuple[str, ...]
    kind: Literal["multiple_choice"] = "multiple_choice"


class MultipleSource(MachineSource):
    """A question with several right options as written in YAML."""

    options: list[OptionSource]
    key: list[Id] = Field(min_length=1)
    rule: MultipleRule


def _define(source: MultipleSource) -> MultipleQuestion:
    return MultipleQuestion(
        **machine_fields(source),
        options=define_options(source.options),
        key=tuple(sorted(source.key)),
        rule=source.rule,
    )


def _check(question: MultipleQuestion) -> Iterator[Finding]:
    ids = [option.id for option in question.options]
    yield from check_count("options", len(ids), FEWEST, MOST)
    yield from check_distinct("options", ids, [option.text for option in question.options])
    yield from check_stem(question)
    yield from check_catch_alls(question.options)
    for unknown in sorted(set(question.key) - set(ids)):
        yield Finding(("key",), ProblemCode.KEY_NOT_AN_OPTION, {"key": unknown})
    if len(set(question.key)) < len(question.key):
        yield Finding(("key",), ProblemCode.DUPLICATE_ID, {"id": ",".join(question.key)})


def _freeze(question: MultipleQuestion, placement: Placement) -> PaperMultipleQuestion:
    options = freeze_options(question.options, placement.shuffler)
    return PaperMultipleQuestion(**paper_fields(question, placement), options=options, key=question.key, rule=question.rule)


def _parse_answer(question: PaperMultipleQuestion, body: Mapping[str, object]) -> MultipleAnswer:
    chosen = id_list(answer_field(body, kind=NAME, name="options"))
    expect_known(chosen, question.options)
    return MultipleAnswer(options=tuple(sorted(chosen)))


def _is_blank(answer: MultipleAnswer) -> bool:
    return not answer.options


def _mark(question: PaperMultipleQuestion, answer: MultipleAnswer | None) -> QuestionMark:
    chosen = answer.options if answer else ()
    right = set(question.key)
    if question.rule is MultipleRule.PER_OPTION:
        earned, whole = _shares(right, len(question.options) - len(right), chosen)
    else:
        earned, whole = int(right == set(chosen)), 1
    key = ",".join(question.key)
    return share_mark(question, earned=earned, whole=whole, chosen=",".join(chosen) or None, key=key)


def _shares(right: set[str], wrong_options: int, chosen: tuple[str, ...]) -> tuple[int, int]:
    hits = sum(option in right for option in chosen)
    misses = len(chosen) - hits
    # hits / right − misses / wrong over one denominator; where every option is right, nothing wrong can be chosen.
    wrong = wrong_options or 1
    return hits * wrong - misses * len(right), len(right) * wrong


def _solve(question: PaperMultipleQuestion) -> MultipleAnswer:
    return MultipleAnswer(options=question.key)


def _rekey(question: PaperMultipleQuestion, answer: MultipleAnswer) -> PaperMultipleQuestion:
    return replace(question, key=answer.options) if answer.options else question


KIND = Kind(
    name=NAME,
    source=MultipleSource,
    definition=MultipleQuestion,
    define=_define,
    check=_check,
    paper=PaperMultipleQuestion,
    freeze=_freeze,
    parse_answer=_parse_answer,
    is_blank=_is_blank,
    machine=MachineMarking(mark=_mark, solve=_solve, rekey=_rekey),
)
