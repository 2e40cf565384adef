"""Run gunicorn and the worker together: Ctrl-C or SIGTERM stops both, and when one ends the other is stopped too."""

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 15


def main() -> int:
    """Start both, wait, stop both; the exit code is that of whichever ended first by itself."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    arguments = parser.parse_args()
    bin_folder = Path(sys.executable).parent
    web = [
        str(bin_folder / "gunicorn"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "10"),
        *("--bind", f"{arguments.host}:{arguments.port}", "--log-level", "warning", "wsgi:app"),
    ]
    worker = [str(bin_folder / "flask"), "--app", "wsgi", "worker"]
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    processes = [subprocess.Popen(command, cwd=ROOT, start_new_session=True) for command in (web, worker)]
    print(f"Serving on http://{arguments.host}:{arguments.port}  (Ctrl-C stops)", flush=True)
    while not stopping and all(process.poll() is None for process in processes):
        time.sleep(0.2)
    ended = next((process.returncode for process in processes if process.returncode is not None), 0)
    for process in processes:
        _end(process)
    return 0 if stopping else ended or 1


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask the process group to end, then insist."""
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
