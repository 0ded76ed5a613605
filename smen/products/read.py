"""One granule to arrays on a window, by integer index.

Cells are placed by their row and column alone, on the cells of the product's own grid that the window touches:
nothing is resampled or warped, the entries need not form a dense rectangle, and a window across 180 degrees is met
by taking columns modulo the grid's width. Missing is NaN, never 0; values above the
attribute `valid_max` are kept, because real granules hold good retrievals there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from smen.errors import ArchiveError
from smen.products.conventions import EPOCH, FLAG_FILL
from smen.products.flags import QUALITY_REJECTS, Quality
from smen.products.hdf5 import GranuleFile, open_granule
from smen.products.names import Direction, GranuleName, granule_name
from smen.products.product_tables import Product, Retrieval, product

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Grid, Window

NOT_A_TIME = np.datetime64("NaT", "s")


@dataclass(frozen=True)
class CoarseField:
    """What a half-orbit of SPL2SMP or SPL2SMP_E says on a window.

    Attributes:
        name: what the granule's name says; `name.time` is the key by which all refer to the half-orbit.
        grid: the product's own grid, M36 or M09.
        soil_moisture: m3/m3, on the cells of `grid` under the window, (R, C) float32, NaN where no retrieval of the
            quality asked for.
        surface_flag: (R, C) uint16, bits of `SurfaceFlag`, 65534 where the granule has no cell or fill.
        overpass_time: mean of the seconds of all cells in the window, datetime64[s], NaT where none has any.
        begin: beginning of the half-orbit by /Metadata, datetime64[ms].
        end: its end.
        cells: how many cells of the product's own grid the granule has in the window.
        simulated: whether the granule says that it is simulated.
    """

    name: GranuleName
    grid: Grid
    soil_moisture: NDArray[np.float32]
    surface_flag: NDArray[np.uint16]
    overpass_time: np.datetime64
    begin: np.datetime64
    end: np.datetime64
    cells: int
    simulated: bool

    @property
    def direction(self) -> Direction | None:
        """Of the half-orbit, as its name says."""
        return self.name.direction


@dataclass(frozen=True)
class Scene:
    """What one SPL2SMAP_S granule says on a window.

    Attributes:
        name: what the granule's name says: SMAP's time, Sentinel-1's time, the place.
        soil_moisture: m3/m3, (height, width) float32, NaN where no retrieval of the quality asked for.
        standard_deviation: m3/m3, as `soil_moisture` and NaN where that is; None where the granule has no such dataset.
        surface_flag: (height, width) uint16, bits of `SurfaceFlag`, 65534 where the granule has no cell or fill.
        overpass_time: mean of the cells' own overpass seconds in the window, datetime64[s]; NaT where there are none.
        cells: how many cells the granule has in the window.
        simulated: whether the granule says that it is simulated.
    """

    name: GranuleName
    soil_moisture: NDArray[np.float32]
    standard_deviation: NDArray[np.float32] | None
    surface_flag: NDArray[np.uint16]
    overpass_time: np.datetime64
    cells: int
    simulated: bool


def read_coarse(path: Path | str, window: Window, short_name: str, quality: Quality = "recommended") -> CoarseField:
    """Read a half-orbit of SPL2SMP or SPL2SMP_E on a window.

    A granule that is all fill, or has no cell in the window, gives a field of NaN.

    Raises:
        GranuleError: the file is not a whole granule of this product, or its name is not one.
        ArchiveError: SMEN reads no such coarse product.
    """
    layout = _layout(short_name, "coarse")
    path = Path(path)
    name = granule_name(path.name, short_name)
    with open_granule(path, layout) as file:
        begin, end = file.period()
        cells = _Cells.of(file, window)
        values, _, flags = _retrieval(file, cells, layout.retrievals[layout.default_variable], quality)
        return CoarseField(
            name=name,
            grid=layout.grid,
            soil_moisture=values,
            surface_flag=flags,
            overpass_time=_mean_time(file, cells),
            begin=begin,
            end=end,
            cells=cells.count,
            simulated=file.simulated,
        )


def read_scene(
    path: Path | str, window: Window, variable: str = "soil_moisture_3km", quality: Quality = "recommended"
) -> Scene:
    """Read an SPL2SMAP_S scene on a window.

    Args:
        path: the granule.
        window: what to read.
        variable: ``soil_moisture_3km`` or ``soil_moisture_apm_3km``. The latter takes its own flags and deviation
            where the granule has them, and those of the former where it has not.
        quality: the tier to keep.

    Raises:
        GranuleError: the file is not a whole granule of this product, or its name is not one.
        ArchiveError: no such variable.
    """
    layout = _layout("SPL2SMAP_S", "fine")
    if variable not in layout.retrievals:
        raise ArchiveError(f"{variable!r} is no soil moisture of SPL2SMAP_S: choose {' or '.join(layout.retrievals)}")
    path = Path(path)
    name = granule_name(path.name, layout.short_name)
    with open_granule(path, layout) as file:
        cells = _Cells.of(file, window)
        values, deviation, flags = _retrieval(file, cells, layout.retrievals[variable], quality)
        return Scene(
            name=name,
            soil_moisture=values,
            standard_deviation=deviation,
            surface_flag=flags,
            overpass_time=_mean_time(file, cells),
            cells=cells.count,
            simulated=file.simulated,
        )


@dataclass(frozen=True)
class _Cells:
    """Which entries of a granule lie in a window, and where.

    The entries `index` are placed at `row` and `column` of the smallest rectangle of the product's own grid that
    covers the window; on M03 it is the window.
    """

    index: NDArray[np.intp]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    shape: tuple[int, int]
    around: int

    @property
    def count(self) -> int:
        return len(self.index)

    @classmethod
    def of(cls, file: GranuleFile, window: Window) -> _Cells:
        given, row, column = file.cells()
        grid = file.product.grid
        top, left, shape = window.rows(grid)[0], window.columns(grid)[0], window.coarse_shape(grid)
        # Rows first: they leave few entries to compute with.
        index = np.flatnonzero(given & (row >= top) & (row < top + shape[0]))
        c = (column[index].astype(np.int64) - left) % grid.columns
        index, c = index[c < shape[1]], c[c < shape[1]]
        r = row[index].astype(np.int64) - top
        return cls(index, r, c, shape, grid.columns)

    def field(self, values: NDArray[Any], missing: float | int, dtype: type[np.generic]) -> NDArray[Any]:
        """Place one value per entry on the rectangle; `missing` where there is no entry."""
        rectangle = np.full(self.shape, missing, dtype)
        rectangle[self.row, self.column] = values
        # A window around the whole globe may touch its first column again at its end.
        rectangle[:, self.around :] = rectangle[:, : max(self.shape[1] - self.around, 0)]
        return rectangle


def _retrieval(
    file: GranuleFile, cells: _Cells, retrieval: Retrieval, quality: Quality
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None, NDArray[np.uint16]]:
    """Soil moisture, its standard deviation (None where the granule has none) and surface flag on the window."""
    values = file.read(retrieval.soil_moisture)[cells.index]
    flag = file.read(retrieval.quality_flag)[cells.index]
    surface = file.read(retrieval.surface_flag)[cells.index]
    rejects = np.asarray(QUALITY_REJECTS[quality], flag.dtype)
    good = file.present(retrieval.soil_moisture, values)
    good &= file.present(retrieval.quality_flag, flag) & ((flag & rejects) == 0)
    surface = np.where(file.present(retrieval.surface_flag, surface), surface, FLAG_FILL)
    deviation = None
    if retrieval.standard_deviation is not None and file.dataset(retrieval.standard_deviation) is not None:
        spread = file.read(retrieval.standard_deviation)[cells.index]
        kept = good & file.present(retrieval.standard_deviation, spread)
        deviation = cells.field(np.where(kept, spread, np.nan), np.nan, np.float32)
    return (
        cells.field(np.where(good, values, np.nan), np.nan, np.float32),
        deviation,
        cells.field(surface, FLAG_FILL, np.uint16),
    )


def _mean_time(file: GranuleFile, cells: _Cells) -> np.datetime64:
    """Mean of the cells' own seconds to a whole second; NaT where no cell has any."""
    if not file.product.variables["seconds"].required and file.dataset("seconds") is None:
        return NOT_A_TIME
    seconds = file.read("seconds")[cells.index]
    seconds = seconds[file.present("seconds", seconds)]
    if not len(seconds):
        return NOT_A_TIME
    mean: np.datetime64 = EPOCH.astype("datetime64[s]") + np.timedelta64(round(float(seconds.mean())), "s")
    return mean


def _layout(short_name: str, role: str) -> Product:
    """The layout of a product of a role."""
    layout = product(short_name)
    if layout.role != role:
        raise ArchiveError(f"{short_name} is not a {role} product")
    return layout
