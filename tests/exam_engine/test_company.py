"""Who stands beside whom in a paper: quotas by kind, enemies apart, the questions of a case together."""

from collections import Counter
from dataclasses import replace
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.checks import check_supply
from lms.exam_engine.definitions import ChoiceSection, Exam, Question, QuestionStatus
from lms.exam_engine.errors import CannotDraw, ProblemCode
from lms.exam_engine.papers import Paper, draw_paper, paper_from_json, paper_to_json
from tests.exam_engine.sample_exam import EVERY_KIND, EXAM, case_yaml, check, parse, question_yaml, with_bank

SEEDS = st.text(max_size=12)


def _kinds(exam: Exam, paper: Paper) -> Counter[str]:
    return Counter(question.kind for question in paper.section("choice").questions)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_every_quota_by_kind_is_met(seed: str) -> None:
    section = EVERY_KIND.section("choice")
    assert isinstance(section, ChoiceSection)
    drawn = _kinds(EVERY_KIND, draw_paper(EVERY_KIND, seed=seed))
    assert drawn.total() == section.question_count == 7
    assert all(drawn[quota.kind] >= quota.count for quota in section.quotas if quota.kind)


def test_a_place_for_any_kind_takes_every_kind_in_turn() -> None:
    drawn = sum((_kinds(EVERY_KIND, draw_paper(EVERY_KIND, seed=str(seed))) for seed in range(40)), Counter[str]())
    assert drawn["single_choice"] > 5
    assert all(drawn[kind] > 40 for kind in drawn if kind != "single_choice")


def test_a_kind_that_any_kind_would_use_up_is_kept_for_its_own_quota() -> None:
    entries = [question_yaml("numeric", "N-1"), question_yaml("single_choice", "S-1")]
    exam = parse(with_bank(*entries, quotas="D1: {remember: {any: 1, numeric: 1}}", count=2))
    for seed in range(10):
        assert _kinds(exam, draw_paper(exam, seed=str(seed))) == {"numeric": 1, "single_choice": 1}


# Enemies: a quarrels with b, b with c; four of the five others quarrel with nobody.
QUARRELS = {"a": "[b]", "c": "[b]"}


def _bank(quotas: str, count: int, quarrels: dict[str, str] = QUARRELS) -> Exam:
    entries = [
        question_yaml("single_choice", name, level=level, extra=f"    enemies: {quarrels[name]}\n" if name in quarrels else "")
        for name, level in zip("abcdefg", ["remember"] * 4 + ["apply"] * 3, strict=True)
    ]
    return parse(with_bank(*entries, quotas=quotas, count=count))


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.frozensets(st.sampled_from("abcdefg")))
def test_enemies_never_stand_in_one_paper_whichever_of_them_says_so(seed: str, avoid: frozenset[str]) -> None:
    exam = _QUARRELING
    drawn = set(draw_paper(exam, seed=seed, avoid=avoid).question_ids("choice"))
    assert len(drawn) == 4
    assert not {"a", "b"} <= drawn
    assert not {"b", "c"} <= drawn
    assert draw_paper(exam, seed=seed, avoid=avoid) == draw_paper(exam, seed=seed, avoid=avoid)


_QUARRELING = _bank("D1: {remember: 2, apply: 2}", 4)


def test_the_only_possible_paper_is_found_for_every_seed() -> None:
    exam = _bank("D1: {remember: 3, apply: 3}", 6)
    for seed in range(20):
        assert set(draw_paper(exam, seed=str(seed)).question_ids("choice")) == {"a", "c", "d", "e", "f", "g"}


def test_enemies_in_other_cells_and_sections_stay_apart_too() -> None:
    quarrels = {"e": "[a, b, c]", "d": "[T1-001, f]"}
    exam = _bank("D1: {remember: 3, apply: 1}", 4, quarrels)
    for seed in range(30):
        drawn = {
            *draw_paper(exam, seed=str(seed)).question_ids("choice"),
            *draw_paper(exam, seed=str(seed)).question_ids("essay"),
        }
        assert "e" not in drawn
        assert not {"d", "f"} <= drawn
        assert not {"d", "T1-001"} <= drawn


