"""How much of the time of `snakemake --cores 2 all` goes into start-up and scheduling instead of the jobs' own work.

Runs `all` with the default settings in a folder of its own. A `smen` in front of the installed one on the search path
does what that does and writes down, for each job, when its process began and ended, when the stage did, and how long
imports took within it. From these, in seconds of cores (wall time x cores, each job counted with its threads):

- own work: the stage's code, imports within it left out. Its sum is the reference;
- start-up: of each process, all but that;
- Snakemake: its start until the first job, and from the last job to its end;
- idle: cores without a job in between, because Snakemake was choosing one or because none was ready.

All but the first over wall time x cores is the figure. Other work on the machine makes every part longer.

Run from the repository's root (takes minutes, and both cores)::

    python tests/benchmarks/bench_overhead.py [--cores 2] [--settings FILE] [--json FILE]
"""

import builtins
import importlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from measuring import ROOT, arguments, report, run

NOTES = "SMEN_BENCHMARK_NOTES"
PARTS = {
    "own": "the jobs' own work",
    "start_up": "start-up: interpreter, imports, reading the job",
    "snakemake": "Snakemake before the first job and after the last",
    "idle": "cores idle in between",
}


def stand_in():
    """Be `smen`, and note when things began and how long imports took within the stage."""
    note = {"began": _process_start(), "imports": 0.0, "stage": sys.argv[1]}
    from smen import cli

    module = importlib.import_module(f"smen.stages.{note['stage']}")
    work, load, depth = module.run, builtins.__import__, 0

    def counting(*args, **kwargs):
        nonlocal depth
        depth += 1
        start = time.time()
        try:
            return load(*args, **kwargs)
        finally:
            depth -= 1
            if not depth:
                note["imports"] += time.time() - start

    def timed(job):
        note["stage_began"] = time.time()
        builtins.__import__ = counting
        work(job)
        builtins.__import__ = load
        note["stage_ended"] = time.time()

    module.run = timed
    try:
        cli.main()
    finally:
        note["ended"] = time.time()
        (Path(os.environ[NOTES]) / f"{note['stage']}-{os.getpid()}.json").write_text(json.dumps(note))


def _process_start():
    """When this process began, in seconds of the epoch (Linux)."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    up = float(Path("/proc/uptime").read_text().split()[0])
    return time.time() - up + ticks / os.sysconf("SC_CLK_TCK")


def measure(folder, cores, settings, *options):
    """Run `all` with stand-ins, and with further options, and add up its parts, in seconds of cores."""
    notes, bin_folder = folder / "notes", folder / "bin"
    for made in (notes, bin_folder):
        made.mkdir(parents=True)
    smen = bin_folder / "smen"
    smen.write_text(f"#!{sys.executable}\nimport sys\nsys.path.append({str(Path(__file__).parent)!r})\n"
                    "from bench_overhead import stand_in\nstand_in()\n")  # fmt: skip
    smen.chmod(0o755)
    shutil.copy(settings, folder / "config.yaml")
    environment = {NOTES: str(notes), "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}
    begin = time.time()
    snakemake = Path(sys.executable).parent / "snakemake"
    command = [snakemake, "--snakefile", ROOT / "Snakefile", "--cores", cores, *options, "all"]
    used, said = run(command, folder, environment, may_fail="--keep-going" in options)
    end = time.time()
    jobs = [json.loads(path.read_text()) for path in notes.glob("*.json")]
    return add_up(jobs, threads_of(said), begin, end, cores) | {"run": used}


def threads_of(said):
    """Threads of each rule, as Snakemake says them; where it says nothing, one."""
    threads, rule = defaultdict(lambda: 1), None
    for line in said.splitlines():
        if line.startswith(("rule ", "localrule ")):
            rule = line.split()[1].rstrip(":")
        elif line.strip().startswith("threads:"):
            threads[rule] = int(line.split()[1])
    return threads


def add_up(jobs, threads, begin, end, cores):
    """The parts of the run, and of each stage, in seconds of cores."""
    whole = (end - begin) * cores
    parts, stages = dict.fromkeys(PARTS, 0.0), {}
    for job in jobs:
        n = threads[job["stage"]]
        own = n * (job["stage_ended"] - job["stage_began"] - job["imports"])
        start_up = n * (job["ended"] - job["began"]) - own
        parts["own"] += own
        parts["start_up"] += start_up
        count, so_far, before = stages.get(job["stage"], (0, 0.0, 0.0))
        stages[job["stage"]] = (count + 1, so_far + own, before + start_up)
    first, last = min(job["began"] for job in jobs), max(job["ended"] for job in jobs)
    parts["snakemake"] = cores * (first - begin + end - last)
    parts["idle"] = whole - sum(parts.values())
    return {"cores": cores, "wall": end - begin, "parts": parts, "stages": stages, "share": 1 - parts["own"] / whole}


def table(figures):
    """What each part took, then each stage."""
    whole = figures["wall"] * figures["cores"]
    lines = [f"{figures['wall']:.0f} s on {figures['cores']} cores; in seconds of cores:"]
    for part, what in PARTS.items():
        seconds = figures["parts"][part]
        lines.append(f"  {what:54}{seconds:8.1f}{100 * seconds / whole:7.1f} %")
    lines.append(f"all but the jobs' own work: {100 * figures['share']:.1f} %")
    lines.append(f"{'stage':12}{'jobs':>6}{'own':>9}{'start-up':>10}")
    for stage, (count, own, start_up) in sorted(figures["stages"].items(), key=lambda item: -item[1][1]):
        lines.append(f"{stage:12}{count:6}{own:9.1f}{start_up:10.1f}")
    return lines


def main():
    given = arguments(__doc__, cores=2, folder="", settings=str(ROOT / "config.yaml"))
    with tempfile.TemporaryDirectory() as made:
        figures = measure(Path(given.folder or made), given.cores, given.settings)
    report(given, figures, table(figures))


if __name__ == "__main__":
    main()
