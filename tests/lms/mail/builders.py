"""A real SMTP server on a free loopback port, and short ways to fill and look into the outbox."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.config import MailSettings
from lms.db.session import command, db
from lms.mail.models import OutgoingMail
from lms.mail.services import queue_mail
from tests.databases import free_port


@dataclass
class Postbox:
    """What the server received; `answer` decides what it says to DATA."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answer: Callable[[str], str] = lambda recipient: "250 OK"
    on_quit: str = "221 Bye"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        said = self.answer(envelope.rcpt_tos[0])
        if said.startswith("250"):
            self.messages.append(message_from_bytes(envelope.content, policy=default))
            self.recipients += envelope.rcpt_tos
        return said

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        return self.on_quit


@contextmanager
def smtp_server(app: Flask) -> Iterator[Postbox]:
    """A live server that the application is told to use."""
    box = Postbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        with mail_settings(app, MailSettings(port=box.port)):
            yield box
    finally:
        controller.stop()


@contextmanager
def mail_settings(app: Flask, mail: MailSettings, **others: Any) -> Iterator[None]:
    """The application with other mail settings for a while."""
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, mail=mail, **others)
    try:
        yield
    finally:
        app.extensions["settings"] = before


@command
def queue_invitation(key: str = "k", *, to: str = "hanako@example.jp", name: str = "髙﨑 花子") -> None:
    """One invitation in the outbox."""
    values = {"name": name, "link": f"https://lms.example.jp/invitation/{'t' * 43}", "expires_at": clock.now()}
    queue_mail("invitation", to=to, key=key, values=values, now=clock.now())


def outbox() -> list[OutgoingMail]:
    """Every row, as the database has it now."""
    db.session.rollback()
    return list(db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))
