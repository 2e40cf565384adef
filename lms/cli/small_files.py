"""Problems of the content files of one page: course.yaml, certificate.yaml, the terms, the mails."""

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, TemplateAssertionError, TemplateSyntaxError
from jinja2.meta import find_undeclared_variables
from pydantic import ValidationError
from ruamel.yaml.error import YAMLError

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
from lms.mail.source import list_template_problems
from lms.office.labels import MAIL_TEMPLATES
from lms.office.queries.content_findings import Finding, explain, line_of
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
    "day_reminder": frozenset(
        {"course", "cohort", "day", "held_on", "hours", "is_today", "minutes_before", "join_page", "days_page"}
        | {"lessons", "contact"}
    ),
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


def small_file_problems(content: Path) -> Iterator[Finding]:
    """Every problem of the small files."""
    yield from _course(content)
    yield from _certificate(content)
    yield from _posting(content)
    yield from _terms(content)
    yield from _mails(content)


def _course(content: Path) -> Iterator[Finding]:
    try:
        read_course_facts(content / "course.yaml")
    except (OSError, YAMLError, ValidationError) as error:
        yield from explain(error, content, "course.yaml")


def _certificate(content: Path) -> Iterator[Finding]:
    try:
        used = read_certificate_content(content).template
    except CertificateContentError as error:
        yield from explain(error.__cause__ or error, content, "certificate.yaml")
    else:
        if not (content / TEMPLATES_FOLDER / f"{used}.yaml").is_file():
            line = line_of((content / "certificate.yaml").read_text(encoding="utf-8"), "template:")
            yield Finding(f"content/certificate.yaml:{line}", f"認定証のひな形「{used}」のファイルがありません。")
    for problem in find_problems(content / TEMPLATES_FOLDER):
        yield Finding(f"content/{TEMPLATES_FOLDER}/{problem.file}:{problem.line}", problem.sentence)
    try:
        read_validity(content)
    except CertificateContentError as error:
        yield from explain(error.__cause__ or error, content, VALIDITY_FILE)


def _posting(content: Path) -> Iterator[Finding]:
    try:
        read_posting(content)
    except (OSError, YAMLError, ValidationError) as error:
        yield from explain(error, content, POSTING_FILE)


def _terms(content: Path) -> Iterator[Finding]:
    try:
        read_revisions(content / "terms")
    except TermsContentError as error:
        name = str(error).partition(": ")[0]
        if (content / "terms" / name).is_file():
            yield from explain(error.__cause__ or error, content, f"terms/{name}", shift=FENCE_LINES)
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
