"""The default method everywhere that is mapped, and by class of cells, over several worlds: `smen.scores.by_class`.

Each folder given holds a config.yaml whose series are aligned (`snakemake` or `smen simulate`, `acquire`, `align` for
every region and year), e.g. one for each `source.seed`. Test dates are those with a 3 km field; the reference is the
truth. Rows are plain means over regions and folders.

    python tests/benchmarks/bench_everywhere.py [--json FILE] seeds/1 seeds/2 seeds/3
"""

import argparse
import json
import pathlib

import numpy as np
import pandas as pd
from bench_networks import world
from tabulate import tabulate

from smen.data.cell_classes import classes_of
from smen.data.records import TEST, TRAIN, VALIDATION
from smen.methods.fusion.fusion_method import FusionMethod
from smen.scores.by_class import class_scores


def rows_of(folder, region):
    """Scores of one region of one world, by class."""
    fields, samples, truth = world(folder, region)
    method = FusionMethod()
    method.fit(fields, samples)
    chosen = (samples.split == TEST) & (samples.fine >= 0)
    test = samples.select(chosen)
    found = method.predict(fields, test)
    training = samples.with_target(TRAIN, VALIDATION)
    seen = np.isfinite(fields.fine[training.fine]).any(axis=0)
    classes = classes_of(fields, test, seen, found.quality)
    rows = class_scores(found.mean, found.standard_deviation, truth[chosen], classes)
    return [{"world": str(folder), "region": region, **row} for row in rows]


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
    table = pd.DataFrame(rows).drop(columns=["world", "dates"])
    for name, part in [*table.groupby("region"), ("all regions", table)]:
        means = part.drop(columns="region").groupby("class", sort=False).mean()
        print(f"\n{name}\n{tabulate(means, headers='keys', floatfmt='.4f')}")
