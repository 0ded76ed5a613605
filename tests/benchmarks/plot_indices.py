"""Pictures of `workflow/docs/indices.md`: the reliability of stated chances of drought, and one simulated drought.

python tests/benchmarks/plot_indices.py --cache /tmp/bench --out workflow/report seeds/1 --scores indices.json
"""

import argparse
import json
import pathlib

import matplotlib as mpl
import matplotlib.dates
import matplotlib.patches
import numpy as np
from bench_indices import RECORDS, kept, maps, own_percentile, record, true_percentile
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from smen.cli_options import plan_of
from smen.data.drought_classes import DROUGHT_COLOURS, DROUGHT_NAMES, DROUGHT_NODATA, drought_class
from smen.grid import M36
from smen.indices.percentile import estimate_percentile
from smen.indices.region_normals import Normals
from smen.indices.wetness_transfer import WetnessTransfer
from smen.outputs.map_panel import ground_shape

LEAST_SHARE = 0.002
"""Chances stated for a smaller share of the cells than this are not drawn: they are of a few days of one region."""

CODES = list(DROUGHT_NAMES)
COLOURS = [DROUGHT_COLOURS[code] for code in CODES]
mpl.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})


def reliability(rows, path):
    """How often drought is true where it is stated with a chance, records of each length; all worlds together."""
    figure = Figure(figsize=(6.2, 4.2), layout="constrained", dpi=130)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=1, label="perfect")
    for years, colour in zip(sorted(RECORDS, reverse=True), ("#16487b", "#e69f00", "#b2182b"), strict=True):
        bins = np.sum([row["reliability"] for row in rows if row["years"] == years], axis=0)
        bins = bins[bins[:, 0] > LEAST_SHARE * bins[:, 0].sum()]
        stated, true = bins[:, 1] / bins[:, 0], bins[:, 2] / bins[:, 0]
        axes.plot(stated, true, "o-", color=colour, label=f"record of {years} years")
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xlabel="stated chance of drought (D1 or worse)")
    axes.set_ylabel("share of these cells in drought")
    axes.legend(frameon=False, loc="upper left")
    places, worlds = {(row["world"], row["region"]) for row in rows}, {row["world"] for row in rows}
    figure.suptitle(f"Simulated data: {len(places)} regions of {len(worlds)} worlds, 2018", fontsize=9)
    figure.savefig(path)


def classes_of(history, made, window, i, normals):
    """True class, ours, and that of the coarse field alone, of one judged map."""
    now = made["test_time"][i]
    ours = estimate_percentile(normals, now, made["test_mean"][i], made["test_sd"][i], made["test_coarse"][i])
    truth = true_percentile(history["truth"], history["time"], now, made["test_truth"][i])
    truth = np.where(history["water"] | np.isnan(made["test_truth"][i]), np.nan, truth)
    coarse = own_percentile(normals, now, made["test_coarse"][i])
    return [drought_class(field) for field in (truth, ours.percentile, coarse)]


def drought(history, made, window, region, path):
    """Maps of one date of a drought, and the area in each class through the year: the truth and ours."""
    transfer = WetnessTransfer.fit(
        made["train_mean"], made["train_sd"], made["train_coarse"], made["pat"] + made["bias"], window, M36
    )
    normals = Normals.of_record(history["coarse"], history["time"], transfer, window, M36, simulated=True)
    wide = np.isfinite(made["test_mean"]).mean(axis=(1, 2)) > 0.8  # half a swath is not the region's area
    rows = np.flatnonzero(wide)[::2]
    every = [classes_of(history, made, window, i, normals) for i in rows]
    times = made["test_time"][rows]
    shares = np.array([[[np.mean(c[c != DROUGHT_NODATA] == k) for k in CODES] for c in three] for three in every])
    mapped = [np.mean(three[1] != DROUGHT_NODATA) for three in every]
    dry = shares[:, 0, 2:].sum(axis=1) * (np.array(mapped) > 0.9)
    spread = dry - 2 * np.abs(dry - 0.8)  # a date on which much, but not all, is in drought shows most
    chosen = int(np.argmax(spread))
    figure = Figure(figsize=(9.2, 6.4), layout="constrained", dpi=130)
    grid = figure.add_gridspec(2, 6, height_ratios=[1.25, 1])
    colours = ListedColormap(COLOURS)
    for k, title in enumerate(("true", "ours, 3 km", "36 km alone")):
        axes = figure.add_subplot(grid[0, 2 * k : 2 * k + 2])
        field = np.ma.masked_equal(every[chosen][k], DROUGHT_NODATA)
        axes.imshow(field, cmap=colours, vmin=-0.5, vmax=5.5, aspect=ground_shape(window))
        axes.set(title=title, xticks=[], yticks=[])
        axes.set_facecolor("#cccccc")
        for side in axes.spines.values():
            side.set_visible(True)
    for k, title in enumerate(("true: share of the region (%)", "ours")):
        axes = figure.add_subplot(grid[1, 3 * k : 3 * k + 3])
        layers = 100 * shares[:, k, ::-1].T
        axes.stackplot(times, layers, colors=COLOURS[::-1], step="mid", edgecolor="none")
        axes.axvline(times[chosen], color="#222222", linewidth=1, linestyle="--")
        axes.set(ylim=(0, 100), xlim=(times[0], times[-1]), title=title)
        axes.xaxis.set_major_formatter(mpl.dates.DateFormatter("%b"))
    handles = [
        mpl.patches.Patch(facecolor=colour, edgecolor="#888888", label=DROUGHT_NAMES[code])
        for code, colour in zip(CODES, COLOURS, strict=True)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
    day = str(times[chosen].astype("datetime64[D]"))
    figure.suptitle(f"Drought in {region} on {day} and through 2018 (simulated data)", fontsize=10)
    figure.savefig(path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--region", default="tucson")
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path("bench_indices"))
    parser.add_argument("--scores", type=pathlib.Path, nargs="+", default=[pathlib.Path("indices.json")])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("workflow/report"))
    arguments = parser.parse_args()
    folder, cache, out = (path.resolve() for path in (arguments.folder, arguments.cache, arguments.out))
    rows = [row for path in arguments.scores for row in json.loads(path.read_text())]
    reliability(rows, out / "indices_reliability.png")
    area = plan_of(folder / "config.yaml").regions[arguments.region].window
    made_record = kept(cache, f"rec_{folder.name}_{arguments.region}", record, folder, arguments.region)
    made_maps = kept(cache, f"maps_{folder.name}_{arguments.region}", maps, folder, arguments.region)
    drought(made_record, made_maps, area, arguments.region, out / "indices_drought.png")
