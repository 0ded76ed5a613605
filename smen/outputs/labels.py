"""Words that maps, figures, tables, the cube, the catalogue, the project and the report have in common."""

from __future__ import annotations

from smen.scores.comparison import PRODUCT

__all__ = [
    "NO_VALUE",
    "PRODUCT",
    "SIMULATED_BADGE",
    "SIMULATED_NOTE",
    "TITLE",
    "map_title",
    "yes_or_no",
]

TITLE = "Soil moisture at 3 km"
"""Title of everything that shows maps of soil moisture."""

SIMULATED_BADGE = "SIMULATED DATA"
"""Label of a picture of simulated data."""

SIMULATED_NOTE = "Simulated data: no satellite has measured these values."
"""Sentence below or in a text about simulated data."""

NO_VALUE = "–"
"""Shown to a person in place of a missing number."""


def map_title(region: str, *, simulated: bool) -> str:
    """Return the title of a region's maps: ``Soil moisture at 3 km, tucson (simulated data)``.

    Args:
        region: name of the region.
        simulated: whether the data are simulated.
    """
    return f"{TITLE}, {region}{' (simulated data)' if simulated else ''}"


def yes_or_no(value: bool) -> str:
    """Return a truth value as tables and raster tags write it."""
    return "yes" if value else "no"
