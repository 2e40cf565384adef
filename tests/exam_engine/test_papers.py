"""Papers: quotas always met, the same seed the same paper, one canonical text that comes back unchanged."""

import json
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exam_engine.definitions import ChoiceSection, Exam, QuestionStatus, SectionKind
from lms.exam_engine.drawing import Shuffler
from lms.exam_engine.errors import CannotDraw, InvalidPaper
from lms.exam_engine.papers import (
    Paper,
    PaperChoiceQuestion,
    PaperEssayQuestion,
    draw_paper,
    paper_from_json,
    paper_sha256,
    paper_to_json,
)
from tests.exam_engine.sample_exam import EXAM, PAPER

SEEDS = st.text(max_size=20)


def _choices(paper: Paper) -> list[PaperChoiceQuestion]:
    return [question for question in paper.section("choice").questions if isinstance(question, PaperChoiceQuestion)]


def _essays(paper: Paper) -> list[PaperEssayQuestion]:
    return [question for question in paper.section("essay").questions if isinstance(question, PaperEssayQuestion)]


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_every_quota_and_slot_is_met_whatever_the_seed(seed: str) -> None:
    paper = draw_paper(EXAM, seed=seed)
    section = EXAM.section("choice")
    assert isinstance(section, ChoiceSection)
    drawn = Counter((question.domain, question.level) for question in _choices(paper))
    assert drawn == {(quota.domain, quota.level): quota.count for quota in section.quotas}
    assert [essay.type == "T1" for essay in _essays(paper)] == [True, False]
    assert len({*paper.question_ids("choice"), *paper.question_ids("essay")}) == 6


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_a_drawn_question_keeps_its_options_its_key_and_its_points(seed: str) -> None:
    for question in _choices(draw_paper(EXAM, seed=seed)):
        original = EXAM.question(question.id)
        texts = {option.id: option.text for option in question.options}
        assert texts == {option.id: option.text for option in original.options}  # type: ignore[union-attr]
        assert question.key in texts
        assert question.points == Decimal("2.5")


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_the_bank_does_not_change_the_paper(seed: str, chance) -> None:  # type: ignore[no-untyped-def]
    questions, essays = list(EXAM.questions), list(EXAM.essays)
    chance.shuffle(questions)
    chance.shuffle(essays)
    shuffled = replace(EXAM, questions=tuple(questions), essays=tuple(essays))
    assert draw_paper(shuffled, seed=seed) == draw_paper(EXAM, seed=seed)


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_a_paper_comes_back_from_its_text_unchanged(seed: str) -> None:
    paper = draw_paper(EXAM, seed=seed)
    text = paper_to_json(paper)
    assert paper_from_json(text) == paper
    assert paper_to_json(paper_from_json(text)) == text


def test_the_same_seed_draws_the_same_paper_and_others_draw_others() -> None:
    texts = [paper_to_json(draw_paper(EXAM, seed=seed)) for seed in ("a", "a", "b", "c")]
    assert texts[0] == texts[1]
    assert len({paper_sha256(text) for text in texts}) == 3


def test_the_generator_gives_the_same_numbers_on_every_machine() -> None:
    stream = Shuffler("seed", "purpose")
    assert [stream.below(1000) for _ in range(5)] == GOLDEN_NUMBERS
    assert Shuffler("seed", "purpose").shuffled("abcdefgh") == GOLDEN_ORDER


GOLDEN_NUMBERS = [273, 363, 977, 487, 704]
GOLDEN_ORDER = list("gdeacfhb")


def test_the_generator_is_even_enough() -> None:
    stream = Shuffler("even", "")
    counts = Counter(stream.below(6) for _ in range(6000))
    assert all(850 < counts[face] < 1150 for face in range(6))


def test_numbers_count_from_one_within_each_section() -> None:
    for section in PAPER.sections:
        assert [question.number for question in section.questions] == list(range(1, len(section.questions) + 1))


def test_questions_are_shuffled_within_the_section_and_options_within_the_question() -> None:
    papers = [draw_paper(EXAM, seed=str(number)) for number in range(30)]
    assert len({tuple(question.level for question in _choices(paper)) for paper in papers}) > 3
    orders = {tuple(option.id for option in question.options) for paper in papers for question in _choices(paper)}
    assert len(orders) > 15


def test_a_type_with_many_essays_is_drawn_no_more_often_than_one_with_few() -> None:
    drawn = Counter(_essays(draw_paper(EXAM, seed=str(number)))[1].type for number in range(300))
    assert 110 < drawn["T3"] < 190
    assert 110 < drawn["T4"] < 190


