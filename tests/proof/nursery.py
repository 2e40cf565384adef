"""A process that has everything imported and forks a fresh gunicorn whenever asked, so that fifty restarts take a minute.

What a restart has to recover from is in the database's files, and each fork opens those anew.
"""

import os
import signal
import sys

from gunicorn.app.wsgiapp import WSGIApplication

import lms.app  # noqa: F401 - imported once here, not at every restart


def main() -> None:
    """For each line of arguments fork a gunicorn in a session of its own and print its process id."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become_gunicorn(line.split())
        print(child, flush=True)


def _become_gunicorn(arguments: list[str]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(quiet, descriptor)
    sys.argv = ["gunicorn", *arguments]
    WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]", prog="gunicorn").run()


if __name__ == "__main__":
    main()
