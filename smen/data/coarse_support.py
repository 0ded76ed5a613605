"""What the coarse field of one overpass rests on, cell by cell of the window."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import distance_transform_edt

from smen.data.fill import FILLED, OBSERVED, REACH, UNKNOWN, fill_coarse
from smen.products.conventions import FLAG_FILL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields


MOST_UNKNOWN = 0.5
"""Share of the variance of a coarse cell that may be unknown where it is completed far from any retrieval. Where more
is, as after weeks of frost, stated intervals of 90 % held 54 to 82 % in a boreal world; of 0.2 to 0.5, 87 to 94 %."""


class SupportState(IntEnum):
    """States of the cells of a coarse field without holes; the first three as `smen.data.fill` has them."""

    OBSERVED = OBSERVED
    FILLED = FILLED
    UNKNOWN = UNKNOWN
    NOT_RECOMMENDED = 3
    COMPLETED = 4


@dataclass(frozen=True)
class CoarseSupport:
    """The coarse field of one overpass over the window.

    Attributes:
        values: without holes, float32 (H, W), m3/m3.
        state: `SupportState` of each cell, uint8 (H, W).
    """

    values: NDArray[np.float32]
    state: NDArray[np.uint8]

    @classmethod
    def filled(cls, coarse: NDArray[np.float32]) -> CoarseSupport:
        """Fill holes by the mean of the cells around, as methods do that use recommended retrievals alone.

        Args:
            coarse: recommended retrievals, (H, W), m3/m3, NaN elsewhere.
        """
        return cls(*fill_coarse(coarse, 0.0))

    @classmethod
    def of_overpass(
        cls,
        fields: Fields,
        index: int,
        cells: NDArray[np.floating],
        unknown: NDArray[np.floating],
        second: NDArray[np.bool_],
    ) -> CoarseSupport:
        """Say what the completed coarse cells of one overpass rest on, as `completed` does.

        Args:
            fields: the region's arrays.
            index: of the overpass in the coarse series.
            cells: completed, (R, C), m3/m3.
            unknown: share of their variance that is not known, (R, C).
            second: where retrievals of the second tier were used, (R, C).
        """
        told = (fields.coarse_flag[index] != FLAG_FILL) & (unknown <= MOST_UNKNOWN)
        layers = (np.asarray(cells, np.float32), np.isfinite(fields.coarse[index]), second, told)
        return cls.completed(*(fields.window.expand(layer, fields.coarse_grid) for layer in layers))

    @classmethod
    def completed(
        cls,
        values: NDArray[np.float32],
        recommended: NDArray[np.bool_],
        second: NDArray[np.bool_],
        told: NDArray[np.bool_],
    ) -> CoarseSupport:
        """Say what a completed field rests on.

        A hole is small within `REACH` of a retrieval of either tier; farther away a cell is known from its history
        and its neighbours where the swath lay over it and they tell enough, else unknown.

        Args:
            values: completed, (H, W), m3/m3.
            recommended: where recommended retrievals are, (H, W).
            second: where retrievals of the second tier were used, (H, W).
            told: where the overpass looked and history and neighbours tell enough, (H, W).
        """
        used = recommended | second
        if not used.any():
            return cls(values, np.full(used.shape, SupportState.UNKNOWN, np.uint8))
        near = distance_transform_edt(~used) <= REACH
        state = np.where(told, SupportState.COMPLETED, SupportState.UNKNOWN)
        for where, code in (
            (near, SupportState.FILLED),
            (second, SupportState.NOT_RECOMMENDED),
            (recommended, SupportState.OBSERVED),
        ):
            state = np.where(where, code, state)
        return cls(values, state.astype(np.uint8))
