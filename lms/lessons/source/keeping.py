"""What was read from content folders, kept for the newest few of them and read anew when a file changes."""

import threading
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Generic, TypeVar

KEPT_FOLDERS = 8
"""So many editions a process keeps: the published one, the installed files, and those the office looks at."""

T = TypeVar("T")


class Kept(Generic[T]):
    """Gives what `read` makes of a content folder, as long as `mark` says that its files are the same.

    One reads and the others wait for it: the first requests after another edition was published come all at once. `read`
    is given what the folder held before, or None, and may give that back; what it raises is not kept.
    """

    def __init__(self, mark: Callable[[Path], Hashable], read: Callable[[Path, T | None], T]) -> None:
        self._mark = mark
        self._read = read
        self._turn = threading.Lock()
        self._found: dict[Path, tuple[Hashable, T]] = {}

    def __call__(self, content: Path) -> T:
        """What the folder holds now."""
        mark = self._mark(content)
        known = self._found.get(content)
        if known is not None and known[0] == mark:
            return known[1]
        with self._turn:
            return self._again(content, mark)

    def _again(self, content: Path, mark: Hashable) -> T:
        known = self._found.get(content)
        if known is not None and known[0] == mark:  # somebody was quicker
            return known[1]
        found = self._read(content, None if known is None else known[1])
        self._found.pop(content, None)  # so that it stands last, among those to be kept
        self._found[content] = (mark, found)
        while len(self._found) > KEPT_FOLDERS:
            del self._found[next(iter(self._found))]
        return found
