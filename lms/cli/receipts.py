"""`flask receipt`: check a 提出控 that somebody holds in hand."""

from pathlib import Path

import click
from flask.cli import AppGroup

from lms.exams.labels import HAND_IN_TAGS, RECEIPT_FAULTS
from lms.exams.queries.receipts import check_bytes, question_names
from lms.exams.rules.receipts import Statement
from lms.web.filters import japanese_date, japanese_time

group = AppGroup("receipt", help="Check signed receipts of hand-ins.")


@group.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(file: Path) -> None:
    """Check a downloaded receipt, or a file with its code, by the public keys alone; ends with 1 when it does not hold."""
    check = check_bytes(file.read_bytes())
    if check.fault is not None:
        click.echo("".join(RECEIPT_FAULTS[check.fault]))
        for name in question_names(check).values():
            click.echo(f"  {name}")
        raise click.ClickException("This receipt does not hold.")
    if check.statement is not None:
        click.echo(f"協会の署名です。{_words(check.statement)}")
    if check.answer_count is not None:
        click.echo(f"ファイルの解答{check.answer_count}件は、提出されたものと1文字も違いません。")


def _words(said: Statement) -> str:
    moment = f"{japanese_date(said.moment)} {japanese_time(said.moment)}"
    return f"受験番号 {said.candidate_number}、提出日時 {moment}、{said.number}回目({HAND_IN_TAGS.get(said.kind, said.kind)})"
