"""Outlines of countries by name, from a file that comes with the package.

The file (``countries.json``: name and rings of longitude and latitude, degrees) has the 177 countries of Natural
Earth's layer at 1:110 million (public domain), as the package `pyogrio` holds it; lakes and enclaves are filled.
So coarse an outline cuts corners: it is widened by `WIDENED`, so that a tile is rather too many than too few.
"""

from __future__ import annotations

import difflib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from smen.settings.regions import slug

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

FILE = Path(__file__).with_name("countries.json")

WIDENED = 0.3
"""Degrees by which outlines are widened, about 30 km."""


def country(name: str) -> BaseGeometry | None:
    """Return the widened outline of a country, in longitude and latitude; None where there is none of that name.

    Args:
        name: in English, as on Natural Earth's map; capitals, accents and punctuation do not count.
    """
    import shapely

    rings = _countries().get(slug(name))
    if rings is None:
        return None
    parts = [shapely.buffer(shapely.Polygon(ring), WIDENED) for ring in rings]
    # What reaches beyond 180 degrees only touches it there: such countries have a part on the other side as well.
    return shapely.intersection(shapely.union_all(parts), shapely.box(-180, -90, 180, 90))


def nearest_country(name: str) -> str | None:
    """Return the name of a country that resembles a text; None where none does.

    Args:
        name: as typed.
    """
    near = difflib.get_close_matches(slug(name), _countries(), n=1)
    return near[0] if near else None


@cache
def _countries() -> dict[str, list[list[list[float]]]]:
    """Rings of all countries, by the slugs of their names."""
    rings: dict[str, list[list[list[float]]]] = json.loads(FILE.read_text(encoding="utf-8"))
    return {slug(name): parts for name, parts in rings.items()}
