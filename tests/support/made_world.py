"""Worlds, states and overpasses of a simulation, made for one question each."""

import numpy as np

from smen.grid import M03, M36, Window
from smen.simulation.climates import CLIMATES
from smen.simulation.sentinel1_overpasses import Sentinel1Pass
from smen.simulation.smap_overpasses import SMAP, SimulatedHalfOrbit
from smen.simulation.world import World, WorldState

HALF = np.timedelta64(1600700, "ms")


def make_world(climate="oklahoma", size=36, name="made", seed=1):
    """Return a small world around the place of a climate."""
    place = CLIMATES[climate]
    return World(Window.centred_on(place.longitude, place.latitude, size, size), name, place, seed)


def make_state(world, moisture=0.2, temperature=15.0, rain=None, snow=False, day="2016-05-01", evening=False):
    """Return a state of a world; each number may be a field."""
    full = {key: np.broadcast_to(np.float32(v), world.area.shape) for key, v in locals().items() if key in FIELDS}
    return WorldState(
        day=np.datetime64(day),
        evening=evening,
        moisture=np.array(full["moisture"]),
        rain=None if rain is None else np.broadcast_to(np.float32(rain), world.area.shape),
        temperature=np.array(full["temperature"]),
        snow=np.broadcast_to(np.asarray(snow, bool), world.area.shape),
    )


FIELDS = ("moisture", "temperature")


def make_half_orbit(area, grid=M36, number=24342, descending=True, seen=True, seconds=600.0):
    """Return a half-orbit over an area that sees all of its cells, or those in `seen`."""
    shape = area.height // grid.coarse_factor, area.width // grid.coarse_factor
    crossing = SMAP.crossing(number, descending)
    over = crossing + np.timedelta64(round(float(np.mean(seconds)) * 1000), "ms")
    return SimulatedHalfOrbit(
        number=number,
        descending=descending,
        begin=crossing - HALF,
        end=crossing + HALF,
        crossing=crossing,
        longitude=SMAP.crossing_longitude(number, descending),
        over=over,
        day=over.astype("datetime64[D]"),
        seen=np.array(np.broadcast_to(seen, shape)),
        seconds=np.array(np.broadcast_to(np.float64(seconds), shape)),
    )


def make_overpass(area, time, frames=0, seconds=0.0, evening=False, platform="1AIWDV"):
    """Return a Sentinel-1 overpass that covers an area with one frame, or with `frames` (-1 outside the strip)."""
    return Sentinel1Pass(
        platform=platform,
        time=np.datetime64(time, "ms"),
        day=np.datetime64(time, "D"),
        evening=evening,
        track=7,
        frames=np.array(np.broadcast_to(np.int16(frames), area.shape)),
        seconds=np.array(np.broadcast_to(np.float32(seconds), area.shape)),
    )


def fine_of(coarse, coarse_factor):
    """Repeat each cell of a coarse field on the finer cells below it."""
    return np.kron(coarse, np.ones((coarse_factor, coarse_factor), coarse.dtype))


def cells_of(area, grid=M03):
    """Return rows and columns of a grid's cells in an area, once each."""
    rows = (area.row + np.arange(0, area.height, grid.coarse_factor)) // grid.coarse_factor
    columns = ((area.column + np.arange(0, area.width, grid.coarse_factor)) % M03.columns) // grid.coarse_factor
    return rows, columns
