"""The default network and the baselines on worlds that SMEN's own simulator did not make (`other_worlds.py`).

Aligns each folder with the real stages where that is not done yet, fits and scores as `bench_networks.py` does, and
prints what one wants to know of a network in a place nobody has seen: where it wins, and what its intervals hold.

    python tests/benchmarks/bench_other_worlds.py --out scores.csv /tmp/other/pampas /tmp/other/sahel
"""

import argparse
import logging
import os
import pathlib

import numpy as np
import yaml
from bench_networks import FEW, score, table, world

from smen.cli_options import plan_of
from smen.data.records import TEST
from smen.methods.registry import SIMPLE_BASELINES
from smen.scores.aggregation import per_image
from smen.scores.intervals import mean_interval, paired_difference
from smen.scores.metrics import ubrmse
from smen.stages import acquire, align

SEASONS = {"DJF": (12, 1, 2), "MAM": (3, 4, 5), "JJA": (6, 7, 8), "SON": (9, 10, 11)}


def aligned(folder):
    """The one region of a folder, its series made where they are missing."""
    os.chdir(folder)
    plan = plan_of(pathlib.Path("config.yaml"))
    (region,) = yaml.safe_load(pathlib.Path("config.yaml").read_text())["regions"]
    for year in plan.years(region):
        job = plan.align(region, year)
        if not pathlib.Path(job.layout.aligned(region, "fine", year)).exists():
            acquire.run(plan.acquire(region, year))
            align.run(job)
    return region


def product_itself(folder, region):
    """The product's own ubRMSE against the truth: what the maps are learnt from, and may well be better than."""
    fields, samples, truth = world(folder, region)
    test = samples.select((samples.split == TEST) & (samples.fine >= 0))
    return mean_interval(per_image(ubrmse, fields.fine[test.fine], truth[np.isin(samples.time, test.time)]))


def show(region, rows, itself):
    ours = rows["fusion"]
    print(f"\n{region}: {len(ours['time'])} test dates, the product itself against the truth {itself.value:.4f}")
    print(f"{'method':20s} product  to fusion          truth  to fusion           bias    truth's  R inside  seconds")
    for name, row in rows.items():
        cells = []
        for key in ("product", "truth"):
            gap = paired_difference(row[key], ours[key])
            cells.append(f"{np.nanmean(row[key]):.4f} ({gap.low:+.4f}, {gap.high:+.4f})")
        inside = f"{np.nanmean(row['R inside']):.2f}" if np.isfinite(row["R inside"]).any() else "   -"
        print(f"{name:20s} {cells[0]}  {cells[1]}  {np.nanmean(row['bias']):+.4f} {np.nanmean(row['bias truth']):+.4f}"
              f"  {inside}  {np.nanmean(row['seconds']):6.1f}")  # fmt: skip
    month = ours["time"].astype("datetime64[M]").astype(int) % 12 + 1
    parts = {name: np.isin(month, months) for name, months in SEASONS.items()}
    parts = {"all": np.ones(len(month), bool)} | {name: part for name, part in parts.items() if part.any()}
    for name, part in parts.items():
        mean = {key: np.nanmean(ours[key][part]) for key in ("coverage", "crps", "constant", "truth", "bias")}
        print(
            f"  {name:4s} {part.sum():4d} dates: 90 % interval holds {100 * mean['coverage']:5.1f} %, "
            f"CRPS {mean['crps']:.4f}, of the best constant {mean['constant']:.4f}, "
            f"ubRMSE {mean['truth']:.4f}, bias {mean['bias']:+.4f}"
        )
    held = [f"{100 * q:.0f} %" for q in np.nanquantile(ours["coverage"], [0.1, 0.5, 0.9])]
    print(f"  dates by what their interval holds, 10th, 50th, 90th percentile: {', '.join(held)}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--baselines", nargs="*", default=list(FEW), help=f"of {', '.join(SIMPLE_BASELINES)}; or all")
    parser.add_argument("--paper", type=int, default=0, help="epochs of the paper's network, 0: leave it out")
    parser.add_argument("--comparables", nargs="*", default=[], help="learned methods to compare with")
    parser.add_argument("--published", type=int, default=0, help="epochs of the paper's network by its own recipe")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("scores.csv"))
    chosen = parser.parse_args()
    if chosen.baselines == ["all"]:
        chosen.baselines = list(SIMPLE_BASELINES)
    logging.basicConfig(level=logging.WARNING)
    result, path = {}, chosen.out.resolve()
    for folder in [f.resolve() for f in chosen.folders]:
        region = aligned(folder)
        result[folder, region] = score(folder, region, chosen, {})
        show(f"{folder.name} ({region})", result[folder, region], product_itself(folder, region))
        with path.open("w") as file:
            table(result, file)
