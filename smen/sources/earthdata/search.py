"""Which granules of a product touch a window in a period: asked of Earthdata's search through earthaccess.

The search needs no login: these collections are public, and an expired token would make it fail.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from smen.errors import ArchiveError
from smen.products.names import highest_versions
from smen.products.product_tables import product
from smen.sources.earthdata.cmr import ask, open_query
from smen.sources.earthdata.links import merged
from smen.sources.earthdata.retry import RetryPolicy, retry
from smen.sources.earthdata.umm import CmrGranule, parse_granule
from smen.sources.earthdata.umm_geometry import box, ring
from smen.sources.selection import in_period

if TYPE_CHECKING:
    from earthaccess.search import DataCollections, DataGranules
    from earthaccess.system import System

    from smen.sources.earthdata.granule_query import GranuleQuery
    from smen.sources.earthdata.run_control import RunControl

log = logging.getLogger(__name__)

RECORD_SLACK = {"coarse": np.timedelta64(2, "h"), "fine": np.timedelta64(3, "D")}
"""Time by which the period of the search is longer than that of the query, at either end; the records are then chosen
by the time in their names. A scene's record may give SMAP's time or Sentinel-1's, up to two days away."""


def search(query: GranuleQuery, system: System, policy: RetryPolicy, control: RunControl) -> list[CmrGranule]:
    """List the granules of a product that touch a window in a period, in their highest version, by time and name.

    Args:
        query: product, window and period.
        system: the search to ask.
        policy: attempts and time limits.
        control: pauses and the end of the run.

    Returns:
        The granules; empty where the product has none there: a day, or a year, without an overpass is no error.

    Raises:
        ArchiveError: the search gives fewer records than it counts, or has no such product and version.
        TransferError: the search fails.
    """
    items = _all_items(query, system, policy, control)
    if not items:
        _refuse_unknown(query, system, policy, control)
    granules = [granule for item in items if (granule := parse_granule(item, query.version)) is not None]
    if len(granules) < len(items):
        log.info("%s: %d of %d records are not of granules", query, len(items) - len(granules), len(items))
    return _choose(query, granules)


def _all_items(
    query: GranuleQuery, system: System, policy: RetryPolicy, control: RunControl
) -> list[Mapping[str, Any]]:
    """Return the items of all pages, as many as the search counts; a second try, as granules may arrive meanwhile."""
    for last in (False, True):
        hits, items = retry(lambda: _ask_granules(query, system, policy), policy, control)
        distinct = len({item["meta"]["concept-id"] for item in items})
        if distinct == len(items) == hits:
            return items
        if last:
            raise ArchiveError(
                f"the search for {query} counts {hits} granules but gave {len(items)}"
                + (f", {distinct} of them different" if distinct != len(items) else "")
                + ": the list is not complete. Try again later"
            )
    raise AssertionError  # pragma: no cover  (the loop ends by return or raise)


def _ask_granules(query: GranuleQuery, system: System, policy: RetryPolicy) -> tuple[int, list[Mapping[str, Any]]]:
    """Return the search's own count and its items.

    Raises:
        TransferError: the search fails.
    """
    from earthaccess.search import DataGranules

    layout = product(query.product)
    slack = RECORD_SLACK[layout.role]
    begin, end = (f"{time.astype('datetime64[s]')}Z" for time in (query.begin - slack, query.end + slack))
    request: DataGranules = open_query(DataGranules(), system, policy)
    request.short_name(query.product).version(query.version).temporal(begin, end)
    places = ring(query.window, layout.grid)
    if places is None:
        request.bounding_box(*box(query.window, layout.grid))
    else:
        request.polygon(places)

    def question() -> tuple[int, list[Mapping[str, Any]]]:
        hits = request.hits()
        items: list[Any] = request.get(hits) if hits else []
        return hits, items

    return ask(question, system)


def _refuse_unknown(query: GranuleQuery, system: System, policy: RetryPolicy, control: RunControl) -> None:
    """Tell an empty result from a query for a product or version that does not exist."""
    from earthaccess.search import DataCollections

    def ask_versions() -> set[str]:
        request: DataCollections = open_query(DataCollections(), system, policy)
        request.short_name(query.product)
        collections = ask(lambda: request.get(100), system)
        return {str(item["umm"].get("Version", "")) for item in collections}

    versions = retry(ask_versions, policy, control)
    if query.version not in versions:
        present = f"it has {', '.join(sorted(versions))}" if versions else "it has none of this name"
        raise ArchiveError(
            f"Earthdata has no version {query.version} of {query.product}; {present}. Set products.coarse_version or "
            "products.fine_version to one that exists"
        )


def _choose(query: GranuleQuery, granules: Iterable[CmrGranule]) -> list[CmrGranule]:
    """Return one record per granule: highest versions, in the period and of the directions; by time and name."""
    best = merged(granules)
    highest = highest_versions(granule.name for granule in best.values())
    chosen = [
        best[name.filename]
        for name in highest
        if name.product == query.product and in_period(name, query.begin, query.end, query.directions)
    ]
    log.debug(
        "%s: %d listed, %d older versions, %d outside the period or of another direction",
        query,
        len(best),
        len(best) - len(highest),
        len(highest) - len(chosen),
    )
    return chosen
