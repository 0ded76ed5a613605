"""Which granules of a product touch a window in a period: asked of Earthdata's search through earthaccess.

The search needs no login: these collections are public, and an expired token would spoil it.
"""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import numpy as np

from smen.errors import ArchiveError
from smen.products.names import highest_versions
from smen.products.product_tables import product
from smen.sources.earthdata.redact import discreet
from smen.sources.earthdata.retry import Gate, Patience, persist
from smen.sources.earthdata.transfer_errors import Fault, from_answer, from_error
from smen.sources.earthdata.umm import Listed, listed
from smen.sources.earthdata.umm_geometry import box, ring

if TYPE_CHECKING:
    from earthaccess.search import DataCollections, DataGranules
    from earthaccess.system import System

    from smen.grid import Window
    from smen.products.names import Direction

log = logging.getLogger(__name__)

T = TypeVar("T")

SCENE_SLACK = np.timedelta64(1, "h")
"""How far beyond the period scenes are taken, as `smen.sources.directory.find` does: by the time in their names."""

RECORD_SLACK = {"coarse": np.timedelta64(2, "h"), "fine": np.timedelta64(3, "D")}
"""How far beyond the period records are asked for, which are then chosen by the time in their names. A scene's record
may give SMAP's time or Sentinel-1's, up to two days away."""


@dataclass(frozen=True)
class Want:
    """What is wanted of one product.

    Attributes:
        product: short name.
        version: NSIDC's version, e.g. ``009``.
        window: the region.
        begin: first time, included; compared with SMAP's time in the names.
        end: last time, excluded.
        directions: of half-orbits; of no effect on scenes, whose direction comes from their half-orbit.
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
        """Product and version, as NSIDC's folders say them."""
        return f"{self.product}.{self.version}"


def search(want: Want, system: System, patience: Patience, gate: Gate) -> list[Listed]:
    """The granules of a product that touch a window in a period, in their highest version, by time and name.

    Empty where the product has none there: a day, or a year, without an overpass is no error.

    Raises:
        ArchiveError: the search fails, gives fewer records than it counts, or knows no such product and version.
    """
    items = _all(want, system, patience, gate)
    if not items:
        _refuse_unknown(want, system, patience, gate)
    found = [record for item in items if (record := listed(item, want.version)) is not None]
    if len(found) < len(items):
        log.info("%s: %d of %d records are not of granules", want, len(items) - len(found), len(items))
    return _choose(want, found)


def _all(want: Want, system: System, patience: Patience, gate: Gate) -> list[Mapping[str, Any]]:
    """All pages, and as many records as the search counts; asked twice where granules may arrive meanwhile."""
    for last in (False, True):
        hits, items = persist(lambda: _ask(want, system, patience), patience, gate)
        distinct = len({item["meta"]["concept-id"] for item in items})
        if distinct == len(items) == hits:
            return items
        if last:
            raise ArchiveError(
                f"the search for {want} counts {hits} granules but gave {len(items)}"
                + (f", {distinct} of them different" if distinct != len(items) else "")
                + ": the list is not complete. Try again later"
            )
    raise AssertionError  # pragma: no cover  (the loop ends by return or raise)


def _ask(want: Want, system: System, patience: Patience) -> tuple[int, list[Mapping[str, Any]]]:
    """The search's own count, and its answer.

    Raises:
        Fault: it fails.
    """
    from earthaccess.search import DataGranules

    grid = product(want.product).grid
    slack = RECORD_SLACK[product(want.product).role]
    begin, end = (f"{time.astype('datetime64[s]')}Z" for time in (want.begin - slack, want.end + slack))
    query: DataGranules = _open(DataGranules(), system, patience)
    query.short_name(want.product).version(want.version).temporal(begin, end)
    places = ring(want.window, grid)
    if places is None:
        query.bounding_box(*box(want.window, grid))
    else:
        query.polygon(places)

    def answer() -> tuple[int, list[Mapping[str, Any]]]:
        hits = query.hits()
        items: list[Any] = query.get(hits) if hits else []
        return hits, items

    return _guarded(answer, system)


def _refuse_unknown(want: Want, system: System, patience: Patience, gate: Gate) -> None:
    """Tell an empty answer from a question about something that does not exist."""
    from earthaccess.search import DataCollections

    def ask() -> set[str]:
        query: DataCollections = _open(DataCollections(), system, patience)
        query.short_name(want.product)
        found = _guarded(lambda: query.get(100), system)
        return {str(item["umm"].get("Version", "")) for item in found}

    versions = persist(ask, patience, gate)
    if want.version not in versions:
        held = f"it has {', '.join(sorted(versions))}" if versions else "it has none of this name"
        raise ArchiveError(
            f"Earthdata has no version {want.version} of {want.product}; {held}. Set products.coarse_version or "
            "products.fine_version to one that exists"
        )


def _open(query: Any, system: System, patience: Patience) -> Any:  # noqa: ANN401  (earthaccess's queries have no types)
    """A query to this system, on a session whose requests have time limits: earthaccess gives them none."""
    from requests.adapters import HTTPAdapter

    class Timely(HTTPAdapter):
        def send(self, *given: Any, timeout: Any = None, **options: Any) -> Any:  # noqa: ANN401
            options["timeout"] = timeout or (patience.connect, patience.silence)
            return super().send(*given, **options)

    query.mode(system.cmr_base_url)
    query.session.mount("https://", Timely())
    return query


def _guarded(ask: Callable[[], T], system: System) -> T:
    """Ask, and turn what earthaccess raises into a fault that says whether to ask again."""
    import requests

    host = urlsplit(system.cmr_base_url).hostname
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # earthaccess warns of its own use of `size`
            return ask()
    except RuntimeError as problem:
        answer = getattr(problem.__cause__, "response", None)
        if answer is None:
            raise
        fault = from_answer(answer, answer.text)
        said = f"the search failed: {fault.reason}"
        if answer.status_code == 400:
            said += f" ({discreet(answer.text)[:300]})"
        raise Fault(said, fault.kind, again=fault.again, wait=fault.wait) from None
    except requests.JSONDecodeError:
        raise Fault(f"the search at {host} gave something that is no JSON", "server", again=True) from None
    except requests.RequestException as problem:
        raise from_error(problem, host) from None
    except (KeyError, ValueError) as problem:
        raise Fault(f"the search at {host} gave an answer without {problem}", "server", again=True) from None


def _choose(want: Want, found: Iterable[Listed]) -> list[Listed]:
    """One record per granule, highest versions, in the period and of the directions; by time and name."""
    best: dict[str, Listed] = {}
    for record in found:
        held = best.get(record.filename)
        if held is None or _preference(record) > _preference(held):
            best[record.filename] = record

    def wanted(record: Listed) -> bool:
        name = record.name
        if name.product != want.product:
            return False
        if name.direction is None:
            return bool(want.begin - SCENE_SLACK <= name.time < want.end + SCENE_SLACK)
        return bool(want.begin <= name.time < want.end) and name.direction in want.directions

    highest = highest_versions(record.name for record in best.values())
    chosen = [record for name in highest if wanted(record := best[name.filename])]
    dropped = Counter(older=len(best) - len(highest), elsewhen=len(highest) - len(chosen))
    log.debug("%s: %d listed, %d older versions, %d outside the period or of another direction", want, len(best),
              dropped["older"], dropped["elsewhen"])  # fmt: skip
    return chosen


def _preference(record: Listed) -> tuple[bool, bool, bool, int]:
    """Two archives may hold one granule: the record that lets us verify most comes first, then the latest."""
    return record.url is not None, record.checksum is not None, record.exact, record.revision
