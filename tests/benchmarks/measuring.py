"""What the benchmarks of reading, aligning, planning and overhead share: turns, child processes, results."""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REAL = "SMAP_L2_SM_P_NRT_24342_A_20190822T224858_N16023_002.h5"


def arguments(doc, **defaults):
    """A command line with `--json FILE` and one option for each default, of the default's type."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in defaults.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    return parser.parse_args()


def real_half_orbit():
    """The real half-orbit, looked for where the tests look for it."""
    for folder in (os.environ.get("SMEN_REAL_DATA"), ROOT.parent / "shared" / "real"):
        if folder and (path := Path(folder) / REAL).is_file():
            return path
    sys.exit(f"{REAL} is not at hand: set SMEN_REAL_DATA to the folder that holds it")


def interleaved(rounds, **actions):
    """Wall and processor seconds of each action, the actions in turn so that other work disturbs all alike."""
    seconds = {clock: {name: [] for name in actions} for clock in ("wall", "cpu")}
    for turn in range(rounds + 1):
        for name, action in actions.items():
            wall, cpu = time.perf_counter(), time.process_time()
            action()
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            if turn:  # the first turn loads modules and fills caches
                seconds["wall"][name].append(wall)
                seconds["cpu"][name].append(cpu)
    return seconds


def ratio(seconds, of, to):
    """The ratio of two actions turn by turn, by the clock on the wall and by the processor's: median and quartiles."""
    return {clock: _spread([a / b for a, b in zip(s[of], s[to], strict=True)]) for clock, s in seconds.items()}


def _spread(values):
    low, median, high = statistics.quantiles(values, n=4) if len(values) > 1 else values * 3
    return {"median": median, "quartiles": [low, high]}


def run(command, cwd, env=None, *, may_fail=False):
    """Run a command: its wall seconds, its processor seconds, its peak memory in MB, and what it printed."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], cwd=cwd, env=os.environ | (env or {}), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode and not may_fail:
        sys.exit(f"{command[0]} ended with {process.returncode}:\n{said[-3000:]}")
    return {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024}, said


def machine():
    """Where and when the figures were measured."""
    load = os.getloadavg()[0]
    return {"cores": os.cpu_count(), "python": platform.python_version(), "load": load, "when": time.strftime("%F %R")}


def report(given, figures, lines):
    """Print the table, and write the figures as JSON where they are wanted."""
    about = machine()
    print(f"{about['cores']} cores, load {about['load']:.1f}, Python {about['python']}, {about['when']}")
    print("\n".join(lines))
    if given.json:
        given.json.write_text(json.dumps({"machine": about, **figures}, indent=1) + "\n")
