"""The strict shape of a scenario file and what it becomes."""

from typing import Annotated

from pydantic import AfterValidator, Field, StrictInt, StrictStr

from lms.exam_engine.source_models import Id, Sentence, SourceModel, WholeNumber
from lms.scenarios.rules.graph import (
    HOTTEST,
    Advice,
    Channel,
    Criterion,
    Mark,
    Node,
    Point,
    RecordItem,
    Reply,
    Result,
    Safety,
    Scenario,
    Setting,
    Situation,
)

_MARKS = tuple(f"{mark} " for mark in Mark)


def _starts_with_mark(text: str) -> str:
    if not text.startswith(_MARKS) or not text[2:].strip():
        raise ValueError("no mark")
    return text


Heat = Annotated[StrictInt, Field(ge=0, le=HOTTEST)]
HeatChange = Annotated[StrictInt, Field(ge=-4, le=4)]
Minutes = Annotated[StrictInt, Field(ge=0, le=60)]
MarkedWords = Annotated[StrictStr, AfterValidator(_starts_with_mark)]
"""「○ 理由」: a mark, a space and why."""


class SettingSource(SourceModel):
    """What the player knows before the first word."""

    role: Sentence
    place: Sentence
    happened: Sentence
    allowed: Annotated[list[Sentence], Field(min_length=2, max_length=6)]


class StartSource(SourceModel):
    """Where a play begins."""

    node: Id
    heat: Heat


class RecordSource(SourceModel):
    """A fact that belongs into the record."""

    id: Id
    text: Sentence


class ReplySource(SourceModel):
    """A reply of a node."""

    says: Sentence
    after: Sentence
    then: Id
    or_heated: Id | None = None
    heat: HeatChange
    minutes: Minutes
    safety: Safety | None = None
    records: tuple[Id, ...] = ()
    points: dict[Criterion, MarkedWords]

    def define(self) -> Reply:
        """The reply as the engine plays it."""
        return Reply(
            says=self.says,
            after=self.after,
            then=self.then,
            or_heated=self.or_heated,
            heat=self.heat,
            minutes=self.minutes,
            safety=self.safety,
            records=self.records,
            points=tuple(Point(criterion, Mark(words[0]), words[2:].strip()) for criterion, words in self.points.items()),
        )


class NodeSource(SourceModel):
    """A moment with its replies, or an ending with its result."""

    id: Id
    text: Sentence
    shows: tuple[Id, ...] = ()
    replies: tuple[ReplySource, ...] = ()
    result: Result | None = None

    def define(self) -> Node:
        """The node as the engine plays it."""
        replies = tuple(reply.define() for reply in self.replies)
        return Node(self.id, self.text.strip(), self.shows, replies, self.result)


class AdviceSource(SourceModel):
    """What the debrief adds about a criterion."""

    criterion: Criterion
    text: Sentence
    facts: tuple[Id, ...] = ()

    def define(self) -> Advice:
        """The advice as the debrief gives it."""
        return Advice(self.criterion, self.text, self.facts)


class ScenarioSource(SourceModel):
    """A whole scenario file."""

    id: Id
    title: Sentence
    channel: Channel
    situations: Annotated[list[Situation], Field(min_length=1)]
    minutes: Annotated[WholeNumber, Field(ge=5, le=20)]
    lessons: Annotated[list[Id], Field(min_length=1)]
    setting: SettingSource
    start: StartSource
    records: list[RecordSource]
    nodes: list[NodeSource]
    advice: list[AdviceSource]
    untouched: dict[Criterion, Sentence] = Field(default_factory=dict)

    def define(self) -> Scenario:
        """The scenario as the engine plays it."""
        setting = self.setting
        return Scenario(
            id=self.id,
            title=self.title,
            channel=self.channel,
            situations=tuple(self.situations),
            minutes=self.minutes,
            lessons=tuple(self.lessons),
            setting=Setting(setting.role, setting.place, setting.happened.strip(), tuple(setting.allowed)),
            start=self.start.node,
            heat=self.start.heat,
            records=tuple(RecordItem(each.id, each.text) for each in self.records),
            nodes=tuple(each.define() for each in self.nodes),
            advice=tuple(each.define() for each in self.advice),
            untouched=self.untouched,
        )
