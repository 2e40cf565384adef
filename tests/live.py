"""A live site for stories and proofs: the real server and worker as processes, a real SMTP server, a real Chromium."""

import email
import email.policy
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.databases import MissingService, free_port

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
expect.set_options(timeout=30_000)  # a busy machine is not a broken page

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--lang=ja",
]

_OF_THIS_RUN = tempfile.TemporaryDirectory(prefix="nintei-live-")
_MIGRATED = Path(_OF_THIS_RUN.name) / "migrated.sqlite"
"""The empty database the first site's migrations made; the next sites begin with a copy."""


class Mailbox:
    """A local SMTP server that keeps what it is given."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return int(self._controller.port)

    def wait_for(self, address: str, words: str, *, seconds: float = 60) -> str:
        """The text of a mail to this address whose subject or body has these words."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for message in self.messages:
                body = message.get_body()
                text = body.get_content() if body else ""
                if address in str(message["To"]) and (words in str(message["Subject"]) or words in text):
                    return str(text)
            time.sleep(0.1)
        seen = [(str(m["To"]), str(m["Subject"])) for m in self.messages]
        raise AssertionError(f"no mail to {address} with {words!r}; there are {seen}")


class LiveSite:
    """The site as gunicorn serves it, with its worker, on a database of its own."""

    def __init__(self, folder: Path, *, database_url: str = "", smtp_port: int = 1, demo: bool = False) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("NINTEI", "SMTP", "DATABASE"))},
            "INSTANCE_PATH": str(folder),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "PUBLIC_BASE_URL": f"http://127.0.0.1:{self.port}",
            "ALLOW_HTTP": "1",
            "PORT": str(self.port),
            "FLASK_APP": "wsgi",
        }
        if database_url:
            self.environment["DATABASE_URL"] = database_url
        if demo:  # its mails become files
            self.environment["NINTEI_DEMO"] = "1"
        else:
            self.environment |= {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(smtp_port)}
        link_fonts(folder)
        database = folder / "lms.sqlite"
        if database_url:
            self.flask("db", "upgrade")
        elif not _MIGRATED.exists():
            self.flask("db", "upgrade")
            shutil.copy(database, _MIGRATED)
        else:
            shutil.copy(_MIGRATED, database)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def flask(self, *arguments: str, given: str = "") -> str:
        """Run a `flask` command of the site and give back what it printed."""
        done = subprocess.run(
            [str(BIN / "flask"), *arguments],
            cwd=ROOT,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"flask {' '.join(arguments)} ended with {done.returncode}: {done.stdout}\n{done.stderr}")
        return done.stdout

    def start(self) -> None:
        """Start server and worker and wait until the log-in page answers."""
        log = (self.folder / "server.log").open("ab")
        command = [sys.executable, str(ROOT / "scripts/serve.py"), "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        self.wait_until_up()

    def wait_until_up(self, seconds: float = 90) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}/login", timeout=2):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise AssertionError(f"the site did not come up: {(self.folder / 'server.log').read_text()[-2000:]}")

    def stop(self) -> None:
        """End the processes as Ctrl-C would."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
        self.process = None


def link_fonts(folder: Path) -> None:
    """Use the prepared fonts of this checkout, if there are any, so that each site need not build its own."""
    prepared = ROOT / "instance" / "fonts"
    target = folder / "fonts"
    if prepared.is_dir() and not target.exists():
        target.symlink_to(prepared)


def find_chromium() -> str:
    """The system's Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        raise MissingService("Chromium is not installed (Debian package: chromium)")
    return path


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium."""
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = launch(playwright, path)
        yield browser
        browser.close()


def launch(playwright: Playwright, path: str) -> Browser:
    """Start the browser with everything that would call home switched off."""
    return playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)


def link_in(text: str) -> str:
    """The first web address in a mail."""
    found = re.search(r"http://127\.0\.0\.1:\d+\S+", text)
    assert found, text
    return found.group(0)
