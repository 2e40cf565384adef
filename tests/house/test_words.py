"""House rules on words and places: no junk drawers, only services write, GET pages read, templates stay clean."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = sorted([*(ROOT / "lms").rglob("*.py"), *(ROOT / "certificates").rglob("*.py")])
CODE = [path for path in SOURCES if "migrations" not in path.parts]
TEMPLATES = sorted((ROOT / "lms").rglob("*.html"))
WRITERS = {"add", "add_all", "delete", "merge", "bulk_insert_mappings", "bulk_save_objects"}


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.mark.parametrize("path", CODE, ids=names(CODE))
def test_no_module_is_a_junk_drawer(path: Path) -> None:
    assert not {"utils", "helpers", "common", "misc"} & {part.removesuffix(".py") for part in path.parts}


@pytest.mark.parametrize("path", CODE, ids=names(CODE))
def test_every_module_opens_with_a_sentence_on_what_it_is_for(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring
    assert docstring.strip().endswith((".", ")", "。"))


@pytest.mark.parametrize("path", CODE, ids=names(CODE))
def test_no_file_grows_beyond_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


ROOM_FILES = [p for p in CODE if "lms" in p.parts and not {"db", "exam_engine", "demo"} & set(p.parts)]


@pytest.mark.parametrize("path", ROOM_FILES, ids=names(ROOM_FILES))
def test_only_services_write(path: Path) -> None:
    if "services" in path.parts or path.name == "services.py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITERS:
            assert "session" not in ast.unparse(node.func.value), f"{path}:{node.lineno} writes outside a service"


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_templates_carry_no_inline_script_or_style(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*(\bsrc=|application/json))", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_templates_never_switch_escaping_off_except_for_cleaned_content(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        assert "|safe" not in line.replace(" ", ""), f"{path}: {line.strip()}"


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_screens_use_the_words_of_the_glossary(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for wrong in ("受講生", "生徒", "ユーザー", "修了証", "修了試験", "小テスト"):
        assert wrong not in text, f"{path} says {wrong}"
