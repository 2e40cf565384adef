"""`flask content`: what is wrong with lessons, exams and wording, and what rests on a fact, in Japanese with file and line."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from lms import clock
from lms.cli.small_files import small_file_problems
from lms.editions.queries import UnknownEdition, UnreadableEdition, content_folder, edition_folder, find_published_id
from lms.office.labels.content_impact import REST_TITLES
from lms.office.queries.content_findings import Finding, check_edition, edition_findings, unreadable_files
from lms.office.queries.content_impact import Mention, UnreadableContent, find_fact, list_mentions
from lms.web.filters import japanese_date

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
    return list(check_edition(_folder(edition_id), today=clock.today_jst()))


def _folder(edition_id: int) -> Path:
    try:
        return edition_folder(edition_id)
    except UnknownEdition:
        raise click.ClickException(f"There is no edition {edition_id}.") from None


@group.command("impact")
@click.argument("fact")
@click.option("--edition", "edition_id", type=int, help="Look at this edition instead of the one that is published.")
@click.option("--installed", is_flag=True, help="Look at the files of the installation as they are; needs no database.")
def impact(fact: str, edition_id: int | None, installed: bool) -> None:
    """Print every lesson, question, scenario, term and handout that rests on FACT (such as F-010), with file and line.

    Looks at what is published unless told otherwise; the first line says at what.
    """
    if installed and edition_id is not None:
        raise click.UsageError("Choose either --edition or --installed.")
    content, name = _installed() if installed else _published() if edition_id is None else _edition(edition_id)
    click.echo(f"{name}を調べました。")
    try:
        known, mentions = find_fact(content, fact), list_mentions(content, fact)
    except UnreadableContent as error:
        raise click.ClickException(f"{error.file} cannot be read; run `flask content check` first.") from None
    if known is None:
        raise click.ClickException(f"There is no fact {fact} in content/facts.yaml.")
    click.echo(f"{known.id} {known.text}")
    seen, due = japanese_date(known.as_of), japanese_date(known.review_by)
    click.echo(f"出典: {known.source}(確度{known.certainty}、{seen}に確認、見直し期限 {due})")
    for rests, title in REST_TITLES.items():
        _list(title, [each for each in mentions if each.rests is rests])
    if not mentions:
        click.echo("この事実にもとづくものはありません。")


def _installed() -> tuple[Path, str]:
    return current_app.extensions["settings"].content, "設置されたファイル"


def _published() -> tuple[Path, str]:
    edition_id = find_published_id()
    try:
        return content_folder(), f"公開中の{f'第{edition_id}版' if edition_id else '設置されたファイル'}"
    except UnreadableEdition:
        raise click.ClickException(f"Edition {edition_id} is published and cannot be read.") from None


def _edition(edition_id: int) -> tuple[Path, str]:
    return _folder(edition_id), f"第{edition_id}版"


def _list(title: str, mentions: list[Mention]) -> None:
    if mentions:
        click.echo(f"\n{title}({len(mentions)}件)")
    for each in mentions:
        click.echo(f"  {each.place}: {each.id} {each.words}".rstrip())
