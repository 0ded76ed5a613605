"""How long each job takes: what a scheduler is asked for, and what a run says before and while it goes on.

The figures were fitted by `tests/benchmarks/bench_job_resources.py` to what Snakemake's `benchmark:` measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from smen.plan.job_size import COSTLIEST, Cost, JobSize, size_of
from smen.plan.stage_table import STAGES
from smen.plan.steps import steps_of

if TYPE_CHECKING:
    from smen.plan.plan import Plan

START = 1.5
"""Seconds of a command until it begins: Python and what it imports."""

SECONDS = {
    "simulate": Cost(11.7, cell_days=1.9),
    "acquire": Cost(3.9, cell_days=0.2),
    "align": Cost(2.7, cell_days=0.12),
    "pair": Cost(1.65, cell_days=0.02),
    "train_fusion": Cost(4.4, cell_days=3.1),
    "train_smen": Cost(8.1, cell_days=9.5),
    "choose": Cost(0.5),
    "downscale": Cost(6.7, cell_days=1.9),
    "normals": Cost(2.0, cells=0.42),
    "indicators": Cost(3.1, cell_days=0.92),
    "evaluate": Cost(8.8, cell_days=0.65),
    "insitu": Cost(18.6, cell_days=1.5),
    "publish": Cost(10.5, cell_days=1.4),
    "index": Cost(1.9, cells=0.1),
    "mosaic": Cost(2.0, cell_days=3.0),
    "upload": Cost(3.0, cell_days=0.2),
    "experiment": Cost(5.2, cells=0.58),
    "compare": Cost(11.9, cell_days=59.6),
    "reproduce": Cost(6.2, cells=0.1),
}
"""Seconds of a core of each stage (`tests/benchmarks/job_resources.json`); of networks for `MEASURED_EPOCHS`.

Of those measured at one size (mosaic, upload, compare, reproduce), growth is a guess on the large side."""


def job_seconds(size: JobSize) -> float:
    """Return about how many seconds of one core a job of a size takes.

    Args:
        size: of the job; a training of a user's method is taken for the costliest.
    """
    cost = SECONDS.get(size.kind, SECONDS[COSTLIEST])
    return cost.fixed + size.times * (cost.of(size) - cost.fixed)


def step_seconds(
    plan: Plan, stage: str, region: str | None = None, year: int | None = None, method: str | None = None
) -> float:
    """Return about how many seconds of one core a job of a run takes.

    Args:
        plan: of the settings.
        stage: its stage; a rule that is none takes as long as a command needs to begin.
        region: its region; None for a job of all of them.
        year: of a stage of one.
        method: of a training.
    """
    return job_seconds(size_of(plan, stage, region, year, method)) if stage in STAGES else START


def region_seconds(plan: Plan, region: str) -> float:
    """Return about how many seconds of one core all jobs of a region take, without downloads.

    Args:
        plan: of the settings.
        region: its name.
    """
    return sum(step_seconds(plan, step.stage, region, step.year, step.method) for step in steps_of(plan, region))


def in_words(seconds: float, step: int = 10) -> str:
    """Return a time in seconds, minutes or hours.

    Args:
        seconds: the time.
        step: to which it is rounded below 90 s: tens for a guess, 1 for what was measured.
    """
    if seconds < 90:
        return f"{max(round(seconds / step), 1) * step} s"
    return f"{seconds / 3600:.1f} h" if seconds >= 5400 else f"{round(seconds / 60)} min"
