"""Conditions that are left out of the maps, such as frozen ground."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from smen.data.quality import QualityCode, condition

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Prediction, Samples


def mask_conditions(
    prediction: Prediction,
    fields: Fields,
    samples: Samples,
    surface: dict[QualityCode, NDArray[np.bool_]],
    codes: Iterable[QualityCode],
) -> None:
    """Set the cells of some conditions to NaN, in place, and give them the condition's quality code.

    Args:
        prediction: estimates of the samples, (N, H, W).
        fields: the region's arrays.
        samples: the N overpasses.
        surface: cells of the conditions that last, by code, (H, W).
        codes: the conditions to leave out.
    """
    for code in codes:
        for i in range(len(samples)):
            hidden = condition(fields, samples, i, surface, code)
            for layer in (prediction.mean, prediction.standard_deviation):
                if layer is not None:
                    layer[i][hidden] = np.nan
            if prediction.quality is not None:
                prediction.quality[i][hidden] = code
