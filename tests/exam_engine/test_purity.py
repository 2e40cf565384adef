"""The engine stays pure: no float, no clock, no chance, no files, no framework; values that cannot be changed."""

import ast
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields, is_dataclass
from decimal import Decimal
from pathlib import Path

import pytest

import lms.exam_engine
from lms.exam_engine.answers import ChoiceAnswer
from lms.exam_engine.kinds.registry import BANK_KINDS, KINDS, MACHINE_KINDS, PAPER_TYPES
from tests.exam_engine.sample_exam import EXAM, PAPER

SOURCES = sorted(Path(lms.exam_engine.__file__).parent.rglob("*.py"))
STATISTICS = Path(lms.exam_engine.__file__).parent / "statistics"
ALLOWED = {"abc", "collections", "dataclasses", "datetime", "decimal", "enum", "functools", "hashlib", "itertools", "json", "re"}
ALLOWED |= {"types", "typing", "unicodedata"}
OF_STATISTICS = {"itertools", "math", "statistics"}
LIBRARIES = {"pydantic", "pydantic_core", "ruamel"}
EXCHANGE = Path(lms.exam_engine.__file__).parent / "exchange"
OF_EXCHANGE = {"bisect", "codecs", "defusedxml", "html", "io", "openpyxl", "xml", "zipfile"}


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_module_imports_only_what_is_pure(source: Path) -> None:
    allowed = ALLOWED | LIBRARIES | (OF_STATISTICS if STATISTICS in source.parents else set())
    # Files of other systems are XML and zip in memory; nothing here touches a disk.
    allowed |= OF_EXCHANGE if EXCHANGE in source.parents else set()
    for module in _imports(ast.parse(source.read_text(encoding="utf-8"))):
        is_ours = module.startswith("lms.exam_engine") or module == "lms.text"
        assert is_ours or module.partition(".")[0] in allowed, module


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_module_knows_no_float_and_opens_no_file(source: Path) -> None:
    # Statistics are told in floats and never become points.
    may_float = STATISTICS in source.parents
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Name) and node.id in {"open", "print"} | (set() if may_float else {"float", "round"}))
        assert may_float or not (isinstance(node, ast.Constant) and isinstance(node.value, float))


@pytest.mark.parametrize(
    "source", [each for each in SOURCES if STATISTICS not in each.parents], ids=lambda path: f"{path.parent.stem}/{path.stem}"
)
def test_nothing_that_gives_points_rests_on_statistics(source: Path) -> None:
    modules = _imports(ast.parse(source.read_text(encoding="utf-8")))
    assert not [module for module in modules if module.startswith("lms.exam_engine.statistics")]


def _values(value: object) -> Iterator[object]:
    yield value
    if is_dataclass(value):
        for each in fields(value):
            yield from _values(getattr(value, each.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _values(item)


@pytest.mark.parametrize("whole", [EXAM, PAPER], ids=["exam", "paper"])
def test_definitions_and_papers_hold_no_float_and_nothing_that_can_change(whole: object) -> None:
    values = list(_values(whole))
    assert any(isinstance(value, Decimal) for value in values)
    assert not [value for value in values if isinstance(value, float | list | dict | set)]


def test_values_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        PAPER.seed = "other"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        ChoiceAnswer("a").option = "b"  # type: ignore[misc]
    assert not hasattr(PAPER, "__dict__")


def test_every_kind_is_registered_once() -> None:
    assert all(name == kind.name == kind.definition.kind for name, kind in BANK_KINDS.items())
    assert len({kind.definition for kind in BANK_KINDS.values()}) == len(BANK_KINDS)
    assert len(set(PAPER_TYPES)) == len(KINDS)
    assert set(KINDS) - set(MACHINE_KINDS) == {"essay"}
