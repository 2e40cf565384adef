"""Exam content: the sample parses, and every fault planted in it is found with its line."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.definitions import ChoiceSection, EssaySection, Level, Materials
from lms.exam_engine.errors import ExamContentError, ProblemCode, Severity
from lms.exam_engine.yaml_tree import SourceText, format_path, read_tree
from tests.exam_engine.sample_anchors import CODES_OF_ANCHORS
from tests.exam_engine.sample_exam import EXAM, TEXTS, check, parse


@dataclass(frozen=True)
class Fault:
    """In `file`, `old` becomes `new`; then `code` is found on the line where `at` first stands."""

    file: str
    old: str
    new: str
    code: ProblemCode
    at: str


FAULTS = {
    "an anchor and its alias": Fault("choices.yaml", "facts: [F-001]", "facts: [&f F-001, *f]", ProblemCode.ANCHOR, "&f"),
    "a tag": Fault("choices.yaml", "version: 1", "version: !!python/int 1", ProblemCode.TAG, "!!python"),
    "the same key twice": Fault(
        "choices.yaml", "    version: 1\n", "    version: 1\n    version: 2\n", ProblemCode.DUPLICATE_KEY, "version: 2"
    ),
    "a second document": Fault("exam.yaml", "pledge:", "---\npledge:", ProblemCode.YAML_SYNTAX, "---"),
    "a field nobody knows": Fault(
        "choices.yaml", "author: 事務局原案", "auther: 事務局原案", ProblemCode.UNKNOWN_FIELD, "auther"
    ),
    "a field that is missing": Fault("choices.yaml", "    version: 1\n", "", ProblemCode.MISSING_FIELD, "- id: D1-r1"),
    "an option field nobody knows": Fault(
        "choices.yaml", 'reason: "理由三"', 'raeson: "理由三"', ProblemCode.UNKNOWN_FIELD, "raeson"
    ),
    "a number where a text belongs": Fault(
        "choices.yaml", "author: 事務局原案", "author: 12", ProblemCode.WRONG_TYPE, "author: 12"
    ),
    "a truth value where a count belongs": Fault(
        "choices.yaml", "version: 1", "version: true", ProblemCode.WRONG_TYPE, "version: true"
    ),
    "a text where a list belongs": Fault(
        "choices.yaml", "lessons: [L01]", "lessons: L01", ProblemCode.WRONG_TYPE, "lessons: L01"
    ),
    "a question that is a text": Fault(
        "essays.yaml", "questions:\n", "questions:\n  - 問い\n", ProblemCode.UNKNOWN_KIND, "- 問い"
    ),
    "a domain that does not exist": Fault("choices.yaml", "domain: D1", "domain: D9", ProblemCode.BAD_VALUE, "domain: D9"),
    "a status that does not exist": Fault(
        "choices.yaml", "status: unreviewed", "status: draft", ProblemCode.BAD_VALUE, "status: draft"
    ),
    "a day that does not exist": Fault("choices.yaml", '"2026-11-22"', '"2026-02-30"', ProblemCode.BAD_VALUE, '"2026-02-30"'),
    "an id with a blank": Fault("choices.yaml", "id: D1-r1", 'id: "D1 r1"', ProblemCode.BAD_VALUE, '"D1 r1"'),
    "an empty stem": Fault("essays.yaml", "title: T1-001の題", 'title: ""', ProblemCode.BAD_VALUE, 'title: ""'),
    "points that are no number": Fault("exam.yaml", 'total: "42"', "total: many", ProblemCode.BAD_VALUE, "total: many"),
    "points without end": Fault("exam.yaml", 'total: "42"', 'total: "Infinity"', ProblemCode.BAD_VALUE, "Infinity"),
    "a rule switched on with a word": Fault(
        "exam.yaml", "split_cap: true", "split_cap: yes", ProblemCode.WRONG_TYPE, "split_cap: yes"
    ),
    "a kind of question that does not exist": Fault(
        "choices.yaml", "kind: single_choice", "kind: riddle", ProblemCode.UNKNOWN_KIND, "kind: riddle"
    ),
    "a kind of section that does not exist": Fault(
        "exam.yaml", "kind: essay", "kind: oral", ProblemCode.UNKNOWN_KIND, "kind: oral"
    ),
    "a question id used twice": Fault("choices.yaml", "id: D1-r2\n", "id: D1-r1\n", ProblemCode.DUPLICATE_ID, "id: D1-r1\n@2"),
    "an essay with the id of a choice question": Fault(
        "essays.yaml", "id: T1-001\n", "id: D1-r1\n", ProblemCode.DUPLICATE_ID, "id: D1-r1"
    ),
    "a rubric id used twice": Fault(
        "rubrics.yaml", "- id: T3\n", "- id: T1\n", ProblemCode.DUPLICATE_ID, "- id: T1\n    revision\n@2"
    ),
    "a criterion id used twice": Fault("rubrics.yaml", "id: T1-R2", "id: T1-R1", ProblemCode.DUPLICATE_ID, "id: T1-R1\n@2"),
    "a section id used twice": Fault("exam.yaml", "id: essay\n", "id: choice\n", ProblemCode.DUPLICATE_ID, "- id: choice\n@2"),
    "an option id used twice": Fault("choices.yaml", "{id: b,", "{id: a,", ProblemCode.DUPLICATE_ID, "{id: a,\n@2"),
    "a fact nobody knows": Fault("choices.yaml", "[F-001]", "[F-999]", ProblemCode.UNKNOWN_FACT, "F-999"),
    "a fact too uncertain for an exam": Fault("choices.yaml", "[F-001]", "[F-003]", ProblemCode.UNCERTAIN_FACT, "F-003"),
    "a lesson that is not in the course": Fault("essays.yaml", "[L02]", "[L02, L77]", ProblemCode.UNKNOWN_LESSON, "L77"),
    "a key that is no option": Fault("choices.yaml", "key: b", "key: e", ProblemCode.KEY_NOT_AN_OPTION, "key: e"),
    "three options": Fault(
        "choices.yaml",
        '      - {id: d, text: "D1-r1の選択肢その四", reason: "理由四"}\n',
        "",
        ProblemCode.OPTION_COUNT,
        "options:",
    ),
    "options that are not a to d": Fault("choices.yaml", "{id: d,", "{id: e,", ProblemCode.OPTION_IDS, "options:"),
    "a negative demand that is not bold": Fault(
        "choices.yaml", "適切なものはどれか", "適切でないものはどれか", ProblemCode.NEGATIVE_NOT_BOLD, "stem:"
    ),
    "all of the above": Fault("choices.yaml", "D1-r1の選択肢その三", "上記すべて", ProblemCode.CATCH_ALL_OPTION, "上記すべて"),
    "none of the above": Fault("choices.yaml", "D1-r1の選択肢その三", "該当なし", ProblemCode.CATCH_ALL_OPTION, "該当なし"),
    "a quota the bank cannot fill": Fault(
        "exam.yaml", "      D4: {evaluate: 1}", "      D4:\n        evaluate: 9", ProblemCode.QUOTA_UNFILLED, "evaluate: 9"
    ),
    "a quota of an empty cell": Fault("exam.yaml", "D4: {evaluate: 1}", "D5: {evaluate: 1}", ProblemCode.QUOTA_UNFILLED, "D5:"),
    "a slot nothing can fill": Fault("exam.yaml", "types: [T1]", "types: [T9]", ProblemCode.SLOT_UNFILLED, "[T9]"),
    "questions that do not add up": Fault(
        "exam.yaml", 'max_points: "10"', 'max_points: "100"', ProblemCode.POINTS_MISMATCH, 'max_points: "100"'
    ),
    "essays that do not add up": Fault(
        "exam.yaml", 'max_points: "50"', 'max_points: "60"', ProblemCode.POINTS_MISMATCH, 'max_points: "60"'
    ),
    "a rubric that is not there": Fault("essays.yaml", "rubric: T1", "rubric: T8", ProblemCode.MISSING_RUBRIC, "rubric: T8"),
    "a rubric worth another number of points": Fault(
        "exam.yaml", '[T1], max_points: "25"', '[T1], max_points: "20"', ProblemCode.RUBRIC_POINTS, "essays.yaml@rubric: T1"
    ),
    "a level left out": Fault("rubrics.yaml", "{points: 2, text: 状態2}, ", "", ProblemCode.RUBRIC_LEVELS, "levels:"),
    "levels from worst to best": Fault(
        "rubrics.yaml", "points: 5, text: 状態5", "points: 0, text: 状態5", ProblemCode.RUBRIC_LEVELS, "levels:"
    ),
    "an expression criterion that is not there": Fault(
        "rubrics.yaml", "criterion: T1-R5", "criterion: T1-R9", ProblemCode.UNKNOWN_CRITERION, "T1-R9"
    ),
    "a cap above the rubric": Fault("rubrics.yaml", "cap_points: 12", "cap_points: 26", ProblemCode.CAP_POINTS, "cap_points: 26"),
    "a length beyond itself": Fault("essays.yaml", "max_chars: 800", "max_chars: 600", ProblemCode.CHAR_LIMITS, "max_chars: 600"),
    "limits out of order": Fault(
        "exam.yaml", "under_not_graded: 200", "under_not_graded: 500", ProblemCode.CHAR_LIMITS, "limits:"
    ),
    "a pass rule for no section": Fault("exam.yaml", 'choice: "6"', 'oral: "6"', ProblemCode.UNKNOWN_SECTION, 'oral: "6"'),
    "more points needed than there are": Fault(
        "exam.yaml", 'total: "42"', 'total: "60.5"', ProblemCode.UNREACHABLE_POINTS, 'total: "60.5"'
    ),
    "a case that is not there": Fault(
        "choices.yaml", "    domain: D1", "    case: C-9\n    domain: D1", ProblemCode.UNKNOWN_CASE, "case: C-9"
    ),
    "an enemy that is not there": Fault(
        "essays.yaml", "    domains:", "    enemies: [D1-r1, X-1]\n    domains:", ProblemCode.UNKNOWN_ENEMY, "enemies:"
    ),
    "an enemy of itself": Fault(
        "choices.yaml", "    domain: D1", "    enemies: [D1-r1]\n    domain: D1", ProblemCode.UNKNOWN_ENEMY, "enemies:"
    ),
    "a cell of a kind that does not exist": Fault(
        "exam.yaml", "D4: {evaluate: 1}", "D4: {evaluate: {riddle: 1}}", ProblemCode.UNKNOWN_KIND, "riddle"
    ),
    "a cell of a kind the bank does not have": Fault(
        "exam.yaml", "D4: {evaluate: 1}", "D4: {evaluate: {numeric: 1}}", ProblemCode.QUOTA_UNFILLED, "numeric"
    ),
    "a cell that is a word": Fault("exam.yaml", "D4: {evaluate: 1}", "D4: {evaluate: one}", ProblemCode.WRONG_TYPE, "D4:"),
    "a cell below zero": Fault("exam.yaml", "D4: {evaluate: 1}", "D4: {evaluate: -1}", ProblemCode.BAD_VALUE, "D4:"),
    "a number of a kind below zero": Fault(
        "exam.yaml", "D4: {evaluate: 1}", "D4: {evaluate: {any: -1}}", ProblemCode.BAD_VALUE, "D4:"
    ),
    "more points needed than a section has": Fault(
        "exam.yaml", 'essay: "25"', 'essay: "51"', ProblemCode.UNREACHABLE_POINTS, 'essay: "51"'
    ),
}


CODES_OF_KINDS = {
    ProblemCode.DUPLICATE_TEXT,
    ProblemCode.IDS_GIVE_KEY_AWAY,
    ProblemCode.LEFT_WITHOUT_PARTNER,
    ProblemCode.RIGHT_USED_TWICE,
    ProblemCode.NOTHING_TO_ACCEPT,
    ProblemCode.SAME_ANSWER,
    ProblemCode.QUOTAS_COLLIDE,
}
"""Planted in the tests of their kinds, and of drawing."""


def _line_of(texts: dict[str, str], file: str, at: str) -> tuple[str, int]:
    """The file and line where `at` stands; `name@at` looks in another file, `at\\n@2` for the second place."""
    if "@" in at and not at.endswith("@2"):
        file, at = at.split("@")
    second = at.endswith("\n@2")
    at = at.removesuffix("\n@2")
    position = texts[file].index(at)
    if second:
        position = texts[file].index(at, position + 1)
    return file, texts[file].count("\n", 0, position) + 1


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_planted_fault_keeps_the_exam_from_going_live_and_is_found_with_its_line(fault: Fault) -> None:
    assert fault.old in TEXTS[fault.file]
    texts = {**TEXTS, fault.file: TEXTS[fault.file].replace(fault.old, fault.new, 1)}
    with pytest.raises(ExamContentError) as error:
        parse(texts)
    found = [(problem.file, problem.line) for problem in error.value.problems if problem.code is fault.code]
    assert _line_of(texts, fault.file, fault.at) in found


def test_every_code_has_a_planted_fault() -> None:
    elsewhere = {ProblemCode.KEY_LENGTH, ProblemCode.TOO_LARGE, ProblemCode.TOO_DEEP} | CODES_OF_ANCHORS | CODES_OF_KINDS
    assert {fault.code for fault in FAULTS.values()} | elsewhere == set(ProblemCode)


def test_the_sample_has_no_problem() -> None:
    assert check(TEXTS) == ()


def test_the_sample_becomes_definitions() -> None:
    choice, essay = EXAM.sections
    assert isinstance(choice, ChoiceSection)
    assert isinstance(essay, EssaySection)
    assert choice.time_limit == timedelta(minutes=60)
    assert choice.points_per_question == Decimal("2.5")
    assert choice.materials is Materials.CLOSED
    assert (choice.question_count, essay.question_count) == (4, 2)
    assert all(quota.count for quota in choice.quotas)
    assert EXAM.pass_rule.sections == (("choice", Decimal(6)), ("essay", Decimal(25)))
    assert EXAM.as_of == date(2026, 11, 22)
    assert EXAM.question("D1-a1").id == "D1-a1"
    assert EXAM.questions[0].level is Level.REMEMBER
    assert EXAM.rubric("T3").max_points == 25
    assert EXAM.section("essay") is essay


@pytest.mark.parametrize("look_up", [EXAM.section, EXAM.question, EXAM.rubric], ids=["section", "question", "rubric"])
def test_looking_up_what_is_not_there_raises(look_up) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(KeyError):
        look_up("nothing")


def test_all_faults_are_collected_in_one_reading() -> None:
    broken = {
        **TEXTS,
        "exam.yaml": TEXTS["exam.yaml"].replace('total: "42"', 'total: "420"'),
        "choices.yaml": TEXTS["choices.yaml"].replace("key: b", "key: e").replace("[F-001]", "[F-003]", 1),
        "rubrics.yaml": TEXTS["rubrics.yaml"].replace("revision: 1", "revision: first", 1),
    }
    codes = {problem.code for problem in check(broken)}
    assert codes == {
        ProblemCode.UNREACHABLE_POINTS,
        ProblemCode.KEY_NOT_AN_OPTION,
        ProblemCode.UNCERTAIN_FACT,
        ProblemCode.WRONG_TYPE,
    }


def test_problems_come_in_the_order_of_files_and_lines_and_name_the_path() -> None:
    broken = {**TEXTS, "choices.yaml": TEXTS["choices.yaml"].replace("key: b", "key: e")}
    problems = check(broken)
    assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)
    assert problems[0].path == "questions[0].key"
    assert problems[0].values == {"key": "e"}


def test_a_broken_bank_does_not_add_unfilled_quotas() -> None:
    texts = {**TEXTS, "choices.yaml": "questions: ["}
    assert {problem.code for problem in check(texts)} == {ProblemCode.YAML_SYNTAX}


def test_two_slots_cannot_share_one_essay() -> None:
    texts = {**TEXTS, "exam.yaml": TEXTS["exam.yaml"].replace("[T1]", "[T4]").replace("[T3, T4]", "[T4]")}
    [problem] = check(texts)
    assert (problem.code, problem.path) == (ProblemCode.SLOT_UNFILLED, "sections[1].slots")
    assert problem.values == {"types": "T4", "needed": 2, "available": 1}


def test_retired_questions_do_not_fill_a_quota() -> None:
    retired = TEXTS["choices.yaml"].replace("status: unreviewed", "status: retired")
    problems = check({**TEXTS, "choices.yaml": retired})
    assert {problem.values["available"] for problem in problems} == {0}
    assert len(problems) == 3


@pytest.mark.parametrize(
    "words",
    [
        "**適切でないもの**はどれか",
        "**誤っているもの**を選べ",
        "適切なものはどれか",
        "不適切な対応を防ぐ方法として適切なものはどれか",
    ],
    ids=["a bold negative", "a bold error", "a positive demand", "a negative word that is not the demand"],
)
def test_a_stem_that_is_worded_well_passes(words: str) -> None:
    assert check({**TEXTS, "choices.yaml": TEXTS["choices.yaml"].replace("適切なものはどれか", words)}) == ()


@pytest.mark.parametrize(
    "words",
    [
        "誤っているものはどれか",
        "不適切なものはどれか",
        "該当しないものを一つ選べ",
        "含まれないものはどれか",
        "正しくないものはどれか",
    ],
)
def test_negative_demands_must_be_bold(words: str) -> None:
    texts = {**TEXTS, "choices.yaml": TEXTS["choices.yaml"].replace("適切なものはどれか", words)}
    assert {problem.code for problem in check(texts)} == {ProblemCode.NEGATIVE_NOT_BOLD}


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        ("上記のすべて", True),
        ("いずれも正しい", True),
        ("該当するものはない。", True),
        ("該当なしと記録して終える", False),
        ("発言をすべて記録に残す", False),
        ("三十分以上すべての窓口を閉める", False),
    ],
)
def test_only_options_that_stand_for_the_others_are_refused(text: str, is_refused: bool) -> None:
    texts = {**TEXTS, "choices.yaml": TEXTS["choices.yaml"].replace("D1-r1の選択肢その三", text)}
    codes = [problem.code for problem in check(texts) if problem.severity is Severity.ERROR]
    assert codes == [ProblemCode.CATCH_ALL_OPTION] * is_refused


@pytest.mark.parametrize(
    ("length", "is_warned"), [(13, False), (14, True), (7, False), (6, True)], ids=["+30 %", "over +30 %", "-30 %", "under -30 %"]
)
def test_a_key_whose_length_gives_it_away_is_a_warning_only(length: int, is_warned: bool) -> None:
    text = TEXTS["choices.yaml"]
    for name in ("一", "三", "四"):
        text = text.replace(f"D1-r1の選択肢その{name}", "あ" * 10)
    texts = {**TEXTS, "choices.yaml": text.replace("D1-r1の選択肢その二", "い" * length)}
    found = [(problem.code, problem.severity) for problem in check(texts)]
    assert found == [(ProblemCode.KEY_LENGTH, Severity.WARNING)] * is_warned
    assert parse(texts).id == "sample"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", ProblemCode.YAML_SYNTAX, 3),
        ("a:\n\t- 1\n", ProblemCode.YAML_SYNTAX, 2),
        ("a: 1\nb: \x01\n", ProblemCode.YAML_SYNTAX, 2),
        ("[" * 100_000, ProblemCode.TOO_DEEP, 1),
        ("a: " + "あ" * 700_000, ProblemCode.TOO_LARGE, 1),
    ],
    ids=["a list never closed", "a tab", "a control character", "a hundred thousand brackets", "more than two megabytes"],
)
def test_a_text_that_cannot_be_read_names_its_line(text: str, code: ProblemCode, line: int) -> None:
    tree, problems = read_tree(SourceText("x.yaml", text))
    assert tree is None
    assert [(problem.code, problem.line) for problem in problems] == [(code, line)]


def test_twenty_levels_are_read_and_one_more_is_refused() -> None:
    assert read_tree(SourceText("x.yaml", "[" * 20 + "]" * 20))[0] is not None
    assert read_tree(SourceText("x.yaml", "[" * 21 + "]" * 21))[0] is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("010", 10),
        ("2.5", Decimal("2.5")),
        ("'12'", "12"),
        ("yes", "yes"),
        ("no", "no"),
        ("true", True),
        ("~", None),
        ("", None),
        ("2026-11-22", "2026-11-22"),
        ("01:30", "01:30"),
        ("1e5", "1e5"),
        (".nan", ".nan"),
    ],
)
def test_scalars_mean_what_they_look_like(text: str, value: object) -> None:
    tree, problems = read_tree(SourceText("x.yaml", f"a: {text}\n"))
    assert tree is not None
    assert (tree.data, problems) == ({"a": value}, ())


def test_a_path_reads_like_an_expression() -> None:
    assert format_path(("questions", 2, "options", 0, "text")) == "questions[2].options[0].text"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"#%?,~ \n\t\x00\ud800あ01."), max_size=60))
def test_any_text_is_read_or_refused_but_never_breaks_the_reader(text: str) -> None:
    tree, problems = read_tree(SourceText("x.yaml", text))
    assert tree is not None or problems
    assert check({"exam.yaml": text, "choices.yaml": text, "essays.yaml": text, "rubrics.yaml": text})
