"""`flask content`: every problem of lessons, scenarios, exam, terms and wording, with file, line and a Japanese sentence."""

from collections.abc import Iterator
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from lms import clock
from lms.cli.small_files import Finding, small_file_problems, unreadable_files
from lms.exams.queries.content import list_content_problems as list_exam_problems
from lms.lessons.queries import list_content_problems as list_lesson_problems
from lms.scenarios.labels import problem_words
from lms.scenarios.source.shelf import read_shelf

group = AppGroup("content", help="Look after lessons, questions, terms and other words.")


@group.command("check")
def check() -> None:
    """Print every problem of the content, with file, line and a sentence; ends with 1 when something must be mended."""
    content: Path = current_app.extensions["settings"].content
    findings = list(unreadable_files(content)) or list(_findings(content))
    for finding in findings:
        click.echo(f"{finding.place}: {'' if finding.is_error else '(注意)'}{finding.sentence}")
    errors = sum(finding.is_error for finding in findings)
    if errors:
        raise click.ClickException(f"{errors} problem(s) must be mended before this content may go live.")
    click.echo(f"教材・試験・規約・文面を確認しました。直すべき点はありません(注意 {len(findings)} 件)。")


def _findings(content: Path) -> Iterator[Finding]:
    for lesson in list_lesson_problems(clock.now()):
        yield Finding(f"content/{lesson.file}:{lesson.line}", lesson.text)
    for exam in list_exam_problems():
        place = f"{exam.file}:{exam.line}".removeprefix(f"{content.parent}/")
        yield Finding(place, exam.sentence, is_error=exam.is_error)
    for scenario in read_shelf(content).problems:
        yield Finding(f"content/{scenario.file}:{scenario.line}", problem_words(scenario))
    yield from small_file_problems(content)
