"""Which network maps one to the other here?"""

from __future__ import annotations

import csv
import io
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from smen.atomic import write_text
from smen.data.load import read_fields, read_samples
from smen.methods.checkpoint import save_checkpoint
from smen.methods.registry import method_class
from smen.plan.jobs import TrainJob, threads_of

if TYPE_CHECKING:
    from smen.data.records import Fields, Samples
    from smen.methods.protocol import Method, TrainingSummary

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
    method.fit(fields, samples, [_dates(job, name, years) for name, years in job.others.items()])
    told = {"region": job.region, "settings": job.model_dump(mode="json", exclude={"folders"})}
    save_checkpoint(Path(job.layout.model(job.region)), method, told)
    summary = method.training_summary()
    _write_training(Path(job.layout.training_log(job.region)), summary)
    log.info("%s", summary)


def _dates(job: TrainJob, region: str, years: tuple[int, ...]) -> tuple[Fields, Samples]:
    """Another region's fields and samples."""
    fields = read_fields(job.layout, region, years)
    return fields, read_samples(job.layout, region, years, fields)


def _method(job: TrainJob, history: int) -> Method:
    """Return the method that the settings name, untrained; `auto` threads become a number here, for the record."""
    threads = threads_of(job.training.threads, job.network.name)
    settings = {**job.training.model_dump(), "threads": threads, "missing": job.network.missing}
    return method_class(job.network.name).from_settings(history, settings)


def _write_training(path: Path, summary: TrainingSummary) -> None:
    """Write the losses by epoch, or those of a fit in closed form."""
    rows = summary.rows()
    text = io.StringIO()
    table = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    write_text(path, text.getvalue())
