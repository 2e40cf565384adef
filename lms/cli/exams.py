"""`flask exam`: look at windows before they open, and compute every point again from what is stored."""

import click
from flask.cli import AppGroup

from lms.exams.labels import window_sentence
from lms.exams.queries.content import list_content_problems
from lms.exams.queries.windows import list_windows, window_flaws
from lms.grading.queries.recomputing import list_recompute_differences
from lms.web.filters import japanese_moment

group = AppGroup("exam", help="Look after the certification exam.")


@group.command("check")
def check() -> None:
    """Look at the exam's content and at every window; ends with 1 when something must be mended."""
    faults = 0
    for problem in list_content_problems():
        faults += problem.is_error
        click.echo(f"{problem.file}:{problem.line}: {problem.sentence}")
    for window in list_windows():
        period = f"{japanese_moment(window.opens_at)} 〜 {japanese_moment(window.closes_at)}"
        click.echo(f"受験期間 {window.id}: {period} 受験 {window.attempts} 人")
        for flaw in window_flaws(window.id):
            faults += 1
            click.echo(f"  {window_sentence(flaw)}")
    if faults:
        raise click.ClickException(f"{faults} point(s) to mend.")
    click.echo("認定試験に問題はありません。")


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