def test_questions_seen_before_are_avoided_while_others_remain() -> None:
    seen = {"D1-r1", "D1-r2", "D1-r3", "D1-a1", "D1-a2", "D4-e3", "T1-002", "T3-001", "T3-002", "T3-003"}
    for number in range(20):
        paper = draw_paper(EXAM, seed=str(number), avoid=seen)
        assert not seen & {*paper.question_ids("choice"), *paper.question_ids("essay")}


def test_questions_seen_before_are_drawn_when_nothing_else_is_left() -> None:
    seen = {question.id for question in EXAM.questions} - {"D1-r4"}
    for number in range(10):
        assert "D1-r4" in draw_paper(EXAM, seed=str(number), avoid=seen).question_ids("choice")


def test_a_second_sitting_shows_other_questions() -> None:
    first = draw_paper(EXAM, seed="1")
    seen = [*first.question_ids("choice"), *first.question_ids("essay")]
    second = draw_paper(EXAM, seed="2", avoid=seen)
    assert not set(seen) & {*second.question_ids("choice"), *second.question_ids("essay")}


def _retire(exam: Exam, *ids: str) -> Exam:
    return replace(
        exam,
        questions=tuple(replace(q, status=QuestionStatus.RETIRED) if q.id in ids else q for q in exam.questions),
        essays=tuple(replace(q, status=QuestionStatus.RETIRED) if q.id in ids else q for q in exam.essays),
    )


def test_retired_questions_are_never_drawn() -> None:
    exam = _retire(EXAM, "D1-r1", "D1-a2", "D4-e1", "T4-001")
    for number in range(20):
        paper = draw_paper(exam, seed=str(number))
        assert not {"D1-r1", "D1-a2", "D4-e1", "T4-001"} & {*paper.question_ids("choice"), *paper.question_ids("essay")}


@pytest.mark.parametrize(
    ("retired", "section_id"),
    [(("D1-a1", "D1-a2", "D1-a3"), "choice"), (("T1-001", "T1-002"), "essay")],
    ids=["a quota without questions", "a slot without essays"],
)
def test_a_bank_that_is_too_small_cannot_be_drawn_from(retired: tuple[str, ...], section_id: str) -> None:
    with pytest.raises(CannotDraw) as error:
        draw_paper(_retire(EXAM, *retired), seed="x")
    assert error.value.section_id == section_id


def test_a_paper_holds_everything_the_attempt_needs() -> None:
    choice, essay = PAPER.sections
    assert (choice.kind, essay.kind) == (SectionKind.CHOICE, SectionKind.ESSAY)
    assert (choice.time_limit_seconds, essay.time_limit_seconds) == (3600, 2700)
    assert choice.limits is None
    assert essay.limits == EXAM.section("essay").limits  # type: ignore[union-attr]
    assert all(question.rubric == EXAM.rubric(question.type) for question in _essays(PAPER))
    assert (PAPER.pass_rule, PAPER.disagreement, PAPER.pledge) == (EXAM.pass_rule, EXAM.disagreement, EXAM.pledge)
    assert PAPER.question("T1-001" if "T1-001" in PAPER.question_ids("essay") else "T1-002").lessons == ("L02",)


@pytest.mark.parametrize("look_up", [PAPER.section, PAPER.question, PAPER.question_ids], ids=["section", "question", "ids"])
def test_looking_up_what_is_not_in_the_paper_raises(look_up) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(KeyError):
        look_up("nothing")


TEXT = paper_to_json(PAPER)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "null",
        TEXT + " ",
        TEXT.replace('"seed":', '"unknown":1,"seed":'),
        TEXT.replace('"seed":"sample",', ""),
        TEXT.replace('"points":"2.5"', '"points":2.5'),
        TEXT.replace('"number":1', '"number":"1"', 1),
        TEXT.replace('"number":1', '"number":1.0', 1),
        TEXT.replace('"kind":"single_choice"', '"kind":"riddle"', 1),
        json.dumps(json.loads(TEXT)),
    ],
    ids=[
        "nothing",
        "an empty object",
        "null",
        "a trailing blank",
        "an unknown field",
        "a missing field",
        "points as a number",
        "a number as text",
        "a whole number as a fraction",
        "an unknown kind",
        "another way of writing the same",
    ],
)
def test_only_the_canonical_text_is_a_paper(text: str) -> None:
    with pytest.raises(InvalidPaper):
        paper_from_json(text)


def test_the_canonical_text_is_plain_and_sorted() -> None:
    assert canonical_json({"b": (1, Decimal("2.50")), "a": "あ", "c": None}) == '{"a":"あ","b":[1,"2.50"],"c":null}'
    assert sha256_hex("あ") == paper_sha256("あ")
    assert len(sha256_hex("")) == 64


@pytest.mark.parametrize("value", [0.5, {1: "a"}, {"a": object()}, {1, 2}, b"x"], ids=["float", "key", "object", "set", "bytes"])
def test_what_has_no_exact_text_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)
