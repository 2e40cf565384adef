"""Content folders on disk: the files of an edition read from one, and laid out into one exactly once."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from lms.editions.rules.contents import Files, digest
from lms.editions.rules.paths import FILES, FOLDERS, has_known_suffix, is_content

EDITIONS = "editions"
"""Folder of the instance in which editions are laid out; it may be emptied at any time and fills itself again."""
CONTENT = "content"
"""Below the folder of an edition, so that the check names its files as it names those of the installation."""

_verified: set[tuple[Path, int]] = set()
"""Folders (with their inode) whose files were found to be those of their edition since this process began."""


def read_files(content: Path) -> Files:
    """The files of a content folder that belong to an edition; raises OSError when one cannot be read."""
    found = [content / name for name in FILES]
    for folder in FOLDERS:
        found += sorted((content / folder).rglob("*"))
    paths = {path.relative_to(content).as_posix(): path for path in found if path.is_file() and not path.is_symlink()}
    return {name: path.read_bytes() for name, path in paths.items() if is_content(name) and has_known_suffix(name)}


def laid_out(instance: Path, sha256: str, fetch: Callable[[], Files]) -> Path:
    """The content folder of an edition, laid out when it is not there or not whole; `fetch` gives its files.

    Written beside its place and renamed, so that nobody ever reads half an edition. Raises ValueError when `fetch` gives
    other files than `sha256` names.
    """
    home = instance / EDITIONS / sha256
    if not _is_whole(home, sha256):
        _lay_out(home, sha256, fetch())
    return home / CONTENT


def _is_whole(home: Path, sha256: str) -> bool:
    try:
        mark = (home, home.stat().st_ino)
        if mark not in _verified and digest(read_files(home / CONTENT)) == sha256:
            _verified.add(mark)
    except OSError:
        return False
    return mark in _verified


def _lay_out(home: Path, sha256: str, files: Files) -> None:
    if digest(files) != sha256:
        raise ValueError(f"edition {sha256} holds other files than its name says")
    home.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=home.parent))
    draft.chmod(0o755)  # the worker may run under another name than the web server
    try:
        for name, data in files.items():
            path = draft / CONTENT / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        _put_in_place(draft, home, sha256)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _put_in_place(draft: Path, home: Path, sha256: str) -> None:
    """Rename the draft; one that another process put there meanwhile is as good, a damaged one makes way."""
    for _ in range(2):
        try:
            draft.rename(home)
        except OSError:
            if _is_whole(home, sha256):
                return
            broken = Path(tempfile.mkdtemp(prefix=".broken-", dir=home.parent))
            home.rename(broken / "edition")
            shutil.rmtree(broken, ignore_errors=True)
        else:
            return
