"""What a practice scenario is: a setting, nodes with replies, and what the debrief says; frozen values as read from content/."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

HOTTEST = 10
TENSE_FROM, HEATED_FROM = 4, 7


class Channel(StrEnum):
    """Where people meet."""

    PHONE = "phone"
    COUNTER = "counter"
    VISIT = "visit"
    ONLINE = "online"


class Situation(StrEnum):
    """What a scenario lets people practise: a type of conduct of the 2022 manual (F-100), or a claim that must be served."""

    TIME = "時間拘束型"
    REPEATED = "リピート型"
    ABUSE = "暴言型"
    VIOLENCE = "暴力型"
    THREAT = "威嚇・脅迫型"
    AUTHORITY = "権威型"
    OUTSIDE = "店舗外拘束型"
    INTERNET = "SNS・インターネット型"
    SEXUAL = "セクシュアルハラスメント型"
    LEGITIMATE = "正当な申入れ"


class Criterion(StrEnum):
    """What a play is looked at by, in the order of the debrief."""

    FIRST = "first"
    LISTEN = "listen"
    FACTS = "facts"
    LINE = "line"
    RECORD = "record"
    TEAM = "team"
    SAFETY = "safety"


class Mark(StrEnum):
    """How far a reply meets a criterion, as written in the files."""

    GOOD = "○"
    PARTLY = "△"
    HARMFUL = "×"


class Safety(StrEnum):
    """How safe the person at work is."""

    STEADY = "steady"
    EXPOSED = "exposed"
    APART = "apart"


class Result(StrEnum):
    """How a play ends."""

    SETTLED = "settled"
    PENDING = "pending"
    STOPPED = "stopped"
    POLICE = "police"
    BROKEN = "broken"


class Mood(StrEnum):
    """How the moment feels: the other person, or the talk as a whole."""

    CALM = "calm"
    TENSE = "tense"
    HEATED = "heated"


def mood_of(heat: int) -> Mood:
    """The mood at a heat from 0 to 10."""
    if heat >= HEATED_FROM:
        return Mood.HEATED
    return Mood.TENSE if heat >= TENSE_FROM else Mood.CALM


@dataclass(frozen=True, slots=True)
class Point:
    """What a reply shows about one criterion, in words."""

    criterion: Criterion
    mark: Mark
    why: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing the player may say or do.

    `heat` is added to the other person's heat, `minutes` pass. The play goes to `then`, or to `or_heated` when that is given
    and the other person is heated afterwards. `records` are ids of what is written down on the way; `safety` changes the
    player's safety when given.
    """

    says: str
    after: str
    then: str
    or_heated: str | None
    heat: int
    minutes: int
    safety: Safety | None
    records: tuple[str, ...]
    points: tuple[Point, ...]

    def target(self, heat: int) -> str:
        """The node that follows when the heat is this after the reply."""
        return self.or_heated if self.or_heated is not None and mood_of(heat) is Mood.HEATED else self.then


@dataclass(frozen=True, slots=True)
class Node:
    """A moment: what happens or is said, and the replies to it, or how it ended. `shows` are ids of what should be recorded."""

    id: str
    text: str
    shows: tuple[str, ...]
    replies: tuple[Reply, ...]
    result: Result | None

    @property
    def is_ending(self) -> bool:
        """Whether the play is over here."""
        return self.result is not None


@dataclass(frozen=True, slots=True)
class RecordItem:
    """A fact of the story that belongs into the record, in the words in which it should stand there."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What the debrief says about a criterion whatever was chosen, with the facts it rests on."""

    criterion: Criterion
    text: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """What the player knows before the first word."""

    role: str
    place: str
    happened: str
    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole scenario; `heat` is the other person's at the beginning, `untouched` says why a criterion may not come up."""

    id: str
    title: str
    channel: Channel
    situations: tuple[Situation, ...]
    minutes: int
    lessons: tuple[str, ...]
    setting: Setting
    start: str
    heat: int
    records: tuple[RecordItem, ...]
    nodes: tuple[Node, ...]
    advice: tuple[Advice, ...]
    untouched: Mapping[Criterion, str]

    def node(self, node_id: str) -> Node:
        """The node of this id; raises KeyError when there is none."""
        for each in self.nodes:
            if each.id == node_id:
                return each
        raise KeyError(node_id)
