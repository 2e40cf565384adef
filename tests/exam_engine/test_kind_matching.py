"""Matching: pairs in any order, distractors, partners used twice, faults in the content."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.answers import InvalidAnswer, answer_to_json, is_blank, parse_answer
from lms.exam_engine.errors import AnswerFault, ProblemCode
from lms.exam_engine.kinds.matching import PaperMatchingQuestion
from lms.exam_engine.marking import mark_question
from tests.exam_engine.sample_exam import body_of, check, frozen, question_yaml, with_bank

KIND = "matching"
BY_PAIR = frozen(KIND)
STRICT = frozen(KIND, body=body_of(KIND).replace("per_pair", "all_or_nothing"))
REPEATING = frozen(
    KIND, body=body_of(KIND).replace("l3: r1", "l3: r2").replace("    rule:", "    may_repeat_rights: true\n    rule:")
)
LEFTS, RIGHTS = ("l1", "l2", "l3"), ("r1", "r2", "r3", "r4")
PAIRS = st.permutations(RIGHTS).flatmap(
    lambda rights: st.lists(st.sampled_from(list(zip(LEFTS, rights, strict=False))), unique=True)
)


def _body(pairs: str) -> dict[str, object]:
    return {"kind": KIND, "pairs": [[f"l{pair[0]}", f"r{pair[1]}"] for pair in pairs.split()]}


@pytest.mark.parametrize(
    ("question", "pairs", "points"),
    [
        (BY_PAIR, "12 23 31", "2.5"),
        (BY_PAIR, "12 23", "1.67"),
        (BY_PAIR, "12 23 34", "1.67"),
        (BY_PAIR, "13 22", "0"),
        (BY_PAIR, "", "0"),
        (STRICT, "12 23 31", "2.5"),
        (STRICT, "12 23", "0"),
        (STRICT, "12 23 34", "0"),
        (REPEATING, "12 23 32", "2.5"),
        (REPEATING, "12 22 32", "1.67"),
    ],
    ids=[
        "all pairs",
        "two pairs, one left open",
        "two pairs, one distractor",
        "two swapped",
        "nothing",
        "strict: all pairs",
        "strict: one left open",
        "strict: one distractor",
        "a partner needed twice",
        "the same partner everywhere",
    ],
)
def test_points_follow_the_rule(question: PaperMatchingQuestion, pairs: str, points: str) -> None:
    mark = mark_question(question, parse_answer(question, _body(pairs)))
    assert str(mark.points) == points
    assert mark.is_correct is (mark.points == question.max_points)


@settings(max_examples=60, deadline=None)
@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_pairing_changes_nothing(pairs: list[tuple[str, str]], chance) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(pairs)
    chance.shuffle(shuffled)
    answers = [parse_answer(BY_PAIR, {"kind": KIND, "pairs": [[*pair] for pair in each]}) for each in (pairs, shuffled)]
    assert answers[0] == answers[1]
    assert list(answers[0].pairs) == sorted(pairs)  # type: ignore[attr-defined]
    assert is_blank(answers[0]) is (not pairs)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=12))
def test_partners_never_all_stand_level_and_the_left_stays_as_written(seed: str) -> None:
    question = frozen(KIND, seed=seed)
    assert isinstance(question, PaperMatchingQuestion)
    assert [item.id for item in question.lefts] == list(LEFTS)
    assert sorted(item.id for item in question.rights) == list(RIGHTS)
    assert [item.id for item in question.rights][:3] != [right for _, right in question.key]


def test_the_mark_names_the_pairs() -> None:
    mark = mark_question(BY_PAIR, parse_answer(BY_PAIR, _body("23 14")))
    assert (mark.chosen, mark.key) == ("l1=r4,l2=r3", "l1=r2,l2=r3,l3=r1")
    assert mark_question(BY_PAIR, None).chosen is None


def test_the_stored_text_is_the_one_a_browser_writes() -> None:
    assert answer_to_json(parse_answer(BY_PAIR, _body("23 14"))) == '{"kind":"matching","pairs":[["l1","r4"],["l2","r3"]]}'


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ([["l1", "r9"]], AnswerFault.UNKNOWN_OPTION),
        ([["r1", "l1"]], AnswerFault.UNKNOWN_OPTION),
        ([["l1", "r1"], ["l1", "r2"]], AnswerFault.REPEATED_OPTION),
        ([["l1", "r1"], ["l2", "r1"]], AnswerFault.REPEATED_OPTION),
        ([["l1"]], AnswerFault.WRONG_SHAPE),
        ([["l1", None]], AnswerFault.WRONG_SHAPE),
        (["l1"], AnswerFault.WRONG_SHAPE),
        ({"l1": "r1"}, AnswerFault.WRONG_SHAPE),
    ],
    ids=[
        "an unknown right",
        "sides swapped",
        "a left twice",
        "a right twice",
        "half a pair",
        "a pair with nothing",
        "no pair",
        "an object",
    ],
)
def test_what_is_no_pairing_is_refused(pairs: object, reason: AnswerFault) -> None:
    with pytest.raises(InvalidAnswer) as error:
        parse_answer(BY_PAIR, {"kind": KIND, "pairs": pairs})
    assert error.value.reason is reason


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ("l3: r1}", "l3: r9}", ProblemCode.KEY_NOT_AN_OPTION, "key:"),
        ("l3: r1}", "l9: r1}", ProblemCode.KEY_NOT_AN_OPTION, "key:"),
        (", l3: r1}", "}", ProblemCode.LEFT_WITHOUT_PARTNER, "key:"),
        ("l3: r1}", "l3: r2}", ProblemCode.RIGHT_USED_TWICE, "key:"),
        ("{l1: r2, l2: r3, l3: r1}", "{l1: r1, l2: r2, l3: r4}", ProblemCode.IDS_GIVE_KEY_AWAY, "key:"),
        ("{id: l2,", "{id: l1,", ProblemCode.DUPLICATE_ID, "{id: l1, text: 34条"),
        ("text: 罰則", "text: 指針", ProblemCode.DUPLICATE_TEXT, "{id: r4,"),
        ("rule: per_pair", "rule: per_side", ProblemCode.BAD_VALUE, "rule:"),
        ("    rule:", "    may_repeat_rights: often\n    rule:", ProblemCode.WRONG_TYPE, "may_repeat"),
    ],
    ids=[
        "an unknown right in the key",
        "an unknown left in the key",
        "a left without partner",
        "a partner twice",
        "partners in the order of their ids",
        "a left id twice",
        "a right text twice",
        "an unknown rule",
        "a switch set with a word",
    ],
)
def test_a_planted_fault_is_found_on_its_line(old: str, new: str, code: ProblemCode, at: str) -> None:
    assert old in body_of(KIND)
    texts = with_bank(question_yaml(KIND, "Q-1", body=body_of(KIND).replace(old, new)))
    line = texts["choices.yaml"].split(at)[0].count("\n") + 1
    assert (code, line) in [(problem.code, problem.line) for problem in check(texts)]


def test_ids_shared_by_partners_are_refused() -> None:
    body = body_of(KIND).replace("l1", "x").replace("r2", "x")
    assert ProblemCode.IDS_GIVE_KEY_AWAY in {problem.code for problem in check(with_bank(question_yaml(KIND, "Q-1", body=body)))}
