"""One training of the paper's experiments, by its own recipe."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from smen.data.load import read_fields
from smen.data.records import TRAIN
from smen.methods.checkpoint import save_checkpoint
from smen.methods.smen_cnn.network_method import NetworkMethod
from smen.methods.smen_cnn.recipe import PUBLISHED_RECIPE
from smen.methods.smen_cnn.resume import TrainingCheckpoint
from smen.paper.cases import samples_of_case, streams_of

if TYPE_CHECKING:
    from smen.plan.paper_jobs import ExperimentJob

log = logging.getLogger(__name__)


def run(job: ExperimentJob) -> None:
    """Train one network as published; an interrupted training goes on after its last checkpoint.

    Raises:
        DataError: there are not enough dates, or a series is missing.
        OutputError: the weights cannot be written.
    """
    fields = read_fields(job.layout, job.region, job.years)
    samples = samples_of_case(fields, job, job.case, job.seed)
    checkpoint = TrainingCheckpoint(
        Path(job.layout.training_state(job.region, job.case, job.seed)), description=job.model_dump_json()
    )
    method = paper_network(job, checkpoint)
    method.fit(fields, samples)
    record = {"region": job.region, "settings": job.model_dump(mode="json", exclude={"results"})}
    save_checkpoint(Path(job.layout.experiment(job.region, job.case, job.seed)), method, record)
    checkpoint.remove()
    dates = len(samples.with_target(TRAIN))
    log.info("%s, seed %d: %d dates, %d epochs, training ubRMSE %.4f m3/m3", job.case, job.seed, dates,
             len(method.epochs), method.epochs[-1]["train"])  # fmt: skip


def paper_network(job: ExperimentJob, checkpoint: TrainingCheckpoint | None = None) -> NetworkMethod:
    """Make the paper's network with the paper's recipe, not yet trained: the last epoch's weights, level not matched.

    Args:
        job: gives case, seed and recipe.
        checkpoint: where the training keeps its state; None: nowhere.
    """
    recipe = job.recipe
    return NetworkMethod(
        network="smen",
        options={"streams": streams_of(job.case), "order": recipe.order, "padding": recipe.padding},
        missing=recipe.missing_residual,
        normalise=recipe.normalise,
        learns="field",
        level_matched=False,
        calibration_folds=0,
        label=job.case,
        checkpoint=checkpoint,
        training=replace(
            PUBLISHED_RECIPE,
            epochs=recipe.epochs,
            batch=recipe.batch_size,
            learning_rate=recipe.learning_rate,
            seed=job.seed,
            threads=job.threads,
            precision=recipe.precision,
        ),
    )
