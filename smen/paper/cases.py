"""Cases of the paper's experiments: the inputs and the dates of each training.

A case is `both`, `spatial` or `temporal`, the network on all training dates with both or one kind of input (Tables 1
and 2), or `size_N`, both inputs on N training dates (Table 3).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from smen.data.records import MISSING, NONE, TEST, TRAIN
from smen.data.samples import Periods, build_samples, coverage
from smen.errors import DataError
from smen.methods.smen_cnn.network import FRAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples
    from smen.data.samples import Period
    from smen.plan.paper_jobs import CompareJob, ExperimentJob
    from smen.settings.choices import Span
    from smen.settings.paper_section import PaperDates

INPUTS = {"both": "spatiotemporal", "spatial": "spatial", "temporal": "temporal"}
"""The network's option `streams` for each case of Table 2."""

SIZE = "size_"
"""Prefix of the cases of Table 3."""

PAPER_NETWORK = "smen"
"""Name in tables of the paper's network on both inputs and all training dates; the others are compared with it."""

METHOD_NAMES = {"both": PAPER_NETWORK, "spatial": "smen_spatial", "temporal": "smen_temporal"}
"""Names in tables of the cases of Table 2."""


def streams_of(case: str) -> str:
    """Return the network's option `streams` for a case."""
    return INPUTS["both"] if case.startswith(SIZE) else INPUTS[case]


def size_of(case: str) -> int | None:
    """Return the number of training dates of a case; None: all."""
    return int(case.removeprefix(SIZE)) if case.startswith(SIZE) else None


def samples_of_case(
    fields: Fields, job: ExperimentJob | CompareJob, case: str, seed: int, coarse_history: int = 0
) -> Samples:
    """Return the dates of a case: all of training and test, or those drawn for a training-set size.

    Args:
        fields: the region's arrays.
        job: with the region's periods and the recipe for its dates.
        case: of the paper's experiments, such as ``both`` or ``size_10``.
        seed: of the draw.
        coarse_history: m, how many earlier coarse fields each sample gets, for baselines that use them.

    Raises:
        DataError: there are not enough dates for the size.
    """
    samples = dates_of(fields, job.dates, job.training, job.test, coarse_history)
    size = size_of(case)
    if size is None:
        return samples
    assert job.sizes is not None  # noqa: S101  (the plan gives them to a case of a size)
    return draw_sizes(samples, size, job.sizes.sizes_test, job.sizes.sampling, seed)


def dates_of(fields: Fields, recipe: PaperDates, training: Span, test: Span, coarse_history: int = 0) -> Samples:
    """Return the samples of all dates of a region that count in the paper's experiments.

    Args:
        fields: the region's arrays.
        recipe: which dates count.
        training: first and last day.
        test: first and last day.
        coarse_history: m, how many earlier coarse fields each sample gets.
    """
    return paper_samples(
        fields,
        _period(training),
        _period(test),
        time_instance=recipe.time_instance,
        minimum_coverage=recipe.minimum_coverage,
        coarse_history=coarse_history,
    )


def _period(span: Span) -> Period:
    return np.datetime64(span[0]), np.datetime64(span[1])


def paper_samples(
    fields: Fields,
    training: Period,
    test: Period,
    *,
    time_instance: Literal["overpass", "day"] = "overpass",
    minimum_coverage: float = 0.1,
    coarse_history: int = 6,
) -> Samples:
    """Build samples as in the paper: k = 4, trained on every date of the training period, none held out.

    Args:
        fields: the region's arrays.
        training: first and last day.
        test: first and last day.
        time_instance: what a time instance is: each half-orbit with a fine field, or the latest of these on each UTC
            day (the others of that day are then neither target nor history).
        minimum_coverage: share of valid cells from which a date counts.
        coarse_history: number of earlier coarse fields, for those methods that use them.
    """
    covered = coverage(fields.fine)
    if time_instance == "day":
        day = fields.fine_time.astype("datetime64[D]")
        counting = np.flatnonzero(covered >= minimum_coverage)
        latest = dict(zip(day[counting].tolist(), counting, strict=True))
        covered = np.where(np.isin(np.arange(len(covered)), list(latest.values())), covered, 0)
    return build_samples(
        fields.coarse_time,
        fields.fine_time,
        fields.fine_ready,
        covered,
        fields.fine_sentinel1,
        fine_history=FRAMES,
        coarse_history=coarse_history,
        minimum_coverage=minimum_coverage,
        periods=Periods(train=[training], test=[test]),
    )


def draw_sizes(samples: Samples, size: int, test_dates: int, how: Literal["random", "latest"], seed: int) -> Samples:
    """Choose the dates of one line of Table 3: the last of the test period as test dates, `size` earlier ones to train.

    All dates before the test dates may be drawn, those of the test period included: the published 100 training and 10
    test dates fit none of the published regions' training periods. With one seed, smaller sets lie within larger ones.

    Args:
        samples: of the whole region.
        size: number of training dates; if there are fewer, all of them.
        test_dates: number of test dates.
        how: drawn at random, or the latest before the test dates.
        seed: of the draw.

    Raises:
        DataError: there are not enough dates to test on, or none to train on.
    """
    dated = np.flatnonzero((samples.fine != MISSING) & (samples.split != NONE))
    test = dated[samples.split[dated] == TEST][-test_dates:]
    before = dated[dated < test[0]] if test.size else dated
    if test.size < test_dates or not before.size:
        raise DataError(
            f"Table 3 needs {test_dates} test dates and some training dates before them, and there are {test.size} "
            f"and {before.size}: lower paper.sizes_test, or name another region in paper.sizes_region"
        )
    drawn: NDArray[np.int64] = before[-size:]
    if how == "random":
        drawn = np.sort(np.random.default_rng(seed).permutation(before)[:size])
    split = np.full(len(samples), NONE, np.uint8)
    split[test], split[drawn] = TEST, TRAIN
    return replace(samples, split=split)
