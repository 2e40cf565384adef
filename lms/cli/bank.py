"""`flask bank`: the question bank as a file of another system, and such a file as a bank file."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from lms.exam_engine.exchange.losses import Format
from lms.exams.labels import LOSS_WORDS, fault_place, fault_sentence
from lms.exams.queries.exchange import export_card, export_file, read_upload

EXAM = "practitioner"

group = AppGroup("bank", help="Exchange questions with other systems (GIFT, Moodle XML, Excel).")


@group.command("export")
@click.argument("to", metavar="FORMAT", type=click.Choice([each.value for each in Format]))
@click.option("--exam", "exam_id", default=EXAM, show_default=True, help="The exam whose bank is written.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file; standard output otherwise.")
def export(to: str, exam_id: str, output: Path | None) -> None:
    """Write the bank, and name on standard error everything the format does not carry."""
    body, _ = export_file(exam_id, Format(to))
    for group_ in export_card(exam_id, Format(to)).groups:
        click.echo(f"{LOSS_WORDS[group_.code]} {', '.join(group_.question_ids)}", err=True)
    if output is None:
        sys.stdout.buffer.write(body)
    else:
        output.write_bytes(body)


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The bank file to write.")
@click.option("--exam", "exam_id", default=EXAM, show_default=True, help="The exam the questions are for.")
@click.option("--domain", default="", help="Stands in where the file names no domain.")
@click.option("--level", default="", help="Stands in where the file names no level.")
@click.option("--lesson", "lessons", multiple=True, help="Stands in where the file names no lesson; may be repeated.")
@click.option("--author", default="", help="Stands in where the file names no author.")
def import_(file: Path, output: Path, exam_id: str, domain: str, level: str, lessons: tuple[str, ...], author: str) -> None:
    """Turn a file, whose format is told from its content, into a bank file; ends with 1 and writes nothing on any error."""
    imported = read_upload(file.read_bytes(), exam_id, domain=domain, level=level, lessons=lessons, author=author)
    for fault in imported.faults:
        mark = "" if fault.is_error else "(注意)"
        click.echo(f"{file}: {fault_place(fault.place)}: {mark}{fault.question_id} {fault_sentence(fault)}".replace("  ", " "))
    if imported.is_refused:
        raise click.ClickException("Nothing was written.")
    output.write_text(imported.bank, encoding="utf-8")
    click.echo(f"{len(imported.entries)}件の問題と事例を {output} に書きました。")
