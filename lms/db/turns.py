"""Turns at SQLite's one write lock: writers wait in line instead of asking again and again, so that none is passed over.

SQLite itself lets a waiting writer sleep and try again, up to a tenth of a second apart; when hundreds of people save or
hand in at once, some would never be lucky. Within a process a thread waits for a lock, between processes for a file.
"""

import contextlib
import fcntl
import os
import sqlite3
import threading
import time
from pathlib import Path

IMPATIENT_SECONDS = 2.0
"""Whoever waits for less than this gives up by itself."""
LOOK_AGAIN_SECONDS = 0.005


class WaitedInVain(sqlite3.OperationalError):
    """The turn did not come in time; says what SQLite says when it is busy."""

    def __init__(self) -> None:
        super().__init__("database is locked")


class Line:
    """The line in front of one database file, as one process sees it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._here = threading.Lock()
        self._file: tuple[int, int] | None = None

    def enter(self, patience_seconds: float) -> None:
        """Wait for the turn; raises WaitedInVain."""
        until = time.monotonic() + patience_seconds
        if not self._here.acquire(timeout=patience_seconds):
            raise WaitedInVain
        try:
            self._wait_for_other_processes(until)
        except BaseException:
            self._here.release()
            raise

    def _wait_for_other_processes(self, until: float) -> None:
        """Whoever is patient waits in the system's own line; whoever is not looks again and again and gives up."""
        if until - time.monotonic() > IMPATIENT_SECONDS:
            fcntl.flock(self._open_file(), fcntl.LOCK_EX)
            return
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(self._open_file(), fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            if time.monotonic() >= until:
                raise WaitedInVain
            time.sleep(LOOK_AGAIN_SECONDS)

    def leave(self) -> None:
        """Let the next one go."""
        fcntl.flock(self._open_file(), fcntl.LOCK_UN)
        self._here.release()

    def _open_file(self) -> int:
        """A process that was forked off opens the file anew: an inherited one would be locked for both."""
        if self._file is None or self._file[0] != os.getpid():
            self._file = os.getpid(), os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        return self._file[1]


class TurnTakingConnection(sqlite3.Connection):
    """A connection that waits for its turn before it writes and gives it up with the end of the transaction."""

    patience_seconds = 15.0
    """How long a writer waits for its turn."""
    _line: Line | None = None

    def begin_writing(self, line: Line) -> None:
        """BEGIN IMMEDIATE, in turn; raises sqlite3.OperationalError when the database stays busy."""
        line.enter(self.patience_seconds)
        self._line = line
        try:
            self.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._give_up_turn()
            raise

    def commit(self) -> None:
        """Commit, and let the next one write."""
        try:
            super().commit()
        finally:
            self._give_up_turn()

    def rollback(self) -> None:
        """Roll back, and let the next one write."""
        try:
            super().rollback()
        finally:
            self._give_up_turn()

    def close(self) -> None:
        """Close, and let the next one write."""
        try:
            super().close()
        finally:
            self._give_up_turn()

    def _give_up_turn(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.leave()
