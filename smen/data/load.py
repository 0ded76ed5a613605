"""Read a region's aligned series as fields, and its samples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from smen.data.records import Fields
from smen.data.series import concatenate
from smen.data.series_file import read_series
from smen.errors import DataError

if TYPE_CHECKING:
    from smen.data.records import Samples


class FileLayout(Protocol):
    """Where a region's files lie; `smen.plan.layout.Layout` is one."""

    def aligned(self, region: str, role: str, year: int) -> str:
        """Return the path of a series.

        Args:
            region: name of the region.
            role: ``coarse`` or ``fine``.
            year: of the series.
        """
        ...

    def samples(self, region: str, year: int) -> str:
        """Return the path of the samples.

        Args:
            region: name of the region.
            year: of the samples.
        """
        ...


def read_fields(layout: FileLayout, region: str, years: Sequence[int]) -> Fields:
    """Join a region's aligned series of some years.

    Args:
        layout: where the files lie.
        region: name of the region.
        years: which years, rising.

    Raises:
        DataError: a series is missing, or they do not fit together.
    """
    coarse = concatenate([read_series(Path(layout.aligned(region, "coarse", year))) for year in years])
    fine = concatenate([read_series(Path(layout.aligned(region, "fine", year))) for year in years])
    shape, cells = (0, *coarse.window.shape), (0, *coarse.window.coarse_shape(coarse.grid))
    nothing, empty = not coarse.time.size, not fine.time.size  # an empty series has no shape
    ready = [max([time, *times]) for time, times in zip(fine.time, fine.sentinel1_times, strict=True)]
    return Fields(
        window=coarse.window,
        coarse=np.empty(cells, np.float32) if nothing else coarse.soil_moisture,
        coarse_time=coarse.time,
        coarse_descending=coarse.descending,
        coarse_flag=np.empty(cells, np.uint16) if nothing else coarse.surface_flag,
        fine=np.empty(shape, np.float32) if empty else fine.soil_moisture,
        fine_time=fine.time,
        fine_ready=np.array(ready, "datetime64[s]"),
        fine_noise=fine.standard_deviation,
        fine_sentinel1=tuple(frozenset(times) for times in fine.sentinel1_times),
        fine_flag=np.empty(shape, np.uint16) if empty else fine.surface_flag,
        coarse_grid=coarse.grid,
        simulated=coarse.simulated or fine.simulated,
        coarse_not_recommended=None if nothing else coarse.not_recommended,
    )


def read_samples(
    layout: FileLayout, region: str, years: Sequence[int], fields: Fields, coarse_history: int = 0
) -> Samples:
    """Read a region's samples of some years, resolved against its fields.

    Args:
        layout: where the files lie.
        region: name of the region.
        years: which years.
        fields: the region's arrays, of these years at least.
        coarse_history: m, how many earlier coarse fields each sample gets, for methods that use them.

    Raises:
        DataError: a file is missing or names fields that are not there.
    """
    from smen.data.samples_file import from_tables, read_table

    tables = []
    for year in years:
        path = Path(layout.samples(region, year))
        if not path.is_file():
            raise DataError(f"{path} is missing: run the stage pair for {region} {year}")
        tables.append(read_table(path))
    return from_tables(tables, fields, coarse_history)
