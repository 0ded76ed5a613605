"""The default method everywhere that is mapped, and by class of cells, over several worlds: `smen.scores.by_class`.

Each folder given holds a config.yaml whose series are aligned (`snakemake` or `smen simulate`, `acquire`, `align` for
every region and year), e.g. one for each `source.seed`. The reference is the truth, on the test dates. Beside causal
estimates stand retrospective ones and an oracle: the causal estimator with the pattern known from the truth of the
training dates, at every cell. Rows are plain means over regions and folders; intervals of the difference to the causal
estimate are those of a t distribution over these.

    python tests/benchmarks/bench_everywhere.py [--json FILE] [--regions NAME ...] seeds/1 seeds/2 seeds/3
"""

import argparse
import json
import pathlib
import time
from dataclasses import replace

import numpy as np
import pandas as pd
from bench_networks import world
from scipy import stats
from tabulate import tabulate

from smen.data.cell_classes import classes_of
from smen.data.records import TEST, TRAIN, VALIDATION
from smen.methods.fusion.coarse_history import BASE
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.fusion.pattern import PatternEstimator
from smen.methods.fusion.pattern_sums import PatternSums
from smen.methods.fusion.training_set import TrainingSet
from smen.scores.by_class import class_scores

EVERY = 4
"""Of the dates without a 3 km field every so many are scored."""


def rows_of(folder, region):
    """Scores of one region of one world, by mode, dates and class."""
    fields, samples, truth = world(folder, region)
    method = FusionMethod(retrospective=True)
    begin = time.process_time()
    method.fit(fields, samples)
    fitted = time.process_time() - begin
    oracle = with_true_pattern(method, fields, samples, truth)
    training = samples.with_target(TRAIN, VALIDATION)
    seen = np.isfinite(fields.fine[training.fine]).any(axis=0)
    test = samples.split == TEST
    without = np.flatnonzero(test & (samples.fine < 0))[::EVERY]
    rows = []
    for name, chosen in (("with a scene", np.flatnonzero(test & (samples.fine >= 0))), ("without", without)):
        dates = samples.select(chosen)
        begin = time.process_time()
        causal = method.predict(fields, dates)
        between = time.process_time()
        around = method.predict_retrospective(fields, dates, samples.fine)
        seconds = {"causal": between - begin, "retrospective": time.process_time() - between}
        classes = classes_of(fields, dates, seen, causal.quality)
        found = {"causal": causal, "retrospective": around, "oracle": oracle.predict(fields, dates)}
        for mode, prediction in found.items():
            about = {"world": str(folder), "region": region, "mode": mode, "on dates": name, "fit_s": fitted}
            about["map_ms"] = 1000 * seconds.get(mode, np.nan) / max(len(chosen), 1)
            scores = class_scores(prediction.mean, prediction.standard_deviation, truth[chosen], classes)
            rows += [{**about, **row} for row in scores]
    return rows


def with_true_pattern(method, fields, samples, truth):
    """The fitted method with the pattern that the truth of the training dates has, known at every cell."""
    part = TrainingSet.of(fields, samples, method.seed)
    residual, wetness = part.builder.residuals(part.dates.fine)
    base = fields.fine[part.dates.fine] - residual
    level = np.array([part.builder.history.bilinear(part.builder.history.averages[BASE, c]) for c in part.dates.coarse])
    base = np.where(np.isfinite(base), base, level)
    residual = (truth[np.searchsorted(samples.time, part.dates.time)] - base).astype(np.float32)
    sums = PatternSums.of(residual, wetness)
    pattern = PatternEstimator.of(sums).pattern(sums)
    known = replace(pattern, unknown=np.where(sums.count > 0, 0, pattern.unknown).astype(np.float32))
    return replace(method, parameters=replace(method.parameters, pattern=known), _kept={})


def differences(table):
    """Mean of each class and mode, and its difference to causal over regions and worlds."""
    key = ["world", "region", "on dates", "class"]
    causal = table[table["mode"] == "causal"].set_index(key)["ubRMSE"].rename("causal")
    joined = table.join(causal, on=key)
    for (dates, mode, name), part in joined.groupby(["on dates", "mode", "class"], sort=False):
        apart = (part["ubRMSE"] - part["causal"]).to_numpy()
        width = stats.t.ppf(0.975, max(len(apart) - 1, 1)) * np.std(apart, ddof=1) / np.sqrt(len(apart))
        yield {
            "dates": dates, "mode": mode, "class": name, "n": len(part), "share": part["share"].mean(),
            "ubRMSE": part["ubRMSE"].mean(), "less": 100 * (1 - part["ubRMSE"].mean() / part["causal"].mean()),
            "low": apart.mean() - width, "high": apart.mean() + width, "bias": part["bias"].mean(),
            "coverage": part["coverage_90"].mean(), "least": part["coverage_90"].min(),
            "most": part["coverage_90"].max(), "crps": part["crps"].mean(), "spread_skill": part["spread_skill"].mean(),
        }  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--regions", nargs="+", default=["oklahoma_city", "tucson", "geneva"])
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    folders = [folder.resolve() for folder in arguments.folders]
    target = arguments.json and arguments.json.resolve()
    rows = [row for folder in folders for region in arguments.regions for row in rows_of(folder, region)]
    if target:
        target.write_text(json.dumps(rows, indent=1))
    table = pd.DataFrame(rows)
    for name, part in [*table.groupby("region"), ("all regions", table)]:
        print(f"\n{name}\n{tabulate(list(differences(part)), headers='keys', floatfmt='.4f')}")
    print(table.groupby(["region", "mode"])[["fit_s", "map_ms"]].mean().round(2).to_string())
