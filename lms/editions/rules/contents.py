"""The files of an edition as one value: its name by hash, and what changed between two of them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Files = Mapping[str, bytes]
"""Paths relative to the content folder → bytes."""


class Origin(StrEnum):
    """Where an edition came from."""

    FILES = "files"
    UPLOAD = "upload"


class ChangeKind(StrEnum):
    """What became of a file."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that is not the same in two editions."""

    path: str
    kind: ChangeKind


def digest(files: Files) -> str:
    """The SHA-256 that names these files, whatever archive they came in: over the sorted paths and hashes of bytes."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{len(path.encode())}:{path}:{hashlib.sha256(files[path]).hexdigest()}\n".encode())
    return whole.hexdigest()


def list_changes(old: Files, new: Files) -> tuple[FileChange, ...]:
    """Every file that differs, in the order of paths."""
    return tuple(FileChange(path, _kind(path, old, new)) for path in sorted({*old, *new}) if old.get(path) != new.get(path))


def laid_over(published: Files, upload: Files) -> Files:
    """The published files with those of an upload in their place; what the upload does not hold stays."""
    return {**published, **upload}


def _kind(path: str, old: Files, new: Files) -> ChangeKind:
    if path not in old:
        return ChangeKind.ADDED
    return ChangeKind.CHANGED if path in new else ChangeKind.REMOVED
