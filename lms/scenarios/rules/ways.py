"""All ways through a scenario: explored over (node, heat), on which alone the next node depends, with the engine itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lms.scenarios.rules.debriefing import Standing, debrief
from lms.scenarios.rules.graph import Criterion, Mark, Reply, Result, Scenario
from lms.scenarios.rules.playing import Play, begin, choose, is_over
from lms.scenarios.rules.problems import Path


@dataclass(frozen=True, slots=True)
class State:
    """What the next node depends on."""

    node: str
    heat: int


def find_loop(scenario: Scenario) -> Path | None:
    """The place of a reply that leads back to where the play has been, or None."""
    places = {node.id: index for index, node in enumerate(scenario.nodes)}
    finished: set[str] = set()

    def visit(node_id: str, behind: frozenset[str]) -> Path | None:
        for number, reply in enumerate(scenario.node(node_id).replies):
            for field, target in (("then", reply.then), ("or_heated", reply.or_heated)):
                if target in behind:
                    return ("nodes", places[node_id], "replies", number, field)
                found = visit(target, behind | {target}) if target is not None and target not in finished else None
                if found is not None:
                    return found
        finished.add(node_id)
        return None

    return visit(scenario.start, frozenset({scenario.start}))


def explore(scenario: Scenario, *, allowed: Callable[[Reply], bool] = lambda reply: True) -> dict[State, Play]:
    """Every state that can be reached by allowed replies, with one play that reaches it; the graph must have no loop."""
    first = begin(scenario)
    plays = {_state(first): first}
    waiting = [first]
    while waiting:
        for following in _following(scenario, waiting.pop(), allowed):
            if _state(following) not in plays:
                plays[_state(following)] = following
                waiting.append(following)
    return plays


def count_replies(scenario: Scenario) -> tuple[int, int]:
    """The numbers of replies on the shortest and on the longest way to an ending; the graph must have no loop."""
    known: dict[State, tuple[int, int]] = {}

    def count(play: Play) -> tuple[int, int]:
        state = _state(play)
        if state not in known:
            ahead = [count(each) for each in _following(scenario, play, lambda reply: True)]
            known[state] = (1 + min(low for low, _ in ahead), 1 + max(high for _, high in ahead)) if ahead else (0, 0)
        return known[state]

    return count(begin(scenario))


def untouched_ending(scenario: Scenario, criterion: Criterion) -> str | None:
    """An ending that some play reaches without a reply that shows the criterion, as its debrief says; None when no play does."""

    def leaves_it(reply: Reply) -> bool:
        return all(point.criterion is not criterion for point in reply.points)

    for play in explore(scenario, allowed=leaves_it).values():
        if is_over(scenario, play) and _standing(scenario, play, criterion) is Standing.NOT_MET:
            return play.node
    return None


def good_play(scenario: Scenario) -> Play | None:
    """A play of good replies only whose ending is not broken, the one that forgets least of the record, or None."""
    ends = [play for play in _good_ends(scenario, begin(scenario)) if debrief(scenario, play).result is not Result.BROKEN]
    return min(ends, key=lambda play: len(debrief(scenario, play).missed), default=None)


def _good_ends(scenario: Scenario, play: Play) -> Iterator[Play]:
    if is_over(scenario, play):
        yield play
    for following in _following(scenario, play, lambda reply: {point.mark for point in reply.points} == {Mark.GOOD}):
        yield from _good_ends(scenario, following)


def _standing(scenario: Scenario, play: Play, criterion: Criterion) -> Standing:
    return next(each.standing for each in debrief(scenario, play).criteria if each.criterion is criterion)


def _state(play: Play) -> State:
    return State(play.node, play.heat)


def _following(scenario: Scenario, play: Play, allowed: Callable[[Reply], bool]) -> Iterator[Play]:
    for number, reply in enumerate(scenario.node(play.node).replies):
        if allowed(reply):
            yield choose(scenario, play, number)
