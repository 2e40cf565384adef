"""`flask exam`: look at windows before they open, and compute every point again from what is stored."""

from collections.abc import Sequence
from datetime import datetime

import click
from flask.cli import AppGroup

from lms import clock
from lms.exams.labels import window_sentence
from lms.exams.queries.content import list_content_problems
from lms.exams.queries.readiness import is_window_cleared
from lms.exams.queries.windows import WindowCard, get_window, list_windows, window_flaws
from lms.exams.rules.readiness import CheckOutcome, CheckResult, is_green, red_checks
from lms.exams.rules.sitting import NotFound
from lms.exams.services.trying_out import try_out_attempt
from lms.grading.queries.recomputing import list_recompute_differences
from lms.office.labels.readiness import CHECKS, OUTCOMES, facts_words
from lms.office.queries.readiness import inspect
from lms.office.services import check_readiness
from lms.web.filters import japanese_moment

group = AppGroup("exam", help="Look after the certification exam.")


@group.command("check")
def check() -> None:
    """Look at the exam's content and at every window; ends with 1 when something must be mended."""
    faults = 0
    for problem in list_content_problems():
        faults += problem.is_error
        click.echo(f"{problem.file}:{problem.line}: {problem.sentence}")
    now = clock.now()
    for window in list_windows():
        period = f"{japanese_moment(window.opens_at)} 〜 {japanese_moment(window.closes_at)}"
        click.echo(f"受験期間 {window.id}: {period} 受験 {window.attempts} 人")
        for flaw in window_flaws(window.id):
            faults += 1
            click.echo(f"  {window_sentence(flaw)}")
        faults += _show_readiness(window, now=now) if now < window.closes_at else 0
    if faults:
        raise click.ClickException(f"{faults} point(s) to mend.")
    click.echo("認定試験に問題はありません。")


@group.command("ready")
@click.argument("window_id", type=int, metavar="WINDOW")
def ready(window_id: int) -> None:
    """Make the readiness check of a window (the id `exam check` shows) and record it; ends with 1 while anything is red."""
    now = clock.now()
    try:
        results = check_readiness(window_id, by=None, now=now)
    except NotFound as problem:
        raise click.ClickException(f"There is no window {window_id}.") from problem
    _print(results)
    cleared = is_window_cleared(get_window(window_id))
    click.echo("受験を開始できます。" if cleared else "このままでは、受験を開始できません。")
    if not is_green(results):
        raise click.ClickException(f"{len(red_checks(results))} check(s) are red.")


def _show_readiness(window: WindowCard, *, now: datetime) -> int:
    """Print what a readiness check would find now, recording nothing; give back how much of it is red."""
    results = inspect(window.id, try_out_attempt(window.id, now=now), now=now)
    _print(results)
    return len(red_checks(results))


def _print(results: Sequence[CheckResult]) -> None:
    for result in results:
        facts = " / ".join(facts_words(result))
        click.echo(f"  [{OUTCOMES[result.outcome][0]}] {CHECKS[result.check].title}{f': {facts}' if facts else ''}")
        if result.outcome is not CheckOutcome.OK:
            click.echo(f"      → {CHECKS[result.check].remedy}")


@group.command("recompute")
@click.option("--window", "window_id", type=int, default=None, help="Only this window (the id `exam check` shows).")
def recompute(window_id: int | None) -> None:
    """Compute marks and results again from stored answers and frozen papers; ends with 1 when any stored bit differs."""
    differences = list_recompute_differences(window_id)
    for each in differences:
        click.echo(f"{each.what.value} {each.row_id}, {each.column}: stored {each.stored}, computed {each.expected}")
    if differences:
        raise click.ClickException(f"{len(differences)} stored value(s) differ from what answers and papers give.")
    click.echo("採点をやり直し、保存されている点と結果がすべて一致しました。")
