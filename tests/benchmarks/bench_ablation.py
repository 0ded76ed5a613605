"""What each ingredient of the default network brings: the network without it, on the same dates.

Folders as for `bench_networks.py`. `base alone` is the filtered, interpolated coarse field plus the denoised mean
residual, without any of the features; `no pattern` is what a region without dates of its own is given.

    python tests/benchmarks/bench_ablation.py --out ablation.json seeds/1 seeds/2 seeds/3
"""

import argparse
import collections
import json
import pathlib
from dataclasses import replace

import numpy as np
from bench_networks import world

from smen.data.records import MISSING, TEST
from smen.methods.fusion.feature_names import FEATURE_GROUPS
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.fusion.pattern import Pattern
from smen.scores.aggregation import per_image
from smen.scores.intervals import paired_difference
from smen.scores.metrics import ubrmse


def estimates(fields, samples, test):
    """The network whole, and without each of its parts, by name."""
    whole = FusionMethod()
    whole.fit(fields, samples)
    yield "whole", whole.predict(fields, test).mean
    linear = FusionMethod(options={"random_features": False})
    linear.fit(fields, samples)
    yield "without random features", linear.predict(fields, test).mean
    for name in FEATURE_GROUPS:
        part = FusionMethod(options={"exclude": [name]})
        part.fit(fields, samples)
        yield f"without {name}", part.predict(fields, test).mean
    parameters = whole.parameters
    whole.parameters = replace(parameters, seen_coefficients=np.zeros_like(parameters.seen_coefficients))
    yield "base alone", whole.predict(fields, test).mean
    whole.parameters = replace(parameters, pattern=Pattern.empty(parameters.pattern))
    yield "no pattern", whole.predict(fields, test).mean


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--regions", nargs="+", default=["oklahoma_city", "tucson", "geneva"])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("ablation.json"))
    chosen = parser.parse_args()
    out, found = chosen.out.resolve(), collections.defaultdict(lambda: collections.defaultdict(list))
    for folder in [f.resolve() for f in chosen.folders]:
        for region in chosen.regions:
            fields, samples, truth = world(folder, region)
            keep = (samples.split == TEST) & (samples.fine != MISSING)
            test, target = samples.select(keep), fields.fine[samples.fine[keep]]
            for name, mean in estimates(fields, samples, test):
                estimate = np.where(np.isfinite(target), mean, np.nan)
                found[name]["product"].append(per_image(ubrmse, estimate, target))
                found[name]["truth"].append(per_image(ubrmse, estimate, truth[keep]))
            print(folder.name, region, "done", flush=True)
    joined = {name: {k: np.concatenate(v) for k, v in scores.items()} for name, scores in found.items()}
    rows = []
    print(f"{'':32s} product  truth   more than whole (95 %)")
    for name, scores in joined.items():
        gap = paired_difference(scores["truth"], joined["whole"]["truth"])
        row = {"what": name, "dates": len(scores["truth"]), **{k: float(np.nanmean(v)) for k, v in scores.items()}}
        rows.append(row | {"gap": [gap.value, gap.low, gap.high]})
        print(
            f"{name:32s} {row['product']:.4f}   {row['truth']:.4f}  {gap.value:+.4f} ({gap.low:+.4f}, {gap.high:+.4f})"
        )
    out.write_text(json.dumps(rows, indent=1))
