"""Players of scenarios and the ways they take, for tests of services and pages."""

from lms.scenarios.queries import find_published
from lms.scenarios.rules.graph import Scenario
from lms.scenarios.rules.playing import begin, choose, is_over

SCENARIO = "S01"
PATTERN = (1, 0, 2)


def scenario_of(scenario_id: str = SCENARIO) -> Scenario:
    """The published scenario; needs an application context."""
    found = find_published(scenario_id)
    assert found is not None
    return found.scenario


def way_through(scenario: Scenario, pattern: tuple[int, ...] = PATTERN) -> tuple[int, ...]:
    """Choices to an ending, following a pattern again and again."""
    play = begin(scenario)
    while not is_over(scenario, play):
        play = choose(scenario, play, pattern[len(play.steps) % len(pattern)])
    return play.choices
