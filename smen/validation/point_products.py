"""What products say at the cells of stations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from smen.validation.station_points import StationPoint

_RESERVED = ("station", "point", "time")
"""Names that a product cannot have: they are columns of the table of pairs."""


@dataclass(frozen=True)
class PointProduct:
    """A product's values at the cells of P stations.

    Attributes:
        name: of the product.
        time: of the overpasses over the region, datetime64[s] (T,), strictly rising.
        value: soil moisture in m3/m3, (T, P), NaN where missing.
        standard_deviation: stated by the product, m3/m3, (T, P), or None.
        sources: what it is made of, such as smap and sentinel1: products with a common one have common errors.

    Raises:
        DataError: the arrays do not fit together, or the name is one of the table's columns.
    """

    name: str
    time: NDArray[np.datetime64]
    value: NDArray[np.floating]
    standard_deviation: NDArray[np.floating] | None = None
    sources: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together."""
        if self.name in _RESERVED:
            raise DataError(f"a product cannot be named {self.name!r}, which is a column of the pairs: rename it")
        if self.value.ndim != 2 or len(self.value) != len(self.time):
            raise DataError(f"{self.name}: values of shape {self.value.shape} do not fit {len(self.time)} times")
        if self.standard_deviation is not None and self.standard_deviation.shape != self.value.shape:
            raise DataError(f"{self.name}: standard deviations and values have different shapes")
        if np.isnat(self.time).any() or (np.diff(self.time) <= np.timedelta64(0, "s")).any():
            raise DataError(f"{self.name}: its times do not rise strictly")


def sample_product(
    name: str,
    time: NDArray[np.datetime64],
    fields: NDArray[np.floating],
    points: Sequence[StationPoint],
    standard_deviation: NDArray[np.floating] | None = None,
    sources: frozenset[str] = frozenset(),
) -> PointProduct:
    """Take a product's values at the cells of stations out of its fields on the window.

    Args:
        name: of the product.
        time: of its overpasses, datetime64[s] (T,).
        fields: soil moisture, m3/m3, (T, H, W), NaN where missing.
        points: of the stations.
        standard_deviation: stated, (T, H, W), or None.
        sources: what the product is made of.
    """
    rows, columns = (np.array([getattr(p, n) for p in points], np.int64) for n in ("row", "column"))
    deviation = None if standard_deviation is None else standard_deviation[:, rows, columns]
    return PointProduct(name, time, fields[:, rows, columns], deviation, sources)
