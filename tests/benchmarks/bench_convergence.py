"""Seconds until the default network is as good as the paper's recipe ever gets, against those that the recipe takes.

    python tests/benchmarks/bench_convergence.py FOLDER --region tucson --out convergence.json

FOLDER holds a config.yaml whose series are aligned (`snakemake all`); nothing is written there. The paper's recipe
learns from all dates of the training period for 1000 epochs; every few epochs it is scored on the test dates (ubRMSE
against the 3 km product), with the clock stopped. Its best score counts, picked with the knowledge of the test dates,
and the seconds until then. The default network learns from the same dates and is scored once, when it is fitted.
"""

import argparse
import pathlib
import time
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from bench_networks import world
from timing import report

from smen.data.climatology import Climatology
from smen.data.fill import residuals_of
from smen.data.records import TEST, TRAIN
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.smen_cnn import build_network
from smen.methods.smen_cnn.batches import gather
from smen.methods.smen_cnn.inputs import InputBuilder
from smen.methods.smen_cnn.losses import ubrmse_loss
from smen.methods.smen_cnn.normalisation import Normalisation, denormalised
from smen.methods.smen_cnn.recipe import PUBLISHED_RECIPE
from smen.methods.smen_cnn.resume import TrainingCheckpoint
from smen.methods.smen_cnn.training import train
from smen.paper.cases import paper_samples
from smen.scores.aggregation import per_image
from smen.scores.metrics import ubrmse


class Watch(TrainingCheckpoint):
    """Scores a training every few epochs, and stops the clock meanwhile."""

    def __init__(self, score, every, clock):
        super().__init__(pathlib.Path())
        self.score, self.each, self.clock, self.rows = score, every, clock, []

    def load(self, training_batch, recipe):
        self.started = self.clock()

    def save(self, state):
        before = self.clock()
        saved = state()
        if saved["epoch"] % self.each == 0 or saved["epoch"] in (1, 2, 5):
            self.rows.append((saved["epoch"], before - self.started, self.score(saved["network"])))
        self.started += self.clock() - before


def paper(fields, samples, recipe, every, clock):
    """(epoch, seconds, ubRMSE on the test dates) of the paper's recipe."""
    learning, test = samples.with_target(TRAIN), samples.with_target(TEST)
    residuals = residuals_of(fields, learning.fine)
    climatology, normalisation = (
        Climatology.of(residuals),
        Normalisation.of(fields.coarse_at(learning.coarse), residuals),
    )
    learn, judged = (
        gather(builder, partial(builder.inputs, leave_out=part is learning))
        for part in (learning, test)
        for builder in [InputBuilder(fields, part, climatology, normalisation, "zero")]
    )
    copy = build_network("smen", 4, {}).eval()

    def score(weights):
        copy.load_state_dict(weights)
        values = []
        with torch.inference_mode():
            for row in range(len(judged)):
                index = torch.tensor([row])
                target = judged.target[index]
                estimate = denormalised(copy, normalisation, judged.inputs.rows(index))
                values.append(ubrmse_loss(estimate, target, torch.isfinite(target)).item())
        return float(np.mean(values))

    torch.manual_seed(recipe.seed)
    watch = Watch(score, every, clock)
    train(build_network("smen", 4, {}), normalisation, learn, None, recipe, checkpoint=watch)
    return watch.rows


def fusion(fields, samples, clock):
    """(seconds, ubRMSE on the test dates) of the default network."""
    method, start = FusionMethod(), clock()
    method.fit(fields, samples)
    seconds = clock() - start
    test = samples.with_target(TEST)
    return seconds, float(np.mean(per_image(ubrmse, method.predict(fields, test).mean, fields.fine[test.fine])))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--region", default="tucson")
    parser.add_argument("--training", nargs=2, default=["2016-01-01", "2017-12-31"])
    parser.add_argument("--test", nargs=2, default=["2018-01-01", "2018-12-31"])
    parser.add_argument("--epochs", type=int, default=PUBLISHED_RECIPE.epochs)
    parser.add_argument("--every", type=int, default=20, help="epochs from one score to the next")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--processor-time", action="store_true", help="on a busy machine, with one thread")
    parser.add_argument("--out", type=pathlib.Path)
    chosen = parser.parse_args()
    out = chosen.out.resolve() if chosen.out else None
    torch.set_num_threads(chosen.threads)
    clock = time.process_time if chosen.processor_time else time.perf_counter
    fields, _, _ = world(chosen.folder.resolve(), chosen.region)
    samples = paper_samples(
        fields, *(tuple(np.datetime64(day) for day in span) for span in (chosen.training, chosen.test))
    )
    recipe = replace(PUBLISHED_RECIPE, epochs=chosen.epochs, threads=chosen.threads, seed=1)
    seconds, reached = min(fusion(fields, samples, clock) for _ in range(2))
    curve = paper(fields, samples, recipe, chosen.every, clock)
    epoch, when, best = min(curve, key=lambda row: row[2])
    row = {
        "region": chosen.region,
        "paper's best ubRMSE": best,
        "at epoch": epoch,
        "s": when,
        "s of all epochs": curve[-1][1],
        "fusion's ubRMSE": reached,
        "s of fusion": seconds,
        "times less": when / seconds if reached <= best else float("nan"),
    }
    report([row], out, curve=curve, clock="processor" if chosen.processor_time else "wall")
