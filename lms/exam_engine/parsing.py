"""YAML texts → Exam, or every problem in them with its file and line."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from lms.exam_engine.checks import (
    check_company,
    check_essay_rubric,
    check_pass_rule,
    check_references,
    check_rubric,
    check_section,
    check_supply,
)
from lms.exam_engine.definitions import Case, EssayQuestion, Exam, Rubric, Section
from lms.exam_engine.errors import ExamContentError, Finding, Problem, ProblemCode, Severity, Values
from lms.exam_engine.exam_sources import SECTION_SOURCES, BankFile, ExamSource, RubricsFile, RubricSource
from lms.exam_engine.kinds.registry import BANK_KINDS, BankQuestion, Entry, MachineQuestion, Question
from lms.exam_engine.reading import Collector, Located
from lms.exam_engine.yaml_tree import SourceText

__all__ = ["ExamContentError", "Problem", "ProblemCode", "Severity", "SourceText", "check_exam", "parse_exam", "read_exam"]


def parse_exam(
    exam: SourceText,
    banks: Sequence[SourceText],
    rubrics: SourceText,
    *,
    facts: Mapping[str, str],
    lesson_ids: Collection[str],
) -> Exam:
    """The exam in these files; `facts` maps fact ids to their certainty "A", "B" or "C".

    Raises ExamContentError with all problems, warnings among them, when there is at least one error.
    """
    result, problems = read_exam(exam, banks, rubrics, facts=facts, lesson_ids=lesson_ids)
    if result is None:
        raise ExamContentError(problems)
    return result


def check_exam(
    exam: SourceText,
    banks: Sequence[SourceText],
    rubrics: SourceText,
    *,
    facts: Mapping[str, str],
    lesson_ids: Collection[str],
) -> tuple[Problem, ...]:
    """Every error and warning in these files, in the order of files and lines; empty when all is well."""
    return read_exam(exam, banks, rubrics, facts=facts, lesson_ids=lesson_ids)[1]


T = TypeVar("T")
E = TypeVar("E", bound=Entry)


@dataclass(slots=True)
class _Content:
    """What could be read so far; a part that could not be read keeps later checks from guessing."""

    collector: Collector = field(default_factory=Collector)
    rubrics: list[Located[Rubric]] = field(default_factory=list)
    entries: list[Located[Entry]] = field(default_factory=list)
    sections: list[Located[Section]] = field(default_factory=list)
    is_bank_complete: bool = True
    are_rubrics_complete: bool = True
    are_sections_complete: bool = True

    def of(self, kind: type[E]) -> tuple[E, ...]:
        return tuple(place.value for place in self.entries if isinstance(place.value, kind))

    def bank(self) -> tuple[Question, ...]:
        return (*self.of(MachineQuestion), *self.of(EssayQuestion))


def read_exam(
    exam: SourceText,
    banks: Sequence[SourceText],
    rubrics: SourceText,
    *,
    facts: Mapping[str, str],
    lesson_ids: Collection[str],
) -> tuple[Exam | None, tuple[Problem, ...]]:
    """The exam in these files, or None when there is an error; and every error and warning, as `check_exam` gives them."""
    content = _Content()
    _read_rubrics(content, rubrics)
    for bank in banks:
        _read_bank(content, bank)
    header = _read_header(content, exam)
    _check_questions(content, facts, lesson_ids)
    _check_unique(content)
    if header is not None:
        _check_whole(content, header)
    problems = _in_order(content.collector.problems, [exam, *banks, rubrics])
    if header is None or any(problem.severity is Severity.ERROR for problem in problems):
        return None, problems
    return _assemble(content, header.value), problems


def _in_order(problems: Sequence[Problem], files: Sequence[SourceText]) -> tuple[Problem, ...]:
    names = [source.name for source in files]
    return tuple(sorted(problems, key=lambda each: (names.index(each.file), each.line, each.path, each.code)))


def _read_rubrics(content: _Content, source: SourceText) -> None:
    entries = _entries(content, source, RubricsFile, "rubrics")
    if entries is None:
        content.are_rubrics_complete = False
        return
    for place in entries:
        shaped = content.collector.shape(RubricSource, place)
        if shaped is None:
            content.are_rubrics_complete = False
        else:
            located = Located(shaped.define(), place.tree, place.path)
            content.rubrics.append(located)
            content.collector.report(located, check_rubric(located.value))


def _read_bank(content: _Content, source: SourceText) -> None:
    entries = _entries(content, source, BankFile, "questions")
    read = [_read_entry(content.collector, place) for place in entries or ()]
    found = [place for place in read if place is not None]
    content.entries += found
    if entries is None or len(found) < len(read):
        content.is_bank_complete = False


def _read_entry(collector: Collector, place: Located[object]) -> Located[Entry] | None:
    name = _kind_name(collector, place, BANK_KINDS)
    if name is None:
        return None
    kind = BANK_KINDS[name]
    shaped = collector.shape(kind.source, place)
    if shaped is None:
        return None
    located: Located[Entry] = Located(kind.define(shaped), place.tree, place.path)
    collector.report(located, kind.check(located.value))
    return located


def _read_header(content: _Content, source: SourceText) -> Located[ExamSource] | None:
    tree = content.collector.read(source)
    shaped = content.collector.shape(ExamSource, Located(tree.data, tree, ())) if tree else None
    if tree is None or shaped is None:
        content.are_sections_complete = False
        return None
    for index, value in enumerate(shaped.sections):
        section = _read_section(content.collector, Located(value, tree, ("sections", index)))
        if section is None:
            content.are_sections_complete = False
        else:
            content.sections.append(section)
    return Located(shaped, tree, ())


def _read_section(collector: Collector, place: Located[object]) -> Located[Section] | None:
    name = _kind_name(collector, place, SECTION_SOURCES)
    shaped = collector.shape(SECTION_SOURCES[name], place) if name else None
    if shaped is None:
        return None
    located = Located(shaped.define(), place.tree, place.path)
    collector.report(located, check_section(located.value))
    return located


def _entries(
    content: _Content, source: SourceText, model: type[BankFile] | type[RubricsFile], name: str
) -> list[Located[object]] | None:
    tree = content.collector.read(source)
    shaped = content.collector.shape(model, Located(tree.data, tree, ())) if tree else None
    if tree is None or shaped is None:
        return None
    return [Located(value, tree, (name, index)) for index, value in enumerate(getattr(shaped, name))]


def _kind_name(collector: Collector, place: Located[object], known: Collection[str]) -> str | None:
    kind = place.value.get("kind") if isinstance(place.value, dict) else None
    if isinstance(kind, str) and kind in known:
        return kind
    values = {"kind": kind if isinstance(kind, str) else "", "needed": ",".join(known)}
    collector.report(place, [Finding(("kind",), ProblemCode.UNKNOWN_KIND, values)])
    return None


def _check_questions(content: _Content, facts: Mapping[str, str], lesson_ids: Collection[str]) -> None:
    for place in content.entries:
        content.collector.report(place, check_references(place.value, facts, lesson_ids))


def _check_unique(content: _Content) -> None:
    _report_duplicates(content.collector, content.entries, lambda entry: entry.id)
    _report_duplicates(content.collector, content.rubrics, lambda rubric: rubric.id)
    _report_duplicates(content.collector, content.sections, lambda section: section.id)


def _report_duplicates(collector: Collector, places: Sequence[Located[T]], id_of: Callable[[T], str]) -> None:
    first: dict[str, Located[T]] = {}
    for place in places:
        earlier = first.setdefault(id_of(place.value), place)
        if earlier is not place:
            line = earlier.tree.line((*earlier.path, "id"))
            values: Values = {"id": id_of(place.value), "file": earlier.tree.file, "line": line}
            collector.report(place, [Finding(("id",), ProblemCode.DUPLICATE_ID, values)])


def _check_whole(content: _Content, header: Located[ExamSource]) -> None:
    sections = [place.value for place in content.sections]
    rubrics = {place.value.id: place.value for place in content.rubrics}
    if content.are_rubrics_complete:
        for place in content.entries:
            if isinstance(place.value, EssayQuestion):
                content.collector.report(place, check_essay_rubric(place.value, rubrics, sections))
    if content.are_sections_complete:
        rule = Located(header.value.pass_rule.define(), header.tree, ("pass_rule",))
        content.collector.report(rule, check_pass_rule(rule.value, sections))
    if content.is_bank_complete:
        _check_company(content)
    if content.are_sections_complete and content.is_bank_complete:
        content.collector.report(header, check_supply(sections, content.bank(), content.of(Case)))


def _check_company(content: _Content) -> None:
    questions = {question.id for question in content.bank()}
    cases = {case.id for case in content.of(Case)}
    for place in content.entries:
        if isinstance(place.value, BankQuestion):
            content.collector.report(place, check_company(place.value, questions, cases))


def _assemble(content: _Content, source: ExamSource) -> Exam:
    return Exam(
        id=source.id,
        title=source.title,
        version=source.version,
        as_of=source.as_of,
        sections=tuple(place.value for place in content.sections),
        pass_rule=source.pass_rule.define(),
        resit=source.resit.define(),
        disagreement=source.disagreement.define(),
        pledge=tuple(source.pledge),
        questions=content.of(MachineQuestion),
        essays=content.of(EssayQuestion),
        rubrics=tuple(place.value for place in content.rubrics),
        cases=content.of(Case),
    )
