"""Read one granule into arrays on a window.

Cells lie on the cells of the product's own grid that the window touches (see `placement`). Missing is NaN, never 0;
values above the attribute `valid_max` are kept, because real granules hold good retrievals there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smen.errors import ArchiveError
from smen.products.conventions import EPOCH, FLAG_FILL
from smen.products.flags import QUALITY_REJECTS, Quality
from smen.products.granule_file import GranuleFile, open_granule
from smen.products.name_parsing import granule_name
from smen.products.names import Direction, GranuleName
from smen.products.placement import CellPlacement
from smen.products.product_tables import Product, Retrieval, Role, product

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Grid, Window

NOT_A_TIME = np.datetime64("NaT", "s")


@dataclass(frozen=True)
class CoarseField:
    """A half-orbit of SPL2SMP or SPL2SMP_E on a window.

    Attributes:
        name: parts of the granule's name; `name.time` is the key by which all refer to the half-orbit.
        grid: the product's own grid, M36 or M09.
        soil_moisture: m3/m3, on the cells of `grid` under the window, (R, C) float32, NaN where there is no retrieval
            of the requested quality.
        not_recommended: m3/m3, (R, C) float32, successful retrievals that are not recommended; NaN elsewhere, and
            throughout where `soil_moisture` holds them.
        surface_flag: (R, C) uint16, bits of `SurfaceFlag`, 65534 where the granule has no cell or fill.
        overpass_time: mean of the seconds of all cells in the window, datetime64[s], NaT where none has any.
        begin: beginning of the half-orbit by /Metadata, datetime64[ms].
        end: its end.
        cells: number of the granule's cells in the window.
        simulated: whether the granule is marked as simulated.
    """

    name: GranuleName
    grid: Grid
    soil_moisture: NDArray[np.float32]
    not_recommended: NDArray[np.float32]
    surface_flag: NDArray[np.uint16]
    overpass_time: np.datetime64
    begin: np.datetime64
    end: np.datetime64
    cells: int
    simulated: bool

    @property
    def direction(self) -> Direction | None:
        """Direction of the half-orbit, by its name."""
        return self.name.direction


@dataclass(frozen=True)
class Scene:
    """One SPL2SMAP_S granule on a window.

    Attributes:
        name: parts of the granule's name: SMAP's time, Sentinel-1's time, the place.
        soil_moisture: m3/m3, (H, W) float32, NaN where there is no retrieval of the requested quality.
        standard_deviation: m3/m3, as `soil_moisture` and NaN where that is; None where the granule has no such dataset.
        surface_flag: (H, W) uint16, bits of `SurfaceFlag`, 65534 where the granule has no cell or fill.
        overpass_time: mean of the cells' own overpass seconds in the window, datetime64[s]; NaT where there are none.
        cells: number of the granule's cells in the window.
        simulated: whether the granule is marked as simulated.
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

    Args:
        path: the granule.
        window: the region.
        short_name: the product.
        quality: the tier of retrievals to keep.

    Returns:
        The field; all NaN where the granule is all fill or has no cell in the window.

    Raises:
        GranuleError: the file is not a whole granule of this product, or its name is not one.
        ArchiveError: SMEN reads no such coarse product.
    """
    layout = _layout(short_name, "coarse")
    path = Path(path)
    name = granule_name(path.name, short_name)
    with open_granule(path, layout) as file:
        begin, end = file.metadata.period()
        cells = CellPlacement.of(file, window)
        retrieval = layout.retrievals[layout.default_variable]
        values, _, flags = _retrieval(file, cells, retrieval, quality)
        successful, _, _ = _retrieval(file, cells, retrieval, "successful")
        return CoarseField(
            name=name,
            grid=layout.grid,
            soil_moisture=values,
            not_recommended=np.where(np.isnan(values), successful, np.float32(np.nan)),
            surface_flag=flags,
            overpass_time=_mean_time(file, cells),
            begin=begin,
            end=end,
            cells=cells.count,
            simulated=file.metadata.simulated,
        )


def read_scene(
    path: Path | str, window: Window, variable: str = "soil_moisture_3km", quality: Quality = "recommended"
) -> Scene:
    """Read an SPL2SMAP_S scene on a window.

    Args:
        path: the granule.
        window: the region.
        variable: ``soil_moisture_3km`` or ``soil_moisture_apm_3km``. The latter takes its own flags and deviation
            where the granule has them, and those of the former where it has not.
        quality: the tier of retrievals to keep.

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
        cells = CellPlacement.of(file, window)
        values, deviation, flags = _retrieval(file, cells, layout.retrievals[variable], quality)
        return Scene(
            name=name,
            soil_moisture=values,
            standard_deviation=deviation,
            surface_flag=flags,
            overpass_time=_mean_time(file, cells),
            cells=cells.count,
            simulated=file.metadata.simulated,
        )


def _retrieval(
    file: GranuleFile, cells: CellPlacement, retrieval: Retrieval, quality: Quality
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None, NDArray[np.uint16]]:
    """Return soil moisture, its standard deviation (None where the granule has none) and surface flag, (R, C) each."""
    values = file.read(retrieval.soil_moisture)[cells.index]
    flag = file.read(retrieval.quality_flag)[cells.index]
    surface = file.read(retrieval.surface_flag)[cells.index]
    rejects = np.asarray(QUALITY_REJECTS[quality], flag.dtype)
    good = file.present(retrieval.soil_moisture, values)
    good &= file.present(retrieval.quality_flag, flag) & ((flag & rejects) == 0)
    surface = np.where(file.present(retrieval.surface_flag, surface), surface, FLAG_FILL)
    deviation = None
    if retrieval.standard_deviation is not None and file.dataset(retrieval.standard_deviation) is not None:
        deviations = file.read(retrieval.standard_deviation)[cells.index]
        kept = good & file.present(retrieval.standard_deviation, deviations)
        deviation = cells.field(np.where(kept, deviations, np.nan), np.nan, np.float32)
    return (
        cells.field(np.where(good, values, np.nan), np.nan, np.float32),
        deviation,
        cells.field(surface, FLAG_FILL, np.uint16),
    )


def _mean_time(file: GranuleFile, cells: CellPlacement) -> np.datetime64:
    """Return the mean of the cells' own seconds to a whole second; NaT where no cell has any."""
    if not file.product.variables["seconds"].required and file.dataset("seconds") is None:
        return NOT_A_TIME
    seconds = file.read("seconds")[cells.index]
    seconds = seconds[file.present("seconds", seconds)]
    if not len(seconds):
        return NOT_A_TIME
    mean: np.datetime64 = EPOCH.astype("datetime64[s]") + np.timedelta64(round(float(seconds.mean())), "s")
    return mean


def _layout(short_name: str, role: Role) -> Product:
    """Return the layout of a product, which must be of a role."""
    layout = product(short_name)
    if layout.role != role:
        raise ArchiveError(f"{short_name} is not a {role} product")
    return layout
