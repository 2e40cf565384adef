"""What the reader of handouts makes of their text, and every fault it finds, at its line."""

import pytest

from lms.documents.handout import Blank, Dialogue, Grid, Heading, Listing, ListKind, PageBreak, Quote, Run, Text
from lms.handouts.labels import PROBLEMS, problem_words
from lms.handouts.rules.content import FileFormat, HandoutKind
from lms.handouts.rules.problems import HandoutProblem, ProblemKind
from lms.handouts.source.blocks import BlockReader
from tests.lms.handouts.builders import DOCUMENT, SLIDES, read


def test_slides_become_titles_bodies_minutes_notes_and_facts() -> None:
    handout, problems = read(SLIDES, "training.md")
    assert not problems
    assert handout is not None
    assert (handout.kind, handout.formats) == (HandoutKind.SLIDES, (FileFormat.PPTX, FileFormat.PDF))
    first, second = handout.slides
    assert (first.part, first.title, first.minutes, first.note) == ("導入", "はじめに", 2, "話すこと。")
    assert second.facts == ("F-001",)
    (grid,) = second.blocks
    assert isinstance(grid, Grid)
    assert grid.rows[0][1].text.runs == (Run("相当", is_strong=True),)


def test_a_document_becomes_blocks() -> None:
    handout, problems = read(DOCUMENT, "sheet.md")
    assert not problems
    assert handout is not None
    heading, text, checks, grid = handout.blocks
    assert heading == Heading("見出し", 1)
    assert text == Text((Run("文章です。"),))
    assert isinstance(checks, Listing)
    assert checks.kind is ListKind.CHECKS
    assert isinstance(grid, Grid)
    assert [cell.is_blank for cell in grid.rows[0]] == [False, True]


def test_every_kind_of_block_is_read() -> None:
    lines = [
        *("1. 一つ目", "2. 二つ目", "", "* [ ] はい", "* [ ] いいえ", "", "> 客: 遅い。", "> 店: お待たせしました。", ""),
        *(
            "> # 大きな言葉",
            "> 小さな言葉",
            "",
            "[記入 2: 自社の窓口]",
            "",
            "---",
            "",
            "| 欄 | 記録 |",
            "|---|---|",
            "| いつ | 時[2行]所 |",
        ),
    ]
    steps, choices, dialogue, quote, blank, line, grid = BlockReader(lines, 1, lambda *_: pytest.fail(str(_))).read()
    assert isinstance(steps, Listing)
    assert isinstance(choices, Listing)
    assert (steps.kind, choices.kind) == (ListKind.STEPS, ListKind.CHOICES)
    assert isinstance(dialogue, Dialogue)
    assert [said.speaker for said in dialogue.lines] == ["客", "店"]
    assert isinstance(quote, Quote)
    assert [is_display for _, is_display in quote.paragraphs] == [True, False]
    assert blank == Blank("自社の窓口", 2)
    assert line == PageBreak()
    assert isinstance(grid, Grid)
    assert grid.rows[0][1].text.plain == "時\n\n所"


