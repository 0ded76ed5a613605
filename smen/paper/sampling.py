"""The paper's experiments: which dates and which inputs each of its trainings has."""

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

INPUTS = {"both": "spatiotemporal", "spatial": "spatial", "temporal": "temporal"}
"""A case of the paper's Table 2, and what the network calls it."""

SIZE = "size_"
"""What the case of a training-set size (Table 3) begins with."""


def streams_of(case: str) -> str:
    """Which inputs the network of a case uses."""
    return INPUTS["both"] if case.startswith(SIZE) else INPUTS[case]


def size_of(case: str) -> int | None:
    """How many training dates a case has; None: all."""
    return int(case.removeprefix(SIZE)) if case.startswith(SIZE) else None


def paper_samples(
    fields: Fields,
    training: Period,
    test: Period,
    *,
    instance: Literal["overpass", "day"] = "overpass",
    minimum_coverage: float = 0.1,
    coarse_history: int = 6,
) -> Samples:
    """Samples as the paper has them: k = 4, every date of the training period learnt from, none held out.

    Args:
        fields: the region's arrays.
        training: first and last day.
        test: first and last day.
        instance: what a time instance is: each half-orbit with a fine field, or the latest such one of each UTC day
            (then the others of that day are neither target nor history).
        minimum_coverage: share of valid cells from which a date counts.
        coarse_history: earlier coarse fields, for those methods that use them.
    """
    covered = coverage(fields.fine)
    if instance == "day":
        day = fields.fine_time.astype("datetime64[D]")
        good = np.flatnonzero(covered >= minimum_coverage)
        latest = dict(zip(day[good].tolist(), good, strict=True))
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
    """The dates of one line of Table 3: the last of the test period to be judged by, `size` earlier ones to learn from.

    All dates before the test dates may be learnt from, also those of the test period: the published 100 training and
    10 test dates fit none of the published regions' training periods. With one seed smaller sets lie within larger
    ones.

    Args:
        samples: of the whole region.
        size: dates to learn from; if there are fewer, all of them.
        test_dates: dates to be judged by.
        how: drawn at random, or the latest before the test dates.
        seed: of the draw.

    Raises:
        DataError: there are not enough dates to be judged by and to learn from.
    """
    dated = np.flatnonzero((samples.fine != MISSING) & (samples.split != NONE))
    test = dated[samples.split[dated] == TEST][-test_dates:]
    before = dated[dated < test[0]] if test.size else dated
    if test.size < test_dates or not before.size:
        raise DataError(
            f"Table 3 needs {test_dates} test dates and some to learn from, and there are {test.size} and "
            f"{before.size}: lower paper.sizes_test, or name another region in paper.sizes_region"
        )
    chosen: NDArray[np.int64] = before[-size:]
    if how == "random":
        chosen = np.sort(np.random.default_rng(seed).permutation(before)[:size])
    split = np.full(len(samples), NONE, np.uint8)
    split[test], split[chosen] = TEST, TRAIN
    return replace(samples, split=split)
