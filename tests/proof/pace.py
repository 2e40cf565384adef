"""How large the proofs are, and how much slower than an ordinary core this machine is, so that a limit holds everywhere."""

import os
import subprocess
import sys

CORES = 2
NOMINAL_SECONDS = 0.65
"""Processor time of the loop below under Python 3.11 on an ordinary core of 3 GHz that nobody else slows down."""
LOOP = "import time\nx = 0\nfor i in range(10**7):\n    x += i\nprint(time.process_time())"


def slowness() -> float:
    """1 on an ordinary machine (never less), 2 where the same work takes twice the processor time with both cores busy."""
    loops = [subprocess.Popen([sys.executable, "-c", LOOP], stdout=subprocess.PIPE, text=True) for _ in range(CORES)]
    seconds = [float(loop.communicate(timeout=120)[0]) for loop in loops]
    return max(1.0, max(seconds) / NOMINAL_SECONDS)


def sized(full: int, usual: int) -> int:
    """How many of something a proof takes: `full` under `make proof-full`, else as many as fit into every landing."""
    return full if os.environ.get("NINTEI_PROOF") == "full" else usual
