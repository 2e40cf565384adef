"""The scenarios of a content folder and every problem in their files, with file and line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lms.exam_engine.yaml_tree import SourceText, Tree, format_path, kept_tree
from lms.lessons.source.library import COURSE
from lms.lessons.source.reading import Reader, read_course, read_facts
from lms.scenarios.rules.checking import check_graph
from lms.scenarios.rules.graph import Scenario
from lms.scenarios.rules.problems import Fault, ProblemKind, ScenarioProblem
from lms.scenarios.rules.problems import Path as TreePath
from lms.scenarios.rules.wording import check_words
from lms.scenarios.source.shapes import ScenarioSource

FOLDER = "scenarios"
UNSURE = "C"
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Known:
    """What a scenario may point at: lessons of the course, and facts with their certainty."""

    lessons: frozenset[str]
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The sound scenarios, in the order of their files, and every problem of the others."""

    scenarios: tuple[Scenario, ...]
    problems: tuple[ScenarioProblem, ...]


def read_shelf(content: Path) -> Shelf:
    """Every scenario below content/scenarios; one with a problem is left out of `scenarios`."""
    known = read_known(content)
    files = sorted((content / FOLDER).glob("*.yaml"))
    if not files:
        return Shelf((), (ScenarioProblem(FOLDER, 1, ProblemKind.FILE_MISSING),))
    scenarios: list[Scenario] = []
    problems: list[ScenarioProblem] = []
    for file in files:
        scenario, found = read_scenario(SourceText(f"{FOLDER}/{file.name}", file.read_text(encoding="utf-8")), known)
        problems.extend(found)
        if scenario is not None and not found:
            scenarios.append(scenario)
    return Shelf(tuple(scenarios), tuple(problems))


def read_scenario(source: SourceText, known: Known) -> tuple[Scenario | None, tuple[ScenarioProblem, ...]]:
    """The scenario of one file, as far as it can be read, and every problem in the order of lines."""
    tree, faults = kept_tree(source)
    if tree is None or faults:
        return None, tuple(
            ScenarioProblem(source.name, each.line, ProblemKind.YAML, {"reason": str(each.values.get("reason", each.code))})
            for each in faults
        )
    try:
        scenario = ScenarioSource.model_validate(tree.data).define()
    except ValidationError as error:
        return None, _in_order(tree, _shape_faults(error.errors(include_url=False)))
    return scenario, _in_order(tree, (*_references(scenario, source.name, known), *check_graph(scenario), *check_words(scenario)))


def read_known(content: Path) -> Known:
    """The lessons and facts of a content folder, as far as they can be read."""
    reader = Reader(content)  # its problems are reported with the lessons
    course, facts = read_course(reader, COURSE), read_facts(reader)
    return Known(
        lessons=frozenset(each.id for each in course.value.lessons) if course else frozenset(),
        facts={each.id: each.certainty for each in facts.value.facts} if facts else {},
    )


def _in_order(tree: Tree, faults: Iterable[Fault]) -> tuple[ScenarioProblem, ...]:
    found = [ScenarioProblem(tree.file, tree.line(each.path), each.kind, each.values) for each in faults]
    return tuple(sorted(found, key=lambda each: (each.line, each.kind)))


def _shape_faults(details: Iterable[ErrorDetails]) -> Iterator[Fault]:
    kinds = {"missing": ProblemKind.MISSING_FIELD, "extra_forbidden": ProblemKind.UNKNOWN_FIELD}
    for detail in details:
        path: TreePath = tuple(step for step in detail["loc"] if step != "[key]")
        given = detail["input"] if isinstance(detail["input"], str | int) else ""
        yield Fault(
            kinds.get(detail["type"], ProblemKind.WRONG_VALUE), path, {"field": format_path(path), "given": str(given)[:_SHOWN]}
        )


def _references(scenario: Scenario, file: str, known: Known) -> Iterator[Fault]:
    if file != f"{FOLDER}/{scenario.id}.yaml":
        yield Fault(ProblemKind.FILE_NAME, ("id",), {"id": scenario.id})
    for index, lesson in enumerate(scenario.lessons):
        if lesson not in known.lessons:
            yield Fault(ProblemKind.UNKNOWN_LESSON, ("lessons", index), {"id": lesson})
    for index, advice in enumerate(scenario.advice):
        for number, fact in enumerate(advice.facts):
            path = ("advice", index, "facts", number)
            if fact not in known.facts:
                yield Fault(ProblemKind.UNKNOWN_FACT, path, {"id": fact})
            elif known.facts[fact] == UNSURE:
                yield Fault(ProblemKind.UNSURE_FACT, path, {"id": fact})
