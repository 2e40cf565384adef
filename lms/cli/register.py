"""`flask register`: check the register of certificates against itself."""

import click
from flask.cli import AppGroup

from lms import clock
from lms.certification import labels
from lms.certification.queries.checking import count_entries, list_register_problems
from lms.certification.queries.keys import verifier_page
from lms.certification.queries.register import NoSuchCertificate
from lms.certification.services.recording import erase_words

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


@group.command("erase-words")
@click.argument("number")
@click.argument("position", type=int)
@click.option("--reason", required=True, help="Why, for the audit log; without anything personal.")
def erase(number: str, position: int, reason: str) -> None:
    """Erase what stands beside one entry in words, with its salt; the chain stands, and the entry's reason stays."""
    try:
        erase_words(number, position, reason, by=None, now=clock.now())
    except NoSuchCertificate as error:
        raise click.ClickException(f"{number} has no words beside an entry {position}.") from error
    click.echo(f"{number} の {position} 番目の記録の説明を消去しました。操作記録に残しました。")
