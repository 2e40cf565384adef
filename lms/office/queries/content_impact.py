"""What rests on a fact: every place of a content folder that a change of law touches, drafts among them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lms.exam_engine.yaml_tree import Path as TreePath
from lms.exam_engine.yaml_tree import SourceText, Tree, read_tree
from lms.lessons.rules.content import Fact
from lms.lessons.source.library import COURSE
from lms.lessons.source.reading import FENCE, Reader, read_facts
from lms.office.rules import RestsOn

_PLACES = (
    (f"{COURSE}/*.md", RestsOn.LESSON),
    (f"{COURSE}/*.quiz.yaml", RestsOn.QUIZ),
    ("exams/*/bank/*.yaml", RestsOn.EXAM),
    ("scenarios/*.yaml", RestsOn.SCENARIO),
    ("glossary.yaml", RestsOn.TERM),
    ("handouts/*.md", RestsOn.HANDOUT),
)
_HEADING = re.compile(r"#{1,3} +(.*?)\s*")
_NAMES = ("title", "term")


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that rests on a fact: file and line, and what stands there; `words` is empty for what has no title."""

    rests: RestsOn
    place: str
    id: str
    words: str


class UnreadableContent(Exception):
    """A file names the fact but cannot be read; the check of the content says why."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.file = file


def find_fact(content: Path, fact_id: str) -> Fact | None:
    """The fact of this id; raises UnreadableContent when facts.yaml cannot be read."""
    facts = read_facts(Reader(content))
    if facts is None:
        raise UnreadableContent("facts.yaml")
    return next((each.define() for each in facts.value.facts if each.id == fact_id), None)


def list_mentions(content: Path, fact_id: str) -> tuple[Mention, ...]:
    """Everything that rests on a fact, by kind, file and line; raises UnreadableContent."""
    return tuple(
        mention
        for pattern, rests in _PLACES
        for path in sorted(content.glob(pattern))
        for mention in _in_file(content, path, fact_id, rests)
    )


def _in_file(content: Path, path: Path, fact_id: str, rests: RestsOn) -> Iterator[Mention]:
    text, name = path.read_text(encoding="utf-8").replace("\r\n", "\n"), f"content/{path.relative_to(content)}"
    if fact_id not in text:
        return
    front, body_line = _front_matter(text, name) if path.suffix == ".md" else (text, 0)
    tree, faults = read_tree(SourceText(name, front))
    if tree is None or faults:
        raise UnreadableContent(name)
    shift = 1 if body_line else 0
    for path_to in _paths(tree, fact_id):
        owner = _owner(tree.data, path_to)
        words = next((str(owner[key]) for key in _NAMES if key in owner), "")
        yield Mention(rests, f"{name}:{tree.line(path_to) + shift}", str(owner.get("id", "")), words)
    if body_line:
        whole = _owner(tree.data, ())
        in_body = RestsOn.LESSON_TEXT if rests is RestsOn.LESSON else rests
        for number, heading in _in_body(text, body_line, fact_id):
            yield Mention(in_body, f"{name}:{number}", str(whole.get("id", "")), heading)


def _front_matter(text: str, name: str) -> tuple[str, int]:
    """The front matter and the line (from 1) at which the body begins."""
    lines = text.split("\n")
    if lines[0] != FENCE or FENCE not in lines[1:]:
        raise UnreadableContent(name)
    end = lines.index(FENCE, 1)
    return "\n".join(lines[1:end]), end + 2


def _paths(tree: Tree, fact_id: str) -> Iterator[TreePath]:
    """Every item of a list called `facts` that is this fact."""
    for path in tree.lines:
        if path[-2:-1] == ("facts",) and _value(tree.data, path) == fact_id:
            yield path


def _value(data: Any, path: TreePath) -> Any:
    for step in path:
        data = data[step]  # the path was taken from this very tree
    return data


def _owner(data: Any, path: TreePath) -> dict[str, Any]:
    """The nearest mapping around a path that has an id; empty when there is none."""
    for length in range(len(path), -1, -1):
        found = _value(data, path[:length])
        if isinstance(found, dict) and "id" in found:
            return found
    return {}


def _in_body(text: str, body_line: int, fact_id: str) -> Iterator[tuple[int, str]]:
    """Line and nearest heading of each place in the text that names the fact."""
    heading, names_it = "", re.compile(rf"\b{re.escape(fact_id)}\b", re.ASCII)
    for number, line in enumerate(text.split("\n"), start=1):
        if number < body_line:
            continue
        heading = match[1] if (match := _HEADING.fullmatch(line)) else heading
        if names_it.search(line):
            yield number, heading
