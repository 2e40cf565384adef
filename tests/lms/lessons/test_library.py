"""The published library in memory: read by one for all who ask at once, and not kept for every folder ever looked at."""

import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lms.config import ROOT
from lms.handouts.source.shelf import published_shelf
from lms.lessons.source import keeping, library
from lms.lessons.source.checks import check_course
from lms.manuals.source.reading import published_plan
from lms.scenarios.source.published import published_scenarios


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


def test_what_was_looked_at_long_ago_is_forgotten_and_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "KEPT_FOLDERS", 2)
    readings: list[str] = []

    def read(folder: Path, _earlier: str | None) -> str:
        readings.append(folder.name)
        return folder.name

    kept = keeping.Kept(lambda _folder: 0, read)
    for name in ("a", "b", "c", "b", "c", "a"):
        assert kept(Path(name)) == name
    assert readings == ["a", "b", "c", "a"]


def test_what_was_held_before_is_at_hand_when_a_folder_changes_and_a_failed_reading_leaves_it() -> None:
    mark, earlier_ones = [1], list[int | None]()

    def read(_folder: Path, earlier: int | None) -> int:
        earlier_ones.append(earlier)
        if mark == [2]:
            raise KeyError
        return mark[0]

    kept = keeping.Kept(lambda _folder: mark[0], read)
    assert kept(Path("a")) == 1
    mark[0] = 2
    for _ in range(2):
        with pytest.raises(KeyError):
            kept(Path("a"))
    mark[0] = 3
    assert kept(Path("a")) == 3
    assert earlier_ones == [None, 1, 1, 1]


@pytest.mark.parametrize("published", [published_shelf, published_plan, published_scenarios])
def test_everything_read_from_a_content_folder_is_kept_for_the_newest_few_only(
    published: Callable[[Path], object], content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "KEPT_FOLDERS", 1)
    other = content.parent / "other"
    other.symlink_to(content)
    module = sys.modules[published.__module__]
    (kept,) = (each for each in vars(module).values() if isinstance(each, keeping.Kept))
    for folder in (content, other):
        published(folder)
    assert list(kept._found) == [other]
