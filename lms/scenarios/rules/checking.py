"""The linter of a scenario: its graph, its ways from beginning to end and its criteria."""

from collections.abc import Iterator, Sequence

from lms.scenarios.rules.debriefing import debrief
from lms.scenarios.rules.graph import Criterion, Mark, Node, Reply, Scenario
from lms.scenarios.rules.problems import Fault, Path, ProblemKind
from lms.scenarios.rules.ways import count_replies, explore, find_loop, good_play, untouched_ending

REPLIES = 3
NODES = range(8, 17)
SHORTEST, LONGEST = 3, 10


def check_graph(scenario: Scenario) -> tuple[Fault, ...]:
    """Every fault of the graph: first of its parts, then, when these are sound, of its ways, then of what they teach."""
    parts = tuple(_check_parts(scenario))
    if parts:
        return parts
    loop = find_loop(scenario)
    if loop is not None:
        return (Fault(ProblemKind.LOOP, loop),)
    ways = tuple(_check_ways(scenario))
    return ways if any(each.kind is ProblemKind.TOO_LONG_WAY for each in ways) else (*ways, *_check_teaching(scenario))


def _check_parts(scenario: Scenario) -> Iterator[Fault]:
    node_ids = [node.id for node in scenario.nodes]
    record_ids = [item.id for item in scenario.records]
    yield from _doubled(node_ids, "nodes")
    yield from _doubled(record_ids, "records")
    if len(node_ids) not in NODES:
        yield Fault(ProblemKind.NODE_COUNT, ("nodes",), {"count": len(node_ids), "low": NODES.start, "high": NODES.stop - 1})
    if scenario.start not in node_ids:
        yield Fault(ProblemKind.UNKNOWN_NODE, ("start", "node"), {"id": scenario.start})
    yield from _check_records(scenario)
    for index, node in enumerate(scenario.nodes):
        yield from _check_node(node, ("nodes", index))
        yield from _unknown(node.shows, record_ids, ("nodes", index, "shows"))
        for number, reply in enumerate(node.replies):
            yield from _check_reply(reply, ("nodes", index, "replies", number), node_ids, record_ids)


def _check_records(scenario: Scenario) -> Iterator[Fault]:
    shown = {each for node in scenario.nodes for each in node.shows}
    kept = {each for node in scenario.nodes for reply in node.replies for each in reply.records}
    for index, item in enumerate(scenario.records):
        if item.id not in shown:
            yield Fault(ProblemKind.RECORD_UNSHOWN, ("records", index), {"id": item.id})
        if item.id not in kept:
            yield Fault(ProblemKind.RECORD_NEVER_KEPT, ("records", index), {"id": item.id})


def _doubled(ids: Sequence[str], part: str) -> Iterator[Fault]:
    for index, each in enumerate(ids):
        if each in ids[:index]:
            yield Fault(ProblemKind.DUPLICATE_ID, (part, index, "id"), {"id": each})


def _unknown(ids: Sequence[str], known: Sequence[str], path: Path) -> Iterator[Fault]:
    for index, each in enumerate(ids):
        if each not in known:
            yield Fault(ProblemKind.UNKNOWN_RECORD, (*path, index), {"id": each})


def _check_node(node: Node, path: Path) -> Iterator[Fault]:
    if node.is_ending and node.replies:
        yield Fault(ProblemKind.ENDING_WITH_REPLIES, (*path, "replies"), {"id": node.id})
    elif not node.is_ending and not node.replies:
        yield Fault(ProblemKind.DEAD_END, path, {"id": node.id})
    elif not node.is_ending and len(node.replies) != REPLIES:
        yield Fault(ProblemKind.REPLY_COUNT, (*path, "replies"), {"id": node.id, "count": len(node.replies)})


