"""What to say where a region has no date to learn from: what there is, and what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.data.records import TRAIN, VALIDATION

if TYPE_CHECKING:
    from smen.data.records import Fields, Samples


def no_training_date(fields: Fields, samples: Samples) -> str:
    """Return the message of an error: which half of a date is missing, and which settings to change.

    Args:
        fields: the region's arrays.
        samples: its half-orbits, of which none of the training period can be learnt from.
    """
    training = samples.select(np.isin(samples.split, (TRAIN, VALIDATION)))
    retrieved = np.isfinite(fields.coarse[training.coarse]).any(axis=(1, 2))
    observed = fields.fine[np.isin(fields.fine_time, training.time)]
    covered = np.isfinite(observed).mean(axis=(1, 2)) if len(observed) else np.zeros(0)
    most = 100 * covered.max(initial=0.0)
    there = (
        f"of its {len(training)} half-orbits {int(retrieved.sum())} have a coarse retrieval in the window that counts, "
        f"and {int((covered > 0).sum())} a 3 km field, which covers at most {most:.0f} % of it"
    )
    if len(training) and not retrieved.any():
        help_ = "let all successful retrievals count (products.quality: successful), or widen periods.training"
    elif not (covered > 0).any():
        help_ = "widen periods.training"
    else:
        help_ = "widen periods.training, or lower samples.minimum_coverage"
    return (
        "no half-orbit of the training period has both a 3 km field that covers enough of the window and a coarse "
        f"field: {there}. {help_[0].upper()}{help_[1:]}; or let the region learn from others (fusion.learn_from, "
        "smen.weights)"
    )
