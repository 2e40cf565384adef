"""Editions laid out as folders: whole or not at all, once, and again when something happened to them."""

import threading
from pathlib import Path

import pytest

from lms.editions.rules.contents import Files, digest
from lms.editions.source import folders
from lms.editions.source.folders import laid_out, read_files

FILES: Files = {"facts.yaml": b"facts: []\n", "lessons/p/L01.md": "本文\n".encode(), "lessons/p/pictures/a.svg": b"<svg/>"}
NAME = digest(FILES)


@pytest.fixture(autouse=True)
def _forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_verified", set())


def refuse() -> Files:
    raise AssertionError("asked the database again")


def test_an_edition_is_laid_out_once_and_then_found(tmp_path: Path) -> None:
    folder = laid_out(tmp_path, NAME, lambda: FILES)
    assert folder == tmp_path / "editions" / NAME / "content"
    assert read_files(folder) == FILES
    assert laid_out(tmp_path, NAME, refuse) == folder
    assert [path.name for path in (tmp_path / "editions").iterdir()] == [NAME]


def test_a_process_that_begins_looks_whether_the_files_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = laid_out(tmp_path, NAME, lambda: FILES)
    monkeypatch.setattr(folders, "_verified", set())
    assert laid_out(tmp_path, NAME, refuse) == folder
    (folder / "facts.yaml").write_bytes(b"facts: [tampered]\n")
    monkeypatch.setattr(folders, "_verified", set())
    assert read_files(laid_out(tmp_path, NAME, lambda: FILES)) == FILES
    assert [path.name for path in (tmp_path / "editions").iterdir()] == [NAME]


def test_a_folder_that_was_emptied_while_the_process_ran_comes_back(tmp_path: Path) -> None:
    folder = laid_out(tmp_path, NAME, lambda: FILES)
    folder.parent.rename(tmp_path / "gone")
    assert read_files(laid_out(tmp_path, NAME, lambda: FILES)) == FILES


def test_an_extra_file_is_found_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = laid_out(tmp_path, NAME, lambda: FILES)
    (folder / "lessons/p/L02.md").write_bytes(b"smuggled")
    monkeypatch.setattr(folders, "_verified", set())
    assert read_files(laid_out(tmp_path, NAME, lambda: FILES)) == FILES


def test_what_the_database_holds_must_be_what_its_name_says(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="other files"):
        laid_out(tmp_path, NAME, lambda: {"facts.yaml": b"other"})
    assert not (tmp_path / "editions" / NAME).exists()


def test_a_crash_half_way_leaves_nothing_that_anybody_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_args: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(folders, "_put_in_place", crash)
        with pytest.raises(OSError, match="disk full"):
            laid_out(tmp_path, NAME, lambda: FILES)
    assert list((tmp_path / "editions").iterdir()) == []
    assert read_files(laid_out(tmp_path, NAME, lambda: FILES)) == FILES


def test_many_who_need_it_at_once_all_get_it_whole(tmp_path: Path) -> None:
    gate, found, failures = threading.Barrier(8), [], []

    def run() -> None:
        gate.wait(10)
        try:
            found.append(read_files(laid_out(tmp_path, NAME, lambda: FILES)))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert found == [FILES] * 8
    assert [path.name for path in (tmp_path / "editions").iterdir()] == [NAME]


def test_links_and_strangers_in_a_content_folder_are_no_part_of_an_edition(tmp_path: Path) -> None:
    folder = tmp_path / "content"
    for name, data in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "course.yaml").write_bytes(b"prices")
    (folder / "lessons/p/notes.txt").write_bytes(b"notes")
    (folder / "lessons/p/L03.md").symlink_to(folder / "course.yaml")
    assert read_files(folder) == FILES