def test_enemies_that_leave_no_paper_are_named_while_parsing_and_refused_while_drawing() -> None:
    entries = [
        question_yaml("single_choice", name, extra=extra)
        for name, extra in (("a", "    enemies: [b, c]\n"), ("b", "    enemies: [c]\n"), ("c", ""))
    ]
    texts = with_bank(*entries, quotas="D1: {remember: 2}", count=2)
    [problem] = check(texts)
    assert (problem.code, problem.file, problem.path) == (ProblemCode.QUOTAS_COLLIDE, "exam.yaml", "sections")
    friends = parse(
        {**texts, "choices.yaml": texts["choices.yaml"].replace("    enemies: [b, c]\n", "").replace("    enemies: [c]\n", "")}
    )
    enemies = replace(friends, questions=tuple(replace(each, enemies=("a", "b", "c")) for each in friends.questions))
    with pytest.raises(CannotDraw) as error:
        draw_paper(enemies, seed="x")
    assert error.value.section_id == "choice"


def test_a_retired_enemy_bothers_nobody() -> None:
    entries = [
        question_yaml("single_choice", "a", extra="    enemies: [b]\n"),
        question_yaml("single_choice", "b").replace("unreviewed", "retired"),
    ]
    assert check(with_bank(*entries)) == ()


def test_avoiding_what_was_seen_reaches_beyond_enemies() -> None:
    # The unseen d could be replaced by nobody else unseen: its enemy a must give way, not the promise to avoid.
    exam = _bank("D1: {remember: 1, apply: 1}", 2, {"a": "[e]"})
    for seed in range(20):
        assert set(draw_paper(exam, seed=str(seed), avoid={"c", "d", "f", "g"}).question_ids("choice")) == {"b", "e"}


def _with_cases(quotas: str = "D1: {remember: 2, apply: 2, evaluate: 1}", count: int = 5) -> Exam:
    """Two cases with a question on three levels each, and three questions of each level without one."""
    entries = [case_yaml("C-1"), case_yaml("C-2")]
    for level in ("remember", "apply", "evaluate"):
        entries += [
            question_yaml("single_choice", f"{case}-{level}", level=level, extra=f"    case: {case}\n") for case in ("C-1", "C-2")
        ]
        entries += [question_yaml("numeric", f"N-{level}-{number}", level=level) for number in (1, 2, 3)]
    return parse(with_bank(*entries, quotas=quotas, count=count))


CASES = _with_cases()


def _drawn_cases(paper: Paper) -> list[str | None]:
    return [question.case for question in paper.section("choice").questions]


@settings(max_examples=80, deadline=None)
@given(SEEDS)
def test_the_questions_of_a_case_stand_next_to_each_other_and_its_text_is_in_the_paper(seed: str) -> None:
    paper = draw_paper(CASES, seed=seed)
    section = paper.section("choice")
    blocks = [case for case, _ in groupby(_drawn_cases(paper)) if case]
    assert len(blocks) == len(set(blocks))
    assert [case.id for case in section.cases] == blocks
    assert {question.case for question in section.questions} - {None} == set(blocks)
    assert all(case.text == CASES.case(case.id).text and case.title for case in section.cases)
    assert paper_from_json(paper_to_json(paper)) == paper


@settings(max_examples=80, deadline=None)
@given(SEEDS)
def test_siblings_of_a_drawn_case_come_first_in_their_own_cells(seed: str) -> None:
    paper = draw_paper(CASES, seed=seed)
    drawn = Counter(case for case in _drawn_cases(paper) if case)
    # Two cases fill the single place of the last cell only once; all other cells have room for both.
    assert sorted(drawn.values()) in ([], [3], [2, 3])
    levels = Counter(question.level for question in CASES.questions if question.id in paper.question_ids("choice"))
    assert sorted(levels.values()) == [1, 2, 2]


