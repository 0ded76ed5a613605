"""Errors of a method on the validation dates, by a fit that has not seen them: what candidates are chosen by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.data.records import TEST, TRAIN, VALIDATION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples
    from smen.methods.protocol import Method


def held_out_scores(
    make: Callable[[], Method],
    fields: Fields,
    samples: Samples,
    donor_regions: Sequence[tuple[Fields, Samples]] = (),
) -> dict[str, float]:
    """Fit a method without the validation dates and score its causal estimates of these.

    Args:
        make: returns the method, unfitted.
        fields: the region's arrays.
        samples: its half-orbits.
        donor_regions: the same of other regions to learn from.

    Returns:
        ubRMSE of each validation date, m3/m3, by the half-orbit's time; empty without training or validation dates.

    Raises:
        DataError: as `fit` and `predict`.
    """
    validation = samples.with_target(VALIDATION)
    if not len(validation) or not len(samples.with_target(TRAIN)):
        return {}
    method = make()
    method.fit(fields, without_validation(samples), donor_regions)
    estimate = method.predict(fields, validation).mean
    return scores_by_date(validation.time, fields.fine[validation.fine] - estimate)


def without_validation(samples: Samples) -> Samples:
    """Return the samples with the validation dates as if they belonged to the test period.

    Args:
        samples: of any split.
    """
    return samples.with_split(np.where(samples.split == VALIDATION, np.uint8(TEST), samples.split))


def scores_by_date(time: NDArray[np.datetime64], errors: NDArray[np.floating]) -> dict[str, float]:
    """Compute the ubRMSE of each date that has two valid cells or more.

    Args:
        time: of the n half-orbits.
        errors: (n, H, W), m3/m3, NaN where missing.

    Returns:
        m3/m3, by the half-orbit's time as text.
    """
    valid = np.isfinite(errors).sum(axis=(1, 2)) >= 2
    return {str(t): float(np.nanstd(e, dtype=np.float64)) for t, e in zip(time[valid], errors[valid], strict=True)}
