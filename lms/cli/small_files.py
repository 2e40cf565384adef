"""Problems of the content files of one page: course.yaml, certificate.yaml, the terms, the mails."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, TemplateAssertionError, TemplateSyntaxError
from jinja2.meta import find_undeclared_variables
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from certificates.templates import find_problems
from lms.certification.source import (
    TEMPLATES_FOLDER,
    VALIDITY_FILE,
    CertificateContentError,
    read_certificate_content,
    read_validity,
)
from lms.cohorts.source import read_course_facts
from lms.documents.posting import POSTING_FILE, read_posting
from lms.exam_engine.parsing import ExamContentError
from lms.exam_engine.yaml_tree import SourceText, format_path, read_tree
from lms.exams.source import MissingContent, load_exam
from lms.grading.source import FILE, PHRASES_FILE, read_grading_rules, read_phrases
from lms.mail.source import list_template_problems
from lms.office.labels import MAIL_TEMPLATES
from lms.terms.source import TermsContentError, read_revisions

FENCE_LINES = 1
"""What stands above the YAML of a file with front matter."""

EVERY_MAIL = frozenset({"name", "association", "base_url"})
MAIL_VALUES: dict[str, frozenset[str]] = {
    "participant_invitation": frozenset({"course", "cohort", "days", "link", "expires_at"}),
    "participant_welcome": frozenset({"course", "cohort", "days"}),
    "invitation": frozenset({"link", "expires_at"}),
    "staff_invitation": frozenset({"link", "expires_at"}),
    "password_reset": frozenset({"link", "expires_at"}),
    "password_changed": frozenset({"changed_at"}),
    "email_changed": frozenset({"changed_at", "has_password", "is_new_address"}),
    "accommodation_decided": frozenset(),
    "readiness_red": frozenset({"cohort", "opens_at", "window_id", "count"}),
    "readiness_overridden": frozenset({"cohort", "opens_at", "window_id", "reason", "who"}),
    "exam_received": frozenset({"exam", "candidate_number", "submitted_at", "by_clock", "by_office", "public_id", "number"}),
    "exam_reopened": frozenset({"exam", "candidate_number", "section", "minutes", "deadline", "public_id"}),
    "result_released": frozenset(),
    "result_corrected": frozenset(),
    "appeal_received": frozenset({"number"}),
    "appeal_answered": frozenset({"number"}),
    "complaint_received": frozenset({"number"}),
    "reissue_ordered": frozenset({"number", "is_name_change", "ordered_at", "link"}),
    "certificate_issued": frozenset({"number", "issued_on", "link"}),
    "certificate_shipped": frozenset({"number", "shipped_on", "carrier", "tracking_number", "tracking_page", "link"}),
    "certificate_suspended": frozenset({"number", "entered_on", "words", "link"}),
    "certificate_resumed": frozenset({"number", "entered_on", "words", "link"}),
    "certificate_revoked": frozenset({"number", "entered_on", "words", "link"}),
    "certificate_voided": frozenset({"number", "entered_on", "words"}),
    "certificate_reissued": frozenset({"number", "entered_on", "version", "words", "link"}),
    "certificate_reissue_declined": frozenset({"number", "words", "link"}),
    "certificate_renewed": frozenset({"number", "entered_on", "version", "expires_on", "link"}),
    "certificate_expiring": frozenset({"number", "expires_on", "conditions", "link"}),
}
"""What each mail may fill in, besides what every mail may."""
MAIL_FILTERS = ("jdate", "jmoment", "yen", "points")

_RULES = {"missing": "必要な項目がありません。", "extra_forbidden": "知らない項目です。"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; a warning does not make the check fail."""

    place: str
    sentence: str
    is_error: bool = True


def unreadable_files(content: Path) -> Iterator[Finding]:
    """Every file that is not UTF-8, with the line at which that shows; nothing else can be said while there is one."""
    for path in sorted(path for path in content.rglob("*") if path.suffix in {".md", ".txt", ".yaml"}):
        try:
            path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            place = f"content/{path.relative_to(content)}:{line}"
            yield Finding(place, "UTF-8の文章として読めません。文字コードをUTF-8にして保存し直してください。")


def small_file_problems(content: Path) -> Iterator[Finding]:
    """Every problem of the small files."""
    yield from _course(content)
    yield from _grading(content)
    yield from _phrases(content)
    yield from _certificate(content)
    yield from _posting(content)
    yield from _terms(content)
    yield from _mails(content)


def _course(content: Path) -> Iterator[Finding]:
    try:
        read_course_facts(content / "course.yaml")
    except (OSError, YAMLError, ValidationError) as error:
        yield from _explain(error, content, "course.yaml")


