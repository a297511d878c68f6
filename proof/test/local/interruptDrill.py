#!/usr/bin/env python3
"""Interrupts `make local` at random moments and checks that the next run continues from there. Run it by
hand:

    proof/test/local/interruptDrill.py [ROUNDS] [SECONDS]

Each round starts from nothing and runs `make local` in a terminal of its own. After a random time of at
most SECONDS (90) it presses Ctrl-C, or Ctrl-C twice, or kills the run's whole process group (-9). Then
`make local` must succeed. A second run must change nothing, and `make down` must leave nothing. It uses
LOCAL_AWS_PORT like the rest.
"""

import os
import pathlib
import pty
import random
import select
import signal
import subprocess
import sys
import time

PROJECT = pathlib.Path(__file__).resolve().parents[2]
ENDINGS = ("Ctrl-C", "Ctrl-C twice", "kill -9")


def interrupted(seconds: float, ending: str) -> str:
    """Runs `make local` in a terminal, ends it after that time, and returns its output."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(PROJECT)
        os.execvp("make", ["make", "local"])
    said = read(terminal, seconds)
    if ending == "kill -9":
        os.killpg(pid, signal.SIGKILL)
    else:
        os.write(terminal, b"\x03")
        if ending == "Ctrl-C twice":
            said += read(terminal, 1)
            try:
                os.write(terminal, b"\x03")
            except OSError:
                pass  # it had ended already
        said += read(terminal, 120)
    os.close(terminal)
    os.waitpid(pid, 0)
    return said


def read(terminal: int, seconds: float) -> str:
    said, end = b"", time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if terminal not in select.select([terminal], [], [], left)[0]:
            break
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            break
        if not chunk:
            break
        said += chunk
    return said.decode(errors="replace")


def make(target: str, expected: str) -> None:
    began = time.monotonic()
    run = subprocess.run(["make", target], cwd=PROJECT, capture_output=True, text=True, timeout=600)
    if run.returncode != 0 or expected not in run.stdout:
        sys.exit(f"make {target}: exit {run.returncode}, wanted {expected!r}\n{run.stdout}\n{run.stderr}")
    told = [line for line in run.stdout.splitlines() if "anew" in line or "taken away" in line or "Gone with" in line]
    print(f"    make {target}: {time.monotonic() - began:.0f} s", *told, sep="\n      ")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    longest = float(sys.argv[2]) if len(sys.argv) > 2 else 90
    for number in range(1, rounds + 1):
        seconds, ending = random.uniform(0, longest), random.choice(ENDINGS)
        subprocess.run(["make", "down"], cwd=PROJECT, check=True, capture_output=True)
        said = interrupted(seconds, ending)
        print(f"round {number}: {ending} after {seconds:.1f} s")
        print(*(f"    | {line}" for line in said.strip().splitlines()[-2:]), sep="\n")
        make("local", "Where things are")
        make("local", "  0 changes,")
        make("down", "Local AWS ended")
    print(f"{rounds} of {rounds} went on")


if __name__ == "__main__":
    main()
