"""Ways out of the house: an SMTP server, or a folder of readable files in the demo."""

import contextlib
import smtplib
import ssl
from dataclasses import replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, EmailPolicy
from email.utils import format_datetime, parseaddr
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from lms import clock
from lms.config import MailSettings, Settings
from lms.mail.models import OutgoingMail

IMPLICIT_TLS_PORT = 465


class Transport(Protocol):
    """Something that takes mails; opened once per round of delivery."""

    def __enter__(self) -> Self:
        """Make ready; connecting may wait until the first mail."""
        ...

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        """Close without complaint: what was acknowledged stays acknowledged."""
        ...

    def send(self, mail: OutgoingMail) -> None:
        """Hand over one mail; returning means that it was accepted.

        Raises OSError or smtplib.SMTPException when it was not.
        """
        ...


class SmtpTransport:
    """An SMTP server; the connection is opened by the first mail of a round."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if self._server is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._server.quit()
            self._server.close()

    def send(self, mail: OutgoingMail) -> None:
        """Send over the round's connection."""
        server = self._server = self._server or self._connect()
        server.send_message(compose(mail, sender=self._settings.sender, policy=SMTP, encoding="base64"))

    def knock(self) -> None:
        """Open the round's connection and ask whether the server is there."""
        server = self._server = self._server or self._connect()
        code, answer = server.noop()
        if code >= 400:
            raise smtplib.SMTPResponseException(code, answer)

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        context = ssl.create_default_context()
        if settings.use_tls and settings.port == IMPLICIT_TLS_PORT:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=settings.timeout_seconds, context=context
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_seconds)
            if settings.use_tls:
                server.starttls(context=context)
        if settings.username:
            server.login(settings.username, settings.password)
        return server


def reach_server(settings: MailSettings, *, timeout_seconds: float) -> None:
    """Knock at the SMTP server as the worker would, log-in included, and send nothing.

    Raises OSError or smtplib.SMTPException when it does not answer as it should.
    """
    with SmtpTransport(replace(settings, timeout_seconds=timeout_seconds)) as way_out:
        way_out.knock()


class FileTransport:
    """A folder of .eml files that a person can open: for the demo, which must not write to strangers."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        return None

    def send(self, mail: OutgoingMail) -> None:
        """Write the mail; writing it again replaces the same file."""
        path = self._folder / f"{clock.to_jst(mail.created_at):%Y%m%d-%H%M%S}-{mail.id:05d}-{mail.template}.eml"
        draft = path.with_suffix(".part")
        draft.write_bytes(bytes(compose(mail, sender=self._sender, policy=SMTPUTF8, encoding="8bit")))
        draft.rename(path)


def choose_transport(settings: Settings) -> Transport:
    """The demo writes files unless an SMTP server was configured; everybody else uses SMTP."""
    default = MailSettings()
    if settings.is_demo and (settings.mail.host, settings.mail.port) == (default.host, default.port):
        return FileTransport(settings.instance / "outbox", settings.mail.sender)
    return SmtpTransport(settings.mail)


def compose(mail: OutgoingMail, *, sender: str, policy: "EmailPolicy[Any]", encoding: str) -> EmailMessage:
    """The mail as a MIME message in UTF-8. Names go into the body only, so no name can forge a recipient."""
    message = EmailMessage(policy=policy)
    display_name, address = parseaddr(sender)
    message["From"] = Address(display_name=display_name, addr_spec=address)
    message["To"] = Address(addr_spec=mail.to_address)
    message["Subject"] = mail.subject
    message["Date"] = _header_date(mail.created_at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body, charset="utf-8", cte=encoding)
    return message


def _header_date(moment: datetime) -> str:
    return format_datetime(clock.to_jst(moment))
