"""The course is read and rendered once: requests find both kept by content, and an edit costs one file."""

import shutil
from pathlib import Path

import pytest

from lms.exam_engine import yaml_tree
from lms.exam_engine.yaml_tree import KEPT_LENGTH, KEPT_TREES, SourceText, read_tree
from lms.lessons.source import library as library_source
from lms.lessons.source.lesson_text import lesson_text
from lms.lessons.source.library import COURSE, published_library
from lms.lessons.source.rendering import KEPT_TEXTS, render
from tests.content.planting import CONTENT, swap

PARTS = 5
"""Of a lesson, each rendered by itself."""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    shutil.copytree(CONTENT / COURSE, tmp_path / COURSE)
    for file in ("facts.yaml", "glossary.yaml"):
        shutil.copy(CONTENT / file, tmp_path / file)
    return tmp_path


def render_everything(content: Path) -> None:
    for lesson in published_library(content).lessons.values():
        lesson_text(lesson.body, lesson.pictures)


def test_no_lesson_is_rendered_twice(content: Path) -> None:
    render_everything(content)
    before = render.cache_info()
    render_everything(content)
    after = render.cache_info()
    assert after.misses == before.misses
    assert after.hits - before.hits == 21 * PARTS


def test_two_editions_of_the_course_fit_beside_the_questions() -> None:
    assert render.cache_info().maxsize == KEPT_TEXTS
    assert KEPT_TEXTS >= 2 * 2 * 21 * PARTS + 1000
    files = [path for path in CONTENT.rglob("*.*") if path.suffix in {".md", ".yaml"}]
    assert 2 * len(files) <= KEPT_TREES
    assert max(len(path.read_text(encoding="utf-8")) for path in files) * 2 <= KEPT_LENGTH


def test_files_that_did_not_change_are_not_read_again(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = published_library(content)
    monkeypatch.setattr(library_source, "check_course", lambda *_, **__: pytest.fail("read again"))
    assert published_library(content) is first


def test_an_edited_lesson_costs_the_reading_and_rendering_of_that_lesson(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    render_everything(content)
    read: list[str] = []

    def note(source: SourceText) -> object:
        read.append(source.name)
        return read_tree(source)

    monkeypatch.setattr(yaml_tree, "read_tree", note)
    texts = render.cache_info().misses
    path = content / COURSE / "L07.md"
    text = swap(r"^minutes: \d+", "minutes: 19")(path.read_text(encoding="utf-8"))
    path.write_text(text.replace("\n## よくある誤解\n", "\n足した文。\n\n## よくある誤解\n"), encoding="utf-8")
    render_everything(content)
    assert read == [f"{COURSE}/L07.md"]
    assert render.cache_info().misses - texts <= 2  # without its pictures for the check, with them for the page
