"""One dataset of a product: all that reader, verifier and granule writer need to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from smen.products.conventions import CLASS_FILL, FLAG_FILL, FLOAT_FILL

if TYPE_CHECKING:
    from smen.products.flags import FlagAttributes


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One dataset of a product.

    Attributes:
        name: its name in the group; the one to try first, and to write.
        dtype: numpy type in the newest version.
        fill: attribute `_FillValue`; taken for fill also where a file lacks the attribute. None: no fill.
        long_name: attribute `long_name`, as the product words it.
        units: attribute `units`, or None where the product gives none.
        valid: attributes `valid_min` and `valid_max`, or None where the product gives none. A reader does not apply
            them: real granules hold good retrievals above `valid_max`.
        flags: attributes `flag_masks` and `flag_meanings` of a flag, or None.
        other_names: further names that the dataset has in some versions.
        required: whether a granule without it cannot be read.
        columns: values per cell: 3 for the most common classes of land cover, else 1.
        coordinates: whether it has the attribute `coordinates`.
        simulated: whether simulated granules hold it.
    """

    name: str
    dtype: str
    fill: float | int | None
    long_name: str
    units: str | None = None
    valid: tuple[float, float] | None = None
    flags: FlagAttributes | None = None
    other_names: tuple[str, ...] = ()
    required: bool = False
    columns: int = 1
    coordinates: bool = True
    simulated: bool = True


real = partial(Dataset, dtype="float32", fill=FLOAT_FILL)
"""A dataset of float32."""

double = partial(Dataset, dtype="float64", fill=FLOAT_FILL)
"""A dataset of float64: seconds."""

integer = partial(Dataset, dtype="uint16", fill=FLAG_FILL)
"""A dataset of uint16: indices and flags."""

category = partial(Dataset, dtype="uint8", fill=CLASS_FILL)
"""A dataset of uint8: classes."""

position = partial(Dataset, dtype="float32", fill=None, coordinates=False)
"""Latitude or longitude of the cells' centres, which are never missing."""
