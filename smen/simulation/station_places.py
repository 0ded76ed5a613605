"""Where the stations of a simulated world stand, and which sensors they have.

Two made-up networks, as one finds them in reality: a dense one within one 36 km cell, made for validation, two of whose
stations share a 3 km cell; and a sparse one over the whole region.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.grid import M03, M36
from smen.simulation.random_fields import Stream, random_stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.simulation.world import World

DENSE, SPARSE = "SIM-DENSE", "SIM-SPARSE"
"""Names of the networks: nobody takes them for real ones."""

MOST_STATIONS = 20
"""Stations of a region; smaller ones have one for each `CELLS_PER_STATION` land cells."""

CELLS_PER_STATION = 60

LEAST_STATIONS = 3
"""Stations of a tiny region, where it has so many land cells."""

DENSE_SHARE = 0.4
"""Share of the stations in the dense network."""

_INSIDE = 0.4
"""Stations stand within this share of a cell around its centre, so that rounding does not move them to another."""

_KOEPPEN = {"Oklahoma City": "Cfa", "Tucson": "BSh", "Geneva": "Cfb"}
"""Classes of Koeppen and Geiger at the climates' places (Peel et al. 2007, Hydrol. Earth Syst. Sci. 11, 1633-1644)."""

_CROPLAND, _FOREST, _URBAN = 10, 70, 190
"""Codes of ESA CCI land cover."""


@dataclass(frozen=True)
class StationSensor:
    """A sensor in the ground.

    Attributes:
        name: of the instrument, made up.
        depth_from: upper end of what it measures, metres.
        depth_to: lower end.
    """

    name: str
    depth_from: float
    depth_to: float


@dataclass(frozen=True)
class StationPlace:
    """A station.

    Attributes:
        number: of the station, the key of its random numbers.
        network: its name.
        name: of the station.
        row: of its cell in the window.
        column: likewise.
        longitude: degrees east, -180..180.
        latitude: degrees north.
        climate: class of Koeppen and Geiger.
        land_cover: code of ESA CCI land cover.
        sensors: in the ground.
    """

    number: int
    network: str
    name: str
    row: int
    column: int
    longitude: float
    latitude: float
    climate: str
    land_cover: int
    sensors: tuple[StationSensor, ...]


def station_places(world: World) -> tuple[StationPlace, ...]:
    """Place the stations of a world: on land, the same for each period.

    Args:
        world: the world.
    """
    land = ~world.land.water[world.inner]
    if not land.any():
        return ()
    rng = random_stream(world.seed, world.name, Stream.STATION, 0, 1)
    cells = np.flatnonzero(land)
    number = int(np.clip(cells.size // CELLS_PER_STATION, min(LEAST_STATIONS, cells.size), MOST_STATIONS))
    dense = _dense_cells(world, land, rng, round(DENSE_SHARE * number) if number > LEAST_STATIONS else number)
    others = np.setdiff1d(cells, dense)
    sparse = rng.permutation(others)[: max(number - dense.size, 0)]
    chosen = [(DENSE, int(cell)) for cell in dense] + [(SPARSE, int(cell)) for cell in np.sort(sparse)]
    return tuple(_place(world, index, network, cell, rng) for index, (network, cell) in enumerate(chosen))


def _dense_cells(world: World, land: NDArray[np.bool_], rng: np.random.Generator, number: int) -> NDArray[np.int64]:
    """Cells of the dense network, in one 36 km cell: among those with most land; the first two are one cell."""
    rows, columns = world.window.coarse_index(M36)
    coarse = rows[:, None] * (columns.max() + 1) + columns[None, :]
    counts = np.bincount(coarse[land])
    home = rng.choice(np.flatnonzero(counts >= 0.9 * counts.max()))
    inside = rng.permutation(np.flatnonzero(land & (coarse == home)))[: max(number - 1, 1)]
    return np.concatenate([inside[:1], inside]) if number > 1 else inside[:1]


def _place(world: World, index: int, network: str, cell: int, rng: np.random.Generator) -> StationPlace:
    """A station somewhere in a cell, with its sensors."""
    window = world.window
    row, column = (int(part) for part in np.unravel_index(cell, window.shape))
    down, right = rng.uniform(-_INSIDE, _INSIDE, 2)
    longitude, latitude = (
        round(float(degrees), 5) for degrees in M03.centres(window.row + row + down, window.column + column + right)
    )
    land, place = world.land, (world.inner[0].start + row, world.inner[1].start + column)
    cover = _FOREST if land.vegetation[place] > _FOREST_VEGETATION else _CROPLAND
    return StationPlace(
        number=index,
        network=network,
        name=f"{network[4]}{index + 1:02d}",
        row=row,
        column=column,
        longitude=longitude,
        latitude=latitude,
        climate=_KOEPPEN.get(world.climate.name, ""),
        land_cover=_URBAN if land.urban[place] else cover,
        sensors=_sensors(index, network),
    )


_FOREST_VEGETATION = 3.0
"""kg/m2 of water in the vegetation above which a station is said to be in a forest."""


def _sensors(index: int, network: str) -> tuple[StationSensor, ...]:
    """Sensors of a station: one at 5 cm, of the sparse network over the upper 5 cm; some have another one or deeper."""
    upper = StationSensor("Made-Probe-A", 0.05, 0.05) if network == DENSE else StationSensor("Made-Probe-B", 0.0, 0.05)
    sensors = [upper]
    if index % 7 == 2:
        sensors.append(StationSensor("Made-Probe-C", upper.depth_from, upper.depth_to))
    if index % 3 == 1:
        sensors.append(StationSensor("Made-Probe-A", 0.2, 0.2))
    return tuple(sensors)
