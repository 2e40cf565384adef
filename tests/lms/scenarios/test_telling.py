"""Speech is told apart from stage directions, plays are scored, scenarios open with their lessons, sheets carry everything."""

from datetime import UTC, datetime, timedelta

import pytest

from lms.lessons.rules.release import Release, ReleaseReason
from lms.scenarios.rules.debriefing import debrief
from lms.scenarios.rules.graph import Criterion, Mark, Scenario
from lms.scenarios.rules.looking_back import score, turning_point
from lms.scenarios.rules.opening import last_to_open
from lms.scenarios.rules.playing import replay
from lms.scenarios.rules.sheet import prepare_sheet
from lms.scenarios.rules.telling import Kind, tell
from tests.lms.scenarios.builders import ending, moment, reply, scenario, shipped

SOON = datetime(2026, 12, 10, 9, 0, tzinfo=UTC)


def told(text: str) -> list[tuple[str, str]]:
    return [("" if each.kind is Kind.SCENE else each.speaker or "?", each.text) for each in tell(text)]


@pytest.mark.parametrize(
    ("text", "passages"),
    [
        ("静かです。", [("", "静かです。")]),
        ("「払って」", [("?", "「払って」")]),
        ("「払って」。声は硬いままです。", [("?", "「払って」"), ("", "声は硬いままです。")]),
        ("列が止まります。「まだか」", [("", "列が止まります。"), ("?", "「まだか」")]),
        ("「まだか」と言いました。", [("", "「まだか」と言いました。")]),
        ("Dさん「代わります」", [("Dさん", "「代わります」")]),
        ("Cさんは「1回だけ」。謝りました。", [("Cさん", "「1回だけ」"), ("", "謝りました。")]),
        ("相手は「出せ」。", [("相手", "「出せ」")]),
        ("Eさんから「4件」。", [("", "Eさんから「4件」。")]),
        ("「書け」(Dさんの立場で選びます)", [("?", "「書け」"), ("", "(Dさんの立場で選びます)")]),
        ("「『検討する』と「確かに」言った」。そうです。", [("?", "「『検討する』と「確かに」言った」"), ("", "そうです。")]),
        ("「閉じない", [("?", "「閉じない")]),
        ("", []),
    ],
)
def test_speech_stands_by_itself(text: str, passages: list[tuple[str, str]]) -> None:
    assert told(text) == passages


@pytest.mark.parametrize("each", shipped().scenarios, ids=lambda each: each.id)
def test_nothing_of_a_text_is_lost_in_telling(each: Scenario) -> None:
    for node in each.nodes:
        for text in (node.text, *(each_reply.after for each_reply in node.replies)):
            shown = "".join(passage.speaker + passage.text for passage in tell(text))
            assert set(text) - set(shown) <= set("。は\n ")
            assert len(shown) >= len(text) - 4 * text.count("「")


def release(opens_at: datetime | None, *, is_open: bool = False) -> Release:
    reason = ReleaseReason.NOT_YET if opens_at else ReleaseReason.AWAITING_PAYMENT
    return Release(opens_at, is_open, ReleaseReason.OPEN if is_open else reason)


def test_a_scenario_waits_for_the_last_of_its_lessons() -> None:
    done, soon, later = release(SOON, is_open=True), release(SOON), release(SOON + timedelta(days=1))
    unknown = release(None)
    assert last_to_open([done, later, soon]) is later
    assert last_to_open([later, unknown, done]) is unknown
    assert last_to_open([done, done]).is_open
    assert not last_to_open([]).is_open


def test_the_turning_point_is_the_first_reply_that_did_most_harm() -> None:
    good, partly = reply("n2"), reply("n3", marks={Criterion.FIRST: Mark.PARTLY})
    harmful = reply("e1", marks={Criterion.FIRST: Mark.HARMFUL})
    played = scenario(moment("n1", good), moment("n2", partly), moment("n3", harmful, reply("e1")), ending("e1"))
    assert turning_point(replay(played, (0, 0, 0))) == 3
    assert turning_point(replay(played, (0, 0, 1))) == 2
    assert turning_point(replay(played, (0,))) is None


def test_a_play_with_more_criteria_held_went_better() -> None:
    small = scenario(
        moment(
            "n1",
            reply("e1"),
            reply("e1", marks={Criterion.FIRST: Mark.PARTLY}),
            reply("e1", marks={Criterion.FIRST: Mark.HARMFUL}),
        ),
        ending("e1"),
    )
    good, partly, harmful = (score(debrief(small, replay(small, (choice,)))) for choice in range(3))
    assert good > partly > harmful
    assert (good.held, good.met) == (1, 1)


@pytest.mark.parametrize("each", shipped().scenarios, ids=lambda each: each.id)
def test_a_sheet_carries_every_moment_and_every_way_leads_somewhere(each: Scenario) -> None:
    sheet = prepare_sheet(each)
    marks = {cue.mark for cue in sheet.cues} | {found.mark for found in sheet.endings}
    assert len(marks) == len(each.nodes)
    assert {way.then for cue in sheet.cues for way in cue.ways} <= marks
    assert {way.if_heated for cue in sheet.cues for way in cue.ways} <= marks | {""}
    assert [look.criterion for look in sheet.looks] == list(Criterion)
    assert sheet.minutes == 10
