"""One region and year of maps: the stage downscale as it runs in the workflow, and the networks alone.

    python tests/benchmarks/bench_inference.py FOLDER --region tucson --year 2018 --out inference.json

FOLDER holds a config.yaml whose series are aligned and paired (`snakemake all`); nothing is written there. The
networks are trained first, the paper's for one epoch: its weights do not change its speed.
The floor of the paper's network is the number of floating-point operations of its convolutions at the rate at which
this machine multiplies large matrices in float32, in which maps are made.
"""

import argparse
import contextlib
import cProfile
import datetime
import pathlib
import pstats
import tempfile
import time
from dataclasses import replace

import numpy as np
import torch
from bench_training import CONVOLUTIONS
from timing import product, report

from smen.cli_options import plan_of
from smen.data.load import read_fields, read_samples
from smen.methods.checkpoint import load_checkpoint, save_checkpoint
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.smen_cnn.network_method import NetworkMethod
from smen.methods.smen_cnn.recipe import TrainingRecipe
from smen.stages import downscale

PARTS = (
    "read_fields", "read_samples", "predict", "quality_codes", "example", "estimate_at_home", "cell_age",
    "write_map", "write_quality",
)  # fmt: skip
"""Functions whose share of the stage is told."""


def operations(cells):
    """Of one map by the paper's network."""
    return sum(2 * cells * frames * into * out * 9 for frames, into, out in CONVOLUTIONS)


def clocked(run):
    wall, processor = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - processor


def elsewhere(folder, region, year, scratch):
    """The stage's job with its results in a scratch folder, its inputs linked there."""
    with contextlib.chdir(folder):
        plan = plan_of(pathlib.Path("config.yaml"))
        job = plan.job("downscale", region, year)
        there = pathlib.Path(job.results).resolve() / region
    place = scratch / "results" / region
    place.mkdir(parents=True)
    for name in ("aligned", "samples"):
        (place / name).symlink_to(there / name)
    (place / "models").mkdir()
    return job.model_copy(
        update={"results": str(scratch / "results"), "model": str(place / "models" / "fusion.safetensors")}
    )


def trained(job, method, fields, samples):
    """The same job with a network of this region, saved and named after the method."""
    method.fit(fields, samples)
    path = pathlib.Path(job.model).with_name(f"{method.name}.safetensors")
    save_checkpoint(path, method)
    return job.model_copy(update={"model": str(path)})


def measure(job, threads):
    """Seconds, wall and processor, of the stage and of its prediction, and of a matrix product."""
    everything = read_fields(job.layout, job.region, job.years)
    samples = read_samples(job.layout, job.region, [job.year], everything)
    samples = samples.select(downscale._in_span(job, samples))
    method = load_checkpoint(pathlib.Path(job.model), job.window)
    if isinstance(method, NetworkMethod):
        method.training = replace(method.training, threads=threads)
    multiply, operated = product(torch.float32)
    found = {"predict": [], "stage": [], "product": []}
    for _ in range(2):
        found["predict"].append(clocked(lambda: method.predict(everything, samples)))
        found["stage"].append(clocked(lambda: downscale.run(job)))
        found["product"].append(clocked(multiply))
    profile = cProfile.Profile()
    profile.runcall(downscale.run, job)
    statistics = pstats.Stats(profile)
    calls = {name: seconds for (_, _, name), (_, _, _, seconds, _) in statistics.stats.items() if name in PARTS}
    share = {name: round(seconds / statistics.total_tt, 3) for name, seconds in sorted(calls.items())}
    best = {name: tuple(min(column) for column in zip(*times, strict=True)) for name, times in found.items()}
    return len(samples), best, operated, share


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--region", default="tucson")
    parser.add_argument("--year", type=int, default=2018)
    parser.add_argument("--days", type=int, default=366, help="only the first days of the year")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--processor-time", action="store_true", help="on a busy machine, with one thread")
    parser.add_argument("--out", type=pathlib.Path)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    column = 1 if chosen.processor_time else 0
    rows, shares = [], {}
    with tempfile.TemporaryDirectory() as scratch:
        job = elsewhere(chosen.folder, chosen.region, chosen.year, pathlib.Path(scratch))
        last = min(job.span[1], datetime.date(chosen.year, 1, 1) + datetime.timedelta(chosen.days - 1))
        job = job.model_copy(update={"span": (job.span[0], last)})
        fields = read_fields(job.layout, job.region, job.years)
        samples = read_samples(job.layout, job.region, job.years, fields)
        training = TrainingRecipe(epochs=1, threads=chosen.threads)
        for method in (FusionMethod(), NetworkMethod(training=training)):
            name = method.name
            maps, best, operated, shares[name] = measure(trained(job, method, fields, samples), chosen.threads)
            rate = operated / best["product"][column]
            floor = operations(np.prod(job.window.shape)) / rate
            rows.append(
                {
                    "network": name,
                    "maps": maps,
                    "ms a map": 1e3 * best["predict"][column] / maps,
                    "floor ms": 1e3 * floor if name == "smen" else float("nan"),
                    "it / floor": best["predict"][column] / maps / floor if name == "smen" else float("nan"),
                    "ms written": 1e3 * best["stage"][column] / maps,
                    "s of 1000 written": 1e3 * best["stage"][column] / maps,
                }
            )
    report(rows, chosen.out, shares=shares, clock="processor" if chosen.processor_time else "wall")
    for name, share in shares.items():
        print(name, share)
