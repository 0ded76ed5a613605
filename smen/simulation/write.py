"""A whole simulated archive: all granules of a region and period, and the truth beside them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from smen.grid import M36, Window
from smen.products.product_tables import product
from smen.simulation.granule_writer import stamp, write_half_orbit, write_scene
from smen.simulation.overpasses import OverpassSchedule, nearest_half_orbit
from smen.simulation.radar import RadarProduct
from smen.simulation.radiometer import Radiometer
from smen.simulation.station_writer import StationWriter
from smen.simulation.truth_writer import TruthWriter
from smen.simulation.world import World, WorldState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from smen.simulation.climate import Climate
    from smen.simulation.sentinel1_overpasses import Sentinel1Pass
    from smen.simulation.smap_overpasses import SimulatedHalfOrbit
    from smen.simulation.solar_time import HalfDay

DAY = np.timedelta64(1, "D")

REACH = 3 * DAY
"""How far beyond the period the world is run: SMAP and Sentinel-1 may lie 36 hours apart."""

STATES_KEPT = 8
"""Half days whose states are kept for pairs: four days."""


def schedule_of(world: World) -> OverpassSchedule:
    """Return the overpasses over a world."""
    recommended = world.land.recommended[world.inner]
    place = world.window, world.area, world.name, world.climate, world.seed
    return OverpassSchedule(*place, recommended, world.parts)


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
    station_root: Path,
    progress: Callable[[int, int], None] | None = None,
    coarse_only: bool = False,
    parts: tuple[Window, ...] = (),
) -> None:
    """Write all granules of a region and period, the truth, and stations in the ground.

    A granule belongs to the period if its half-orbit begins on one of its UTC days. Granules, truth and stations depend
    on region, climate, seed and their own time alone: a longer period adds files and does not change the others.

    Args:
        window: the region's cells of M03.
        name: its name, part of the seed.
        climate: its climate.
        seed: the seed.
        first_day: first UTC day.
        last_day: last UTC day, included.
        coarse_product: ``SPL2SMP`` or ``SPL2SMP_E``; the fine one is SPL2SMAP_S.
        granule_root: folder in which NSIDC's folders are made.
        truth_root: folder of `truth_{year}.nc`, see `smen.simulation.truth_writer`.
        station_root: folder of `{year}.zip`, see `smen.simulation.station_writer`.
        progress: called with (days done, days in all).
        coarse_only: whether the fine product is left out, as for years of the coarse record alone.
        parts: windows in it that are regions of their own, as of `smen.simulation.world.World`.

    Raises:
        OutputError: a file cannot be written.
    """
    first_day, last_day = (day.astype("datetime64[D]") for day in (first_day, last_day))
    world, label = World(window, name, climate, seed, parts), stamp(name, seed)
    schedule, radiometer = schedule_of(world), Radiometer(world, coarse_product)
    radar, pairs = RadarProduct(world, radiometer.errors), PairQueue(schedule, first_day, last_day)
    waiting = _by_time(schedule.smap(product(coarse_product).grid, first_day, last_day))
    known = world, first_day, last_day
    with TruthWriter(*known, truth_root, label) as truth, StationWriter(*known, station_root, label) as stations:
        kept: deque[WorldState] = deque(maxlen=STATES_KEPT)
        days = int((last_day - first_day) / DAY) + 1
        for state in world.states(first_day - REACH, last_day + REACH):
            kept.append(state)
            truth.add(state)
            stations.add(state)
            for orbit in _reached(waiting, state):
                if (observation := radiometer.observe(orbit, state)) is not None:
                    write_half_orbit(granule_root, coarse_product, orbit, observation, label)
            ready = () if coarse_only else pairs.ready(kept)
            for overpass, orbit, at_smap, at_sentinel1 in ready:
                for scene in radar.scenes(overpass, orbit, at_smap, at_sentinel1):
                    write_scene(granule_root, scene, orbit, label)
            if progress is not None and state.evening:
                progress(min(max(int((state.day - first_day) / DAY) + 1, 0), days), days)


def _by_time(half_orbits: Sequence[SimulatedHalfOrbit]) -> deque[SimulatedHalfOrbit]:
    """Half-orbits in the order of the world's states."""
    return deque(sorted(half_orbits, key=lambda orbit: (orbit.half_day, orbit.begin)))


def _reached(waiting: deque[SimulatedHalfOrbit], state: WorldState) -> Iterator[SimulatedHalfOrbit]:
    """Take those half-orbits off the queue whose time the world has reached."""
    while waiting and waiting[0].half_day <= state.half_day:
        yield waiting.popleft()


class PairQueue:
    """Sentinel-1 overpasses with their half-orbits, released once the world has reached both of their times.

    Half-orbits up to `REACH` outside the period take part in the pairing, so that a pair does not depend on the period.

    Args:
        schedule: all overpasses.
        first_day: first UTC day on which the half-orbit of a pair may begin.
        last_day: last one, included.
    """

    def __init__(self, schedule: OverpassSchedule, first_day: np.datetime64, last_day: np.datetime64) -> None:
        orbits = schedule.smap(M36, first_day - REACH, last_day + REACH)
        pairs: list[tuple[HalfDay, Sentinel1Pass, SimulatedHalfOrbit]] = []
        for overpass in schedule.sentinel1(first_day - REACH, last_day + REACH):
            orbit = nearest_half_orbit(overpass, orbits, M36.coarse_factor)
            if orbit is not None and first_day <= orbit.start_day <= last_day:
                pairs.append((max(orbit.half_day, overpass.half_day), overpass, orbit))
        self._waiting = deque(sorted(pairs, key=lambda pair: (pair[0], pair[1].time, pair[1].track)))

    def ready(
        self, states: Sequence[WorldState]
    ) -> Iterator[tuple[Sentinel1Pass, SimulatedHalfOrbit, WorldState, WorldState]]:
        """Yield the pairs whose later time has been reached, and forget them.

        Args:
            states: the latest states of the world in order of time; those of the last 36 hours must be among them.

        Yields:
            Sentinel-1 overpass, SMAP half-orbit, and the states at the half-orbit's and at the overpass's time.
        """
        by_half_day = {state.half_day: state for state in states}
        while self._waiting and self._waiting[0][0] <= states[-1].half_day:
            _, overpass, orbit = self._waiting.popleft()
            yield overpass, orbit, by_half_day[orbit.half_day], by_half_day[overpass.half_day]
