"""What the check of the content finds in everything that belongs to an edition, with file, line and a Japanese sentence."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from lms.exam_engine.parsing import ExamContentError
from lms.exam_engine.yaml_tree import SourceText, format_path, read_tree
from lms.exams.queries.content import list_problems_in as list_exam_problems
from lms.exams.source import MissingContent, load_exam
from lms.grading.source import FILE, PHRASES_FILE, read_grading_rules, read_phrases
from lms.handouts.labels import problem_words as handout_words
from lms.handouts.queries import list_problems_in as list_handout_problems
from lms.lessons.queries import list_problems_in as list_lesson_problems
from lms.manuals.queries import list_problems_in as list_manual_problems
from lms.scenarios.labels import problem_words
from lms.scenarios.source.shelf import read_shelf

_RULES = {"missing": "必要な項目がありません。", "extra_forbidden": "知らない項目です。"}

_TOO_DEEP = "かっこや引用の入れ子が深すぎて読み取れないファイルがあります。入れ子を浅くしてください。"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; a warning does not make the check fail."""

    place: str
    sentence: str
    is_error: bool = True
    is_dated: bool = False
    """An error of the calendar: a fact is due to be looked at again, and no text is wrong for it."""

    @property
    def file(self) -> str:
        """The file, relative to the content folder."""
        return self.place.rpartition(":")[0].removeprefix("content/")

    @property
    def line(self) -> int:
        """The line, from 1."""
        return int(self.place.rpartition(":")[2])

    @property
    def keeps_from_publishing(self) -> bool:
        """Whether an edition with it is not published."""
        return self.is_error and not self.is_dated


def unreadable_files(content: Path) -> Iterator[Finding]:
    """Every file that is not UTF-8, with the line at which that shows; nothing else can be said while there is one."""
    for path in sorted(path for path in content.rglob("*") if path.suffix in {".md", ".txt", ".yaml"}):
        try:
            path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            place = f"content/{path.relative_to(content)}:{line}"
            yield Finding(place, "UTF-8の文章として読めません。文字コードをUTF-8にして保存し直してください。")


def check_edition(content: Path, *, today: date) -> tuple[Finding, ...]:
    """Every problem of a folder that holds an edition; while a file cannot be read nothing else can be said."""
    return tuple(unreadable_files(content)) or tuple(edition_findings(content, today=today))


def edition_findings(content: Path, *, today: date) -> Iterator[Finding]:
    """Every problem of the lessons, questions, scenarios, handouts and rules of grading in a content folder, published or not."""
    parts: tuple[tuple[str, Callable[[Path], Iterable[Finding]]], ...] = (
        ("lessons", lambda folder: _lessons(folder, today)),
        ("manual.yaml", _manual),
        ("exams", _exams),
        ("scenarios", _scenarios),
        ("handouts", _handouts),
        ("exams", _grading),
        ("exams", _phrases),
    )
    for place, look in parts:
        try:
            yield from tuple(look(content))
        except RecursionError:
            yield Finding(f"content/{place}:1", _TOO_DEEP)


def _lessons(content: Path, today: date) -> Iterator[Finding]:
    for each in list_lesson_problems(content, today=today):
        yield Finding(f"content/{each.file}:{each.line}", each.text, is_dated=each.is_dated)


def _manual(content: Path) -> Iterator[Finding]:
    for each in list_manual_problems(content):
        yield Finding(f"content/{each.file}:{each.line}", each.text)


def _scenarios(content: Path) -> Iterator[Finding]:
    for each in read_shelf(content).problems:
        yield Finding(f"content/{each.file}:{each.line}", problem_words(each))


def _handouts(content: Path) -> Iterator[Finding]:
    for each in list_handout_problems(content):
        yield Finding(f"content/{each.file}:{each.line}", handout_words(each))


def _exams(content: Path) -> Iterator[Finding]:
    for each in list_exam_problems(content):
        place = f"{each.file}:{each.line}".removeprefix(f"{content.parent}/")
        yield Finding(place, each.sentence, is_error=each.is_error)


def _grading(content: Path) -> Iterator[Finding]:
    for path in sorted(content.glob(f"exams/*/{FILE}")):
        try:
            read_grading_rules(path)
        except (OSError, YAMLError, ValidationError) as error:
            yield from explain(error, content, str(path.relative_to(content)))


def _phrases(content: Path) -> Iterator[Finding]:
    for path in sorted(content.glob(f"exams/*/{PHRASES_FILE}")):
        file = str(path.relative_to(content))
        try:
            bank = read_phrases(path)
        except (OSError, YAMLError, ValidationError) as error:
            yield from explain(error, content, file)
            continue
        for criterion_id in sorted(bank.criteria.keys() - _criteria(content, path.parent.name)):
            line = line_of(path.read_text(encoding="utf-8"), f"  {criterion_id}:")
            yield Finding(f"content/{file}:{line}", f"観点「{criterion_id}」は、採点基準にありません。")


def _criteria(content: Path, exam_id: str) -> set[str]:
    try:
        rubrics = load_exam(content, exam_id).rubrics
    except (ExamContentError, MissingContent):  # reported with the exam itself; nothing can be said of its criteria
        rubrics = ()
    return {criterion.id for rubric in rubrics for criterion in rubric.criteria}


def line_of(text: str, beginning: str) -> int:
    """The line (from 1) that begins like this; 1 when none does."""
    return next((number for number, each in enumerate(text.split("\n"), start=1) if each.startswith(beginning)), 1)


def explain(error: BaseException, content: Path, file: str, *, shift: int = 0) -> Iterator[Finding]:
    """The places and Japanese sentences of what a reader of the file raised; `shift` counts lines above the YAML."""
    place = f"content/{file}"
    if isinstance(error, ValidationError):
        yield from _shape_faults(error, content, file, shift)
    elif isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line = (mark.line + 1 if mark else 1) + shift
        yield Finding(f"{place}:{line}", "YAMLとして読めません。記号・引用符・字下げを確かめてください。")
    elif isinstance(error, OSError):
        yield Finding(f"{place}:1", "ファイルがないか、読み取れません。")
    else:
        yield Finding(f"{place}:1", "先頭の「---」で囲んだ部分がないか、日付などの値が正しくありません。")


def _shape_faults(error: ValidationError, content: Path, file: str, shift: int) -> Iterator[Finding]:
    text = (content / file).read_text(encoding="utf-8")
    if shift:
        text = text.split("---\n", 2)[1]
    tree, _ = read_tree(SourceText(file, text))
    for detail in error.errors(include_url=False):
        path = tuple(detail["loc"])
        line = (tree.line(path) if tree else 1) + shift
        yield Finding(f"content/{file}:{line}", f"{format_path(path)}: {_sentence(detail)}")


def _sentence(detail: ErrorDetails) -> str:
    if detail["type"] == "value_error":
        return f"{detail['ctx']['error']}。"
    given = detail["input"]
    shown = f"(今の値:「{given}」)" if isinstance(given, str | int) else ""
    return _RULES.get(detail["type"], f"値の形か範囲が正しくありません{shown}。")
