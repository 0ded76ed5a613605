"""What the default network's intervals hold: by region, season and coverage, with an ageing history, after transfer.

Folders as for `bench_networks.py`, e.g. one for each `source.seed`. Three tables, over all worlds together:

- classes: share of the product's values in the 90 % interval, and the CRPS against that of the best constant spread,
  with the 95 % interval of the paired difference by date;
- ageing: the test dates once more, as if no 3 km field had been seen since the end of training (as after the end of
  Sentinel-1B): error and stated deviation should grow together;
- transfer: each region estimated by a network that learnt from the other regions alone.

    python tests/benchmarks/bench_uncertainty.py --out uncertainty.json seeds/1 seeds/2 seeds/3
"""

import argparse
import collections
import json
import pathlib
from dataclasses import replace

import numpy as np
from bench_networks import world

from smen.data.records import MISSING, NONE, TEST
from smen.methods.fusion.fusion_method import FusionMethod
from smen.scores.aggregation import per_image
from smen.scores.intervals import mean_interval, paired_difference
from smen.scores.metrics import ubrmse
from smen.scores.probabilistic import best_constant_crps, coverage, crps

SEASONS = {"DJF": (12, 1, 2), "MAM": (3, 4, 5), "JJA": (6, 7, 8), "SON": (9, 10, 11)}
CLASSES = {"covered under a third": (0.0, 1 / 3), "a third to two": (1 / 3, 2 / 3), "over two thirds": (2 / 3, 1.01)}
KEYS = ("ubRMSE", "truth", "deviation", "coverage", "crps", "constant", "bias")


def by_date(prediction, target, truth):
    """Scores of each date."""
    estimate = np.where(np.isfinite(target), prediction.mean, np.nan)
    deviation = np.where(np.isfinite(estimate), prediction.standard_deviation, np.nan)
    constant = np.full(estimate.shape, best_constant_crps(estimate, target)[1])
    both = list(zip(estimate, deviation, target, strict=True))
    return {
        "ubRMSE": per_image(ubrmse, estimate, target),
        "truth": per_image(ubrmse, estimate, truth),
        "deviation": np.sqrt(np.nanmean(deviation**2, axis=(1, 2))),
        "coverage": np.array([coverage(*z) for z in both]),
        "crps": np.array([crps(*z) for z in both]),
        "constant": np.array([crps(*z) for z in zip(estimate, constant, target, strict=True)]),
        "bias": np.nanmean(estimate - target, axis=(1, 2)),
    }


def without_recent(samples, fields, last):
    """The same overpasses, their history cut off at a time."""
    keep = (samples.fine_history != MISSING) & (fields.fine_ready[samples.fine_history] < last)
    return replace(
        samples,
        fine_history=np.where(keep, samples.fine_history, MISSING),
        fine_history_coarse=np.where(keep, samples.fine_history_coarse, MISSING),
        age=np.where(keep, samples.age, np.nan).astype(np.float32),
    )


def run(folder, regions, found):
    worlds = {region: world(folder, region) for region in regions}
    for region, (fields, samples, truth) in worlds.items():
        chosen = (samples.split == TEST) & (samples.fine != MISSING)
        test, true = samples.select(chosen), truth[chosen]
        target = fields.fine[test.fine]
        home = FusionMethod()
        home.fit(fields, samples)
        scores = by_date(home.predict(fields, test), target, true)
        month = test.time.astype("datetime64[M]").astype(int) % 12 + 1
        share = np.isfinite(target).mean(axis=(1, 2))
        parts = {("all", "all"): np.ones(len(test), bool), ("region", region): np.ones(len(test), bool)}
        parts |= {("season", f"{region} {n}"): np.isin(month, months) for n, months in SEASONS.items()}
        parts |= {("coverage", f"{region} {n}"): (share >= a) & (share < b) for n, (a, b) in CLASSES.items()}
        for key, part in parts.items():
            add(found, ("classes", *key), scores, part)
        first = samples.time[samples.split == TEST][0]
        old = by_date(home.predict(fields, without_recent(test, fields, first)), target, true)
        quarter = ((test.time - first) / np.timedelta64(1, "D") // 91.5).astype(int)
        for q in range(4):
            add(found, ("ageing", region, f"quarter {q + 1}, history as it is"), scores, quarter == q)
            add(found, ("ageing", region, f"quarter {q + 1}, none since training"), old, quarter == q)
        nothing = samples.with_split(np.where(samples.split == TEST, TEST, NONE).astype(np.uint8))
        transferred = FusionMethod()
        transferred.fit(fields, nothing, [w[:2] for name, w in worlds.items() if name != region])
        helped = FusionMethod()
        helped.fit(fields, samples, [w[:2] for name, w in worlds.items() if name != region])
        every = np.ones(len(test), bool)
        for how, method in (("own dates", home), ("the others' dates", transferred), ("own and others'", helped)):
            add(found, ("transfer", region, how), by_date(method.predict(fields, test), target, true), every)
        print(folder.name, region, "done", flush=True)


def add(found, key, scores, part):
    for name, values in scores.items():
        found[key][name].append(values[part])


def summary(found):
    rows = []
    for key, scores in found.items():
        joined = {name: np.concatenate(parts) for name, parts in scores.items()}
        if not len(joined["ubRMSE"]):
            continue
        gap = paired_difference(joined["crps"], joined["constant"])
        row = {"table": key[0], "of": " ".join(key[1:]), "dates": len(joined["ubRMSE"])}
        row |= {name: float(np.nanmean(joined[name])) for name in KEYS}
        held = mean_interval(joined["coverage"])
        rows.append(row | {"held": [held.low, held.high], "crps_gap": [gap.value, gap.low, gap.high]})
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--regions", nargs="+", default=["oklahoma_city", "tucson", "geneva"])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("uncertainty.json"))
    chosen = parser.parse_args()
    out, scores = chosen.out.resolve(), collections.defaultdict(lambda: collections.defaultdict(list))
    for each in [f.resolve() for f in chosen.folders]:
        run(each, chosen.regions, scores)
        rows = summary(scores)
        out.write_text(json.dumps(rows, indent=1))
    print(f"{'table':8s} {'of':40s} dates  ubRMSE   truth   stated  90 %    CRPS    less best constant's")
    for row in rows:
        gap = row["crps_gap"]
        print(f"{row['table']:8s} {row['of']:40s} {row['dates']:5d}  {row['ubRMSE']:.4f}  {row['truth']:.4f}  "
              f"{row['deviation']:.4f}  {100 * row['coverage']:.1f} %  {row['crps']:.5f}  "
              f"{gap[0]:+.6f} ({gap[1]:+.6f}, {gap[2]:+.6f})")  # fmt: skip
