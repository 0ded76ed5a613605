"""Which network maps one to the other here?"""

from __future__ import annotations

import csv
import io
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from smen.atomic import write_text
from smen.data.load import read_fields, read_samples
from smen.methods.checkpoint import Trained, save_checkpoint
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.smen_cnn.network_method import NetworkMethod
from smen.methods.smen_cnn.training import Training
from smen.plan.jobs import TrainJob, threads_of

if TYPE_CHECKING:
    from smen.data.records import Fields, Samples

log = logging.getLogger(__name__)


def run(job: TrainJob) -> None:
    """Train a region's network; write its weights, with all that is needed to use them, and its losses by epoch.

    Raises:
        DataError: there is no date to train on, or a series or samples file is missing.
        OutputError: the weights cannot be written.
    """
    fields = read_fields(job.layout, job.region, job.years)
    samples = read_samples(job.layout, job.region, job.years, fields)
    method = _method(job, samples.fine_history.shape[1])
    if isinstance(method, FusionMethod):
        method.fit(fields, samples, [_dates(job, name, years) for name, years in job.others.items()])
    else:
        method.fit(fields, samples)
    told = {"region": job.region, "settings": job.model_dump(mode="json", exclude={"folders"})}
    save_checkpoint(Path(job.layout.model(job.region)), method, told)
    _write_epochs(Path(job.layout.training_log(job.region)), method)
    best = next((e for e in reversed(method.epochs) if e["best"]), method.epochs[-1])
    log.info(
        "%d epochs, the best was %d: ubRMSE %.4f on training, %.4f on validation dates (m3/m3)",
        len(method.epochs), best["epoch"], best["train"], best["validation"],
    )  # fmt: skip


def _dates(job: TrainJob, region: str, years: tuple[int, ...]) -> tuple[Fields, Samples]:
    """Another region's fields and samples."""
    fields = read_fields(job.layout, region, years)
    return fields, read_samples(job.layout, region, years, fields)


def _method(job: TrainJob, history: int) -> Trained:
    """The method that the settings name, untrained."""
    if job.network.name == "fusion":
        return FusionMethod(history=history, training=_training(job))
    return NetworkMethod(
        network=job.network.name, history=history, missing=job.network.missing, training=_training(job)
    )


def _training(job: TrainJob) -> Training:
    """Return the learning wing's recipe for the settings; `auto` threads become a number here, for the record."""
    settings = job.training
    return Training(
        epochs=settings.epochs,
        batch=settings.batch_size,
        learning_rate=settings.learning_rate,
        schedule=settings.schedule,
        patience=settings.patience,
        flips=settings.flips,
        seed=settings.seed,
        threads=threads_of(settings.threads, job.network.name),
        number_format=settings.number_format,
        device=settings.device,
    )


def _write_epochs(path: Path, method: Trained) -> None:
    text = io.StringIO()
    table = csv.DictWriter(
        text, fieldnames=["epoch", "train", "validation", "learning_rate", "best"], lineterminator="\n"
    )
    table.writeheader()
    table.writerows(method.epochs)
    write_text(path, text.getvalue())
