"""What several stages read alike: a region's aligned series as fields, and its samples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smen.data import series
from smen.data.records import Fields
from smen.errors import DataError
from smen.grid import M09, M36

if TYPE_CHECKING:
    from smen.data.records import Samples
    from smen.plan.layout import Layout

NESTING = {"SPL2SMP": M36.nesting, "SPL2SMP_E": M09.nesting}
"""Side of a coarse cell in cells of 3 km."""


def read_fields(layout: Layout, region: str, years: Sequence[int]) -> Fields:
    """Join a region's aligned series of some years.

    Raises:
        DataError: a series is missing, or they do not fit together.
    """
    coarse = series.concatenate([series.read(Path(layout.aligned(region, "coarse", year))) for year in years])
    fine = series.concatenate([series.read(Path(layout.aligned(region, "fine", year))) for year in years])
    shape = (0, *coarse.window.shape)
    empty = not fine.time.size
    ready = [max([time, *times]) for time, times in zip(fine.time, fine.sentinel1_times, strict=True)]
    return Fields(
        window=coarse.window,
        coarse=coarse.soil_moisture,
        coarse_time=coarse.time,
        coarse_descending=coarse.descending,
        coarse_flag=coarse.surface_flag,
        fine=np.empty(shape, np.float32) if empty else fine.soil_moisture,
        fine_time=fine.time,
        fine_ready=np.array(ready, "datetime64[s]"),
        fine_noise=fine.standard_deviation,
        fine_sentinel1=tuple(frozenset(times) for times in fine.sentinel1_times),
        fine_flag=np.empty(shape, np.uint16) if empty else fine.surface_flag,
        coarse_nesting=NESTING[coarse.product],
        simulated=coarse.simulated or fine.simulated,
    )


def read_samples(layout: Layout, region: str, years: Sequence[int], fields: Fields) -> Samples:
    """Read a region's samples of some years, resolved against its fields.

    Raises:
        DataError: a file is missing or names fields that are not there.
    """
    import xarray as xr

    from smen.data.samples_file import from_dataset

    datasets = []
    for year in years:
        path = Path(layout.samples(region, year))
        if not path.is_file():
            raise DataError(f"{path} is missing: run the stage pair for {region} {year}")
        with xr.open_dataset(path, engine="h5netcdf") as dataset:
            datasets.append(dataset.load())
    return from_dataset(datasets, fields)
