"""A whole simulated archive: all granules of a region and period, and the truth beside them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from smen.grid import M36, Window
from smen.products.product_tables import product
from smen.simulation.granule_writer import stamp, write_half_orbit, write_scene
from smen.simulation.overpasses import HalfOrbit, Pass, Timetable, pair
from smen.simulation.scenes import Disaggregation
from smen.simulation.sensors import Radiometer
from smen.simulation.soil import State, World
from smen.simulation.truth_writer import TruthWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from smen.simulation.climate import Climate

DAY = np.timedelta64(1, "D")
REACH = 3 * DAY
"""How far beyond the period the world is run: SMAP and Sentinel-1 may lie 36 hours apart."""


def timetable_of(world: World) -> Timetable:
    """The passes over a world."""
    good = world.land.good[world.inner]
    return Timetable(world.window, world.area, world.name, world.climate, world.seed, good)


def simulate(
    window: Window,
    name: str,
    climate: Climate,
    seed: int,
    first_day: np.datetime64,
    last_day: np.datetime64,
    coarse_product: str,
    granule_root: Path,
    truth_root: Path,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write all granules of a region and period, and the truth.

    A granule belongs to the period if its half-orbit begins on one of its UTC days. Granules and truth depend on
    region, climate, seed and their own time alone: a longer period adds files and leaves the others' bytes alone.

    Args:
        window: the region.
        name: its name, part of the seed.
        climate: its climate.
        seed: the seed.
        first_day: first UTC day.
        last_day: last UTC day, included.
        coarse_product: ``SPL2SMP`` or ``SPL2SMP_E``; the fine one is SPL2SMAP_S.
        granule_root: folder in which NSIDC's folders are made.
        truth_root: folder of `truth_{year}.nc`, see `smen.simulation.truth_writer`.
        progress: called with (days done, days in all).

    Raises:
        OutputError: a file cannot be written.
    """
    first_day, last_day = first_day.astype("datetime64[D]"), last_day.astype("datetime64[D]")
    world = World(window, name, climate, seed)
    said = stamp(name, seed)
    timetable = timetable_of(world)
    grid = product(coarse_product).grid
    radiometer = Radiometer(world, coarse_product)
    fine = Disaggregation(world, radiometer)
    pairs = _Pairs(timetable, first_day, last_day)
    orbits = deque(sorted(timetable.smap(grid, first_day, last_day), key=lambda orbit: (orbit.moment, orbit.begin)))
    with TruthWriter(world, first_day, last_day, truth_root, said) as truth:
        kept: deque[State] = deque(maxlen=8)
        days = int((last_day - first_day) / DAY) + 1
        for state in world.states(first_day - REACH, last_day + REACH):
            kept.append(state)
            truth.add(state)
            while orbits and orbits[0].moment <= state.moment:
                orbit = orbits.popleft()
                if (seen := radiometer.observe(orbit, state)) is not None:
                    write_half_orbit(granule_root, coarse_product, orbit, seen, said)
            for one, orbit, at_smap, at_sentinel1 in pairs.ready(kept):
                for scene in fine.scenes(one, orbit, at_smap, at_sentinel1):
                    write_scene(granule_root, scene, orbit, said)
            if progress is not None and state.evening:
                progress(min(max(int((state.day - first_day) / DAY) + 1, 0), days), days)


class _Pairs:
    """Sentinel-1 passes with their half-orbits, given out as soon as the world has reached both of their times."""

    def __init__(self, timetable: Timetable, first_day: np.datetime64, last_day: np.datetime64) -> None:
        """Pair the passes with half-orbits: also with those outside the period, lest the period decide the pair."""
        orbits = timetable.smap(M36, first_day - REACH, last_day + REACH)
        found: list[tuple[tuple[np.datetime64, bool], Pass, HalfOrbit]] = []
        for one in timetable.sentinel1(first_day - REACH, last_day + REACH):
            orbit = pair(one, orbits, M36.nesting)
            if orbit is not None and first_day <= orbit.start_day <= last_day:
                found.append((max(orbit.moment, one.moment), one, orbit))
        self._waiting = deque(sorted(found, key=lambda item: (item[0], item[1].time, item[1].track)))

    def ready(self, states: deque[State]) -> Iterator[tuple[Pass, HalfOrbit, State, State]]:
        """Pass, half-orbit, and the states at the half-orbit's and at the pass's time, for pairs up to now."""
        moments = {state.moment: state for state in states}
        while self._waiting and self._waiting[0][0] <= states[-1].moment:
            _, one, orbit = self._waiting.popleft()
            yield one, orbit, moments[orbit.moment], moments[one.moment]
