"""Seams of mosaics of simulated tiles, held against the truth of their one world.

    python tests/benchmarks/bench_seams.py --project FOLDER --picture seams.png --out seams.json

FOLDER holds a config.yaml with `tiles` and `source.kind: simulated`, and the results of `snakemake all`. Between two
neighbouring cells the mosaic jumps by what the tiles jump there, each by itself, weighted, and by what the change of
weights adds where tiles do not agree. The second part is the seam. It is held against the jump of the truth between
the same cells (root mean square over the test days), over all overlaps and along the worst single line of cells; and
beside it is what the seam would be if tiles were cut at the middle of their overlap rather than blended.
"""

import argparse
import contextlib
import pathlib

import numpy as np
from timing import report

from smen.data.truth import read_truth
from smen.outputs.blending import edge_weights
from smen.outputs.map_files import read_map
from smen.plan.plan import Plan
from smen.plan.tile_grid import around
from smen.settings.yaml_file import read_settings
from smen.stages.mosaic import _groups


def stacked(maps, area, overlap):
    """Values (K, H, W) of the maps of a day on the mosaic's cells, and their normalised weights."""
    values = np.full((len(maps), *area.shape), np.nan)
    weights = np.zeros(values.shape)
    for k, each in enumerate(maps):
        top, left = each.window.row - area.row, each.window.column - area.column
        cut = np.s_[k, top : top + each.window.height, left : left + each.window.width]
        values[cut] = read_map(each.file)[0]
        weights[cut] = edge_weights(each.window.shape, overlap)
    weights[~np.isfinite(values)] = 0
    total = weights.sum(axis=0)
    return values, np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


def cut(weights):
    """Weights of a mosaic that takes each cell from the tile with the greatest weight."""
    return (np.arange(len(weights))[:, None, None] == weights.argmax(axis=0)) * (weights.sum(axis=0) > 0)


def seam(values, weights):
    """What a change of weights from each column to the next adds to the jump, (H, W - 1)."""
    filled = np.where(np.isfinite(values), values, 0)
    whole = np.diff((weights * filled).sum(axis=0), axis=1)
    both = np.isfinite(values[:, :, 1:]) & np.isfinite(values[:, :, :-1])
    middle = np.where(both, (weights[:, :, 1:] + weights[:, :, :-1]) / 2, 0)
    total = middle.sum(axis=0)
    of_tiles = (middle * np.diff(filled, axis=2)).sum(axis=0)
    return np.where(total > 0.999, whole - of_tiles, np.nan)


def rms(values):
    return float(np.sqrt(np.nanmean(np.square(values))))


def rows_of(days, area, overlap, truth):
    """Seams and the truth's jumps of all days, in both directions, (lines, cells) each, with the overlaps' cells."""
    rows = {"blended": [], "cut": [], "truth": [], "mosaic": [], "overlap": []}
    for maps, true in zip(days, truth, strict=True):
        values, weights = stacked(maps, area, overlap)
        mosaic = np.where(weights.sum(axis=0) > 0, np.nansum(weights * np.nan_to_num(values), axis=0), np.nan)
        for turned in (False, True):
            x, w, t, m = (np.swapaxes(a, -1, -2) if turned else a for a in (values, weights, true, mosaic))
            several = (np.isfinite(x).sum(axis=0) > 1)[:, 1:]
            parts = {"blended": seam(x, w), "cut": seam(x, cut(w)), "truth": np.diff(t, axis=1)}
            parts |= {"mosaic": np.diff(m, axis=1), "overlap": several}
            for name, part in parts.items():
                rows[name].append(part.T)  # a line of cells on either side of one border is a row
    return rows


def figures(rows):
    """Seams as shares of the truth's jump: over all overlaps, along the worst line, and cut rather than blended."""
    lines = {}
    for number in range(2):  # columns, rows
        part = {name: np.array(each[number::2]) for name, each in rows.items()}
        shared = part["overlap"] & np.isfinite(part["blended"]) & np.isfinite(part["truth"])
        for line in range(shared.shape[1]):
            here = shared[:, line]
            if here.sum() > 100 and part["truth"][:, line][here].any():
                lines[number, line] = tuple(rms(part[n][:, line][here]) for n in ("blended", "cut", "truth", "mosaic"))
    table = np.array(list(lines.values()))
    cut_lines = table[table[:, 1] > 0]
    return {
        "lines": len(table),
        "truth's jump": rms(table[:, 2]),
        "mosaic's jump": rms(table[:, 3]),
        "seam": rms(table[:, 0]),
        "seam / truth's jump": rms(table[:, 0]) / rms(table[:, 2]),
        "worst line": float((table[:, 0] / table[:, 2]).max()),
        "cut / truth's jump": rms(cut_lines[:, 1]) / rms(cut_lines[:, 2]),
    }


def draw(path, area, overlap, maps, true):
    """One day: truth, mosaic, and the tiles cut rather than blended."""
    import matplotlib.pyplot as plt

    values, weights = stacked(maps, area, overlap)
    shown = {"truth": true}
    for title, chosen in (("mosaic", weights), ("tiles cut at the middle", cut(weights))):
        shown[title] = np.where(weights.sum(axis=0) > 0, np.nansum(chosen * np.nan_to_num(values), axis=0), np.nan)
    figure, axes = plt.subplots(1, 3, figsize=(15, 5.4), layout="constrained")
    low, high = np.nanpercentile(shown["mosaic"], (1, 99))
    for axis, (title, field) in zip(axes, shown.items(), strict=True):
        image = axis.imshow(field, cmap="YlGnBu", vmin=low, vmax=high)
        axis.set(title=title, xticks=[], yticks=[])
    figure.colorbar(image, ax=axes, label="soil moisture, m3/m3", shrink=0.8)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=pathlib.Path, required=True)
    parser.add_argument("--picture", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path)
    chosen = parser.parse_args()
    picture = chosen.picture and chosen.picture.absolute()
    with contextlib.chdir(chosen.project):
        plan = Plan.load(read_settings(pathlib.Path("config.yaml")))
        job, area = plan.mosaic(), around(plan.tiles.values())
        groups = _groups(job)
        keys = sorted(key for key in groups if len(groups[key]) > 1)
        times = np.array([min(each.file.time for each in groups[key]) for key in keys])
        # A half-orbit's name has the time at its beginning, some 25 minutes before it is over the tiles.
        truth = read_truth(plan.truth(next(iter(plan.tiles))), area, times + np.timedelta64(25, "m"))
        days = [groups[key] for key in keys]
        result = {"days": len(days), "tiles": len(plan.tiles), "overlap": job.overlap}
        result |= figures(rows_of(days, area, job.overlap, truth))
        if chosen.picture:
            fullest = max(range(len(days)), key=lambda i: len(days[i]))
            draw(picture, area, job.overlap, days[fullest], truth[fullest])
    report([result], chosen.out, clock="wall")
