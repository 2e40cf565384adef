"""`flask content`: every problem of lessons, scenarios, exam, terms and wording, with file, line and a Japanese sentence."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from lms import clock
from lms.cli.small_files import small_file_problems
from lms.editions.queries import UnknownEdition, edition_folder
from lms.office.queries.content_findings import Finding, check_edition, edition_findings, unreadable_files

group = AppGroup("content", help="Look after lessons, questions, terms and other words.")


@group.command("check")
@click.option("--edition", type=int, help="Check an edition instead of the installation's files.")
def check(edition: int | None) -> None:
    """Print every problem of the content, with file, line and a sentence; ends with 1 when something must be mended."""
    findings = _of_installation() if edition is None else _of_edition(edition)
    for finding in findings:
        click.echo(f"{finding.place}: {'' if finding.is_error else '(注意)'}{finding.sentence}")
    errors = sum(finding.is_error for finding in findings)
    if errors:
        raise click.ClickException(f"{errors} problem(s) must be mended before this content may go live.")
    click.echo(f"教材・試験・規約・文面を確認しました。直すべき点はありません(注意 {len(findings)} 件)。")


def _of_installation() -> list[Finding]:
    content: Path = current_app.extensions["settings"].content
    unreadable = list(unreadable_files(content))
    return unreadable or [*edition_findings(content, today=clock.today_jst()), *small_file_problems(content)]


def _of_edition(edition_id: int) -> list[Finding]:
    try:
        return list(check_edition(edition_folder(edition_id), today=clock.today_jst()))
    except UnknownEdition:
        raise click.ClickException(f"There is no edition {edition_id}.") from None
