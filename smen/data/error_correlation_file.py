"""The correlation of a region's errors as a small CF NetCDF beside its maps."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import h5netcdf
import h5py
import numpy as np

from smen import __version__
from smen.atomic import write_bytes
from smen.data import netcdf
from smen.data.error_correlation import LENGTHS, ErrorCorrelation, ErrorStructure
from smen.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from smen.grid import Window

VARIABLE = "pattern_standard_deviation"
"""The variable: standard deviation of the error of each cell's static pattern."""

COMMENT = (
    "The error of a cell is a sum of independent parts, whose variances sum to the square of the map's "
    "standard_deviation: bias (stays; correlation exp(-d/25), d in cells of 3 km), noise (of one overpass; "
    "exp(-d/50)), pattern (this variable; stays; pattern_shares by lengths), lasting and passing detail (detail_shares "
    "by lengths of the rest; of it lasting_share fades with exp(-days/lasting_days), the other part is of one "
    "overpass), and what is left, independent between cells and overpasses. Length 0 stands for independent cells."
)


def write_error_correlation(
    path: Path, window: Window, correlation: ErrorCorrelation, *, title: str, simulated: bool
) -> None:
    """Write the correlation of a region's errors.

    Args:
        path: the file; it appears when it is whole, and is left alone where nothing of it has changed.
        window: the region.
        correlation: of its errors.
        title: what the file is of.
        simulated: whether the maps are simulated.

    Raises:
        OutputError: the file cannot be written.
    """
    numbers = {name: np.array(value, np.float64) for name, value in correlation.structure.to_header().items()}
    content = io.BytesIO()
    with h5py.File(content, "w") as raw, h5netcdf.File(raw, "w") as file:
        file.attrs.update(Conventions=netcdf.CONVENTIONS, title=title, history=f"smen {__version__}", comment=COMMENT)
        file.attrs.update(simulated=str(simulated).lower(), lengths=np.array(LENGTHS), **numbers)
        file.attrs["bounds"] = np.array(correlation.bounds, np.float64)
        netcdf.write_axes(file, netcdf.axes(window))
        values = np.sqrt(correlation.pattern_variance).astype(np.float32)
        made = file.create_variable(VARIABLE, ("y", "x"), np.float32, data=values, compression="gzip", shuffle=True)
        about = {"long_name": "standard deviation of the error of the static pattern", "units": "m3 m-3"}
        made.attrs.update(about, grid_mapping=netcdf.GRID_MAPPING)
    write_bytes(path, content.getvalue())


def read_error_correlation(path: Path, window: Window) -> ErrorCorrelation:
    """Read what `write_error_correlation` wrote.

    Args:
        path: the file.
        window: the region.

    Raises:
        DataError: no such file, or it is of another kind, version or region.
    """
    try:
        with h5netcdf.File(path, "r") as file:
            names = ErrorStructure.__dataclass_fields__
            header = {name: np.asarray(file.attrs[name], np.float64).tolist() for name in names}
            low, high = np.asarray(file.attrs["bounds"], np.float64).tolist()
            if np.asarray(file.attrs["lengths"]).tolist() != list(LENGTHS):
                raise ValueError("its lengths are those of another version")
            values = np.array(file.variables[VARIABLE][:], np.float32)
            structure = ErrorStructure.from_header(header)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path} is no correlation of errors: {error}. Run the stage downscale again") from error
    if values.shape != window.shape:
        raise DataError(f"{path} has {values.shape} cells and its region {window.shape}: run the stage downscale again")
    return ErrorCorrelation(structure, values**2, (low, high))
