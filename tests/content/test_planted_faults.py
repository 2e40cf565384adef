"""The linter of the content finds each planted fault: exactly that one, in the right file, on the right line."""

import pytest

from lms.exam_engine.errors import ProblemCode
from lms.handouts.rules.problems import ProblemKind as HandoutKind
from lms.lessons.rules.problems import ProblemKind
from lms.lessons.source.library import COURSE
from lms.manuals.rules.plan import ProblemKind as ManualKind
from lms.scenarios.rules.problems import ProblemKind as ScenarioKind
from tests.content.planting import EXAM, UNSURE, Change, Planted, lesson, line_with, plant, quiz, shorten, swap, write

PLAN, FACTS, GLOSSARY = f"{COURSE}/course.yaml", "facts.yaml", "glossary.yaml"
PICTURE = f"{COURSE}/pictures/two-axes.svg"
BANK, SCENARIO, HANDOUT, MANUAL = f"{EXAM}/bank/d1.yaml", "scenarios/S01.yaml", "handouts/survey.md", "manual.yaml"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    planted = plant(tmp_path_factory.mktemp("planted"))
    for file in (lesson("L01"), BANK, SCENARIO, HANDOUT, MANUAL):
        assert planted.find(file) == []
    return planted


FAULTS: list[tuple[str, str, Change, str, str]] = [
    ("a lesson rests on an unknown fact", lesson("L01"), swap(r"^facts: \[F-\d+", "facts: [F-999"), "unknown_fact", "F-999"),
    ("a quiz rests on an unknown fact", quiz("L02"), swap(r"facts: \[F-\d+", "facts: [F-999"), "unknown_fact", "F-999"),
    ("a quiz rests on an unsure fact", quiz("L02"), swap(r"facts: \[F-\d+", f"facts: [{UNSURE}"), "unsure_fact", UNSURE),
    ("the text names a fact that is not listed", lesson("L02"), write("根拠は F-001 です。"), "unlisted_fact", "根拠は F-001"),
    (
        "a fact is past its review date",
        FACTS,
        swap(r'review_by: "[^"]+"', 'review_by: "2026-11-30"', which=3),
        "fact_overdue",
        "2026-11-30",
    ),
    ("a fact's id is doubled", FACTS, swap(r"- id: F-002\n", "- id: F-001\n"), "duplicate_id", "!2 - id: F-001"),
    ("a link to no lesson", lesson("L03"), write("[次](/lessons/L99)を読みます。"), "broken_link", "/lessons/L99"),
    ("a link to no heading of another lesson", lesson("L03"), write("[表](/lessons/L02#s-ない)です。"), "broken_link", "#s-ない"),
    ("a link to no heading of its own", lesson("L03"), write("[上](#s-ない)です。"), "broken_link", "(#s-ない)"),
    ("a link into a folder", lesson("L03"), write("[資料](../handouts/survey.md)です。"), "broken_link", "survey.md"),
    ("bold that is not closed", lesson("L04"), write("これは**太字です。"), "block_mark", "これは**太字"),
    ("a left-over block mark", lesson("L04"), write("/// callout"), "block_mark", "/// callout"),
    ("ruby that is not closed", lesson("L04"), write("{瑕疵|かし がある。"), "block_mark", "{瑕疵"),
    ("a picture without a text alternative", lesson("L04"), write("![](pictures/two-axes.svg)"), "text_alternative", "![]("),
    ("a picture that is not there", lesson("L04"), write("![図](pictures/none.svg)"), "picture_missing", "none.svg"),
    ("a picture from elsewhere", lesson("L04"), write("![図](https://example.jp/a.png)"), "image", "a.png"),
    ("a picture within a sentence", lesson("L04"), write("図は![図](pictures/two-axes.svg)です。"), "image", "図は!["),
    ("a script in a picture", PICTURE, swap("</svg>", "<script>alert(1)</script>\n</svg>"), "picture_foreign", "<script>"),
    ("an event in a picture", PICTURE, swap("</svg>", '<g onclick="x"></g>\n</svg>'), "picture_foreign", "onclick"),
    ("a color in a picture", PICTURE, swap("</svg>", '<rect fill="#ff0000"/>\n</svg>'), "picture_foreign", "#ff0000"),
    ("an outside address in a picture", PICTURE, swap("</svg>", '<image href="//x"/>\n</svg>'), "picture_foreign", "<image"),
    ("a picture without a description", PICTURE, swap(r"<desc>[^<]*</desc>", ""), "picture_wordless", "<svg"),
    ("a picture that is no XML", PICTURE, swap("</svg>", "<g></svg>"), "picture_unreadable", "<g></svg>"),
    ("words too small to read", PICTURE, swap("</svg>", '<text font-size="9">小</text>\n</svg>'), "picture_small_text", "小<"),
    ("a lesson is too short", lesson("L05"), shorten, "length", ""),
    ("a lesson is too long", lesson("L05"), write("あ" * 1500), "length", ""),
    ("a section is missing", lesson("L05"), swap("^## よくある誤解$", "## 誤りやすい点"), "section_missing", ""),
    ("a section is there twice", lesson("L06"), write("## 場面\n\n夜。"), "section_repeated", "!2 ## 場面"),
    (
        "a section stands before the first",
        lesson("L06"),
        write("## はじめに\n\n文。", before="## 場面"),
        "section_order",
        "はじめに",
    ),
    ("there are four points", lesson("L06"), swap("^## 要点\n", "## 要点\n\n- 余計な項目\n"), "point_count", "## 要点"),
    ("there are two objectives", lesson("L06"), swap(r"^  - \{level: .*\n", ""), "objective_count", "objectives:"),
    ("raw HTML", lesson("L07"), write("これは<b>強い</b>です。"), "raw_html", "<b>"),
    ("a first-level heading", lesson("L07"), write("# 大見出し"), "top_heading", "# 大見出し"),
    ("a field is written twice", lesson("L07"), swap(r"^module: .*$", r"\g<0>\n\g<0>"), "duplicate_key", "!2 module:"),
    ("an anchor of YAML", lesson("L07"), swap("^module: ", "module: &m "), "anchor", "&m"),
    ("the title differs from the plan", lesson("L08"), swap("^title: .*$", "title: 別の題"), "differs_from_plan", "別の題"),
    ("a worksheet key is doubled", lesson("L01"), swap("key: legitimate", "key: parties"), "duplicate_id", "!2 key: parties"),
    ("a worksheet key is the memo's", lesson("L01"), swap("key: legitimate", "key: memo"), "reserved_key", "key: memo"),
    ("a question is missing", quiz("L03"), swap(r"^  - id: L03-q5(?s:.*)", ""), "question_count", "questions:"),
    ("the key is no option", quiz("L03"), swap(r"^    key: \w", "    key: z"), "key_not_an_option", "key: z"),
    ("an option's id is wrong", quiz("L03"), swap(r"\{id: d", "{id: e"), "option_ids", "options:"),
    ("a question's id is doubled", quiz("L03"), swap("id: L03-q2", "id: L03-q1"), "duplicate_id", "!2 id: L03-q1"),
    ("a module is unknown", PLAN, swap("id: A, title", "id: B, title"), "unknown_module", "{id: A01"),
    ("a lesson has no release group", PLAN, swap("id: P3", "id: P9"), "unknown_group", "{id: A01"),
    ("a term names an unknown lesson", GLOSSARY, swap(r"lessons: \[L\d+", "lessons: [L99"), "unknown_lesson", "L99"),
    ("a term rests on an unsure fact", GLOSSARY, swap(r"facts: \[F-\d+", f"facts: [{UNSURE}"), "unsure_fact", UNSURE),
    ("a term is there twice", GLOSSARY, swap("term: 顧客等$", "term: 3要素"), "duplicate_term", "!2 term: 3要素"),
    ("a reading is in Katakana", GLOSSARY, swap("reading: .*$", "reading: カナ"), "no_kana", "カナ"),
    ("an exam question rests on an unsure fact", BANK, swap(r"facts: \[F-\d+", f"facts: [{UNSURE}"), "uncertain_fact", UNSURE),
    ("an exam question rests on an unknown fact", BANK, swap(r"facts: \[F-\d+", "facts: [F-999"), "unknown_fact", "F-999"),
    ("a scenario has a dead end", SCENARIO, swap("^    result: settled\n", ""), "dead_end", "- id: e1"),
    ("a scenario leads nowhere", SCENARIO, swap("then: e1$", "then: e99"), "unknown_node", "then: e99"),
    ("a scenario rests on an unknown fact", SCENARIO, swap(r"facts: \[F-\d+", "facts: [F-999"), "unknown_fact", "F-999"),
    ("a chapter of the manual lacks a field", MANUAL, swap(r"L01\.definition, ", ""), "not_placed", "chapters:"),
    ("the manual names an unknown field", MANUAL, swap("fields: \\[", "fields: [L01.none, "), "unknown_ref", "L01.none"),
    ("a handout rests on an unsure fact", HANDOUT, swap(r"facts: \[F-\d+", f"facts: [{UNSURE}"), "unsure_fact", UNSURE),
]


@pytest.mark.parametrize(("file", "change", "kind", "at"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_a_planted_fault_is_found_alone_and_on_its_line(planted: Planted, file: str, change: Change, kind: str, at: str) -> None:
    with planted.damaged(file, change) as changed:
        assert planted.find(file) == [(file, _line(changed, at), kind)]


def _line(text: str, at: str) -> int:
    """The line of the words; `!2 words` is where they stand for the second time."""
    if not at.startswith("!2 "):
        return line_with(text, at)
    words = at.removeprefix("!2 ")
    first = line_with(text, words)
    return first + line_with("\n".join(text.split("\n")[first:]), words)


def test_the_names_of_the_faults_are_those_of_the_linters() -> None:
    known = {*ProblemKind, *HandoutKind, *ManualKind, *ScenarioKind, *ProblemCode}
    assert {fault[3] for fault in FAULTS} <= {str(each) for each in known}
