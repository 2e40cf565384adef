"""Collecting every problem while content is read: shapes, findings and their places."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lms.exam_engine.errors import Finding, Problem, ProblemCode
from lms.exam_engine.source_models import SourceModel
from lms.exam_engine.yaml_tree import Path, SourceText, Tree, format_path, kept_tree

T = TypeVar("T")
M = TypeVar("M", bound=SourceModel)

_SHOWN_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Located(Generic[T]):
    """A value and where it was written."""

    value: T
    tree: Tree
    path: Path


@dataclass(slots=True)
class Collector:
    """The problems found so far."""

    problems: list[Problem] = field(default_factory=list)

    def read(self, source: SourceText) -> Tree | None:
        """The tree of a file, with its YAML problems collected."""
        tree, problems = kept_tree(source)
        self.problems += problems
        return tree

    def report(self, place: Located[T], findings: Iterable[Finding]) -> None:
        """Collect findings whose paths are relative to a place."""
        for finding in findings:
            path = (*place.path, *finding.path)
            self.problems.append(
                Problem(
                    file=place.tree.file,
                    line=place.tree.line(path),
                    path=format_path(path),
                    code=finding.code,
                    values=finding.values,
                    severity=finding.severity,
                )
            )

    def shape(self, model: type[M], place: Located[object]) -> M | None:
        """The value in the shape of the model, or None with every fault of its shape collected."""
        try:
            return model.model_validate(place.value)
        except ValidationError as error:
            self.report(place, (_finding(detail) for detail in error.errors(include_url=False)))
            return None


def _finding(detail: ErrorDetails) -> Finding:
    path = tuple(step for step in detail["loc"] if step != "[key]")
    names = [step for step in path if isinstance(step, str)]
    values: dict[str, str | int] = {"field": names[-1] if names else "", "rule": detail["type"]}
    if isinstance(detail["input"], str | int | Decimal):
        values["given"] = str(detail["input"])[:_SHOWN_LENGTH]
    return Finding(path=path, code=_code(detail["type"]), values=values)


def _code(rule: str) -> ProblemCode:
    if rule == "extra_forbidden":
        return ProblemCode.UNKNOWN_FIELD
    if rule == "missing":
        return ProblemCode.MISSING_FIELD
    return ProblemCode.WRONG_TYPE if rule.endswith("_type") else ProblemCode.BAD_VALUE
