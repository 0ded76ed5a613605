"""The default with and without completed coarse cells, on the same cells, by class of what the coarse product gave.

Folders are as for `bench_everywhere.py`. Differences of ubRMSE against the truth are paired by date, with a 95 %
interval; RMSE, bias and coverage of stated 90 % intervals are over all cells. `--second` spoils the second tier:
`noise` puts random numbers in its place, `cells` random numbers that each cell keeps, `none` leaves it out.

    python tests/benchmarks/bench_second_tier.py [--second noise] seeds/1 seeds/2
"""

import argparse
import pathlib
from dataclasses import replace
from unittest import mock

import numpy as np
import pandas as pd
from bench_networks import world
from tabulate import tabulate

from smen.data.quality import QualityCode
from smen.data.records import TEST
from smen.methods.fusion import training_set
from smen.methods.fusion.fusion_method import FusionMethod
from smen.products.conventions import FLAG_FILL
from smen.scores.intervals import paired_difference

LEAST_CELLS = 30
Z = 1.645


def spoilt(fields, how):
    """The fields with another second tier."""
    values, rng = fields.coarse_not_recommended, np.random.default_rng(1)
    if how == "none" or values is None:
        return replace(fields, coarse_not_recommended=None)
    made = {
        "true": values,
        "noise": rng.uniform(0.02, 0.5, values.shape),
        "cells": rng.uniform(0.02, 0.5, values.shape[1:]) + rng.normal(0, 0.02, values.shape),
    }[how]
    return replace(fields, coarse_not_recommended=np.where(np.isfinite(values), made, np.nan).astype(np.float32))


def classes(fields, test, before):
    """Where the cells of each class are, (N, H, W)."""
    known, fine = np.isfinite(fields.coarse_at(test.coarse)), np.isfinite(fields.fine[test.fine])
    swath = fields.coarse_flag_at(test.coarse) != FLAG_FILL
    seen = np.isfinite(fields.coarse).sum(axis=0) > 0.5 * (fields.coarse_flag != FLAG_FILL).sum(axis=0)
    second = np.zeros(fields.coarse.shape, bool)
    if fields.coarse_not_recommended is not None:
        second = np.isfinite(fields.coarse_not_recommended)
    second = fields.window.expand(second[test.coarse], fields.coarse_grid) & ~known
    return {
        "all": np.ones(known.shape, bool),
        "product and recommended retrieval": fine & known,
        "product, no recommended retrieval": fine & ~known,
        "no product": ~fine,
        "recommended": known,
        "second tier": second,
        "nothing retrieved, in the swath": ~known & ~second & swath,
        "outside the swath": ~swath,
        "usually recommended, not on the day": ~known & swath & fields.window.expand(seen, fields.coarse_grid),
        "filled without completion": before.quality == QualityCode.FILLED,
    }


def rows_of(folder, region, how):
    """A row of scores for each class and date."""
    fields, samples, truth = world(folder, region)
    fields = spoilt(fields, how)
    chosen = (samples.split == TEST) & (samples.fine >= 0)
    test, truth = samples.select(chosen), truth[chosen]
    found = {}
    for name, fit in (("before", lambda *_: None), ("after", training_set.fit_completion)):
        with mock.patch.object(training_set, "fit_completion", fit):
            method = FusionMethod()
            method.fit(fields, samples)
            found[name] = method.predict(fields, test)
    before, after = (np.isfinite(p.mean) & np.isfinite(truth) for p in found.values())
    where = {name: cells & before & after for name, cells in classes(fields, test, found["before"]).items()}
    where["mapped by completion alone"] = after & ~before
    for name, cells in where.items():
        for i in np.flatnonzero(cells.sum(axis=(1, 2)) >= LEAST_CELLS):
            row = {"class": name, "cells": int(cells[i].sum())}
            for tag, p in found.items():
                error, deviation = ((x[i][cells[i]]) for x in (p.mean - truth, p.standard_deviation))
                row[f"ub {tag}"], row[f"mse {tag}"], row[f"bias {tag}"] = error.std(), (error**2).mean(), error.mean()
                row[f"in {tag}"] = (np.abs(error) < Z * deviation).mean() if np.isfinite(error).all() else np.nan
            yield row


def table(rows):
    """Means over dates of ubRMSE, and over cells of all else."""
    lines = []
    for name, part in rows.groupby("class", sort=False):
        line = {"class": name, "share %": 100 * part.cells.sum() / rows[rows["class"] == "all"].cells.sum()}
        for tag in ("before", "after"):
            line[f"ubRMSE {tag}"] = part[f"ub {tag}"].mean()
            line[f"RMSE {tag}"] = np.sqrt(np.average(part[f"mse {tag}"], weights=part.cells))
            line[f"bias {tag}"] = np.average(part[f"bias {tag}"], weights=part.cells)
            line[f"coverage {tag}"] = np.average(part[f"in {tag}"], weights=part.cells)
        if np.isfinite(part["ub before"]).all():
            gap = paired_difference(part["ub after"].to_numpy(), part["ub before"].to_numpy())
            line |= {"low": gap.low, "high": gap.high}
        lines.append(line)
    return tabulate(lines, headers="keys", floatfmt=".4f")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--regions", nargs="+", default=["oklahoma_city", "tucson", "geneva"])
    parser.add_argument("--second", choices=["true", "noise", "cells", "none"], default="true")
    arguments = parser.parse_args()
    folders = [folder.resolve() for folder in arguments.folders]
    everything = []
    for region in arguments.regions:
        rows = [row for folder in folders for row in rows_of(folder, region, arguments.second)]
        print(f"\n{region}\n{table(pd.DataFrame(rows))}", flush=True)
        everything += rows
    print(f"\nall regions\n{table(pd.DataFrame(everything))}")
