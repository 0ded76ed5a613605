"""Classes of a map's cells by what was observed there, for scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.data.quality import MEANING, QualityCode

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples

BOTH = "3 km product and 36 km retrieval there"
PRODUCT_ALONE = "3 km product there, no 36 km retrieval"
NO_PRODUCT = "no 3 km product on that date"
NEVER_SEEN = "never observed at 3 km in training"
"""Names of the classes; the first three divide all cells."""


def classes_of(
    fields: Fields, samples: Samples, seen: NDArray[np.bool_], quality: NDArray[np.uint8] | None
) -> dict[str, NDArray[np.bool_]]:
    """Return where the cells of each class are, (N, H, W), by name.

    Args:
        fields: the region's arrays.
        samples: N overpasses with a fine field.
        seen: cells that the 3 km product observed on a training date, (H, W).
        quality: codes of the maps, (N, H, W), or None: no classes by quality.
    """
    fine, coarse = np.isfinite(fields.fine[samples.fine]), np.isfinite(fields.coarse_at(samples.coarse))
    classes = {
        BOTH: fine & coarse,
        PRODUCT_ALONE: fine & ~coarse,
        NO_PRODUCT: ~fine,
        NEVER_SEEN: np.broadcast_to(~seen, fine.shape),
    }
    if quality is not None:
        classes |= {f"quality: {_short(code)}": quality == code for code in QualityCode}
    return classes


def _short(code: QualityCode) -> str:
    """The meaning of a quality code up to its explanation."""
    return MEANING[code].partition(":")[0]
