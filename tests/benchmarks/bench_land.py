"""All land once: every land cell of the 3 km grid mapped by the paper's network in tiles, on synthetic input.

    python tests/benchmarks/bench_land.py --out land.json

Land is what the coastlines that come with the package enclose. Coarse field and residuals are patterns that repeat;
the weights are random: neither changes the speed. The two floors: the floating-point operations of the convolutions
for the land cells alone, at the rate at which this machine multiplies large matrices in the number format used, and
writing the raster that was made, from memory, with the same options.
"""

import argparse
import pathlib
import resource
import tempfile
import time

import numpy as np
import rasterio
import torch
from bench_training import CONVOLUTIONS
from rasterio.windows import Window as Part
from tiles import PAPER_REACH, map_tiles, tiles_of
from timing import product, report

from smen.grid import CRS_CODE, M03, M36, Window
from smen.methods.smen_cnn import build_network
from smen.methods.smen_cnn.interface import Inputs
from smen.methods.smen_cnn.normalisation import Normalisation
from smen.outputs.cog import TILE
from smen.outputs.geotiff import NODATA
from smen.outputs.report.basemap_file import KINDS, STEP, stored_lines

PERIOD = 128 * M36.coarse_factor
"""Cells after which the synthetic fields repeat."""


def land():
    """Which cells of M03 are land, bool: going south along a column, each coastline changes land to sea or back."""
    stored = stored_lines()
    points = stored["points"] * STEP
    row, column = M03.coordinates(points[:, 0], np.clip(points[:, 1], -85.04, 85.04))
    starts = np.ones(len(points), bool)
    starts[stored["first"][:-1]] = False
    coast = np.repeat(stored["kind"] == KINDS.index("coast"), np.diff(stored["first"]))
    ends = np.flatnonzero(starts & coast)  # of segments; each begins at the point before
    x0, x1, y0, y1 = column[ends - 1], column[ends], row[ends - 1], row[ends]
    low, high = (np.ceil(f(x0, x1) - 0.5).astype(int) for f in (np.minimum, np.maximum))
    times = high - low  # columns whose centres lie between its ends
    which = np.repeat(np.arange(len(ends)), times)
    across = low[which] + np.arange(len(which)) - np.repeat(np.cumsum(times) - times, times)
    share = (across + 0.5 - x0[which]) / (x1 - x0)[which]
    down = np.ceil(y0[which] + share * (y1 - y0)[which] - 0.5).astype(int)
    changes = np.zeros((M03.rows + 1, M03.columns), bool)
    np.logical_xor.at(changes, (np.clip(down, 0, M03.rows), across % M03.columns), True)
    return np.logical_xor.accumulate(changes[:-1], axis=0)


class World:
    """Synthetic inputs of any window, cut from fields that are kept: nothing is read."""

    def __init__(self, largest):
        chance = np.random.default_rng(1)
        coarse = chance.normal(size=(PERIOD // M36.coarse_factor, PERIOD // M36.coarse_factor)).astype(np.float32)
        residual = chance.normal(size=(4, PERIOD, PERIOD)).astype(np.float32)
        fields = np.concatenate([np.kron(coarse, np.ones((M36.coarse_factor,) * 2, np.float32))[None], residual])
        self.fields = torch.from_numpy(np.pad(fields, ((0, 0), (0, largest), (0, largest)), mode="wrap"))
        self.there = torch.ones(self.fields.shape, dtype=torch.bool)

    def read(self, window):
        rows, columns = window.row % PERIOD, window.column % PERIOD
        cut = np.s_[None, :, rows : rows + window.height, columns : columns + window.width]
        values, there = self.fields[cut], self.there[cut]
        return Inputs(values[:, 0], there[:, 0], values[:, 1:], there[:, 1:], torch.ones(1, 4), values[:, 0])


def opened(path, area, threads):
    return rasterio.open(
        path, "w", driver="GTiff", count=1, dtype="float32", nodata=NODATA, crs=CRS_CODE, transform=area.transform,
        height=area.height, width=area.width, tiled=True, blockxsize=TILE, blockysize=TILE, compress="DEFLATE",
        predictor=3, num_threads=threads, sparse_ok=True,
    )  # fmt: skip


def run(path, area, mask, world, network, arguments, dtype):
    """Map and write; the number of cells mapped. Only a row of blocks of the raster is kept at a time."""
    cells, row = 0, 0
    band = np.full((TILE, area.width), NODATA, np.float32)
    with opened(path, area, arguments.threads) as raster:

        def write():
            height = min(TILE, area.height - row)
            raster.write(band[:height], 1, window=Part(0, row, area.width, height))
            band.fill(NODATA)

        tiles = tiles_of(area, arguments.tile, PAPER_REACH, mask)
        for window, values in map_tiles(network, Normalisation(0.2, 0.05, 0.05), tiles, world.read, dtype):
            top, left = window.row - area.row, window.column - area.column
            while top >= row + TILE:
                write()
                row += TILE
            there = mask[top : top + window.height, left : left + window.width]
            cells += int(there.sum())
            np.copyto(band[top - row : top - row + window.height, left : left + window.width], values, where=there)
        write()
    return cells


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tile", type=int, default=256, help="at most a block of the raster, and a part of it")
    parser.add_argument("--rows", type=int, nargs=2, default=(0, M03.rows), help="only a band of the grid")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="bfloat16")
    parser.add_argument("--processor-time", action="store_true", help="on a busy machine")
    parser.add_argument("--out", type=pathlib.Path)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    clock = time.process_time if chosen.processor_time else time.perf_counter
    dtype = getattr(torch, chosen.precision)
    area = Window(chosen.rows[0], 0, chosen.rows[1] - chosen.rows[0], M03.columns)
    mask = land()[slice(*chosen.rows)]
    world = World(chosen.tile + 3 + 2 * PAPER_REACH)
    torch.manual_seed(1)
    network = build_network("smen", 4, {}).eval()
    multiply, operated = product(dtype)
    multiply()
    start = clock()
    multiply()
    rate = operated / (clock() - start)
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch) / "land.tif"
        start = clock()
        cells = run(path, area, mask, world, network, chosen, dtype)
        seconds = clock() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        with rasterio.open(path) as raster:
            values = raster.read(1)
        megabytes = path.stat().st_size / 1e6
        start = clock()
        with opened(pathlib.Path(scratch) / "again.tif", area, chosen.threads) as raster:
            raster.write(values, 1)
        writing = clock() - start
    wanted = int(mask.sum())
    mapped = int((values != NODATA).sum())
    if (cells, mapped) != (wanted, wanted):
        raise SystemExit(f"{wanted} cells are land, {cells} were mapped and {mapped} written")
    computing = sum(2 * cells * frames * into * out * 9 for frames, into, out in CONVOLUTIONS) / rate
    row = {
        "land cells": cells,
        "s": seconds,
        "s operations": computing,
        "s writing": writing,
        "it / larger floor": seconds / max(computing, writing),
        "GB memory": memory,
        "MB file": megabytes,
        "format": chosen.precision,
        "tile": chosen.tile,
    }
    report([row], chosen.out, clock="processor" if chosen.processor_time else "wall")
