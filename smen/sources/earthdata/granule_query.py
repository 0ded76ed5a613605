"""Which granules a region needs of one product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from smen.grid import Window
    from smen.products.names import Direction


@dataclass(frozen=True)
class GranuleQuery:
    """A query for granules of one product.

    Attributes:
        product: short name.
        version: NSIDC's version, e.g. ``009``.
        window: the region.
        begin: first time, included; compared with SMAP's time in the names.
        end: last time, excluded.
        directions: of half-orbits; without effect on scenes, whose direction comes from their half-orbit.
        variable: the soil moisture that a scene must have; None for the product's first.
    """

    product: str
    version: str
    window: Window
    begin: np.datetime64
    end: np.datetime64
    directions: tuple[Direction, ...] = ("A", "D")
    variable: str | None = None

    def __str__(self) -> str:
        """Return product and version as in NSIDC's folders."""
        return f"{self.product}.{self.version}"
