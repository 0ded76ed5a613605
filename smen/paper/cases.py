"""What the stages of the paper's experiments read alike: which dates a training learns from and is judged by."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from smen.paper.sampling import draw_sizes, paper_samples, size_of

if TYPE_CHECKING:
    from smen.data.records import Fields, Samples
    from smen.data.samples import Period
    from smen.plan.paper_jobs import CompareJob, ExperimentJob
    from smen.settings.paper_section import PaperDates


def samples_of_case(fields: Fields, job: ExperimentJob | CompareJob, case: str, seed: int) -> Samples:
    """The dates of a case: all of training and test, or those drawn for a training-set size.

    Raises:
        DataError: there are not enough dates for the size.
    """
    samples = dates_of(fields, job.dates, job.training, job.test)
    size = size_of(case)
    if size is None:
        return samples
    assert job.sizes is not None  # noqa: S101  (the plan gives them to a case of a size)
    return draw_sizes(samples, size, job.sizes.sizes_test, job.sizes.sampling, seed)


def dates_of(
    fields: Fields, recipe: PaperDates, training: tuple[dt.date, dt.date], test: tuple[dt.date, dt.date]
) -> Samples:
    """All dates of a region by the paper's recipe."""
    return paper_samples(
        fields,
        _period(training),
        _period(test),
        instance=recipe.time_instance,
        minimum_coverage=recipe.minimum_coverage,
    )


def _period(span: tuple[dt.date, dt.date]) -> Period:
    return np.datetime64(span[0]), np.datetime64(span[1])
