"""`flask register`: check the register of certificates, keep its last hash elsewhere, erase what names a person."""

import click
from flask.cli import AppGroup

from lms import clock
from lms.certification import labels
from lms.certification.queries.checking import count_entries, count_erased, find_head, has_hash, list_register_problems
from lms.certification.queries.keys import verifier_page
from lms.certification.queries.register import NoSuchCertificate
from lms.certification.services.recording import erase_record, erase_words

group = AppGroup("register", help="Look after the register of certificates.")


@group.command("verify")
@click.option("--head", default="", help="A hash that `flask register head` printed earlier: it must still be in the chain.")
def verify(head: str) -> None:
    """Walk the chain, the printed records, the PDFs and the numbers; ends with 1 and names the first altered row."""
    problems = list_register_problems()
    for problem in problems:
        click.echo(labels.problem(problem))
    if problems:
        raise click.ClickException(f"{len(problems)} problem(s); the first one printed is the first altered row.")
    if head and not has_hash(head):
        raise click.ClickException(f"No entry has the hash {head}: the chain was written anew, or its end was cut off.")
    click.echo(f"認定台帳 {count_entries()} 件を確認しました。書き換えられた行はありません。")
    words, records = count_erased()
    if words or records:
        click.echo(f"手続きを経て消去した控え: 説明 {words} 件、印刷した内容とPDF {records} 件(操作記録に残っています)。")


@group.command("head")
def head() -> None:
    """Print position, number and hash of the last entry, to be kept outside this server for `verify --head`."""
    last = find_head()
    if last is None:
        raise click.ClickException("The register is empty.")
    click.echo(f"{last.position} {last.certificate_number} {last.entry_hash}")


@group.command("verifier")
def verifier() -> None:
    """Write the offline page with today's public keys to standard output: flask register verifier > verifier.html."""
    click.echo(verifier_page(made_on=clock.today_jst()), nl=False)


@group.command("erase-words")
@click.argument("number")
@click.argument("position", type=int)
@click.option("--reason", required=True, help="Why, for the audit log; without anything personal.")
@click.option("--yes", is_flag=True, help="Do not ask before a printed name and its PDF are erased.")
def erase(number: str, position: int, reason: str, yes: bool) -> None:
    """Erase what stands beside one entry in words, or what a printed entry says with its PDF; the chain stands.

    The entry's number, version, days and reason stay, and so does the line in the audit log.
    """
    try:
        erase_words(number, position, reason, by=None, now=clock.now())
    except NoSuchCertificate:
        _erase_print(number, position, reason, is_sure=yes)
    else:
        click.echo(f"{number} の {position} 番目の記録の説明を消去しました。操作記録に残しました。")


def _erase_print(number: str, position: int, reason: str, *, is_sure: bool) -> None:
    if not is_sure:
        click.confirm(
            f"{number} の {position} 番目の記録の氏名・印刷した内容・PDFを消去します。元に戻せません。よろしいですか", abort=True
        )
    try:
        erase_record(number, position, reason, by=None, now=clock.now())
    except NoSuchCertificate as error:
        raise click.ClickException(f"{number} has nothing to erase at an entry {position}.") from error
    click.echo(f"{number} の {position} 番目の記録の氏名・印刷した内容・PDFを消去しました。操作記録に残しました。")
