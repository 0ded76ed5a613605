"""The climatology of a region as NetCDF, so that it is made once and kept."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5netcdf
import numpy as np

from smen import __version__
from smen.atomic import atomic_hdf5
from smen.errors import DataError
from smen.grid import GRIDS, Window
from smen.indices.region_normals import Normals
from smen.indices.season import CENTRES, WINDOW_DAYS
from smen.indices.season_moments import PROBABILITIES, SeasonMoments
from smen.indices.wetness_transfer import LEVELS, WetnessTransfer

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = 1
"""Of the file; files of another one are refused."""

COARSE, FINE = ("coarse_y", "coarse_x"), ("y", "x")

MOMENTS = {
    "mean": "m3 m-3", "variance": "m6 m-6", "mean_error": "1", "spread_error": "1", "joint_error": "1", "years": "1",
    "quantiles": "m3 m-3",
}  # fmt: skip
"""Variables of the coarse record by season, and their units."""

TRANSFER = {"fine": "m3 m-3", "coarse": "m3 m-3", "agreement": "1", "staying": "m6 m-6"}
"""Variables of how the 3 km cells follow the coarse field, and their units."""

LONG_NAMES = {
    "mean": "mean of the season",
    "variance": "variance of the season, all years together",
    "mean_error": "variance of the mean, as a share of variance, by a bootstrap of years",
    "spread_error": "variance of the logarithm of the standard deviation",
    "joint_error": "covariance of the mean, in standard deviations, and the logarithm of the standard deviation",
    "years": "number of years",
    "quantiles": "quantiles of the season",
    "fine": "3 km soil moisture at the levels",
    "coarse": "coarse soil moisture, interpolated, that is as unusual",
    "agreement": "correlation of true 3 km and coarse soil moisture over time",
    "staying": "variance of the maps' error that stays from map to map",
}


def write_normals(path: Path, normals: Normals, title: str) -> None:
    """Write the climatology of a region.

    Args:
        path: the file; it appears when it is whole.
        normals: of the region.
        title: what the file is of.

    Raises:
        OutputError: the file cannot be written.
    """
    window = normals.window
    with atomic_hdf5(path) as content, h5netcdf.File(content, "w") as file:
        height, width = window.shape
        rows, columns = normals.dry.shape
        file.dimensions = {
            "season": len(CENTRES), "probability": len(PROBABILITIES), "level": len(LEVELS), "coarse_y": rows,
            "coarse_x": columns, "y": height, "x": width,
        }  # fmt: skip
        file.attrs.update(
            title=title, comment=normals.note, version=VERSION, history=f"smen {__version__}", grid=normals.grid.name,
            window=np.array([window.row, window.column, height, width]), first_day=str(normals.first),
            last_day=str(normals.last), window_days=WINDOW_DAYS, simulated=str(normals.simulated).lower(),
        )  # fmt: skip
        axes = {"season": CENTRES, "probability": PROBABILITIES, "level": LEVELS, "x": window.x, "y": window.y}
        for name, values in axes.items():
            file.create_variable(name, (name,), np.asarray(values).dtype, data=np.asarray(values))
        file.variables["season"].attrs["long_name"] = "day of the year in the middle of the season"
        for name, units in MOMENTS.items():
            dims: tuple[str, ...] = ("season", "probability") if name == "quantiles" else ("season",)
            _add(file, f"season_{name}", (*dims, *COARSE), getattr(normals.moments, name), units, LONG_NAMES[name])
        for name, units in TRANSFER.items():
            dims = ("level",) if name in ("fine", "coarse") else ()
            _add(file, f"cell_{name}", (*dims, *FINE), getattr(normals.transfer, name), units, LONG_NAMES[name])
        for name, end in (("dry", normals.dry), ("wet", normals.wet)):
            _add(file, name, COARSE, end, "m3 m-3", f"{name} end of the coarse cell's range")


def _add(
    file: h5netcdf.File, name: str, dims: tuple[str, ...], values: NDArray[np.floating], units: str, long_name: str
) -> None:
    """Add one variable."""
    made = file.create_variable(
        name, dims, np.float32, data=values.astype(np.float32), fillvalue=np.float32(np.nan), compression="gzip"
    )
    made.attrs.update(units=units, long_name=long_name)


def read_normals(path: Path) -> Normals:
    """Read what `write_normals` wrote.

    Raises:
        DataError: no such file, or it is of another kind or version.
    """
    if not path.is_file():
        raise DataError(f"{path} is missing: run the stage normals for its region first")
    try:
        with h5netcdf.File(path, "r") as file:
            attributes = dict(file.attrs)
            if int(attributes["version"]) != VERSION:
                raise ValueError("it is of another version")
            arrays: dict[str, Any] = {
                str(name): np.array(variable[:], np.float64) for name, variable in file.variables.items()
            }
            window = Window(*(int(number) for number in np.asarray(attributes["window"]).tolist()))
            moments = SeasonMoments(**{f.name: arrays[f"season_{f.name}"] for f in fields(SeasonMoments)})
            transfer = WetnessTransfer(**{f.name: arrays[f"cell_{f.name}"] for f in fields(WetnessTransfer)})
            first, last = (np.datetime64(str(attributes[name]), "D") for name in ("first_day", "last_day"))
            grid, simulated = GRIDS[str(attributes["grid"])], str(attributes["simulated"]) == "true"
            return Normals(window, grid, moments, transfer, arrays["dry"], arrays["wet"], first, last, simulated)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path} is no climatology of a region: {error}. Run the stage normals again") from error
