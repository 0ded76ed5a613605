"""How many granules and bytes a listing is, and how much of it is still to be fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from smen.sources.earthdata.progress import megabytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from smen.sources.earthdata.store import Store
    from smen.sources.earthdata.umm import CmrGranule


@dataclass(frozen=True)
class Estimate:
    """Size of a listing.

    Attributes:
        granules: number of granules listed.
        size: their bytes, as listed.
        missing: number of granules that are not in the store.
        missing_size: bytes to fetch.
        unsized: number of granules to fetch that are listed without a size.
    """

    granules: int
    size: int
    missing: int
    missing_size: int
    unsized: int

    @classmethod
    def of(cls, granules: Sequence[CmrGranule], store: Store) -> Estimate:
        """Estimate a listing; each granule counts once.

        Args:
            granules: the listing.
            store: where granules lie that need not be fetched.
        """
        distinct = {granule.filename: granule for granule in granules}.values()
        missing = [granule for granule in distinct if not store.path(granule.name, granule.version).is_file()]
        sizes = [granule.size for granule in missing]
        return cls(len(distinct), sum(granule.size for granule in distinct), len(missing), sum(sizes), sizes.count(0))

    def __str__(self) -> str:
        """Return the estimate in words."""
        text = f"{self.granules} granules, {megabytes(self.size)}"
        if not self.missing:
            return f"{text}; all are here"
        more = f" and {self.unsized} of unknown size" if self.unsized else ""
        return f"{text}; {self.missing} to fetch, {megabytes(self.missing_size)}{more}"