LONG = "とても長い話をひたすら続けます。" * 60
FAULTS = [
    (SLIDES, "id: training", "id: other", 2, ProblemKind.FILE_NAME),
    (SLIDES, "title: 研修\n", "", 2, ProblemKind.MISSING_FIELD),
    (SLIDES, "minutes: 5", "minutes: 5\nnew: 1", 10, ProblemKind.UNKNOWN_FIELD),
    (SLIDES, 'version: "1.0"', "version: 一", 7, ProblemKind.WRONG_VALUE),
    (SLIDES, "kind: slides", "kind: film", 5, ProblemKind.WRONG_VALUE),
    (SLIDES, 'as_of: "2026-11-22"', 'as_of: "2026-13-22"', 8, ProblemKind.WRONG_VALUE),
    (SLIDES, "lessons: [L01]", "lessons: [L01", 14, ProblemKind.YAML),
    (SLIDES, "---\nid", "id", 1, ProblemKind.FRONT_MATTER),
    (SLIDES, "formats: [pptx, pdf]", "formats: [docx]", 6, ProblemKind.WRONG_FORMAT),
    (SLIDES, "formats: [pptx, pdf]", "formats: [pdf, pdf]", 6, ProblemKind.DOUBLED),
    (SLIDES, "minutes: 5\n", "", 2, ProblemKind.MINUTES_MISPLACED),
    (SLIDES, "minutes: 5", "minutes: 6", 9, ProblemKind.TOTAL_MINUTES),
    (SLIDES, "lessons: [L01]", "lessons: [L09]", 13, ProblemKind.UNKNOWN_LESSON),
    (SLIDES, "facts: [F-001]", "facts: [F-001, F-009]", 14, ProblemKind.UNKNOWN_FACT),
    (SLIDES, "facts: [F-001]", "facts: [F-001, F-003]", 14, ProblemKind.UNSURE_FACT),
    (SLIDES, "facts: [F-001]", "facts: [F-001, F-002]", 14, ProblemKind.UNCITED_FACT),
    (SLIDES, "Facts: F-001", "Facts: F-001, F-002", 30, ProblemKind.UNLISTED_FACT),
    (SLIDES, "# [知識] 2つの軸", "# 2つの軸", 24, ProblemKind.SLIDE_TITLE),
    (SLIDES, "Note: 3分", "Note: 三分", 24, ProblemKind.SLIDE_MINUTES),
    (SLIDES, "Note: 2分\n話すこと。", "Note: 2分", 20, ProblemKind.SLIDE_NOTE),
    (SLIDES, "ようこそ。", LONG, 16, ProblemKind.SLIDE_FULL),
    (SLIDES, "ようこそ。", "## 小見出し", 18, ProblemKind.STRAY_MARK),
    (SLIDES, "ようこそ。", "**ようこそ。", 18, ProblemKind.STRAY_MARK),
    (SLIDES, "| 妥当 |", "| 妥当 | 余り |", 28, ProblemKind.COLUMN_COUNT),
    (SLIDES, "|---|---|\n", "", 26, ProblemKind.TABLE_RULE),
    (DOCUMENT, "## 見出し", "# 見出し", 15, ProblemKind.TOP_HEADING),
    (DOCUMENT, "文章です。", "<b>文章です。", 17, ProblemKind.STRAY_MARK),
    (DOCUMENT, "文章です。", "[文章](https://example.jp)です。", 17, ProblemKind.STRAY_MARK),
    (DOCUMENT, "文章です。", "[記入: 自社の窓口]", 17, ProblemKind.STRAY_MARK),
    (DOCUMENT, DOCUMENT.partition("---\n##")[2], "", 15, ProblemKind.EMPTY_BODY),
    (DOCUMENT, "kind: document", "kind: document\nminutes: 90", 6, ProblemKind.MINUTES_MISPLACED),
]


@pytest.mark.parametrize(
    ("sound", "given", "spoilt", "line", "kind"), FAULTS, ids=[f"{kind}-{line}" for *_, line, kind in FAULTS]
)
def test_a_planted_fault_is_found_at_its_line(sound: str, given: str, spoilt: str, line: int, kind: ProblemKind) -> None:
    assert given in sound
    text = sound.replace(given, spoilt, 1)
    if kind is ProblemKind.EMPTY_BODY:
        text = sound.partition("\n---\n")[0] + "\n---\n"
    _, problems = read(text, "training.md" if sound is SLIDES else "sheet.md")
    assert (line, kind) in [(each.line, each.kind) for each in problems], problems


def test_the_planted_faults_leave_no_kind_out() -> None:
    found_in_folders = {ProblemKind.FOLDER_EMPTY, ProblemKind.FILE_UNREADABLE}
    assert {kind for *_, kind in FAULTS} == set(ProblemKind) - found_in_folders


def test_every_problem_has_a_sentence() -> None:
    assert set(PROBLEMS) == set(ProblemKind)
    problem = HandoutProblem("handouts/a.md", 3, ProblemKind.TOTAL_MINUTES, {"total": 88, "planned": 90})
    assert problem_words(problem) == "スライドの時間の合計が88分です。minutes の90分に合わせてください。"
