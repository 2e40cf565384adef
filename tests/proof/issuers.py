"""A process that has the application ready and forks a worker of issue runs whenever asked, so that it can be killed."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy.exc import DBAPIError

from certificates.record import record_from_json
from lms import clock
from lms.app import create_app
from lms.certification.queries.printing import press
from lms.certification.services.attesting import seal_paper
from lms.certification.services.running import work_open_runs
from lms.config import ROOT
from lms.db.session import db


@dataclass
class Issuers:
    """Workers of issue runs on one installation; each is a process of its own that ends when no run is open."""

    environment: Mapping[str, str]
    nursery: "subprocess.Popen[str]" = field(init=False)

    def __enter__(self) -> "Issuers":
        command = [sys.executable, "-m", "tests.proof.issuers"]
        self.nursery = subprocess.Popen(
            command, cwd=ROOT, env=dict(self.environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.nursery.stdout is not None
        assert self.nursery.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *_: object) -> None:
        self.nursery.kill()
        self.nursery.wait()

    def start(self) -> int:
        """Fork a worker; its process id."""
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write("work\n")
        self.nursery.stdin.flush()
        return int(self.nursery.stdout.readline())

    def kill(self, pid: int) -> None:
        """kill -9, at whatever point the worker is; one that just ended has nothing left to do."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def main() -> None:
    """For each line fork a worker and print its process id."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    app = create_app()
    with app.app_context():
        _warm_up()
        db.engine.dispose()
    print("ready", flush=True)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            _work_until_done(app)
            os._exit(0)
        print(child, flush=True)


def _warm_up() -> None:
    """Load the typeface, the designs, the keys and the library that seals once, here, and not in each worker for 2 seconds."""
    sample = record_from_json((ROOT / "certificates" / "sample.json").read_bytes())
    seal_paper(press(sample), now=clock.now())


def _work_until_done(app: Flask) -> None:
    """As the worker does: what fails, because the database was busy with another, is tried again."""
    while True:
        with app.app_context(), contextlib.suppress(DBAPIError):
            if not work_open_runs(for_seconds=3600, now=clock.now()):
                return


if __name__ == "__main__":
    main()
