"""Run a world and keep what its statistics need, as if SMAP passed over it every morning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.grid import M36, Window
from smen.simulation.antenna import RING_CELLS
from smen.simulation.radiometer import Radiometer
from smen.simulation.random_fields import random_stream
from smen.simulation.smap_overpasses import half_orbits_over
from smen.simulation.tier_statistics import CellGrid, cell_grid
from smen.simulation.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from smen.simulation.climate import Climate

POINTS = 120
"""Number of 3 km cells that stand for stations."""


@dataclass(frozen=True)
class WorldSample:
    """What the statistics need of one world; T mornings, all soil moisture in m3/m3.

    Attributes:
        coarse: 36 km retrievals of every morning, (T, rows, columns).
        rain: mm on the 36 km cells in the 24 hours before, likewise.
        medium: truth at 9 km, (T, 4 rows, 4 columns).
        within: standard deviation of the 3 km truth within each 36 km cell, (T, rows, columns).
        points: truth at some 3 km cells, (T, n).
        places: position of these cells in km from the corner, (n, 2).
        cell_km: north-south and east-west length of a 9 km cell on the ground.
    """

    coarse: NDArray[np.float32]
    rain: NDArray[np.float32]
    medium: NDArray[np.float32]
    within: NDArray[np.float32]
    points: NDArray[np.float32]
    places: NDArray[np.float64]
    cell_km: tuple[float, float]


def _cells(field: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Return the values of a field by cells of size x size: (rows, columns, size * size)."""
    rows, columns = field.shape[0] // size, field.shape[1] // size
    return field.reshape(rows, size, columns, size).swapaxes(1, 2).reshape(rows, columns, size * size)


def sample_world(
    climate: Climate, seed: int, size: int = 180, first: str = "2015-04-01", last: str = "2016-12-31"
) -> WorldSample:
    """Run a world and keep what the statistics need.

    Args:
        climate: its climate.
        seed: its seed.
        size: rows and columns of the window, cells of M03.
        first: first day, e.g. ``2015-04-01``.
        last: last day, included.
    """
    window = Window.centred_on(climate.longitude, climate.latitude, size, size)
    world = World(window, f"statistics-{climate.name}", climate, seed)
    radiometer = Radiometer(world)
    trim = slice(RING_CELLS, -RING_CELLS)
    ring = slice(1, -1)
    rng = random_stream(seed, "points")
    height, width = world.area.shape
    at = rng.integers(RING_CELLS, height - RING_CELLS, POINTS), rng.integers(RING_CELLS, width - RING_CELLS, POINTS)
    dy, dx = (float(lengths.mean()) for lengths in world.area.cell_lengths_km())
    coarse, rain, medium, within, points = [], [], [], [], []
    rain_of_day = np.zeros((height, width), np.float32)
    for number, state in enumerate(world.states(np.datetime64(first), np.datetime64(last))):
        if state.rain is not None:
            rain_of_day = rain_of_day + state.rain
        if state.evening:
            continue
        error = radiometer.errors.of(number, descending=True)
        coarse.append((radiometer.moisture(state.moisture) + error)[ring, ring])
        rain.append(_cells(rain_of_day, M36.coarse_factor).mean(-1)[ring, ring])
        medium.append(_cells(state.moisture[trim, trim], 3).mean(-1))
        within.append(_cells(state.moisture[trim, trim], M36.coarse_factor).std(-1))
        points.append(state.moisture[at])
        rain_of_day = np.zeros_like(rain_of_day)
    return WorldSample(
        coarse=np.array(coarse, np.float32),
        rain=np.array(rain, np.float32),
        medium=np.array(medium, np.float32),
        within=np.array(within, np.float32),
        points=np.array(points, np.float32),
        places=np.stack([at[0] * dy, at[1] * dx], 1),
        cell_km=(3 * dy, 3 * dx),
    )


def sample_half_orbits(
    climate: Climate, seed: int, size: int = 180, first: str = "2015-07-01", last: str = "2015-08-31", every: int = 6
) -> Iterator[CellGrid]:
    """Observe a world as SMAP does, every few half-orbits.

    Args:
        climate: its climate.
        seed: its seed.
        size: rows and columns of the window, cells of M03.
        first: first day, e.g. ``2015-07-01``: the season of the real half-orbit.
        last: last day, included.
        every: one of so many half-orbits is observed.

    Yields:
        The cells of each half-orbit that sees any.
    """
    window = Window.centred_on(climate.longitude, climate.latitude, size, size)
    world = World(window, f"statistics-{climate.name}", climate, seed)
    radiometer = Radiometer(world)
    days = np.datetime64(first), np.datetime64(last)
    waiting = {orbit.half_day: orbit for orbit in half_orbits_over(world.area, M36, *days)[::every]}
    for state in world.states(*days):
        orbit = waiting.get(state.half_day)
        if orbit is not None and (seen := radiometer.observe(orbit, state)) is not None:
            yield cell_grid(seen.row, seen.column, seen.values)
