"""What a person meets first in a folder of results: filled days against the truth, and how much of a cube is read.

    python tests/benchmarks/bench_results.py RESULTS REGION [--truth FOLDER] [--points 60]

RESULTS is a folder of results of one year of maps. With the folder of the region's simulated truth, days of the daily
series at random points are hidden in stretches of one length after the other and filled by `smen extract --daily`'s own
function; `held` is the share of 90 % intervals that hold the truth. Of the cube, chunks are counted by h5py's shapes.
"""

import argparse
import time
from pathlib import Path

import h5py
import numpy as np
import xarray as xr
from tabulate import tabulate

from smen.outputs.daily_series import interpolate_days
from smen.outputs.extraction import extract
from smen.outputs.feature_cells import Cells
from smen.outputs.map_files import read_lists
from smen.outputs.results_folder import results_in
from smen.outputs.value_table import daily

STRETCHES = (1, 2, 3, 5, 10, 20)
WITHIN_90 = 1.645
MARGIN, PAUSE = 10, 5
"""Days at the beginning that stay, and between two hidden stretches."""


def row(name, error, deviation):
    """A row of the table: RMSE, stated deviation, share held."""
    known = np.isfinite(error)
    error, deviation = error[known], deviation[known]
    held = np.mean(np.abs(error) < WITHIN_90 * deviation)
    return name, np.sqrt(np.mean(error**2)), np.sqrt(np.mean(deviation**2)), held


def daily_truth(folder, year):
    """Mean of the truth of each day, (days, H, W)."""
    with xr.open_dataset(next(Path(folder).glob(f"*_{year}.nc")), engine="h5netcdf") as truth:
        return truth["soil_moisture"].resample(time="1D").mean().values


def filled_days(region, truth_folder, points, seed=0):
    """Rows of days with a map and of hidden stretches."""
    maps = read_lists(region.maps)
    truth = daily_truth(truth_folder, str(maps[0].time)[:4])
    rng = np.random.default_rng(seed)
    height, width = region.window.shape
    places = list(zip(rng.integers(3, height - 3, points), rng.integers(3, width - 3, points), strict=True))
    cells = {i: Cells(np.array([r]), np.array([c]), np.ones(1)) for i, (r, c) in enumerate(places)}
    days = daily(extract(maps, cells, {}, region=region.name, simulated=True))
    errors = {name: [] for name in ("days with a map", *STRETCHES)}
    for i, (r, c) in enumerate(places):
        own = days[days["feature"] == i].set_index("time")
        own.index = own.index.astype("datetime64[s]")
        every = np.datetime64(f"{str(maps[0].time)[:4]}-01-01") + np.arange(len(truth))
        series = own.reindex(every)[["soil_moisture", "standard_deviation"]].to_numpy()
        if np.isnan(series[:, 0]).all():
            continue
        errors["days with a map"].append((series[:, 0] - truth[:, r, c], series[:, 1]))
        for stretch in STRETCHES:
            hidden = (np.arange(len(truth)) - MARGIN) % (stretch + PAUSE) < stretch
            hidden[:MARGIN] = False
            seen = np.where(hidden[:, None], np.nan, series)
            filled, deviation = interpolate_days(seen[:, 0], seen[:, 1])
            errors[stretch].append((filled[hidden] - truth[hidden, r, c], deviation[hidden]))
    return [row(name, *(np.concatenate(part) for part in zip(*pairs, strict=True))) for name, pairs in errors.items()]


def chunks_read(cube):
    """Rows of what a series and a map read of a cube: chunks, and the least of five times in ms."""
    rows = []
    with h5py.File(cube) as file:
        shape, chunks = file["soil_moisture"].shape, file["soil_moisture"].chunks
    parts = {"series": (slice(None), shape[1] // 2, shape[2] // 2), "map": (shape[0] // 2, slice(None), slice(None))}
    for name, part in parts.items():
        count = [np.unique(np.arange(n)[p] // c).size for n, p, c in zip(shape, part, chunks, strict=True)]
        seconds = []
        for _ in range(5):
            with h5py.File(cube) as file:
                start = time.perf_counter()
                file["soil_moisture"][part]
                seconds.append(time.perf_counter() - start)
        rows.append((name, f"{shape} in {chunks}", int(np.prod(count)), 1000 * min(seconds)))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("region")
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--points", type=int, default=60)
    chosen = parser.parse_args()
    region = results_in(chosen.results)[chosen.region]
    cube = chosen.results / chosen.region / f"{chosen.region}.nc"
    print(tabulate(chunks_read(cube), ["read", "cube", "chunks", "ms"], floatfmt=".1f"))
    if chosen.truth:
        rows = filled_days(region, chosen.truth, chosen.points)
        print(tabulate(rows, ["hidden days", "RMSE", "stated", "held"], floatfmt=".4f"))


if __name__ == "__main__":
    main()
