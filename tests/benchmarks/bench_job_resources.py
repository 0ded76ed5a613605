"""Memory and time of the jobs of regions of several sizes, and the constants of `smen/plan/job_resources.py` and
`step_seconds.py` from them.

Runs `all` (with indices and stations) and a short `paper` for each size, one job at a time, reads the tables that
Snakemake's `benchmark:` wrote, and fits memory (the greatest sum of the processes' resident sets) and processor seconds
to cells and cells times days, none of the factors below 0. Fitted is the ratio to what was measured, so that small
jobs count as much as large ones; then all is raised until no measured job lies above the fit.

Run from the repository's root (half an hour)::

    python tests/benchmarks/bench_job_resources.py --folder DIR [--sizes small,middle,large] [--more FILE] [--json FILE]

Runs that are complete in the folder are used again. FILE holds what was measured in other ways, as JSON: of each kind
of job [cells, days, MB, seconds]. `tests/plan/test_job_resources.py` holds the constants against the figures written.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import yaml
from measuring import ROOT, arguments, report, run
from scipy.optimize import nnls

from smen.plan.job_size import MEASURED_EPOCHS, JobSize, size_of
from smen.plan.plan import Plan
from smen.plan.stage_table import STAGES

SIZES = {
    "small": (24, "2016-01-01", "2016-09-30", "2016-12-31"),
    "middle": (48, "2016-01-01", "2016-12-31", "2017-12-31"),
    "large": (100, "2016-01-01", "2016-12-31", "2017-06-30"),
}
"""Cells a side, first and last day of training, last of the test."""

WITH_PAPER = ("small",)
"""The learned baselines of `paper` take hours on larger ones, which are taken to grow as training does."""


def settings(side, first, last, end):
    """One region, both methods, indices."""
    test = str(np.datetime64(last) + 1)
    return {
        "regions": {"plains": {"longitude": -97.5164, "latitude": 35.4676, "size": side}},
        "periods": {"training": [first, last], "test": [test, end]},
        "method": "auto",
        "smen": {"epochs": MEASURED_EPOCHS, "threads": 1},
        "indices": {"which": ["drought"], "record_from": "2015-04-01" if side == 24 else first},
        "paper": {"epochs": MEASURED_EPOCHS, "sizes": [6], "sizes_test": 3, "seeds": [1], "inputs_region": "plains",
                  "sizes_region": "plains", "learned_baselines": True},
    }  # fmt: skip


def measured(folder, name):
    """(size of the job, MB, seconds of a core) of each job of one size."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(settings(*SIZES[name]), sort_keys=False))
    targets = ["all", *(["paper"] if name in WITH_PAPER else [])]
    words = ["--snakefile", ROOT / "Snakefile", "--configfile", "config.yaml", "--cores", 1, "--quiet", "all"]
    again = ["--rerun-triggers", "mtime", "--rerun-incomplete"]
    run([Path(sys.executable).parent / "snakemake", *words, *again, "--", *targets], folder)
    plan = Plan.load(yaml.safe_load((folder / "config.yaml").read_text()))
    return [
        (size, *figures)
        for path in sorted((folder / "logs").rglob("*.tsv"))
        for size, figures in [(of_file(plan, path), table(path))]
    ]


def of_file(plan, path):
    """What a job worked on, from the name of its table."""
    stage, _, rest = path.stem.partition("_")
    region = None if stage in ("index", "reproduce") else path.parent.name
    year = int(rest) if STAGES[stage].of_year else None
    return size_of(plan, stage, region, year, rest if stage == "train" else None)


def table(path):
    """MB of memory and seconds of a core."""
    names, values = (line.split("\t") for line in path.read_text().splitlines()[:2])
    row = dict(zip(names, values, strict=True))
    return float(row["max_rss"]), float(row["cpu_time"])


def terms(size):
    """What the factors of a cost stand for: 1, thousand cells, million cells times days."""
    return np.array([1.0, size.cells / 1e3, size.cells * size.days / 1e6])


def fit(sizes, values):
    """Factors of the terms, so that no value lies above."""
    matrix, values = np.array([terms(size) for size in sizes]), np.asarray(values)
    factors, _ = nnls(matrix / values[:, None], np.ones(len(values)))
    return factors * max(float((values / (matrix @ factors)).max()), 1.0)


def main():
    given = arguments(__doc__, folder="", sizes=",".join(SIZES), more="")
    folder = Path(given.folder or "resources_of_jobs")
    jobs = defaultdict(list)
    for name in given.sizes.split(","):
        for size, megabytes, seconds in measured(folder / name, name):
            jobs[size.kind].append((size, megabytes, seconds))
    for kind, rows in json.loads(Path(given.more).read_text()).items() if given.more else ():
        jobs[kind] += [(JobSize(kind, cells, days), *used) for cells, days, *used in rows]
    lines, figures = [f"{'job':18}{'memory: fixed, cells, cell-days':36}{'seconds':36}ratio at most"], {}
    for kind, found in jobs.items():
        sizes, memory, seconds = (list(part) for part in zip(*found, strict=True))
        costs = [fit(sizes, memory), fit(sizes, [max(s, 0.5) for s in seconds])]
        far = max(float(terms(size) @ costs[0]) / value for size, value in zip(sizes, memory, strict=True))
        text = ["  ".join(f"{value:9.3g}" for value in cost) for cost in costs]
        lines.append(f"{kind:18}{text[0]:36}{text[1]:36}{far:.2f}")
        figures[kind] = {
            "jobs": [[s.cells, s.days, m, t] for s, m, t in found], "memory": list(costs[0]), "seconds": list(costs[1])
        }  # fmt: skip
    report(given, {"kinds": figures}, lines)


if __name__ == "__main__":
    main()
