"""content/manual.yaml is read strictly, and every fault is told with its line."""

from pathlib import Path

import pytest

from lms.manuals.labels import problem_words
from lms.manuals.source.reading import FILE, ManualContentError, manual_problems, published_plan
from tests.lms.manuals.builders import CONTENT, copied_content

FAULTS = [
    ("share_days: 14", "share_days: 0", "share_days"),
    ("share_days: 14\n", "", "項目「share_days」がありません"),
    ("title: カスハラ対策マニュアル", "titel: カスハラ対策マニュアル", "項目「titel」は使えません"),
    ("  - id: definition", "  - id: purpose", "章のID「purpose」が2回"),
    ("[L09.inside,", "[L09.insode,", "「L09.insode」は、そのレッスンにありません"),
    ("[L09.inside,", "[", "「L09.inside」が、どの章にも left_out にもありません"),
    ("[L09.inside,", "[L09.inside, L09.inside,", "「L09.inside」が2回"),
    ("[L09.inside,", "[L09.inside, L99.inside,", "レッスン「L99」は course.yaml にありません"),
    ("[L09.inside,", "[L09 inside,", "正しい形ではありません"),
    ("left_out: [A01.demands,", "left_out: [A01.demands, L01.definition,", "「L01.definition」が2回"),
    ("chapters:", "chapters: [", "YAMLとして読めません"),
]


@pytest.mark.parametrize(("old", "new", "words"), FAULTS, ids=[words for _, _, words in FAULTS])
def test_a_planted_fault_is_told_with_its_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    content = copied_content(tmp_path, old, new)
    found = {problem_words(problem): problem for problem in manual_problems(content)}
    (sentence,) = [sentence for sentence in found if words in sentence]
    lines = (content / FILE).read_text(encoding="utf-8").split("\n")
    assert 1 <= found[sentence].line <= len(lines)


def test_the_line_is_the_one_of_the_fault(tmp_path: Path) -> None:
    content = copied_content(tmp_path, "[L09.inside,", "[L09.insode,")
    lines = (content / FILE).read_text(encoding="utf-8").split("\n")
    told = [problem.line for problem in manual_problems(content) if "L09.insode" in problem_words(problem)]
    assert told == [next(number for number, line in enumerate(lines, start=1) if "L09.insode" in line)]


def test_the_shipped_plan_has_no_fault() -> None:
    assert manual_problems(CONTENT) == ()


def test_a_broken_edit_takes_no_manual_off_the_screen(tmp_path: Path) -> None:
    content = copied_content(tmp_path, "share_days: 14", "share_days: 15")
    assert published_plan(content).share_days == 15
    (content / FILE).write_text("title: [", encoding="utf-8")
    assert published_plan(content).share_days == 15
    (content / FILE).unlink()
    assert published_plan(content).share_days == 15


def test_a_file_that_never_was_whole_is_an_error(tmp_path: Path) -> None:
    content = copied_content(tmp_path, "share_days: 14", "share_days: x")
    with pytest.raises(ManualContentError):
        published_plan(content)
