"""How long reading and placing one granule on a window takes, against two references in the same run.

The floor: opening the file and decompressing with h5py just the datasets that are needed, nothing else. The other way:
NASA's SMAP L2 gridding service (https://github.com/nasa/harmony-SMAP-L2-gridding-service), which opens a granule as an
xarray DataTree and puts every variable onto the whole global grid; imitated here, with and without the writing of its
NetCDF file. The half-orbit is the real one; the scene is made here, in the size of a real one's header (72 x 102 cells
of 3 km with 30 layers, 216 x 306 of 1 km). NASA's service does not know SPL2SMAP_S.

Run from the repository's root::

    python tests/benchmarks/bench_reading.py [--rounds 200] [--rounds-nasa 10] [--json FILE]
"""

import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
import xarray as xr
from measuring import ROOT, arguments, interleaved, ratio, real_half_orbit, report
from pyproj import CRS

from smen.grid import LEFT, M36, TOP, Window
from smen.products.read import read_coarse, read_scene

sys.path.append(str(ROOT / "tests/support"))
from true_granules import SCENE_NAME, SECONDS_2016, rectangle, write_scene

GROUP, GROUP_3KM = "Soil_Moisture_Retrieval_Data", "Soil_Moisture_Retrieval_Data_3km"
COARSE = ["EASE_row_index", "EASE_column_index", "soil_moisture", "retrieval_qual_flag", "surface_flag",
          "tb_time_seconds"]  # fmt: skip
FINE = ["EASE_row_index_3km", "EASE_column_index_3km", "soil_moisture_3km", "retrieval_qual_flag_3km",
        "surface_flag_3km", "soil_moisture_std_dev_3km", "spacecraft_overpass_time_seconds_3km"]  # fmt: skip
WINDOW = Window.centred_on(-70.39, -41.43, 100, 100)
"""In Argentina, under the real half-orbit, where its retrievals are good."""


def floor(path, group, names):
    """Decompress the datasets that are needed, and no more."""
    with h5py.File(path, "r") as file:
        return [file[group][name][()] for name in names]


def full_scene(folder):
    """A scene as large as a real one: smooth fields with noise, as many layers as the products list."""
    rng = np.random.default_rng(1)
    row, column = rectangle(WINDOW.row + 10, WINDOW.column + 5, 72, 102)

    def layer(high=0.5):
        return (rng.random(row.shape) * 0.1 + np.linspace(0, high, row.size).reshape(row.shape)).astype("f4")

    rest = [(f"layer_{i}_3km", layer(), "f4", -9999.0) for i in range(22)]
    path = write_scene(
        folder / SCENE_NAME, row, column, layer(), rng.integers(0, 2, row.shape), rng.integers(0, 2048, row.shape),
        layer(0.05), seconds=SECONDS_2016 + np.arange(row.size).reshape(row.shape) / 100, extra=rest,
    )  # fmt: skip
    with h5py.File(path, "r+") as file:
        for i in range(30):
            values = rng.random((216, 306), dtype="f4")
            file["Soil_Moisture_Retrieval_Data_1km"].create_dataset(f"layer_{i}_1km", data=values, compression="gzip")
    return path


def nasa(path, output=None):
    """NASA's way: a DataTree, every variable onto the global grid with its attributes; written where `output` is given.

    Their service parses its grid from a file and lets xarray open the granule with whatever engine it has; variables
    are decoded (fills become NaN, flags floats), masked, and set into a grid of their stored type; times stay numbers.
    """
    with xr.open_datatree(path, decode_times=False) as given:
        made = xr.DataTree()
        made["Metadata"] = given["Metadata"]
        data = given[GROUP]
        row, column = (data[name].astype("uint16") for name in ("EASE_row_index", "EASE_column_index"))
        made[f"{GROUP}/crs"] = xr.DataArray(b"", attrs=CRS("EPSG:6933").to_cf())
        x = [LEFT + (i + 0.5) * M36.cell for i in range(M36.columns)]
        y = [TOP - (i + 0.5) * M36.cell for i in range(M36.rows)]
        made[f"{GROUP}/x-dim"] = xr.DataArray(np.array(x), dims=["x-dim"], coords={"x-dim": x})
        made[f"{GROUP}/y-dim"] = xr.DataArray(np.array(y), dims=["y-dim"], coords={"y-dim": y})
        for name, variable in data.data_vars.items():
            if variable.ndim == 1:  # the table of three land covers a cell is no field
                made[f"{GROUP}/{name}"] = _global(variable, row, column)
        if output is not None:
            made.to_netcdf(output)
        return made


