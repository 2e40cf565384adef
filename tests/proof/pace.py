"""How much slower than an ordinary core this machine is right now, so that a limit in seconds means the same on every machine."""

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
