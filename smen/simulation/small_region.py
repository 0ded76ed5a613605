"""A small region as arrays, made in a moment: what a method can be tried on without granules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter

from smen.data.records import Fields
from smen.data.samples import Periods, hold_out, samples_of
from smen.grid import M36, Window

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Samples

WINDOW = Window(1021, 2650, 30, 40)
OVERPASSES = 120
EVERY = 3
"""A 3 km field at every third overpass."""

SPACING = np.timedelta64(36, "h")
FIRST = np.datetime64("2016-01-01T12:00:00", "s")


def small_region(seed: int = 0) -> tuple[Fields, Samples]:
    """Make coarse and fine fields of a static pattern on a level that rises with rain and dries, with noise and gaps.

    Args:
        seed: of the random numbers.

    Returns:
        Fields of 30 x 40 cells, and their samples: the first 60 % of the time to learn from, the rest to be tested on.
    """
    rng = np.random.default_rng(seed)
    time = FIRST + np.arange(OVERPASSES) * SPACING
    level = np.empty(OVERPASSES)
    value = 0.2
    for i in range(OVERPASSES):  # dries by a tenth, and a rain now and then
        value = 0.08 + 0.9 * (value - 0.08) + (rng.random() < 0.2) * rng.uniform(0.03, 0.12)
        level[i] = value
    pattern = 0.04 * _smooth(rng, 2.0)
    truth = np.array([level[i] + pattern + 0.015 * _smooth(rng, 6.0) for i in range(OVERPASSES)]).clip(0.02, 0.5)
    coarse = np.array([WINDOW.cell_means(field, M36) for field in truth]) + rng.normal(
        0, 0.01, (OVERPASSES, *WINDOW.coarse_shape(M36))
    )
    index = np.arange(0, OVERPASSES, EVERY)
    fine = truth[index] + rng.normal(0, 0.03, (len(index), *WINDOW.shape))
    rows, columns = np.mgrid[: WINDOW.height, : WINDOW.width]
    for i in range(len(index)):  # a slanted strip of each scene is missing
        fine[i][(columns + rows // 4 + 13 * i) % WINDOW.width > 0.6 * WINDOW.width] = np.nan
    scenes = time[index] + np.timedelta64(5, "h")
    fields = Fields(
        window=WINDOW,
        coarse=coarse.astype(np.float32),
        coarse_time=time,
        coarse_descending=np.arange(OVERPASSES) % 2 == 0,
        coarse_flag=np.zeros(coarse.shape, np.uint16),
        fine=fine.astype(np.float32),
        fine_time=time[index],
        fine_ready=scenes,
        fine_sentinel1=tuple(frozenset([scene]) for scene in scenes),
        simulated=True,
    )
    days = time.astype("datetime64[D]")
    cut = days[int(0.6 * OVERPASSES)]
    return fields, hold_out(samples_of(fields, periods=Periods(train=[(days[0], cut - 1)], test=[(cut, days[-1])])))


def _smooth(rng: np.random.Generator, length: float) -> NDArray[np.float64]:
    """A random field of the window with mean 0 and standard deviation 1, smooth over some cells."""
    field = gaussian_filter(rng.normal(size=WINDOW.shape), length, mode="wrap")
    return np.asarray((field - field.mean()) / field.std())
