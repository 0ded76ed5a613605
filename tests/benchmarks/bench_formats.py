"""Whether the paper's network ends as good when its convolutions are computed in bfloat16: ubRMSE on the test dates.

    python tests/benchmarks/bench_formats.py FOLDER --region tucson --epochs 40 --out formats.json

FOLDER as for bench_convergence.py. Dates, first weights and order are the same; number format and kernels differ.
"""

import argparse
import pathlib
import time
from dataclasses import replace

import numpy as np
import torch
from bench_convergence import paper
from bench_networks import world
from timing import report

from smen.methods.smen_cnn.recipe import PUBLISHED_RECIPE
from smen.paper.cases import paper_samples

WAYS = (("float32", "plain"), ("bfloat16", "plain"), ("bfloat16", "fused"))

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--region", default="tucson")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=pathlib.Path)
    chosen = parser.parse_args()
    out = chosen.out.resolve() if chosen.out else None
    torch.set_num_threads(chosen.threads)
    fields, _, _ = world(chosen.folder.resolve(), chosen.region)
    spans = ("2016-01-01", "2017-12-31"), ("2018-01-01", "2018-12-31")
    samples = paper_samples(fields, *(tuple(np.datetime64(day) for day in span) for span in spans))
    rows = []
    for seed in chosen.seeds:
        for precision, kernels in WAYS:
            recipe = replace(PUBLISHED_RECIPE, epochs=chosen.epochs, threads=chosen.threads, seed=seed,
                             precision=precision, kernels=kernels)  # fmt: skip
            epoch, seconds, error = paper(fields, samples, recipe, chosen.epochs, time.process_time)[-1]
            if precision == "float32":
                exact = error
            rows.append(
                {
                    "seed": seed,
                    "format": precision,
                    "kernels": kernels,
                    "epochs": epoch,
                    "ubRMSE of test dates": error,
                    "% from float32": 100 * (error / exact - 1),
                    "processor s": seconds,
                }
            )
    report(rows, out)
