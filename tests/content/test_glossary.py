"""The 用語集: sorted by its readings, and shown without a faulty term rather than not at all."""

import shutil
from pathlib import Path

import pytest

from lms.lessons.source.glossary import GLOSSARY_FILE
from lms.lessons.source.library import COURSE, content_problems, published_library
from tests.content.planting import CONTENT, TODAY, swap

TERM = """terms:
  - id: T-002
    term: 切り返し
    reading: きりかえし
    also: [切返し]
    meaning: "受け止めてから、できることへ話を移す言い方です。"
    lessons: [L01]
  - id: T-001
    term: 上席対応
    reading: あじょうせきたいおう
    meaning: "責任者が代わって応対することです。"
    lessons: [L01]
    facts: [F-010]
"""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """The lessons with a 用語集 of two terms."""
    shutil.copytree(CONTENT / COURSE, tmp_path / COURSE)
    shutil.copy(CONTENT / "facts.yaml", tmp_path / "facts.yaml")
    (tmp_path / GLOSSARY_FILE).write_text(TERM, encoding="utf-8")
    return tmp_path


def write(content: Path, text: str) -> None:
    (content / GLOSSARY_FILE).write_text(text, encoding="utf-8")


def test_terms_stand_in_the_order_of_their_readings(content: Path) -> None:
    first, second = published_library(content).terms
    assert (first.id, first.term, first.facts, first.also) == ("T-001", "上席対応", ("F-010",), ())
    assert (second.id, second.also, second.lessons) == ("T-002", ("切返し",), ("L01",))


def test_a_changed_glossary_is_read_again(content: Path) -> None:
    assert len(published_library(content).terms) == 2
    write(content, TERM.replace("責任者が", "当日の責任者が"))
    assert published_library(content).terms[0].meaning.startswith("当日の")


@pytest.mark.parametrize(
    ("pattern", "new"),
    [
        pytest.param("reading: きりかえし", "reading: キリカエシ", id="a reading in Katakana"),
        pytest.param(r"lessons: \[L01\]", "lessons: [L99]", id="an unknown lesson"),
        pytest.param(r"also: \[切返し\]", "also: [切り返し]", id="a name twice in one term"),
        pytest.param("- id: T-001", "- id: T-002", id="an id twice"),
        pytest.param("term: 上席対応", "term: 切返し", id="a name of another term"),
        pytest.param(r"\[F-010\]", "[F-999]", id="an unknown fact"),
    ],
)
def test_a_faulty_term_is_told_and_left_out_and_the_rest_stays(content: Path, pattern: str, new: str) -> None:
    write(content, swap(pattern, new)(TERM))
    (problem,) = content_problems(content, today=TODAY)
    assert problem.file == GLOSSARY_FILE
    library = published_library(content)
    assert len(library.terms) == 1
    assert len(library.lessons) == 21


@pytest.mark.parametrize(
    "text", ["terms: []\n", "terms: [\n", "begriffe: []\n", None], ids=["empty", "broken", "strange", "gone"]
)
def test_without_a_glossary_the_lessons_are_read_all_the_same(content: Path, text: str | None) -> None:
    if text is None:
        (content / GLOSSARY_FILE).unlink()
    else:
        write(content, text)
    library = published_library(content)
    assert (library.terms, len(library.lessons)) == ((), 21)
    assert {each.file for each in content_problems(content, today=TODAY)} == {GLOSSARY_FILE}


def test_the_course_explains_its_words() -> None:
    library = published_library(CONTENT)
    assert len(library.terms) >= 40
    assert {lesson for term in library.terms for lesson in term.lessons} <= set(library.lessons)