def _global(variable, row, column):
    """One variable on the whole grid of M36."""
    dtype = variable.encoding.get("dtype", variable.dtype)
    number = np.issubdtype(dtype, np.number)
    fill = variable.encoding.get("_FillValue", -9999.0 if np.issubdtype(dtype, np.floating) else None)
    if fill is None and number:
        fill = np.iinfo(dtype).max
    grid = np.full((M36.rows, M36.columns), fill, dtype=dtype)
    values = variable.data
    there = ~np.isnan(values) if number else values != b""
    grid[row.data[there], column.data[there]] = values[there]
    placed = xr.DataArray(grid, dims=["y-dim", "x-dim"], attrs={**variable.attrs, "grid_mapping": "crs"})
    placed.encoding.update({"_FillValue": fill, **({"zlib": True, "complevel": 6} if number else {})})
    return placed


def main():
    given = arguments(__doc__, rounds=200, rounds_nasa=10)
    half_orbit = real_half_orbit()
    with tempfile.TemporaryDirectory() as folder:
        scene = full_scene(Path(folder))
        written = Path(folder) / "gridded.nc"
        coarse = interleaved(
            given.rounds,
            floor=lambda: floor(half_orbit, GROUP, COARSE),
            smen=lambda: read_coarse(half_orbit, WINDOW, "SPL2SMP"),
        )
        fine = interleaved(
            given.rounds, floor=lambda: floor(scene, GROUP_3KM, FINE), smen=lambda: read_scene(scene, WINDOW)
        )
        against = interleaved(
            given.rounds_nasa,
            nasa=lambda: nasa(half_orbit),
            nasa_written=lambda: nasa(half_orbit, written),
            smen=lambda: [read_coarse(half_orbit, WINDOW, "SPL2SMP") for _ in range(10)],
        )
    for clock in against.values():
        clock["smen"] = [ten / 10 for ten in clock["smen"]]
    figures = {
        "half_orbit_to_floor": ratio(coarse, "smen", "floor"),
        "scene_to_floor": ratio(fine, "smen", "floor"),
        "nasa_to_smen": ratio(against, "nasa", "smen"),
        "nasa_with_writing_to_smen": ratio(against, "nasa_written", "smen"),
        "seconds": {"half_orbit": coarse, "scene": fine, "against_nasa": against},
    }
    report(given, figures, table(figures))


def table(figures):
    """One line a ratio, by both clocks."""
    lines = [f"{'':32} median ms   ratio, wall clock       ratio, processor"]
    for what, of, name, against in (
        ("half-orbit, floor", "half_orbit", "floor", None),
        ("half-orbit, SMEN / floor", "half_orbit", "smen", "half_orbit_to_floor"),
        ("scene, floor", "scene", "floor", None),
        ("scene, SMEN / floor", "scene", "smen", "scene_to_floor"),
        ("half-orbit, NASA's way / SMEN", "against_nasa", "nasa", "nasa_to_smen"),
        ("the same with writing / SMEN", "against_nasa", "nasa_written", "nasa_with_writing_to_smen"),
    ):
        line = f"{what:32} {1e3 * np.median(figures['seconds'][of]['wall'][name]):9.2f}"
        for clock in ("wall", "cpu") if against else ():
            spread = figures[against][clock]
            line += f"   {spread['median']:6.2f} ({spread['quartiles'][0]:.2f} - {spread['quartiles'][1]:.2f})"
        lines.append(line)
    return lines


if __name__ == "__main__":
    main()
