"""Reading grading.yaml of an exam: the rules of 採点 that the association may change without touching code."""

import functools
from pathlib import Path
from typing import cast

from flask import current_app
from ruamel.yaml import YAML

from lms.config import Settings
from lms.grading.rules.operating import GradingRules

FILE = "grading.yaml"


def grading_rules(exam_id: str) -> GradingRules:
    """The rules of an exam.

    Raises pydantic's ValidationError when the file says something else than it should, OSError when there is none.
    """
    settings = cast(Settings, current_app.extensions["settings"])
    return read_grading_rules(settings.content / "exams" / exam_id / FILE)


def exams_masked_first() -> tuple[str, ...]:
    """The exams of which graders see an essay only once the office has looked at it for 伏せ字."""
    settings = cast(Settings, current_app.extensions["settings"])
    paths = sorted((settings.content / "exams").glob(f"*/{FILE}"))
    return tuple(path.parent.name for path in paths if read_grading_rules(path).masking.before_grading)


def read_grading_rules(path: Path) -> GradingRules:
    """The rules in one file, read again when the file changed."""
    return _read(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> GradingRules:
    return GradingRules.model_validate(YAML(typ="safe").load(path.read_text(encoding="utf-8")))
