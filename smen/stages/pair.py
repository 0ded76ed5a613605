"""Which coarse field belongs to which fine one, and what came before? One file of samples per year."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smen.data.load import read_fields
from smen.data.records import NONE, SPLIT_NAMES
from smen.data.samples import Periods, hold_out, samples_of
from smen.data.samples_file import sample_table, write_samples
from smen.plan.jobs import PairJob

if TYPE_CHECKING:
    import datetime as dt

    from smen.data.records import Samples

log = logging.getLogger(__name__)

Day = np.datetime64


def run(job: PairJob) -> None:
    """Write one year's samples: for each overpass its target, its history and its block of time.

    Raises:
        DataError: an aligned series is missing or does not fit the others.
        OutputError: the samples cannot be written.
    """
    fields = read_fields(job.layout, job.region, job.years)
    samples = samples_of(
        fields,
        fine_history=job.history,
        coarse_history=0,
        minimum_coverage=job.minimum_coverage,
        periods=_periods(job),
    )
    if job.training and job.validation == "auto":
        samples = hold_out(samples)
    of_year = samples.select(samples.time.astype("datetime64[Y]") == np.datetime64(str(job.year), "Y"))
    write_samples(Path(job.layout.samples(job.region, job.year)), sample_table(of_year, fields.fine_time))
    _log(of_year)


def _log(samples: Samples) -> None:
    """Log how many dates each block of time has."""
    targets = samples.fine >= 0
    counts = ", ".join(
        f"{int((targets & (samples.split == code)).sum())} {name}" for code, name in SPLIT_NAMES.items() if code != NONE
    )
    log.info("%d overpasses, with a 3 km field: %s", len(samples), counts)


def _periods(job: PairJob) -> Periods:
    """Return the blocks of time; validation is cut out of training."""
    if job.training is None:
        return Periods(test=_block(job.test))
    train = _block(job.training)
    validation: list[tuple[Day, Day]] = []
    if isinstance(job.validation, tuple):
        validation = _block(job.validation)
        (first, last), (begin, end) = train[0], validation[0]
        day = np.timedelta64(1, "D")
        train = [part for part in ((first, begin - day), (end + day, last)) if part[0] <= part[1]]
    return Periods(train=train, validation=validation, test=_block(job.test))


def _block(span: tuple[dt.date, dt.date] | None) -> list[tuple[Day, Day]]:
    return [] if span is None else [(np.datetime64(span[0], "D"), np.datetime64(span[1], "D"))]
