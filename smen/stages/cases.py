"""What the stages of the paper's experiments read alike: which dates a training learns from and is judged by."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from smen.learning.experiments import draw_sizes, paper_samples, size_of

if TYPE_CHECKING:
    from smen.jobs import CompareJob, ExperimentJob
    from smen.learning.contracts import Fields, Samples
    from smen.learning.samples import Period


def samples_of_case(fields: Fields, job: ExperimentJob | CompareJob, case: str, seed: int) -> Samples:
    """The dates of a case: all of training and test, or those drawn for a training-set size.

    Raises:
        DataError: there are not enough dates for the size.
    """
    recipe = job.recipe
    samples = paper_samples(
        fields,
        _period(job.training),
        _period(job.test),
        instance=recipe.instance,
        minimum_coverage=recipe.minimum_coverage,
    )
    size = size_of(case)
    return samples if size is None else draw_sizes(samples, size, recipe.sizes_test, recipe.sizes_drawn, seed)


def _period(span: tuple[dt.date, dt.date]) -> Period:
    return np.datetime64(span[0]), np.datetime64(span[1])
