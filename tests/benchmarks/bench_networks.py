"""Networks and baselines over several worlds: the figures of workflow/docs/accuracy.md.

Each folder given holds a config.yaml whose series are aligned (`snakemake` or `smen simulate`, `acquire`, `align` for
every region and year), e.g. one for each `source.seed`. Differences are paired by date, against the default method.

    python tests/benchmarks/bench_networks.py --out scores.csv seeds/1 seeds/2 seeds/3
"""

import argparse
import csv
import os
import pathlib
import time
from dataclasses import replace
from functools import partial

import numpy as np

from smen.cli_options import plan_of
from smen.data.load import read_fields
from smen.data.records import TEST
from smen.data.samples import Periods, hold_out, samples_of
from smen.data.truth import read_truth
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.registry import LEARNED_BASELINES, learned_baseline, simple_baseline
from smen.methods.smen_cnn.network_method import NetworkMethod
from smen.methods.smen_cnn.recipe import PUBLISHED_RECIPE, SHORT_RECIPE
from smen.scores.aggregation import per_image
from smen.scores.detail import detail_r
from smen.scores.intervals import mean_interval, paired_difference
from smen.scores.metrics import bias, ubrmse
from smen.scores.probabilistic import best_constant_crps, coverage, crps

HEADER = [
    "region", "method", "worlds", "dates", "product", "product_low", "product_high", "truth", "truth_low", "truth_high",
    "bias", "bias_truth", "R_inside", "coverage", "crps", "crps_constant", "seconds",
]  # fmt: skip
"""product and truth: ubRMSE, and the 95 % interval of the difference to the default network."""

MEANS = ("bias", "bias truth", "R inside", "coverage", "crps", "constant", "seconds")
FEW = ("bilinear", "shrunk_residual", "filtered_residual")


def methods(arguments):
    chosen = {name: partial(simple_baseline, name) for name in arguments.baselines}
    chosen["fusion"] = FusionMethod
    for name in arguments.comparables:
        chosen[name] = partial(learned_baseline, name, 1, arguments.threads)
    if arguments.published:
        published = replace(PUBLISHED_RECIPE, epochs=arguments.published, threads=arguments.threads)
        chosen["smen as published"] = lambda: NetworkMethod(
            learns="field", training=published, missing="zero", level_matched=False, calibration_folds=0
        )
    if arguments.paper:
        recipe = replace(SHORT_RECIPE, epochs=arguments.paper, threads=arguments.threads)
        chosen["smen"] = lambda: NetworkMethod(training=recipe)
    return chosen


def world(folder, region):
    os.chdir(folder)
    plan = plan_of(pathlib.Path("config.yaml"))
    job = plan.job("evaluate", region, None)
    fields = read_fields(job.layout, region, job.years)
    periods = plan.regions[region].settings.periods
    samples = hold_out(samples_of(fields, periods=Periods(train=[periods.training], test=[periods.test])))
    return fields, samples, read_truth(job.truth, job.window, samples.time)


def score(folder, region, arguments, fitted):
    """A row of per-date scores for each method."""
    fields, samples, truth = world(folder, region)
    test = samples.select((samples.split == TEST) & (samples.fine >= 0))
    target, true = fields.fine[test.fine], truth[np.isin(samples.time, test.time)]
    found, seconds = {}, {}
    for name, make in methods(arguments).items():
        method, start = make(), time.process_time()
        method.fit(fields, samples)
        seconds[name] = time.process_time() - start
        found[name] = method.predict(fields, test)
        if name == "fusion":
            fitted[folder, region] = method
    for (other, elsewhere), method in fitted.items():
        if other == folder and elsewhere != region:
            found[f"fusion of {elsewhere}"] = method.predict(fields, test)
    valid = np.isfinite(target) & np.all([np.isfinite(p.mean) for p in found.values()], axis=0)
    rows, factor = {}, fields.coarse_grid.coarse_factor
    for name, prediction in found.items():
        estimate = np.where(valid, prediction.mean, np.nan)
        row = {
            "product": per_image(ubrmse, estimate, target),
            "truth": per_image(ubrmse, estimate, true),
            "bias": per_image(bias, estimate, target),
            "bias truth": per_image(bias, estimate, true),
            "R inside": detail_r(estimate, np.where(valid, true, np.nan), fields.window, factor),
            "seconds": np.array([seconds.get(name, np.nan)]),
            "share": valid.mean(axis=(1, 2)),
            "time": test.time,
        }
        if prediction.standard_deviation is not None:
            row["coverage"] = np.array(
                [coverage(*z) for z in zip(estimate, prediction.standard_deviation, target, strict=True)]
            )
            row["crps"] = np.array(
                [crps(*z) for z in zip(estimate, prediction.standard_deviation, target, strict=True)]
            )
            best = np.full(estimate.shape, best_constant_crps(estimate, target)[1])
            row["constant"] = np.array([crps(*z) for z in zip(estimate, best, target, strict=True)])
        rows[name] = row
    return rows


def table(scores, file, reference="fusion"):
    """Means by region and over all, with the interval of the difference to one of the methods."""
    out = csv.writer(file)
    out.writerow(HEADER)
    regions = sorted({region for _, region in scores})
    for region in [*regions, "all"]:
        chosen = [rows for (_, r), rows in sorted(scores.items()) if region in (r, "all")]
        for name in dict.fromkeys(n for rows in chosen for n in rows):
            have = [rows for rows in chosen if name in rows]

            def join(key, have=have, name=name):
                return np.concatenate([np.asarray(rows[name].get(key, [np.nan])) for rows in have])

            ours = {key: np.concatenate([rows[reference][key] for rows in have]) for key in ("product", "truth")}
            row = [region, name, len(have), len(join("truth"))]
            for key in ("product", "truth"):
                gap = paired_difference(join(key), ours[key])
                row += [f"{mean_interval(join(key)).value:.4f}", f"{gap.low:+.4f}", f"{gap.high:+.4f}"]
            row += [f"{np.nanmean(join(key)):.4f}" if np.isfinite(join(key)).any() else ""
                    for key in MEANS]  # fmt: skip
            out.writerow(row)
    file.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--regions", nargs="+", default=["oklahoma_city", "tucson", "geneva"])
    parser.add_argument("--baselines", nargs="*", default=list(FEW))
    parser.add_argument("--paper", type=int, default=0, help="epochs of the paper's network, 0: leave it out")
    parser.add_argument("--comparables", nargs="*", default=[], help=f"of {', '.join(LEARNED_BASELINES)}")
    parser.add_argument("--published", type=int, default=0, help="epochs of the paper's network by its own recipe")
    parser.add_argument("--against", default="fusion", help="method that differences are taken to")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("scores.csv"))
    chosen = parser.parse_args()
    result, fitted, path = {}, {}, chosen.out.resolve()
    for folder in [f.resolve() for f in chosen.folders]:
        for region in chosen.regions:
            if not (folder / "results" / region / "aligned" / "fine_2018.nc").exists():
                continue
            result[folder, region] = score(folder, region, chosen, fitted)
            print(
                folder.name,
                region,
                {n: round(float(np.nanmean(r["truth"])), 4) for n, r in result[folder, region].items()},
                flush=True,
            )
            with path.open("w") as file:
                table(result, file, chosen.against)
