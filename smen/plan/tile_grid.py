"""Overlapping windows of one size that cover an area: which positions of a fixed grid are needed, and their names.

The positions are the same for the whole Earth, counted from the grid's north-western corner, so that a tile has the
same cells and name whatever area it is needed for. The core of a tile, what is left of it less half of the overlap on
each side, belongs to it alone: a tile is needed where its core holds land of the area.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smen.errors import DataError, SettingsError
from smen.grid import M03, Window
from smen.plan.countries import country, nearest_country
from smen.plan.land_share import certainly_sea
from smen.plan.region_size import FINE_LATITUDES, beyond_the_product
from smen.settings.tiles_section import ALL_LAND, TileSettings
from smen.vector_file import read_places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

NAME = "tile_r{row:04d}_c{column:05d}"
"""Name of a tile: M03 row and column of its north-western cell."""

HALF_TURN = 180.0


def tiles_over(tiles: TileSettings, where: str) -> dict[str, Window]:
    """Return the tiles that an area needs, by name, from north to south and west to east; none without an area.

    Args:
        tiles: area, size and overlap.
        where: name of the file of settings, for messages.

    Raises:
        SettingsError: the area cannot be read, or has no land that the 3 km product reaches.
    """
    if tiles.area is None:
        return {}
    area = None if tiles.area == ALL_LAND else _area(tiles.area, where)
    found = dict(_needed(tiles.size, tiles.overlap, area))
    if not found:
        raise SettingsError(
            f"{where}: tiles.area has no land between {FINE_LATITUDES:.0f} degrees south and north, where the 3 km "
            "product is: choose another area (a box is [west, south, east, north], degrees)"
        )
    return found


def around(windows: Iterable[Window]) -> Window:
    """Return the smallest window that holds all of some windows; it may cross 180 degrees.

    Args:
        windows: at least one.
    """
    each = list(windows)
    top, bottom = min(w.row for w in each), max(w.row + w.height for w in each)
    held = np.zeros(M03.columns, bool)
    for window in each:
        held[window.columns()] = True
    if held.all():
        return Window(top, 0, bottom - top, M03.columns)
    # The longest run of columns without any, around the Earth, lies outside.
    free = np.flatnonzero(held)
    gaps = np.diff(free, append=free[0] + M03.columns)
    last = int(gaps.argmax())
    left = int(free[(last + 1) % len(free)])
    return Window(top, left, bottom - top, M03.columns - int(gaps[last]) + 1)


def cells_of(window: Window) -> tuple[int, int, int, int]:
    """Return row, column, height and width of a window."""
    return window.row, window.column, window.height, window.width


def _needed(size: int, overlap: int, area: BaseGeometry | None) -> Iterable[tuple[str, Window]]:
    """Names and windows of the tiles whose core holds land of an area, or any land."""
    step, margin = size - overlap, overlap // 2
    for row in range(0, M03.rows - size + 1, step):
        core = Window(row + margin, margin, step, step)
        if beyond_the_product(core):
            continue
        columns = np.arange(0, M03.columns, step)
        touched = np.ones(len(columns), bool) if area is None else _touched(core, columns + margin, area)
        for column in columns[touched].tolist():
            if not certainly_sea(Window(core.row, (column + margin) % M03.columns, core.height, core.width)):
                yield NAME.format(row=row, column=column), Window(row, column, size, size)


def _touched(core: Window, columns: NDArray[np.integer], area: BaseGeometry) -> NDArray[np.bool_]:
    """Which cores of a row of tiles touch an area.

    Args:
        core: one of them.
        columns: of their western edges.
        area: in longitude and latitude.
    """
    import shapely

    _, south, _, north = core.polygon().bounds
    degrees = 2 * HALF_TURN / M03.columns
    west = -HALF_TURN + columns * degrees
    east = west + core.width * degrees
    shapely.prepare(area)
    touched = np.zeros(len(columns), bool)
    for turn in (0, 2 * HALF_TURN):  # what lies beyond 180 degrees is looked for on its other side
        touched |= shapely.intersects(area, shapely.box(west - turn, south, east - turn, north))
    return touched


@cache
def _area(area: tuple[float, float, float, float] | str, where: str) -> BaseGeometry:
    """The area as a geometry in longitude and latitude."""
    import shapely

    if isinstance(area, str):
        outline = None if Path(area).exists() else country(area)
        return _polygons(Path(area), where) if outline is None else outline
    west, south, east, north = area
    if west < east:
        return shapely.box(west, south, east, north)
    return shapely.union_all([shapely.box(west, south, HALF_TURN, north), shapely.box(-HALF_TURN, south, east, north)])


def _polygons(path: Path, where: str) -> BaseGeometry:
    """All polygons of a file, together."""
    if not path.exists():
        near = nearest_country(str(path))
        raise SettingsError(
            f"{where}: tiles.area is {path}, but there is no such file or country"
            f"{f' (did you mean `{near}`?)' if near else ''}: name a file of polygons or a country in English, write "
            f"[west, south, east, north], or `{ALL_LAND}`"
        )
    try:
        features = read_places(path, None, "a file of one layer")
    except DataError as error:
        raise SettingsError(f"{where}: tiles.area: {error}") from error
    outlines = features.geometry.dropna().to_crs("EPSG:4326")
    outlines = outlines[[shape.area > 0 for shape in outlines]]
    if outlines.empty:
        raise SettingsError(f"{where}: tiles.area: {path} holds no polygon: draw the area in it")
    return outlines.make_valid().union_all()
