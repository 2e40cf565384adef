"""A play of a scenario: what every reply does to heat, time, safety and the record; a list of choices gives it again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lms.scenarios.rules.graph import HOTTEST, Mood, Node, Reply, Safety, Scenario, mood_of


class ImpossibleChoice(Exception):
    """The choice is not among the replies of the moment, or the play is over."""


@dataclass(frozen=True, slots=True)
class Step:
    """One choice that was made: at which node, which reply, and the state right after it."""

    node: str
    choice: int
    reply: Reply
    heat: int
    minutes: int

    @property
    def mood(self) -> Mood:
        """The other person's mood after the reply."""
        return mood_of(self.heat)


@dataclass(frozen=True, slots=True)
class Play:
    """Where a play stands: heat from 0 to 10, minutes passed, what happened (`shown`) and what was written down (`recorded`)."""

    node: str
    heat: int
    minutes: int = 0
    safety: Safety = Safety.STEADY
    steps: tuple[Step, ...] = ()
    shown: tuple[str, ...] = ()
    recorded: tuple[str, ...] = ()

    @property
    def mood(self) -> Mood:
        """The other person's mood."""
        return mood_of(self.heat)

    @property
    def choices(self) -> tuple[int, ...]:
        """The choices that lead here from the beginning."""
        return tuple(step.choice for step in self.steps)


def begin(scenario: Scenario) -> Play:
    """The state before the first choice."""
    return _arrive(Play(scenario.start, scenario.heat), scenario.node(scenario.start))


def choose(scenario: Scenario, play: Play, choice: int) -> Play:
    """The state after a choice (from 0); raises ImpossibleChoice when there is no such reply."""
    replies = scenario.node(play.node).replies
    if not 0 <= choice < len(replies):
        raise ImpossibleChoice(f"{scenario.id} {play.node}: {choice}")
    reply = replies[choice]
    heat = min(max(play.heat + reply.heat, 0), HOTTEST)
    minutes = play.minutes + reply.minutes
    moved = replace(
        play,
        heat=heat,
        minutes=minutes,
        safety=reply.safety or play.safety,
        steps=(*play.steps, Step(play.node, choice, reply, heat, minutes)),
        recorded=_joined(play.recorded, reply.records),
    )
    return _arrive(moved, scenario.node(reply.target(heat)))


def replay(scenario: Scenario, choices: Sequence[int]) -> Play:
    """The state after these choices from the beginning; raises ImpossibleChoice at the first that cannot be made."""
    play = begin(scenario)
    for choice in choices:
        play = choose(scenario, play, choice)
    return play


def is_over(scenario: Scenario, play: Play) -> bool:
    """Whether the play has reached an ending."""
    return scenario.node(play.node).is_ending


def _arrive(play: Play, node: Node) -> Play:
    return replace(play, node=node.id, shown=_joined(play.shown, node.shows))


def _joined(known: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return known + tuple(each for each in more if each not in known)
