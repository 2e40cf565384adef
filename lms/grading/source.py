"""Reading grading.yaml and phrases.yaml of an exam: what the association may change about 採点 without touching code."""

import functools
from pathlib import Path

from ruamel.yaml import YAML

from lms.editions.queries import content_folder
from lms.exams.source import Anchor, ExamContentError, MissingContent, load_anchors
from lms.grading.rules.operating import GradingRules
from lms.grading.rules.phrases import PhraseBank

FILE = "grading.yaml"
PHRASES_FILE = "phrases.yaml"


def grading_rules(exam_id: str) -> GradingRules:
    """The rules of an exam.

    Raises pydantic's ValidationError when the file says something else than it should, OSError when there is none.
    """
    return read_grading_rules(content_folder() / "exams" / exam_id / FILE)


def exams_masked_first() -> tuple[str, ...]:
    """The exams of which graders see an essay only once the office has looked at it for 伏せ字."""
    paths = sorted((content_folder() / "exams").glob(f"*/{FILE}"))
    return tuple(path.parent.name for path in paths if read_grading_rules(path).masking.before_grading)


def read_grading_rules(path: Path) -> GradingRules:
    """The rules in one file, read again when the file changed."""
    return _read(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> GradingRules:
    return GradingRules.model_validate(YAML(typ="safe").load(path.read_text(encoding="utf-8")))


def load_phrases(exam_id: str) -> PhraseBank:
    """The common phrases for 講評; none when the exam has no such file. Raises pydantic's ValidationError for a faulty one."""
    path = content_folder() / "exams" / exam_id / PHRASES_FILE
    return read_phrases(path) if path.exists() else PhraseBank()


def read_phrases(path: Path) -> PhraseBank:
    """The phrases in one file, read again when the file changed."""
    return _read_phrases(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=8)
def _read_phrases(path: Path, _changed: int) -> PhraseBank:
    return PhraseBank.model_validate(YAML(typ="safe").load(path.read_text(encoding="utf-8")))


def find_anchors(exam_id: str) -> dict[str, Anchor]:
    """The 見本答案 of an exam by id, in the order of their file.

    An id names one text with what was agreed on it for good: a changed 見本答案 gets an id of its own. None are there when
    the file has a fault; then nobody is given one, and what was given before waits for the office.
    """
    try:
        return {anchor.id: anchor for anchor in load_anchors(content_folder(), exam_id)}
    except (ExamContentError, MissingContent):
        return {}
