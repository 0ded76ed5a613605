"""Verify that a granule is whole: everything that any stage may need of it is read once, before it is used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from smen.errors import ArchiveError
from smen.products.granule_file import GranuleFile, open_granule
from smen.products.name_parsing import granule_name
from smen.products.names import GranuleName
from smen.products.plausibility import require_plausible
from smen.products.product_tables import product

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from smen.grid import Grid, Window

MISPLACED = 0.1
"""Cells by which latitude and longitude may lie off their row and column. Real ones agree to 2e-5 of a 36 km cell;
float32 alone makes 6e-4 of a 3 km cell."""


@dataclass(frozen=True)
class Granule:
    """What verifying a granule gives.

    Attributes:
        name: parts of its name.
        begin: of a half-orbit its beginning by /Metadata, of a scene the SMAP time of its name; datetime64[ms].
        end: likewise.
        simulated: whether it is marked as simulated.
        stated_name: the file name that its metadata give; None where they give none.
        grid: grid of the indices.
        row: rows of the cells that have an index, (n,).
        column: their columns.
    """

    name: GranuleName
    begin: np.datetime64
    end: np.datetime64
    simulated: bool
    stated_name: str | None
    grid: Grid
    row: NDArray[np.int64]
    column: NDArray[np.int64]

    def touches(self, window: Window) -> bool:
        """Return whether any of its cells overlaps a window."""
        n = self.grid.coarse_factor
        rows = (window.row // n, (window.row + window.height - 1) // n)
        width = (window.column % n + window.width - 1) // n + 1
        east = (self.column - window.column // n) % self.grid.columns
        return bool(((self.row >= rows[0]) & (self.row <= rows[1]) & (east < width)).any())

    def footprint(self) -> BaseGeometry | None:
        """Return the outline of the cells in degrees; None where there are none."""
        from smen.products.footprints import outline  # takes longer to import than all else that reading needs

        return outline(self.grid, self.row, self.column)


def verify_granule(
    path: Path | str, short_name: str, variable: str | None = None, *, filename: str | None = None
) -> Granule:
    """Read all that any stage may need of a granule, and verify that it fits together.

    An all-fill granule is valid and empty.

    Args:
        path: the granule.
        short_name: the product that it must be of.
        variable: the soil moisture that is needed; by default the product's first.
        filename: its name, where it still lies under another one.

    Raises:
        GranuleError: not such a granule, truncated, a dataset missing or damaged, datasets of different lengths,
            indices off the grid, values that cannot be, or cells whose latitude and longitude lie elsewhere than
            their row and column.
        ArchiveError: no such product or variable.
    """
    path = Path(path)
    layout = product(short_name)
    name = granule_name(filename or path.name, short_name)
    variable = variable or layout.default_variable
    if variable not in layout.retrievals:
        raise ArchiveError(f"{variable!r} is no soil moisture of {short_name}: choose {' or '.join(layout.retrievals)}")
    needed = layout.retrievals[variable].soil_moisture
    with open_granule(path, layout) as file:
        begin, end = file.metadata.period() if layout.role == "coarse" else (name.time, name.time)
        indexed, row, column = file.cells()
        values = {"row": row, "column": column}
        for key, spec in layout.variables.items():
            if key not in values and (spec.required or key == needed or file.dataset(key) is not None):
                values[key] = file.read(key)
        require_plausible(file, values)
        _verify_places(file, indexed, values)
        return Granule(
            name=name,
            begin=begin.astype("datetime64[ms]"),
            end=end.astype("datetime64[ms]"),
            simulated=file.metadata.simulated,
            stated_name=file.metadata.text("DatasetIdentification", "fileName"),
            grid=layout.grid,
            row=row[indexed].astype(np.int64),
            column=column[indexed].astype(np.int64),
        )


def _verify_places(file: GranuleFile, indexed: NDArray[np.bool_], values: Mapping[str, NDArray[Any]]) -> None:
    """Refuse latitudes and longitudes that do not belong to the row and column on this grid."""
    if "latitude" not in values or "longitude" not in values:
        return
    row, column, latitude, longitude = (values[key] for key in ("row", "column", "latitude", "longitude"))
    placed = indexed & (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)
    placed &= file.present("latitude", latitude) & file.present("longitude", longitude)
    if not placed.any():
        return
    grid = file.product.grid
    at_row, at_column = grid.coordinates(longitude[placed], latitude[placed])
    off = np.maximum(np.abs(at_row - 0.5 - row[placed]), np.abs(at_column - 0.5 - column[placed]))
    if off.max() > MISPLACED:
        raise file.error(
            f"latitude and longitude lie up to {off.max():.1f} cells of {grid.name} off their row and column: "
            f"damaged, or on another grid than {file.product.short_name}"
        )
