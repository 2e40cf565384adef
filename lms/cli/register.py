"""`flask register`: check the register of certificates against itself."""

import click
from flask.cli import AppGroup

from lms import clock
from lms.certification import labels
from lms.certification.queries.checking import count_entries, list_register_problems
from lms.certification.queries.keys import verifier_page

group = AppGroup("register", help="Look after the register of certificates.")


@group.command("verify")
def verify() -> None:
    """Walk the chain, the printed records, the PDFs and the numbers; ends with 1 and names the first altered row."""
    problems = list_register_problems()
    for problem in problems:
        click.echo(labels.problem(problem))
    if problems:
        raise click.ClickException(f"{len(problems)} problem(s); the first one printed is the first altered row.")
    click.echo(f"認定台帳 {count_entries()} 件を確認しました。書き換えられた行はありません。")


@group.command("verifier")
def verifier() -> None:
    """Write the offline page with today's public keys to standard output: flask register verifier > verifier.html."""
    click.echo(verifier_page(made_on=clock.today_jst()), nl=False)
