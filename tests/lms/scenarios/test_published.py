"""The published scenarios follow their files, and a broken file never takes a sound scenario off the screen."""

import os
import shutil
from pathlib import Path

import pytest

from lms.scenarios.source.published import published_scenarios
from tests.lms.scenarios.builders import CONTENT


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A content folder with two scenarios."""
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "lessons/practitioner").mkdir(parents=True)
    for name in ("facts.yaml", "lessons/practitioner/course.yaml", "scenarios/S01.yaml", "scenarios/S02.yaml"):
        shutil.copy(CONTENT / name, tmp_path / name)
    return tmp_path


def write(file: Path, text: str) -> None:
    """Change a file, certainly with another change time."""
    before = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text(text, encoding="utf-8")
    os.utime(file, ns=(before + 10**9, before + 10**9))


def test_files_are_read_once_and_again_when_they_change(content: Path) -> None:
    first = published_scenarios(content)
    assert list(first) == ["S01", "S02"]
    assert all(found is first[name] for name, found in published_scenarios(content).items())
    file = content / "scenarios/S01.yaml"
    write(file, file.read_text(encoding="utf-8").replace("minutes: 10\n", "minutes: 12\n", 1))
    second = published_scenarios(content)
    assert second["S01"].scenario.minutes == 12
    assert second["S01"].sha256 != first["S01"].sha256
    assert second["S02"] is first["S02"]


def test_a_broken_file_leaves_its_earlier_state(content: Path) -> None:
    before = published_scenarios(content)["S01"]
    write(content / "scenarios/S01.yaml", "id: [S01")
    assert published_scenarios(content)["S01"] is before
    (content / "scenarios/S01.yaml").write_bytes(b"\xff\xfe")
    assert published_scenarios(content)["S01"] is before


def test_a_file_that_was_never_sound_is_left_out_and_one_that_is_gone_is_gone(content: Path) -> None:
    write(content / "scenarios/S01.yaml", "id: [S01")
    assert list(published_scenarios(content)) == ["S02"]
    (content / "scenarios/S02.yaml").unlink()
    assert published_scenarios(content) == {}


def test_broken_facts_or_plans_leave_everything_as_it_was(content: Path) -> None:
    before = published_scenarios(content)
    write(content / "facts.yaml", "facts: [")
    assert published_scenarios(content) == before
    (content / "lessons/practitioner/course.yaml").unlink()
    assert published_scenarios(content) == before


def test_a_folder_without_scenarios_publishes_none(tmp_path: Path) -> None:
    assert published_scenarios(tmp_path) == {}
