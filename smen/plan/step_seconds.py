"""How long each job of a region takes: a guess before a run, corrected by what its first jobs took.

The figures are processor seconds of one core, measured with one year of simulated granules (2016) of 30 x 26 and of
100 x 100 cells: what they have in common is a matter of days, the rest of cells and days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from smen.plan.needs import CELLS
from smen.plan.steps import steps_of

if TYPE_CHECKING:
    from smen.plan.plan import Plan

START = 1.5
"""Seconds of a command until it begins: Python and what it imports."""

PER_DAY = {
    "simulate": (0.028, 0.019), "acquire": (0.0066, 0.003), "align": (0.0042, 0.0021), "pair": (0.0003, 0.0003),
    "train": (0.0, 0.032), "choose": (0.0, 0.0), "downscale": (0.024, 0.046), "normals": (0.0, 0.03),
    "indicators": (0.024, 0.046), "evaluate": (0.028, 0.08), "insitu": (0.13, 0.041), "publish": (0.05, 0.074),
}  # fmt: skip
"""Seconds of each stage for a day of its period: of any region, and of 100 x 100 cells beside that."""

NETWORK_PER_DAY = (0.0, 0.079)
"""The same of training the paper's network, instead of ``train``."""

OF_MAPS = ("downscale", "normals", "indicators", "evaluate", "insitu", "publish")
"""Stages whose period is that of the maps; of the others it is the whole one."""


def step_seconds(plan: Plan, stage: str, region: str | None = None, year: int | None = None, method: str = "") -> float:
    """Return about how many seconds of one core a job takes.

    Args:
        plan: of the settings.
        stage: its stage; one that is not known takes as long as a command needs to begin.
        region: its region; None for a job of all of them.
        year: of a stage of one.
        method: of a training.
    """
    if region not in plan.regions or stage not in PER_DAY:
        return START
    window = plan.regions[region].window
    first, last = plan.mapped_period(region) if stage in OF_MAPS else plan.full_period(region)
    if year is not None:
        first, last = max(first, first.replace(year, 1, 1)), min(last, last.replace(year, 12, 31))
    days = max((last - first).days + 1, 0)
    of_days, of_cells = NETWORK_PER_DAY if (stage, method) == ("train", "smen") else PER_DAY[stage]
    return START + days * (of_days + of_cells * window.height * window.width / CELLS)


def region_seconds(plan: Plan, region: str) -> float:
    """Return about how many seconds of one core all jobs of a region take, without downloads.

    Args:
        plan: of the settings.
        region: its name.
    """
    return sum(step_seconds(plan, step.stage, region, step.year, step.method or "") for step in steps_of(plan, region))


def in_words(seconds: float) -> str:
    """Return a time in seconds, minutes or hours."""
    if seconds < 90:
        return f"{max(round(seconds / 10), 1) * 10} s"
    return f"{seconds / 3600:.1f} h" if seconds >= 5400 else f"{round(seconds / 60)} min"
