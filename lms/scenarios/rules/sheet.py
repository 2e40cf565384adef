"""The role-play sheet of a scenario: the dialogue as cues for whoever plays the customer, and what the observer looks for."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.scenarios.rules.graph import Criterion, Mark, Mood, Node, Reply, Scenario, mood_of


@dataclass(frozen=True, slots=True)
class Step:
    """A part of one round, in minutes; the rounds are those of lesson L17."""

    minutes: int
    text: str


ROUND = (
    Step(2, "シートを読み、役を決める"),
    Step(4, "演じる。苦しくなったら、だれでも「ストップ」"),
    Step(1, "役を解く。名前を呼び合い、深呼吸する。従業員役は記録を書く"),
    Step(3, "従業員役、顧客役、観察役の順に話す"),
)


@dataclass(frozen=True, slots=True)
class Way:
    """A reply in the cues: what it sounds like, what the customer does upon it, and the cue that follows.

    `if_heated` is the cue that follows instead when the talk is heated by then; "" when there is none.
    """

    says: str
    after: str
    then: str
    if_heated: str


@dataclass(frozen=True, slots=True)
class Cue:
    """A moment of the dialogue under its mark on paper: 1, 2, 3 and so on."""

    mark: str
    text: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """How it may end, under its mark: A, B and so on."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Look:
    """What the observer looks for in one criterion: what good replies of this scenario do."""

    criterion: Criterion
    sights: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that is printed."""

    scenario: Scenario
    mood: Mood
    steps: tuple[Step, ...]
    cues: tuple[Cue, ...]
    endings: tuple[Ending, ...]
    looks: tuple[Look, ...]

    @property
    def minutes(self) -> int:
        """The minutes of one round."""
        return sum(step.minutes for step in self.steps)


def prepare_sheet(scenario: Scenario) -> Sheet:
    """The sheet of a sound scenario."""
    marks = _marks(scenario)
    return Sheet(
        scenario=scenario,
        mood=mood_of(scenario.heat),
        steps=ROUND,
        cues=tuple(_cue(node, marks) for node in scenario.nodes if not node.is_ending),
        endings=tuple(Ending(marks[node.id], node.text) for node in scenario.nodes if node.is_ending),
        looks=tuple(Look(criterion, _sights(scenario, criterion)) for criterion in Criterion),
    )


def _marks(scenario: Scenario) -> Mapping[str, str]:
    """Node id → its mark on paper: numbers for moments, letters for endings, in the order of the file."""
    moments = [node.id for node in scenario.nodes if not node.is_ending]
    endings = [node.id for node in scenario.nodes if node.is_ending]
    numbers = {node_id: str(number) for number, node_id in enumerate(moments, start=1)}
    return numbers | {node_id: chr(ord("A") + place) for place, node_id in enumerate(endings)}


def _cue(node: Node, marks: Mapping[str, str]) -> Cue:
    return Cue(marks[node.id], node.text, tuple(_way(reply, marks) for reply in node.replies))


def _way(reply: Reply, marks: Mapping[str, str]) -> Way:
    return Way(reply.says, reply.after, marks[reply.then], marks[reply.or_heated] if reply.or_heated is not None else "")


def _sights(scenario: Scenario, criterion: Criterion) -> tuple[str, ...]:
    whys = [
        point.why
        for node in scenario.nodes
        for reply in node.replies
        for point in reply.points
        if point.criterion is criterion and point.mark is Mark.GOOD
    ]
    return tuple(dict.fromkeys(whys))
