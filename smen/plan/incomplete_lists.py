"""Lists of rasters that name files which are no longer there, as after a person has removed a map."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from smen.plan.plan import Plan


class IncompleteList(NamedTuple):
    """A list that names rasters which are not there.

    Attributes:
        path: of the list.
        missing: names of the rasters.
    """

    path: Path
    missing: tuple[str, ...]


def incomplete_lists(plan: Plan) -> list[IncompleteList]:
    """Find the lists of maps and indices of all regions, and of mosaics, that name rasters which are not there.

    It reads lists and names of files, and opens no raster: a thousand lists take about a second.

    Args:
        plan: of the settings.
    """
    places = (
        (Path(path(name, year)), Path(folder(name, year)))
        for name in plan.regions
        for year in plan.map_years(name)
        for path, folder in ((plan.layout.map_list, plan.layout.maps), (plan.layout.index_list, plan.layout.indices))
    )
    mosaics = ((Path(plan.layout.mosaic(f"{y}.csv")), Path(plan.layout.mosaic(y))) for y in plan.mosaic_years())
    found = (IncompleteList(path, tuple(_missing(path, folder))) for path, folder in chain(places, mosaics))
    return [one for one in found if one.missing]


def remove_lists(lists: Iterable[IncompleteList]) -> None:
    """Remove such lists, so that a run makes what is missing; one that cannot be removed stays.

    Args:
        lists: to remove.
    """
    for one in lists:
        with suppress(OSError):
            one.path.unlink(missing_ok=True)


def rasters_in(path: Path) -> list[str]:
    """Return the names of all rasters in a list; none where it is not there or cannot be read.

    Args:
        path: of the list, CSV.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [cell for row in csv.reader(file) for cell in row if cell.endswith(".tif")]
    except (OSError, ValueError, csv.Error):
        return []


def _missing(path: Path, folder: Path) -> Iterator[str]:
    """Names in a list that are not in its folder."""
    named = rasters_in(path)
    there = {file.name for file in folder.iterdir()} if named and folder.is_dir() else set()
    yield from (name for name in named if name not in there)
