"""Several addresses of one granule: which is asked first, and which records are of the same file.

NSIDC's granules moved from its own archive (provider NSIDC_ECS) to the cloud (NSIDC_CPRD). For a time the search lists
both, and a record may hold several links. The cloud's comes first, for it is the one that is kept up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from smen.sources.earthdata.umm import CmrGranule

CLOUD_PROVIDERS = frozenset({"NSIDC_CPRD"})
"""Providers whose granules lie in Earthdata's cloud."""

CLOUD_HOST = "earthdatacloud.nasa.gov"
"""End of the names of the cloud's hosts."""


def merged(granules: Iterable[CmrGranule]) -> dict[str, CmrGranule]:
    """Merge records of the same file into one, with all their addresses in the order in which they are asked.

    Of two records with the same address the one by which most can be verified holds, then the later one.

    Args:
        granules: as the search lists them.

    Returns:
        By file name; `alternatives` holds the records of the further addresses.
    """
    by_name: dict[str, list[CmrGranule]] = {}
    for granule in granules:
        by_name.setdefault(granule.filename, []).extend(addresses(granule))
    chosen = {}
    for name, records in by_name.items():
        distinct: dict[str | None, CmrGranule] = {}
        for record in sorted(records, key=_order):
            distinct.setdefault(record.url, record)
        with_link = [record for url, record in distinct.items() if url is not None] or list(distinct.values())
        first, *others = with_link
        chosen[name] = replace(first, alternatives=tuple(others))
    return chosen


def addresses(granule: CmrGranule) -> list[CmrGranule]:
    """Return a granule's record for each of its addresses, in the order in which they are asked."""
    return [replace(granule, alternatives=()), *granule.alternatives]


def in_cloud(url: str | None, provider: str) -> bool:
    """Return whether an address lies in Earthdata's cloud, by its host, else by the record's provider.

    Args:
        url: the address; None: the record has none.
        provider: that of the record.
    """
    host = urlsplit(url or "").hostname or ""
    return host.endswith(CLOUD_HOST) or (provider in CLOUD_PROVIDERS and not host.endswith("nsidc.org"))


def _order(granule: CmrGranule) -> tuple[bool, bool, bool, bool, int, str]:
    return (
        granule.url is None,
        not in_cloud(granule.url, granule.provider),
        granule.checksum is None,
        not granule.exact,
        -granule.revision,
        granule.url or "",
    )