def test_a_sibling_seen_before_is_not_preferred() -> None:
    seen = {"C-1-apply", "C-2-apply"}
    for seed in range(20):
        assert not seen & set(draw_paper(CASES, seed=str(seed), avoid=seen).question_ids("choice"))


def test_a_sibling_seen_before_does_not_push_out_what_was_not_seen() -> None:
    seen = {question.id for question in CASES.questions if "apply" in question.id} - {"N-apply-1"}
    for seed in range(20):
        assert "N-apply-1" in draw_paper(CASES, seed=str(seed), avoid=seen).question_ids("choice")


def test_a_case_may_be_drawn_or_not() -> None:
    counts = Counter(len(draw_paper(CASES, seed=str(seed)).section("choice").cases) for seed in range(60))
    assert set(counts) == {0, 1, 2}


def test_the_questions_of_a_retired_case_are_not_drawn() -> None:
    exam = replace(CASES, cases=tuple(replace(case, status=QuestionStatus.RETIRED) for case in CASES.cases))
    for seed in range(10):
        assert not any(_drawn_cases(draw_paper(exam, seed=str(seed))))


def test_a_quota_that_only_a_retired_case_could_fill_is_named_while_parsing() -> None:
    entries = [case_yaml("C-1", status="retired"), question_yaml("single_choice", "a", extra="    case: C-1\n")]
    assert [problem.code for problem in check(with_bank(*entries))] == [ProblemCode.QUOTA_UNFILLED]


def test_an_essay_may_belong_to_a_case() -> None:
    essays = tuple(replace(essay, case="C-1") for essay in CASES.essays)
    section = draw_paper(replace(CASES, essays=essays), seed="x").section("essay")
    assert [case.id for case in section.cases] == ["C-1"]
    assert {question.case for question in section.questions} == {"C-1"}


def test_a_case_is_a_bank_entry_with_references_and_an_id_of_its_own() -> None:
    texts = with_bank(case_yaml("Q-1").replace("[F-001]", "[F-999]"), question_yaml("numeric", "Q-1"))
    assert {problem.code for problem in check(texts)} == {ProblemCode.UNKNOWN_FACT, ProblemCode.DUPLICATE_ID}
    with pytest.raises(KeyError):
        EXAM.case("C-1")


_IDS = [question.id for question in EXAM.bank]
_COMPANY = st.lists(st.tuples(st.sampled_from(_IDS), st.sampled_from(_IDS)).filter(lambda pair: pair[0] != pair[1]), max_size=25)
_MEMBERS = st.dictionaries(st.sampled_from(_IDS), st.sampled_from(["C-1", "C-2"]), max_size=10)


@settings(max_examples=150, deadline=None)
@given(_COMPANY, _MEMBERS, SEEDS, st.frozensets(st.sampled_from(_IDS), max_size=6))
def test_a_paper_is_drawn_exactly_when_parsing_says_so_and_keeps_every_promise(
    quarrels: list[tuple[str, str]], members: dict[str, str], seed: str, avoid: frozenset[str]
) -> None:
    def in_company(question: Question) -> Question:
        enemies = tuple(other for one, other in quarrels if one == question.id)
        return replace(question, enemies=enemies, case=members.get(question.id))

    exam = replace(
        EXAM,
        questions=tuple(in_company(each) for each in EXAM.questions),
        essays=tuple(in_company(each) for each in EXAM.essays),
        cases=CASES.cases,
    )
    if [*check_supply(exam.sections, exam.bank, exam.cases)]:
        with pytest.raises(CannotDraw):
            draw_paper(exam, seed=seed, avoid=avoid)
        return
    paper = draw_paper(exam, seed=seed, avoid=avoid)
    drawn = {*paper.question_ids("choice"), *paper.question_ids("essay")}
    assert len(drawn) == 6
    assert not any({*pair} <= drawn for pair in quarrels)
    assert Counter(exam.question(each).level for each in paper.question_ids("choice")) == {
        "remember": 2,
        "apply": 1,
        "evaluate": 1,
    }
    for section in paper.sections:
        blocks = [case for case, _ in groupby(question.case for question in section.questions) if case]
        assert blocks == [case.id for case in section.cases]