def _grading(content: Path) -> Iterator[Finding]:
    for path in sorted(content.glob(f"exams/*/{FILE}")):
        try:
            read_grading_rules(path)
        except (OSError, YAMLError, ValidationError) as error:
            yield from _explain(error, content, str(path.relative_to(content)))


def _phrases(content: Path) -> Iterator[Finding]:
    for path in sorted(content.glob(f"exams/*/{PHRASES_FILE}")):
        file = str(path.relative_to(content))
        try:
            bank = read_phrases(path)
        except (OSError, YAMLError, ValidationError) as error:
            yield from _explain(error, content, file)
            continue
        for criterion_id in sorted(bank.criteria.keys() - _criteria(content, path.parent.name)):
            line = _line_of(path.read_text(encoding="utf-8"), f"  {criterion_id}:")
            yield Finding(f"content/{file}:{line}", f"観点「{criterion_id}」は、採点基準にありません。")


def _criteria(content: Path, exam_id: str) -> set[str]:
    try:
        rubrics = load_exam(content, exam_id).rubrics
    except (ExamContentError, MissingContent):  # reported with the exam itself; nothing can be said of its criteria
        rubrics = ()
    return {criterion.id for rubric in rubrics for criterion in rubric.criteria}


def _line_of(text: str, beginning: str) -> int:
    return next((number for number, each in enumerate(text.split("\n"), start=1) if each.startswith(beginning)), 1)


def _certificate(content: Path) -> Iterator[Finding]:
    try:
        used = read_certificate_content(content).template
    except CertificateContentError as error:
        yield from _explain(error.__cause__ or error, content, "certificate.yaml")
    else:
        if not (content / TEMPLATES_FOLDER / f"{used}.yaml").is_file():
            line = _line_of((content / "certificate.yaml").read_text(encoding="utf-8"), "template:")
            yield Finding(f"content/certificate.yaml:{line}", f"認定証のひな形「{used}」のファイルがありません。")
    for problem in find_problems(content / TEMPLATES_FOLDER):
        yield Finding(f"content/{TEMPLATES_FOLDER}/{problem.file}:{problem.line}", problem.sentence)
    try:
        read_validity(content)
    except CertificateContentError as error:
        yield from _explain(error.__cause__ or error, content, VALIDITY_FILE)


def _posting(content: Path) -> Iterator[Finding]:
    try:
        read_posting(content)
    except (OSError, YAMLError, ValidationError) as error:
        yield from _explain(error, content, POSTING_FILE)


def _terms(content: Path) -> Iterator[Finding]:
    try:
        read_revisions(content / "terms")
    except TermsContentError as error:
        name = str(error).partition(": ")[0]
        if (content / "terms" / name).is_file():
            yield from _explain(error.__cause__ or error, content, f"terms/{name}", shift=FENCE_LINES)
        else:
            yield Finding("content/terms:1", "規約のファイルが1つもないか、同じ版(revision)のファイルが2つあります。")


def _mails(content: Path) -> Iterator[Finding]:
    for name in sorted(MAIL_TEMPLATES):
        if not (content / "mail" / f"{name}.txt").is_file():
            yield Finding(f"content/mail/{name}.txt:1", f"メール「{MAIL_TEMPLATES[name]}」の文面のファイルがありません。")
    for template in list_template_problems(content / "mail"):
        yield Finding(f"content/mail/{template.file}:{template.line}", template.text)
    for path in sorted((content / "mail").glob("*.txt")):
        yield from _unknown_values(path)


def _unknown_values(path: Path) -> Iterator[Finding]:
    """Names between {{ }} that nothing will fill in: such a mail could not be sent when its hour comes."""
    text = path.read_text(encoding="utf-8")
    environment = Environment(autoescape=True)
    environment.filters.update(dict.fromkeys(MAIL_FILTERS, str))
    try:
        used = find_undeclared_variables(environment.parse(text))
    except TemplateAssertionError as error:
        yield Finding(f"content/mail/{path.name}:{error.lineno}", "「|」のあとの書式の名前に誤りがあります。")
        return
    except TemplateSyntaxError:  # reported by the mail room
        return
    for name in sorted(used - EVERY_MAIL - MAIL_VALUES.get(path.stem, frozenset())):
        line = next((number for number, each in enumerate(text.split("\n"), start=1) if name in each), 1)
        yield Finding(f"content/mail/{path.name}:{line}", f"差し込みの名前「{name}」は、このメールでは使えません。")


def _explain(error: BaseException, content: Path, file: str, *, shift: int = 0) -> Iterator[Finding]:
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
