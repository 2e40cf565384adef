"""`flask demo`: fill a demo installation, and print who can log in."""

import click
from flask import current_app
from flask.cli import AppGroup

from lms import clock
from lms.accounts.queries import find_account_by_email
from lms.billing.queries import find_seat
from lms.certification.queries.register import find_certificate
from lms.demo.filling import HalfFilled, fill_demo
from lms.demo.people import PASSPHRASE, DemoCast, read_cast
from lms.web.access import Role

group = AppGroup("demo", help="Fictional people and cohorts, for trying everything.")

STORIES = {
    "new": "入金待ち(まだログインできません)",
    "learning": "開催前にレッスンを学習中",
    "ready": "認定試験を開始できます",
    "submitted": "答案を提出し、採点待ち",
    "passed": "合格し、認定証を発行済み",
    "failed": "不合格の結果を公開済み",
}


def _demo_cast() -> DemoCast:
    settings = current_app.extensions["settings"]
    if not settings.is_demo:
        raise click.ClickException("This is not a demo installation (NINTEI_DEMO=1 makes one).")
    return read_cast(settings.content)


@group.command("fill")
def fill() -> None:
    """Fill an empty demo installation once, then print who can log in."""
    cast = _demo_cast()
    try:
        if fill_demo(now=clock.now()):
            click.echo("The demo has been filled with fictional people and cohorts.")
    except HalfFilled as problem:
        raise click.ClickException(
            "An earlier filling was interrupted. Remove instance/lms.sqlite* and start again."
        ) from problem
    _show(cast)


@group.command("show")
def show() -> None:
    """Print the demo's addresses and log-ins."""
    _show(_demo_cast())


def _show(cast: DemoCast) -> None:
    base = current_app.extensions["settings"].public_base_url
    words = {Role.OFFICE: "事務局", Role.ADMIN: "システム管理者", Role.GRADER: "採点者", Role.INSTRUCTOR: "講師"}
    click.echo(f"\n  {base}/         はじめのページ")
    click.echo(f"  {base}/verify   認定証の照会")
    click.echo(f"\n  Everybody's password: {PASSPHRASE}")
    click.echo("  Staff also need a code from `make code`. Mails are files in instance/outbox/.\n")
    for staff in cast.staff:
        click.echo(f"  {'・'.join(words[role] for role in staff.roles):<12} {staff.email:<26} {staff.name}")
    for person in cast.participants:
        click.echo(f"  受講者       {person.email:<26} {person.name}: {STORIES[person.story]}")
    if address := _verify_address(cast):
        click.echo(f"\n  照会 of an issued demo certificate: {address}")
    click.echo("")


def _verify_address(cast: DemoCast) -> str | None:
    for person in cast.with_story("passed"):
        account = find_account_by_email(person.email)
        seat = find_seat(account.id) if account else None
        certificate = find_certificate(seat.participant_id) if seat else None
        if certificate:
            return certificate.record.verify_url.partition("#")[0]
    return None
