"""The shipped handouts: complete, correct, and of the length they say."""

import shutil
from pathlib import Path

from lms.config import ROOT
from lms.documents.handout import Blank, Grid
from lms.documents.slide_layout import arrange
from lms.handouts.rules.content import Handout, HandoutKind
from lms.handouts.rules.problems import ProblemKind
from lms.handouts.source.shelf import published_shelf, read_shelf

SHELF = read_shelf(ROOT / "content")


def _training() -> Handout:
    handout = SHELF.find("staff-training")
    assert handout is not None
    return handout


def test_the_five_handouts_are_sound() -> None:
    assert not SHELF.problems
    assert [each.id for each in SHELF.handouts] == ["staff-training", "notices", "quick-card", "record-sheet", "survey"]


def test_every_fact_is_of_certainty_a_or_b() -> None:
    assert {SHELF.facts[fact].certainty for handout in SHELF.handouts for fact in handout.facts} <= {"A", "B"}


def test_the_training_takes_ninety_minutes_and_at_least_thirty_of_practice() -> None:
    slides = _training().slides
    assert sum(slide.minutes for slide in slides) == 90
    assert sum(slide.minutes for slide in slides if slide.part.startswith("演習")) >= 30
    assert 24 <= len(slides) <= 30


def test_each_slide_has_notes_and_fits() -> None:
    for slide in _training().slides:
        assert len(slide.note) >= 30, slide.title
        arrangement = arrange(slide)
        assert arrangement is not None
        assert arrangement.size >= 18, slide.title


def test_the_training_holds_its_exercises_and_places_for_the_companys_rules() -> None:
    slides = _training().slides
    words = "\n".join(block.plain for slide in slides for block in slide.blocks)
    assert all(f"問{number}" in words for number in range(1, 5))
    assert "限定的謝罪" in words
    assert "3人組" in words
    waiting = [block for slide in slides for block in slide.blocks if isinstance(block, Blank)]
    tables = [block for slide in slides for block in slide.blocks if isinstance(block, Grid)]
    assert len(waiting) >= 5
    assert sum(cell.is_blank for table in tables for row in table.rows for cell in row) >= 10


def test_every_licence_says_where_it_may_be_used_and_where_not() -> None:
    for handout in SHELF.handouts:
        assert "所属する組織の中で使えます" in handout.licence
        assert "資格の運営・養成講座での使用はできません" in handout.licence


def test_the_record_sheet_has_the_eight_fields_and_the_notices_their_four_places() -> None:
    record, notices = SHELF.find("record-sheet"), SHELF.find("notices")
    assert record is not None
    assert notices is not None
    form = next(block for block in record.blocks if isinstance(block, Grid))
    assert [row[0].text.plain[0] for row in form.rows[:8]] == list("12345678")
    titles = [block.plain for block in notices.blocks]
    assert all(any(f"文案{number} " in title for title in titles) for number in range(1, 5))
    assert all(handout.kind is HandoutKind.DOCUMENT for handout in (record, notices))


def test_a_broken_file_is_left_out_and_the_others_stay(tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content)
    assert len(published_shelf(content).handouts) == 5
    (content / "handouts" / "survey.md").write_bytes(b"\xff\xfe")
    (content / "handouts" / "record-sheet.md").unlink()
    shelf = published_shelf(content)
    assert [each.id for each in shelf.handouts] == ["staff-training", "notices", "quick-card"]
    assert [(each.file, each.kind) for each in shelf.problems] == [("handouts/survey.md", ProblemKind.FILE_UNREADABLE)]


def test_a_folder_without_handouts_is_a_problem(tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content, ignore=shutil.ignore_patterns("handouts"))
    assert [each.kind for each in read_shelf(content).problems] == [ProblemKind.FOLDER_EMPTY]
