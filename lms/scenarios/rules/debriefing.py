"""The debrief of a finished play: per criterion how it went, the replies that show it, and what a supervisor would add."""

from dataclasses import dataclass
from enum import StrEnum

from lms.scenarios.rules.graph import Advice, Criterion, Mark, RecordItem, Result, Safety, Scenario
from lms.scenarios.rules.playing import Play


class Standing(StrEnum):
    """How a criterion went over the whole play."""

    HELD = "held"
    NEARLY = "nearly"
    RETHINK = "rethink"
    NOT_MET = "not_met"


class NotOver(Exception):
    """A play that has not reached an ending has no debrief."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A reply of the play (`step` from 1, at `minutes`) and what it shows about the criterion."""

    step: int
    minutes: int
    says: str
    mark: Mark
    why: str


@dataclass(frozen=True, slots=True)
class CriterionDebrief:
    """One criterion; `untouched` says why it did not come up when it did not."""

    criterion: Criterion
    standing: Standing
    evidence: tuple[Evidence, ...]
    advice: tuple[Advice, ...]
    untouched: str


@dataclass(frozen=True, slots=True)
class Debrief:
    """Everything that is said after a play; `missed` are things that happened and were never written down."""

    result: Result
    ending: str
    minutes: int
    highest_heat: int
    exposed: int
    criteria: tuple[CriterionDebrief, ...]
    recorded: tuple[RecordItem, ...]
    missed: tuple[RecordItem, ...]


def debrief(scenario: Scenario, play: Play) -> Debrief:
    """The debrief of a finished play; raises NotOver before its end."""
    ending = scenario.node(play.node)
    if ending.result is None:
        raise NotOver(f"{scenario.id} {play.node}")
    recorded = tuple(item for item in scenario.records if item.id in play.recorded)
    missed = tuple(item for item in scenario.records if item.id in play.shown and item.id not in play.recorded)
    return Debrief(
        result=ending.result,
        ending=ending.text,
        minutes=play.minutes,
        highest_heat=max(scenario.heat, *(step.heat for step in play.steps)),
        exposed=sum(step.reply.safety is Safety.EXPOSED for step in play.steps),
        criteria=tuple(_look_at(scenario, play, each, has_missed=bool(missed)) for each in Criterion),
        recorded=recorded,
        missed=missed,
    )


def _look_at(scenario: Scenario, play: Play, criterion: Criterion, *, has_missed: bool) -> CriterionDebrief:
    evidence = _evidence(play, criterion)
    standing = stand([each.mark for each in evidence])
    if criterion is Criterion.RECORD and has_missed and standing is Standing.HELD:
        standing = Standing.NEARLY  # what was not written down is missing, however well the rest was
    return CriterionDebrief(
        criterion=criterion,
        standing=standing,
        evidence=evidence,
        advice=tuple(each for each in scenario.advice if each.criterion is criterion),
        untouched="" if evidence else scenario.untouched.get(criterion, ""),
    )


def _evidence(play: Play, criterion: Criterion) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(number, step.minutes, step.reply.says, point.mark, point.why)
        for number, step in enumerate(play.steps, start=1)
        for point in step.reply.points
        if point.criterion is criterion
    )


def stand(marks: list[Mark]) -> Standing:
    """One harmful reply asks to think again; all good is held; anything between is nearly."""
    if not marks:
        return Standing.NOT_MET
    if Mark.HARMFUL in marks:
        return Standing.RETHINK
    return Standing.HELD if set(marks) == {Mark.GOOD} else Standing.NEARLY
