"""One training of the paper's experiments, by its own recipe."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from smen.learning.checkpoint import save_checkpoint
from smen.learning.contracts import TRAIN
from smen.learning.downscaler import NetworkMethod
from smen.learning.experiments import streams_of
from smen.learning.resume import Keeper
from smen.learning.training import Training
from smen.stages.cases import samples_of_case
from smen.stages.fields import read_fields

if TYPE_CHECKING:
    from smen.jobs import ExperimentJob

log = logging.getLogger(__name__)


def run(job: ExperimentJob) -> None:
    """Train one network as published; an interrupted training goes on where it was.

    Raises:
        DataError: there are not enough dates, or a series is missing.
        OutputError: the weights cannot be written.
    """
    fields = read_fields(job.layout, job.region, job.years)
    samples = samples_of_case(fields, job, job.case, job.seed)
    keeper = Keeper(Path(job.layout.unfinished(job.region, job.case, job.seed)), about=job.model_dump_json())
    method = untrained(job, keeper)
    method.fit(fields, samples)
    told = {"region": job.region, "settings": job.model_dump(mode="json", exclude={"folders"})}
    save_checkpoint(Path(job.layout.experiment(job.region, job.case, job.seed)), method, told)
    keeper.done()
    dates = len(samples.with_target(TRAIN))
    log.info("%s, seed %d: %d dates, %d epochs, training uRMSE %.4f m3/m3", job.case, job.seed, dates,
             len(method.epochs), method.epochs[-1]["train"])  # fmt: skip


def untrained(job: ExperimentJob, keeper: Keeper | None = None) -> NetworkMethod:
    """The paper's network with the paper's recipe: the last epoch's weights, no anchored level."""
    recipe = job.recipe
    return NetworkMethod(
        network="smen",
        options={"streams": streams_of(job.case), "order": recipe.order, "padding": recipe.padding},
        missing=recipe.missing,
        normalise=recipe.normalise,
        anchored=False,
        label=job.case,
        keeper=keeper,
        training=Training(
            epochs=recipe.epochs,
            batch=recipe.batch_size,
            learning_rate=recipe.learning_rate,
            schedule="constant",
            patience=None,
            seed=job.seed,
            threads=job.threads,
            number_format=recipe.number_format,
        ),
    )
