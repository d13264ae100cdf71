"""What a command costs before it does anything, against importing click: `python benchmarks/startup.py`.

Each runs in a process of its own, whose CPU time counts whole, with the interpreter; of some runs, taken in turns, the
least is told. click is the peer: no command line built on it can start sooner. --runs says how often each runs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

PEER = "import click"
STARTED = {
    PEER: ("-c", PEER),
    "analyzer --help": ("-m", "analyzer", "--help"),
    "analyzer explain 429": ("-m", "analyzer", "explain", "429"),
}


def cpu_seconds(arguments: tuple[str, ...]) -> float:
    """Gives the CPU time of one run of the interpreter; ends the benchmark if the run fails."""
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, ended, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(ended)
    if process.returncode:
        sys.exit(f"{' '.join(arguments)} ended with {process.returncode}.")
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Prints one line per command: CPU time, and how many times the peer's it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    runs = parser.parse_args().runs
    least = dict.fromkeys(STARTED, float("inf"))
    for _ in range(runs):
        for name, arguments in STARTED.items():
            least[name] = min(least[name], cpu_seconds(arguments))
    print(f"least of {runs} runs      CPU s    times the peer's")
    for name, seconds in least.items():
        print(f"{name:22} {seconds:7.3f} {seconds / least[PEER]:10.2f}")


if __name__ == "__main__":
    main()