def _check_reply(reply: Reply, path: Path, node_ids: Sequence[str], record_ids: Sequence[str]) -> Iterator[Fault]:
    if reply.then not in node_ids:
        yield Fault(ProblemKind.UNKNOWN_NODE, (*path, "then"), {"id": reply.then})
    if reply.or_heated is not None and reply.or_heated not in node_ids:
        yield Fault(ProblemKind.UNKNOWN_NODE, (*path, "or_heated"), {"id": reply.or_heated})
    if not reply.points:
        yield Fault(ProblemKind.NO_POINT, path)
    yield from _unknown(reply.records, record_ids, (*path, "records"))


def _check_ways(scenario: Scenario) -> Iterator[Fault]:
    met = {state.node for state in explore(scenario)}
    for index, node in enumerate(scenario.nodes):
        if node.id not in met:
            yield Fault(ProblemKind.UNREACHABLE, ("nodes", index), {"id": node.id})
        yield from _check_moods(scenario, node, ("nodes", index, "replies"))
    shortest, longest = count_replies(scenario)
    if shortest < SHORTEST:
        yield Fault(ProblemKind.TOO_SHORT_WAY, ("start",), {"count": shortest, "low": SHORTEST})
    if longest > LONGEST:
        yield Fault(ProblemKind.TOO_LONG_WAY, ("start",), {"count": longest, "high": LONGEST})
    yield from _check_criteria(scenario)


def _check_moods(scenario: Scenario, node: Node, path: Path) -> Iterator[Fault]:
    """A reply that calms tells of calm right after it, so that an outburst may not follow."""
    for number, reply in enumerate(node.replies):
        if reply.heat < 0 and reply.or_heated is not None and not scenario.node(reply.or_heated).is_ending:
            yield Fault(ProblemKind.COOLED_INTO_HEAT, (*path, number, "or_heated"), {"id": reply.or_heated})


def _check_criteria(scenario: Scenario) -> Iterator[Fault]:
    ids = [node.id for node in scenario.nodes]
    for criterion in Criterion:
        ending = untouched_ending(scenario, criterion)
        if ending is not None and criterion not in scenario.untouched:
            yield Fault(ProblemKind.UNTOUCHED, ("nodes", ids.index(ending)), {"id": ending, "criterion": criterion})
        if ending is None and criterion in scenario.untouched:
            yield Fault(ProblemKind.NEEDLESS_REASON, ("untouched", criterion), {"criterion": criterion})
        if criterion not in {each.criterion for each in scenario.advice}:
            yield Fault(ProblemKind.ADVICE_MISSING, ("advice",), {"criterion": criterion})


def _check_teaching(scenario: Scenario) -> Iterator[Fault]:
    good = good_play(scenario)
    if good is None:
        yield Fault(ProblemKind.NO_GOOD_WAY, ("nodes",))
    else:
        for item in debrief(scenario, good).missed:
            yield Fault(ProblemKind.GOOD_WAY_FORGETS, ("records", scenario.records.index(item)), {"id": item.id})
    yield from _check_places(scenario)


def _check_places(scenario: Scenario) -> Iterator[Fault]:
    """Replies that teach nothing: all are worth the same, or the place or the length of the best one gives it away."""
    places: list[int] = []
    longest = 0
    for index, node in enumerate(scenario.nodes):
        worths = [_worth(reply) for reply in node.replies]
        if worths and len(set(worths)) == 1:
            yield Fault(ProblemKind.NO_DIFFERENCE, ("nodes", index, "replies"), {"id": node.id})
        elif worths:
            best = worths.index(max(worths))
            places.append(best)
            longest += all(len(reply.says) <= len(node.replies[best].says) for reply in node.replies)
    allowed = len(places) // 2 + 1  # rather more than half
    if places and max(places.count(each) for each in places) > allowed:
        yield Fault(ProblemKind.SAME_PLACE, ("nodes",), {"place": max(set(places), key=places.count) + 1})
    if longest > allowed:
        yield Fault(ProblemKind.LENGTH_TELLS, ("nodes",), {"count": longest})


def _worth(reply: Reply) -> int:
    marks = [point.mark for point in reply.points]
    return -2 * marks.count(Mark.HARMFUL) - marks.count(Mark.PARTLY)
