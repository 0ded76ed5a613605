"""Memory and time that each job asks of a scheduler, from the cells and days that it works on.

The figures were fitted by `tests/benchmarks/bench_job_resources.py` to what Snakemake's `benchmark:` measured.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from smen.plan.job_size import COSTLIEST, Cost, JobSize, size_of
from smen.plan.step_seconds import job_seconds
from smen.plan.steps import steps_of

if TYPE_CHECKING:
    from smen.plan.plan import Plan

MEMORY_MARGIN = 1.6
"""What is asked for, as a multiple of what was measured: the measurement looks twice a second and misses short peaks,
and real granules are larger than simulated ones."""

LEAST_MB = 400
"""No job asks for less: the system counts some of the files that a job has read as its memory."""

TIME_MARGIN = 6.0
"""The same for time: disks of clusters are slower, and processors differ."""

START_MINUTES = 10
"""What every job may take on top: a loaded file system takes minutes to import torch."""

TORCH = 245
"""MB that a network takes on top in making maps; which method makes them, a choice may tell only then."""

MEMORY = {
    "simulate": Cost(206, cell_days=28.9),
    "acquire": Cost(246),
    "align": Cost(184, cells=0.06, cell_days=1.95),
    "pair": Cost(151, cell_days=3.1),
    "train_fusion": Cost(195, cells=51),
    "train_smen": Cost(473, cells=5.1, cell_days=8.0),
    "choose": Cost(67),
    "downscale": Cost(239 + TORCH, cell_days=6.2),
    "normals": Cost(174, cells=9.2, cell_days=0.8),
    "indicators": Cost(191, cell_days=1.1),
    "evaluate": Cost(508, cells=2.2, cell_days=3.8),
    "insitu": Cost(411, cell_days=2.5),
    "publish": Cost(286, cell_days=2.1),
    "index": Cost(199, cells=0.1),
    "mosaic": Cost(198, cells=0.05),
    "upload": Cost(110),
    "experiment": Cost(384, cells=7.1),
    "compare": Cost(588, cells=80.0),
    "reproduce": Cost(378, cells=7.0),
}
"""MB of memory of each stage, by up to four sizes of region (`tests/benchmarks/job_resources.json`).

Of those measured at one size (mosaic, compare, reproduce), growth is that of a stage like them, on the large side."""


def memory_mb(size: JobSize, attempt: int = 1) -> int:
    """Return the MB of memory that a job asks for; twice as much on each retry.

    Args:
        size: of the job.
        attempt: 1 for the first try.
    """
    cost = MEMORY.get(size.kind, MEMORY[COSTLIEST])
    return math.ceil(max(MEMORY_MARGIN * cost.of(size), LEAST_MB) * float(2 ** (attempt - 1)))


def runtime_minutes(size: JobSize, attempt: int = 1) -> int:
    """Return the minutes that a job asks for; as many again on each retry.

    Args:
        size: of the job.
        attempt: 1 for the first try.
    """
    return attempt * (START_MINUTES + round(TIME_MARGIN * job_seconds(size) / 60))


def gpus(plan: Plan, region: str, method: str) -> int:
    """Return how many GPUs a training asks for: one where the settings name it, none where they leave it open.

    Args:
        plan: of the settings.
        region: its name.
        method: as in names of files.
    """
    return int(method == "smen" and plan.regions[region].settings.smen.device == "cuda")


def most_memory_mb(plan: Plan, region: str) -> int:
    """Return the MB of memory that the largest job of a region asks for.

    Args:
        plan: of the settings.
        region: its name.
    """
    return max(memory_mb(size_of(plan, step.stage, region, step.year, step.method)) for step in steps_of(plan, region))
