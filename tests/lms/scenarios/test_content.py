"""Every shipped scenario is sound, ends on every way, and is replayed from its choices."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.scenarios.labels import CHANNELS, CRITERIA, MOODS, PROBLEMS, RESULTS, SAFETIES, STANDINGS, problem_words
from lms.scenarios.rules.checking import LONGEST, SHORTEST
from lms.scenarios.rules.debriefing import Standing, debrief
from lms.scenarios.rules.graph import Channel, Criterion, Mood, Result, Safety, Scenario, Situation
from lms.scenarios.rules.playing import Play, begin, choose, is_over, replay
from lms.scenarios.rules.problems import ProblemKind
from tests.lms.scenarios.builders import shipped

IDS = [each.id for each in shipped().scenarios]


def test_the_scenarios_have_no_problem() -> None:
    assert [f"{each.file}:{each.line} {problem_words(each)}" for each in shipped().problems] == []


def test_there_are_at_least_twelve_over_every_channel_and_situation() -> None:
    assert len(IDS) >= 12
    assert {each.channel for each in shipped().scenarios} == set(Channel)
    assert {situation for each in shipped().scenarios for situation in each.situations} == set(Situation)


def test_plays_end_in_every_kind_of_result() -> None:
    assert {node.result for each in shipped().scenarios for node in each.nodes if node.result} == set(Result)


@pytest.mark.parametrize("scenario", shipped().scenarios, ids=IDS)
def test_every_way_ends_within_the_bound_and_touches_every_criterion(scenario: Scenario) -> None:
    plays = list(_ends(scenario, begin(scenario)))
    assert all(SHORTEST <= len(play.steps) <= LONGEST for play in plays)
    for play in plays:
        met = {point.criterion for step in play.steps for point in step.reply.points}
        assert met | scenario.untouched.keys() == set(Criterion), play.choices


@settings(max_examples=100, deadline=None)
@given(scenario=st.sampled_from(shipped().scenarios), wishes=st.lists(st.integers(0, 2), min_size=LONGEST, max_size=LONGEST))
def test_any_choices_reach_a_debrief_and_give_the_same_state_again(scenario: Scenario, wishes: list[int]) -> None:
    play = begin(scenario)
    for wish in wishes:
        if is_over(scenario, play):
            break
        play = choose(scenario, play, wish)
        assert 0 <= play.heat <= 10
    told = debrief(scenario, play)
    assert replay(scenario, play.choices) == play
    assert [each.criterion for each in told.criteria] == list(Criterion)
    assert all(each.advice for each in told.criteria)
    assert all(each.standing is not Standing.NOT_MET or each.untouched for each in told.criteria)
    assert not {each.id for each in told.recorded} & {each.id for each in told.missed}


def test_every_word_the_screens_need_is_there() -> None:
    assert set(CHANNELS) == set(Channel)
    assert set(CRITERIA) == set(Criterion)
    assert set(MOODS) == set(Mood)
    assert set(RESULTS) == set(Result)
    assert set(SAFETIES) == set(Safety)
    assert set(STANDINGS) == set(Standing)
    assert set(PROBLEMS) == set(ProblemKind)


def _ends(scenario: Scenario, play: Play) -> Iterator[Play]:
    replies = scenario.node(play.node).replies
    if not replies:
        yield play
    for number in range(len(replies)):
        yield from _ends(scenario, choose(scenario, play, number))
