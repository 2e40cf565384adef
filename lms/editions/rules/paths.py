"""Which files of the content folder belong to an edition, and what a file of an upload may be called."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping

FILES = ("facts.yaml", "glossary.yaml", "manual.yaml")
FOLDERS = ("lessons", "exams", "scenarios", "handouts")
"""What an edition holds; prices, mails, terms, certificates and accounts stay with the installation."""

SUFFIXES = (".md", ".yaml", ".svg")
MAX_PATH_CHARACTERS = 120
MAX_DEPTH = 6
MAX_NAME_BYTES = 200
"""File systems keep names of 255 bytes, and the folder an edition is laid out in may add some."""
IGNORED_NAMES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
IGNORED_FOLDERS = frozenset({"__MACOSX"})
"""What file managers put into archives by themselves; passed over without a word."""

_FORBIDDEN = frozenset('\\:*?"<>|')


def is_content(path: str) -> bool:
    """Whether a path relative to the content folder belongs to an edition."""
    first, _, rest = path.partition("/")
    return path in FILES or (first in FOLDERS and bool(rest))


def is_ignored(path: str) -> bool:
    """Whether a file manager put this entry into the archive by itself."""
    parts = path.split("/")
    return parts[-1] in IGNORED_NAMES or parts[-1].startswith("._") or bool(IGNORED_FOLDERS & set(parts))


def has_safe_shape(path: str) -> bool:
    """Whether a path names a file below its folder and nothing else, on every system.

    No folder is called like a file of the content: an archive may hold both, a disk does not.
    """
    parts = path.split("/")
    if not 0 < len(path) <= MAX_PATH_CHARACTERS or len(parts) > MAX_DEPTH:
        return False
    if any(part.lower().endswith(SUFFIXES) for part in parts[:-1]):
        return False
    return all(map(_is_safe_name, parts))


def has_known_suffix(path: str) -> bool:
    """Whether a path ends as a text or a picture of the content does."""
    return path.endswith(SUFFIXES)


def common_top(paths: Collection[str]) -> str:
    """The one folder that everything stands in, with its slash; empty when the paths are content as they are.

    An archive of a folder 「content」 or of a download carries such a folder around everything.
    """
    tops = {path.partition("/")[0] for path in paths}
    if len(tops) != 1 or any("/" not in path for path in paths) or any(map(is_content, paths)):
        return ""
    return f"{tops.pop()}/"


def folded(path: str) -> str:
    """The name two paths share that some file system could not keep apart (letter case, Unicode forms)."""
    return unicodedata.normalize("NFC", path).casefold()


def find_twins(paths: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Pairs of different paths that some file system takes for one."""
    seen: dict[str, str] = {}
    pairs = []
    for path in paths:
        first = seen.setdefault(folded(path), path)
        if first != path:
            pairs.append((first, path))
    return tuple(pairs)


def find_place(name: str, published: Mapping[str, bytes]) -> tuple[str, ...]:
    """Where a single file of this name may belong: the published paths that end with it."""
    if is_content(name):
        return (name,)
    return tuple(sorted(path for path in published if path.rpartition("/")[2] == name))


def _is_safe_name(name: str) -> bool:
    return (
        bool(name)
        and not name.startswith(".")
        and not name.endswith((".", " "))
        and len(name.encode(errors="replace")) <= MAX_NAME_BYTES
        and not any(each in _FORBIDDEN or not each.isprintable() for each in name)
    )
