"""`flask content`: every problem of lessons, exam, terms and wording, with file, line and a Japanese sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from lms import clock
from lms.certification.source import CertificateContentError, read_certificate_content
from lms.cohorts.source import course_facts
from lms.exams.queries.content import list_content_problems as list_exam_problems
from lms.lessons.queries import list_content_problems as list_lesson_problems
from lms.mail.source import list_template_problems
from lms.terms.source import TermsContentError, read_revisions

group = AppGroup("content", help="Look after lessons, questions, terms and other words.")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; a warning does not make the check fail."""

    place: str
    sentence: str
    is_error: bool = True


@group.command("check")
def check() -> None:
    """Print every problem of the content, with file, line and a sentence; ends with 1 when something must be mended."""
    findings = list(_findings(current_app.extensions["settings"].content))
    for finding in findings:
        click.echo(f"{finding.place}: {'' if finding.is_error else '（注意）'}{finding.sentence}")
    errors = sum(finding.is_error for finding in findings)
    if errors:
        raise click.ClickException(f"{errors} problem(s) must be mended before this content may go live.")
    click.echo(f"教材・試験・規約・文面を確認しました。直すべき点はありません（注意 {len(findings)} 件）。")


def _findings(content: Path) -> Iterator[Finding]:
    for lesson in list_lesson_problems(clock.now()):
        yield Finding(f"content/{lesson.file}:{lesson.line}", lesson.text)
    for exam in list_exam_problems():
        yield Finding(f"{exam.file}:{exam.line}", exam.sentence, is_error=exam.is_error)
    for template in list_template_problems(content / "mail"):
        yield Finding(f"content/mail/{template.file}:{template.line}", template.text)
    yield from _small_files(content)


def _small_files(content: Path) -> Iterator[Finding]:
    try:
        read_revisions(content / "terms")
    except TermsContentError as error:
        yield Finding("content/terms:1", f"規約を読み取れません。{error}")
    try:
        read_certificate_content(content)
    except CertificateContentError as error:
        yield Finding("content/certificate.yaml:1", f"認定証の文面を読み取れません。{error}")
    try:
        course_facts()
    except ValueError as error:
        yield Finding("content/course.yaml:1", f"講座の設定を読み取れません。{error}")
