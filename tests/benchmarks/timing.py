"""What the benchmarks of networks share: interleaved timings, the machine's own rates, results as table and JSON.

Every figure is a ratio between times of one run. The candidates take turns, so that whatever else the machine does
meets all of them; the least time of the rounds counts, for noise only adds.
"""

import datetime
import json
import os
import pathlib
import platform
import time

import torch


def interleaved(candidates, rounds):
    """Seconds by wall clock and of processor time of each candidate: the least over rounds in which they take turns.

    A candidate is called without arguments; what it returns as a pair (wall, processor) counts in place of what is
    measured around it, for those that run in another process.
    """
    times = {name: [] for name in candidates}
    for run in candidates.values():  # compiles, fills caches
        run()
    for _ in range(rounds):
        for name, run in candidates.items():
            wall, processor = time.perf_counter(), time.process_time()
            told = run()
            here = time.perf_counter() - wall, time.process_time() - processor
            times[name].append(told if isinstance(told, tuple) else here)
    return {name: tuple(min(column) for column in zip(*rows, strict=True)) for name, rows in times.items()}


def product(kind, side=2048, repeats=4):
    """A candidate: the product of two square matrices that the processor is good at, and its operations."""
    left, right = (torch.randn(side, side).to(kind) for _ in range(2))

    def run():
        for _ in range(repeats):
            torch.mm(left, right)

    return run, 2 * side**3 * repeats


def machine():
    """What the figures were measured on."""
    model = platform.processor()
    info = pathlib.Path("/proc/cpuinfo")
    text = info.read_text() if info.exists() else ""
    for line in text.splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="minutes"),
        "processor": model,
        "cores": os.cpu_count(),
        "bf16_matrix_units": "amx_bf16" in text,
        "load": round(os.getloadavg()[0], 1),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
    }


def report(rows, out, **more):
    """Print rows (dicts with the same keys) as a table, and write them and what they were measured on as JSON."""
    rows = [{key: f"{v:.4g}" if isinstance(v, float) else str(v) for key, v in row.items()} for row in rows]
    found = {"machine": machine(), **more, "rows": rows}
    widths = {key: max(len(key), *(len(row[key]) for row in rows)) for key in rows[0]}
    print("  ".join(f"{key:<{width}}" for key, width in widths.items()))
    for row in rows:
        print("  ".join(f"{row[key]:<{width}}" for key, width in widths.items()))
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(found, indent=1) + "\n")
