"""Editions for tests: the installed content with some of its texts changed."""

from collections.abc import Mapping

from lms import clock
from lms.editions.queries import installed_files
from lms.editions.rules.contents import Files, Origin
from lms.editions.services import make_edition, release_edition

LESSON_FILE = "lessons/practitioner/L01.md"
PLAN_FILE = "lessons/practitioner/course.yaml"
BANK_FILE = "exams/practitioner/bank/d1.yaml"
SENTENCE = "事務局が直した新しい一文です。"


def changed(changes: Mapping[str, tuple[str, str]]) -> Files:
    """The installed files with, in each file named, the first text replaced by the second one."""
    files = dict(installed_files())
    for path, (old, new) in changes.items():
        text = files[path].decode()
        assert old in text, (path, old)
        files[path] = text.replace(old, new, 1).encode()
    return files


def with_a_sentence(sentence: str = SENTENCE) -> Files:
    """The installed files with a sentence more in the text of the first lesson."""
    return changed({LESSON_FILE: ("## 自組織ワーク", f"{sentence}\n\n## 自組織ワーク")})


def edition_of(files: Files, *, by: int, note: str = "") -> int:
    """The edition of these files."""
    return make_edition(files, Origin.UPLOAD, note, by=by, now=clock.now()).edition_id


def publish(files: Files, *, by: int) -> int:
    """Publish these files without the office's check of them; gives the edition's id."""
    edition_id = edition_of(files, by=by)
    release_edition(edition_id, "テストのため", by=by, now=clock.now())
    return edition_id
