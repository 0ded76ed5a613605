"""Example date of a region, for Figure 2, as a NetCDF file between `compare` and `reproduce`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smen.atomic import atomic
from smen.data.records import TEST
from smen.errors import DataError
from smen.paper.panels import Panel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples
    from smen.grid import Window


def write_example(path: Path, fields: Fields, samples: Samples, estimate: NDArray[np.float32]) -> None:
    """Write the test date on which coarse field and product have most cells in common.

    Args:
        path: the file.
        fields: the region's arrays.
        samples: N dates, some of them test dates.
        estimate: of the paper's network, (N, H, W), m3/m3, NaN where missing.

    Raises:
        OutputError: the file cannot be written.
    """
    import xarray as xr

    test = np.flatnonzero(samples.split == TEST)
    target, coarse = fields.fine[samples.fine[test]], fields.coarse_at(samples.coarse[test])
    best = int(np.argmax((np.isfinite(target) & np.isfinite(coarse)).sum(axis=(1, 2))))
    row = test[best]
    images = {"coarse": coarse[best], "target": target[best], "estimate": estimate[row]}
    dataset = xr.Dataset(
        {name: (("y", "x"), image, {"units": "m3/m3"}) for name, image in images.items()},
        attrs={"time": str(samples.time[row]), "simulated": int(fields.simulated)},
    )
    with atomic(path) as part:
        dataset.to_netcdf(part, engine="h5netcdf")


def read_example(path: Path, region: str, window: Window) -> Panel:
    """Read an example as a row of Figure 2.

    Args:
        path: the file.
        region: name of the region.
        window: its cells.

    Raises:
        DataError: the file is missing.
    """
    import xarray as xr

    if not path.is_file():
        raise DataError(f"{path} is missing: run `smen compare {region}`")
    with xr.open_dataset(path, engine="h5netcdf") as dataset:
        fields = {name: dataset[name].to_numpy() for name in ("coarse", "target", "estimate")}
        time, simulated = str(dataset.attrs["time"]), bool(dataset.attrs["simulated"])
    return Panel(region=region, time=time, window=window, simulated=simulated, **fields)
