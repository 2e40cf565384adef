"""What a reply does to heat, time, safety and the record, what a debrief says, and that choices give a play again."""

import pytest

from lms.scenarios.rules.debriefing import NotOver, Standing, debrief, stand
from lms.scenarios.rules.graph import Criterion, Mark, Mood, Result, Safety, mood_of
from lms.scenarios.rules.playing import ImpossibleChoice, begin, choose, is_over, replay
from tests.lms.scenarios.builders import ending, moment, reply, scenario

TWO_STEPS = scenario(
    moment(
        "n1",
        reply("n2", heat=-1, minutes=3, records=("r1",)),
        reply("n2", heat=3, minutes=2, or_heated="hot", safety=Safety.EXPOSED),
        reply("n2", heat=-4, minutes=60),
        shows=("r1",),
    ),
    moment("n2", reply("e1", records=("r1", "r2"), marks={Criterion.RECORD: Mark.GOOD}), shows=("r2",)),
    moment("hot", reply("e2", heat=4, safety=Safety.APART, marks={Criterion.FIRST: Mark.HARMFUL})),
    ending("e1"),
    ending("e2", Result.POLICE),
)


@pytest.mark.parametrize(
    ("heat", "mood"),
    [(0, Mood.CALM), (3, Mood.CALM), (4, Mood.TENSE), (6, Mood.TENSE), (7, Mood.HEATED), (10, Mood.HEATED)],
)
def test_a_heat_has_a_mood(heat: int, mood: Mood) -> None:
    assert mood_of(heat) is mood


@pytest.mark.parametrize(
    ("choices", "node", "heat", "minutes", "safety", "recorded"),
    [
        pytest.param([], "n1", 5, 0, Safety.STEADY, (), id="before the first choice"),
        pytest.param([0], "n2", 4, 3, Safety.STEADY, ("r1",), id="a calming reply that is written down"),
        pytest.param([1], "hot", 8, 2, Safety.EXPOSED, (), id="a heated person takes the other way"),
        pytest.param([2], "n2", 1, 60, Safety.STEADY, (), id="a slow reply"),
        pytest.param([0, 0], "e1", 4, 4, Safety.STEADY, ("r1", "r2"), id="a thing is recorded once"),
        pytest.param([1, 0], "e2", 10, 3, Safety.APART, (), id="heat ends at ten"),
    ],
)
def test_choices_lead_to_a_state(
    choices: list[int], node: str, heat: int, minutes: int, safety: Safety, recorded: tuple[str, ...]
) -> None:
    play = replay(TWO_STEPS, choices)
    assert (play.node, play.heat, play.minutes, play.safety, play.recorded) == (node, heat, minutes, safety, recorded)
    assert play.choices == tuple(choices)


def test_heat_never_falls_below_zero() -> None:
    cool = scenario(moment("n1", reply("e1", heat=-4)), ending("e1"), heat=1)
    assert replay(cool, [0]).heat == 0


def test_every_step_keeps_the_state_after_it() -> None:
    play = replay(TWO_STEPS, [1, 0])
    assert [(step.node, step.choice, step.heat, step.minutes, step.mood) for step in play.steps] == [
        ("n1", 1, 8, 2, Mood.HEATED),
        ("hot", 0, 10, 3, Mood.HEATED),
    ]
    assert play.mood is Mood.HEATED


@pytest.mark.parametrize("choice", [-1, 3])
def test_a_choice_that_is_not_offered_is_refused(choice: int) -> None:
    with pytest.raises(ImpossibleChoice):
        choose(TWO_STEPS, begin(TWO_STEPS), choice)


def test_nothing_can_be_chosen_after_the_end() -> None:
    over = replay(TWO_STEPS, [0, 0])
    assert is_over(TWO_STEPS, over)
    with pytest.raises(ImpossibleChoice):
        choose(TWO_STEPS, over, 0)


@pytest.mark.parametrize(
    ("marks", "standing"),
    [
        ([], Standing.NOT_MET),
        ([Mark.GOOD], Standing.HELD),
        ([Mark.GOOD, Mark.PARTLY], Standing.NEARLY),
        ([Mark.GOOD, Mark.HARMFUL], Standing.RETHINK),
    ],
)
def test_marks_make_a_standing(marks: list[Mark], standing: Standing) -> None:
    assert stand(marks) is standing


def test_a_debrief_tells_the_end_the_evidence_and_the_record() -> None:
    told = debrief(TWO_STEPS, replay(TWO_STEPS, [0, 0]))
    first, record = (next(each for each in told.criteria if each.criterion is it) for it in (Criterion.FIRST, Criterion.RECORD))
    assert (told.result, told.ending, told.minutes, told.highest_heat, told.exposed) == (Result.SETTLED, "終わり", 4, 5, 0)
    assert [(each.step, each.minutes, each.says, each.mark, each.why) for each in first.evidence] == [
        (1, 3, "返す言葉", Mark.GOOD, "理由")
    ]
    assert [each.text for each in first.advice] == ["助言"]
    assert record.standing is Standing.HELD
    assert ([each.id for each in told.recorded], told.missed) == (["r1", "r2"], ())


def test_what_was_not_written_down_is_missed() -> None:
    forgetful = scenario(moment("n1", reply("e1", marks={Criterion.RECORD: Mark.GOOD}), shows=("r1", "r2")), ending("e1"))
    told = debrief(forgetful, replay(forgetful, [0]))
    assert [each.id for each in told.missed] == ["r1", "r2"]
    assert next(each.standing for each in told.criteria if each.criterion is Criterion.RECORD) is Standing.NEARLY


def test_a_criterion_that_did_not_come_up_says_why() -> None:
    told = debrief(TWO_STEPS, replay(TWO_STEPS, [1, 0]))
    safety = next(each for each in told.criteria if each.criterion is Criterion.SAFETY)
    assert (safety.standing, safety.untouched, told.exposed) == (Standing.NOT_MET, "危険のない場面のため", 1)


def test_a_play_that_goes_on_has_no_debrief() -> None:
    with pytest.raises(NotOver):
        debrief(TWO_STEPS, begin(TWO_STEPS))
