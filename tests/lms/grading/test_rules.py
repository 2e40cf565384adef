"""Sharing out against an independent oracle, sheets, reading, settling and distribution: no fixtures."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.config import ROOT
from lms.exam_engine.papers import Paper, draw_paper
from lms.exam_engine.rubrics import GraderMark
from lms.exams.source import load_exam
from lms.grading import labels
from lms.grading.rules.allocation import EssayToShare, check_staff, pick_adjudicator, share_out, shuffled_positions
from lms.grading.rules.distribution import distribute
from lms.grading.rules.parts import AdjudicationReason, EssayState, GraderPart, Refusal, Refused, SettledBy, TaskState
from lms.grading.rules.reading import number_paragraphs, split_at
from lms.grading.rules.results import judge, plain
from lms.grading.rules.settling import EssayMarks, assess, essay_question, essay_section
from lms.grading.rules.sheets import MarkSheet, check_complete, read_sheet
from lms.text import count_characters


@st.composite
def rosters(draw: st.DrawFn) -> tuple[list[EssayToShare], list[int]]:
    """Small rosters with random conflicts that leave every essay at least two graders."""
    graders = list(range(1, draw(st.integers(2, 5)) + 1))
    essays = []
    for number in range(draw(st.integers(0, 6))):
        excluded = draw(st.sets(st.sampled_from(graders), max_size=len(graders) - 2))
        essays.append(EssayToShare(f"K{number}", frozenset(excluded)))
    return essays, graders


def evenest(essays: list[EssayToShare], graders: list[int]) -> int:
    """By trying every way: the smallest possible sum of squared loads."""

    @cache
    def best(index: int, loads: tuple[int, ...]) -> int:
        if index == len(essays):
            return sum(load * load for load in loads)
        free = [grader for grader in graders if grader not in essays[index].excluded]
        return min(
            best(index + 1, tuple(load + (grader in pair) for grader, load in zip(graders, loads, strict=True)))
            for pair in combinations(free, 2)
        )

    return best(0, (0,) * len(graders))


@settings(max_examples=120, deadline=None)
@given(rosters())
def test_every_essay_has_two_graders_without_conflict_and_no_distribution_is_more_even(
    roster: tuple[list[EssayToShare], list[int]],
) -> None:
    essays, graders = roster
    shares = share_out(essays, graders, seed="seed")
    assert {share.key for share in shares} == {essay.key for essay in essays}
    excluded = {essay.key: essay.excluded for essay in essays}
    for share in shares:
        assert share.first != share.second
        assert {share.first, share.second} <= set(graders) - excluded[share.key]
    loads = Counter(grader for share in shares for grader in (share.first, share.second))
    assert sum(loads[grader] ** 2 for grader in graders) == evenest(essays, graders)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 40), st.integers(2, 8), st.randoms())
def test_without_conflicts_loads_differ_by_one_at_most_whatever_the_order_given(
    count: int, graders: int, shuffle: object
) -> None:
    essays = [EssayToShare(f"K{number}") for number in range(count)]
    staff = list(range(graders))
    shares = share_out(essays, staff, seed="s")
    loads = Counter(grader for share in shares for grader in (share.first, share.second))
    assert max(loads[grader] for grader in staff) - min(loads[grader] for grader in staff) <= 1
    shuffle.shuffle(essays)  # type: ignore[attr-defined]
    assert share_out(essays, staff[::-1], seed="s") == shares


def test_what_graders_have_already_is_made_up_for() -> None:
    shares = share_out([EssayToShare(f"K{number}") for number in range(4)], [1, 2, 3], seed="s", loads={1: 4})
    loads = Counter(grader for share in shares for grader in (share.first, share.second))
    assert loads == {2: 4, 3: 4}


def test_conflicts_that_leave_one_grader_are_refused_with_their_number() -> None:
    with pytest.raises(Refused) as caught:
        share_out([EssayToShare("A", frozenset({1, 2})), EssayToShare("B")], [1, 2, 3], seed="s")
    assert (caught.value.reason, caught.value.number) == (Refusal.CONFLICT_LEAVES_TOO_FEW, 1)


@pytest.mark.parametrize(
    ("markers", "adjudicators", "missing"),
    [((), (), 3), ((1,), (1,), 2), ((1, 2), (1, 2), 1), ((1,), (2, 3), 1)],
    ids=["nobody", "one person", "two people", "one who marks and two who adjudicate"],
)
def test_a_staff_that_is_too_small_says_how_many_are_missing(
    markers: tuple[int, ...], adjudicators: tuple[int, ...], missing: int
) -> None:
    with pytest.raises(Refused) as caught:
        check_staff(markers, adjudicators)
    assert caught.value.number == missing


def test_the_adjudicator_is_the_least_loaded_of_those_who_may() -> None:
    assert pick_adjudicator("K", [1, 2, 3, 4], excluded={1}, loads={2: 3, 3: 1, 4: 2}, seed="s") == 3
    assert pick_adjudicator("K", [1], excluded={1}, loads={}, seed="s") is None


def test_every_grader_reads_in_an_order_of_their_own() -> None:
    keys = [f"K{number}" for number in range(30)]
    one, two = (shuffled_positions(keys, grader_id=grader, seed="s", after=5) for grader in (1, 2))
    assert sorted(one.values()) == sorted(two.values()) == list(range(6, 36))
    assert one != two
    assert one == shuffled_positions(list(reversed(keys)), grader_id=1, seed="s", after=5)


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="あ髙𠮷a \n辻󠄀👨‍👩‍👧", max_size=60), st.integers(0, 40))
def test_nothing_of_an_essay_is_lost_and_no_more_than_the_limit_counts(text: str, limit: int) -> None:
    counted, beyond = split_at(text, limit)
    assert counted + beyond == text
    assert count_characters(counted) <= limit
    paragraphs = number_paragraphs(text, limit)
    assert [paragraph.number for paragraph in paragraphs] == list(range(1, len(paragraphs) + 1))
    assert (
        "".join(paragraph.text + paragraph.beyond for paragraph in paragraphs).split()
        == "".join(line for line in text.split("\n") if line.strip()).split()
    )


def paper() -> Paper:
    return draw_paper(load_exam(ROOT / "content", "practitioner"), seed="rules")


def mark(question_id: str, level: int, **changes: object) -> GraderMark:
    rubric = essay_question(paper(), question_id).rubric
    return GraderMark(
        levels=tuple((criterion.id, level) for criterion in rubric.criteria),
        cap_id=changes.get("cap_id"),  # type: ignore[arg-type]
        wants_adjudication=bool(changes.get("wants")),
    )


def question_ids() -> tuple[str, str]:
    section = essay_section(paper())
    assert section is not None
    one, two = section.questions
    return one.id, two.id


def test_an_essay_passes_from_waiting_to_settled() -> None:
    one, _ = question_ids()
    bare = EssayMarks(one, 700)
    half = EssayMarks(one, 700, first=mark(one, 4))
    both = EssayMarks(one, 700, first=mark(one, 4), second=mark(one, 4))
    states = [assess(paper(), Decimal(100), [essay])[0].state for essay in (bare, half, both)]
    assert states == [EssayState.WAITING, EssayState.HALF_MARKED, EssayState.SETTLED]


def test_a_wish_for_a_third_grader_is_a_reason_and_her_mark_ends_it() -> None:
    one, _ = question_ids()
    essay = EssayMarks(one, 700, first=mark(one, 4, wants=True), second=mark(one, 4))
    standing = assess(paper(), Decimal(100), [essay])[0]
    assert (standing.state, standing.reasons) == (EssayState.ADJUDICATION, (AdjudicationReason.REQUESTED,))
    settled = EssayMarks(one, 700, essay.first, essay.second, adjudicated=mark(one, 2), is_with_adjudicator=True)
    assert assess(paper(), Decimal(100), [settled])[0].points == Decimal(10)


def levels_mark(question_id: str, points: int) -> GraderMark:
    """A mark of this many points, spread over the criteria as evenly as it goes."""
    criteria = essay_question(paper(), question_id).rubric.criteria
    share, rest = divmod(points, len(criteria))
    return GraderMark(tuple((each.id, share + (place < rest)) for place, each in enumerate(criteria)), None, False)


def pairs_of(*points: tuple[int, int]) -> list[EssayMarks]:
    """The two essays of the paper, each with a first and a second mark of so many points."""
    return [
        EssayMarks(question_id, 700, levels_mark(question_id, first), levels_mark(question_id, second))
        for question_id, (first, second) in zip(question_ids(), points, strict=True)
    ]


@pytest.mark.parametrize(
    ("points", "reasons"),
    [
        pytest.param(((12, 14), (12, 14)), ("split_verdict", "split_verdict"), id="one passes her, the other fails her"),
        pytest.param(((12, 14), (14, 12)), ("split_verdict", "split_verdict"), id="whoever read first"),
        pytest.param(((13, 13), (13, 13)), (None, None), id="both agree"),
        pytest.param(((13, 14), (12, 13)), (None, None), id="25 and 27 both pass"),
        pytest.param(((11, 14), (12, 12)), ("flips_verdict", None), id="one mark decides, the other essay is undisputed"),
        pytest.param(((11, 14), (12, 13)), ("flips_verdict", "flips_verdict"), id="either mark decides"),
        pytest.param(((10, 14), (13, 14)), ("flips_verdict", "split_verdict"), id="one decides, the other only with it"),
    ],
)
def test_a_verdict_on_which_two_graders_split_is_adjudicated(
    points: tuple[tuple[int, int], tuple[int, int]], reasons: tuple[str | None, str | None]
) -> None:
    standings = assess(paper(), Decimal(80), pairs_of(*points))
    assert tuple(each.reasons[0].value if each.reasons else None for each in standings) == reasons
    assert [each.state is EssayState.ADJUDICATION for each in standings] == [reason is not None for reason in reasons]


def test_an_exam_may_leave_split_verdicts_to_the_mean() -> None:
    lenient = replace(paper(), disagreement=replace(paper().disagreement, split_verdict=False))
    assert {each.state for each in assess(lenient, Decimal(80), pairs_of((12, 14), (12, 14)))} == {EssayState.SETTLED}
    flipping = assess(lenient, Decimal(80), pairs_of((11, 14), (12, 12)))
    assert flipping[0].reasons == (AdjudicationReason.FLIPS_VERDICT,), "the flip rule always holds"


@settings(max_examples=120, deadline=None)
@given(st.integers(24, 40), st.tuples(*[st.tuples(st.integers(9, 16), st.integers(9, 16))] * 2))
def test_no_settled_attempt_would_be_decided_otherwise_by_any_choice_of_single_marks(
    right: int, points: tuple[tuple[int, int], tuple[int, int]]
) -> None:
    choice = right * Decimal("2.5")
    standings = assess(paper(), choice, pairs_of(*points))
    if any(standing.state is not EssayState.SETTLED for standing in standings):
        return
    means = [Decimal(sum(pair)) / 2 for pair in points]
    verdicts = {choice + sum(way) >= 105 and choice >= 60 and sum(way) >= 25 for way in [*product(*points), tuple(means)]}
    assert len(verdicts) == 1


def test_an_attempt_with_an_open_essay_has_no_result() -> None:
    one, two = question_ids()
    done = EssayMarks(one, 700, mark(one, 4), mark(one, 4))
    assert judge(paper(), Decimal(100), [done, EssayMarks(two, 700, mark(two, 4))]) is None
    assert judge(paper(), None, [done, EssayMarks(two, 700, mark(two, 4), mark(two, 4))]) is None


def test_a_sheet_keeps_only_what_the_rubric_knows() -> None:
    rubric = essay_question(paper(), question_ids()[0]).rubric
    body = {
        "levels": {rubric.criteria[0].id: "5", rubric.criteria[1].id: 9, "R99": 3, rubric.criteria[2].id: True},
        "cap_id": "unknown",
        "note": "a\x00b\r\nc",
        "feedback": 7,
        "wants_adjudication": "on",
    }
    sheet = read_sheet(rubric, body)
    assert sheet == MarkSheet(levels={rubric.criteria[0].id: 5}, note="ab\nc")
    assert read_sheet(rubric, sheet.body) == sheet
    with pytest.raises(Refused) as caught:
        check_complete(rubric, sheet, GraderPart.FIRST)
    assert (caught.value.reason, caught.value.number) == (Refusal.INCOMPLETE, 4)


def test_totals_fall_into_columns() -> None:
    chart = distribute(
        [(Decimal(150), True), (Decimal(105), True), (Decimal("104.5"), False), (Decimal(0), False)],
        maximum=Decimal(150),
        pass_line=Decimal(105),
    )
    assert [column.count for column in chart.columns if column.count] == [1, 2, 1]
    assert sum(column.passed for column in chart.columns) == 2


@pytest.mark.parametrize(("points", "text"), [("0.00", "0"), ("97.50", "97.5"), ("100", "100"), ("20.0", "20")])
def test_equal_points_are_equal_text(points: str, text: str) -> None:
    assert plain(Decimal(points)) == text


def test_every_state_and_refusal_has_its_words() -> None:
    assert set(labels.PARTS) == set(GraderPart)
    assert set(labels.TASK_STATES) == set(TaskState)
    assert set(labels.ESSAY_STATES) == set(EssayState)
    assert set(labels.REASONS) == set(AdjudicationReason)
    assert set(labels.SETTLED_BY) == set(SettledBy)
    for reason in Refusal:
        assert "。" in labels.refusal_words(Refused(reason, 2))
