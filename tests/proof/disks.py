"""The disk of tests/proof/shim/disk.c from the test's side: compiled, put under programs, cut from power, made to fail."""

import itertools
import os
import random
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent / "shim" / "disk.c"
SECTOR = 512
"""Bytes a disk writes whole or not at all."""
FLUSH_MICROSECONDS = 8000
"""How long the disk takes to flush, as a real one does, so that the power often goes in the middle of it."""


@dataclass
class Disk:
    """A folder whose files survive a power cut only as far as programs have flushed them."""

    folder: Path
    platter: Path
    library: Path
    faults: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a program on this disk has to be started with; its flushes go to the platter."""
        return self.failing_environment | {"DISK_PLATTER": str(self.platter), "DISK_FLUSH": str(FLUSH_MICROSECONDS)}

    @property
    def failing_environment(self) -> dict[str, str]:
        """The same without a platter: flushes go to the machine's own disk, unless they are made to fail."""
        return {"LD_PRELOAD": str(self.library), "DISK_FOLDER": str(self.folder), "DISK_FAULTS": str(self.faults)}

    def fail(self, words: str) -> None:
        """From now on: `fsync 20` or `full` (see the source), or nothing for a sound disk."""
        fresh = self.faults.with_suffix(".new")
        fresh.write_text(words)
        fresh.replace(self.faults)

    def settle(self) -> None:
        """Everything there is now counts as flushed: nobody is writing."""
        shutil.rmtree(self.platter, ignore_errors=True)
        self.platter.mkdir()
        self.platter.chmod(0o777)
        for path in self._files():
            target = self._copy_of(path)
            shutil.copyfile(path, target)
            target.chmod(0o666)

    def cut_power(self, lots: random.Random, *, torn: bool) -> int:
        """Put what was flushed in the place of the files, everybody being dead; give back how many sectors that changes.

        `torn` lets a drawn half of the sectors that were written and not flushed survive, in any order, as a real disk may.
        A file that was never flushed is gone; one that was deleted is back, for nobody flushed that either.
        """
        owner = self.folder.stat()
        names = {self._copy_of(path).name: path for path in self._files()}
        for copy in self.platter.iterdir():
            if "~" not in copy.name and copy.name not in names:
                path = self.folder / copy.name.replace("!", "/")
                path.write_bytes(b"")
                os.chown(path, owner.st_uid, owner.st_gid)
                names[copy.name] = path
        return sum(self._rewind(path, lots, torn=torn) for path in names.values())

    def _rewind(self, path: Path, lots: random.Random, *, torn: bool) -> int:
        copy, now = self._copy_of(path), path.read_bytes()
        if not copy.exists():
            path.unlink()
            return 0
        flushed = copy.read_bytes()
        if flushed == now:
            return 0
        path.write_bytes(_torn(flushed, now, lots) if torn else flushed)
        return sum(before != after for before, after in itertools.zip_longest(_sectors(flushed), _sectors(now)))

    def _files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]

    def _copy_of(self, path: Path) -> Path:
        return self.platter / str(path.relative_to(self.folder)).replace("/", "!")


def _sectors(content: bytes) -> list[bytes]:
    return [content[at : at + SECTOR] for at in range(0, len(content), SECTOR)]


def _torn(flushed: bytes, now: bytes, lots: random.Random) -> bytes:
    """Of each sector that differs, either state; what lies behind the end of one of them reads as zeros."""
    size = max(len(flushed), len(now))
    pairs = zip(_sectors(flushed.ljust(size, b"\0")), _sectors(now.ljust(size, b"\0")), strict=True)
    return b"".join(before if before == after or lots.random() < 0.5 else after for before, after in pairs)


def make_disk(folder: Path, watched: Path) -> Disk:
    """Compile the library and lay out a disk around a folder; skips where there is no compiler (not in CI)."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        if os.environ.get("CI") == "true":
            raise AssertionError("a C compiler is needed for the power-loss proof (Debian packages: gcc, libc6-dev)")
        pytest.skip("no C compiler (Debian packages: gcc, libc6-dev)")
    library = folder / "disk.so"
    flags = ("-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O2", "-shared", "-fPIC")
    subprocess.run([compiler, *flags, "-o", str(library), str(SOURCE), "-ldl"], check=True)
    library.chmod(0o755)
    disk = Disk(watched, folder / "platter", library, folder / "faults")
    disk.fail("")
    return disk
