"""The published library in memory: read by one for all who ask at once, and not kept for every folder ever looked at."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lms.config import ROOT
from lms.lessons.source import library
from lms.lessons.source.checks import check_course


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "content", tmp_path / "content"))


def test_many_who_ask_at_once_wait_for_one_reading(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readings: list[Path] = []

    def read(folder: Path, course: str, *, today: None) -> object:
        readings.append(folder)
        return check_course(folder, course, today=today)

    monkeypatch.setattr(library, "check_course", read)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(library.published_library, [content] * 6))
    assert readings == [content]
    assert all(each is found[0] for each in found)


def test_what_was_looked_at_long_ago_is_forgotten_and_read_again(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[Path, object] = {}
    monkeypatch.setattr(library, "_read", kept)
    monkeypatch.setattr(library, "KEPT_FOLDERS", 2)
    folders = [content, content.parent / "b", content.parent / "c"]
    for folder in folders[1:]:
        folder.symlink_to(content)
    first = library.published_library(folders[0])
    for folder in folders[1:]:
        library.published_library(folder)
    assert list(kept) == folders[1:]
    assert library.published_library(folders[0]) == first
    assert list(kept) == [folders[2], folders[0]]
