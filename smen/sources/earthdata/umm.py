"""Search records of granules (UMM-G JSON), read as far as fetching and listing need them.

Records differ by product and by archive: the size may be exact, in some unit, or absent; the checksum may be absent;
the footprint may be polygons, rectangles, or an orbit without an outline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from smen.products.name_parsing import parse_name
from smen.products.names import GranuleName
from smen.sources.earthdata.redact import strip_query
from smen.sources.earthdata.umm_geometry import footprint
from smen.sources.manifest import GranuleRecord, relative

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

UNITS = {"KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "NA": 1e6}
"""Bytes in the units of UMM-G. NSIDC's records give MB and call the unit NA."""


@dataclass(frozen=True)
class CmrGranule:
    """A granule that the archive lists.

    Attributes:
        name: parts of its file name.
        version: NSIDC's version of the collection, e.g. ``009``.
        url: where it is, https; None where the record gives no such link.
        size: bytes; 0 where the record gives none.
        exact: whether the size is exact to the byte.
        checksum: algorithm and value, as the record gives them; None without one.
        begin: beginning by the record, datetime64[ms].
        end: likewise.
        footprint: outline in degrees, by the record; None for an orbit, or where there is none.
        revision: the record's own number; of two records of one address the later one holds.
        provider: who holds it, e.g. ``NSIDC_CPRD``; empty where the record does not say.
        alternatives: records of further addresses of the same file, in the order in which they are asked.
    """

    name: GranuleName
    version: str
    url: str | None
    size: int
    exact: bool
    checksum: tuple[str, str] | None
    begin: np.datetime64
    end: np.datetime64
    footprint: BaseGeometry | None
    revision: int = 1
    provider: str = ""
    alternatives: tuple[CmrGranule, ...] = ()

    @property
    def filename(self) -> str:
        """Name of the file."""
        return self.name.filename

    def record(self, path: Path, **fields: Any) -> GranuleRecord:  # noqa: ANN401  (fields of the record)
        """Return the granule's record in a manifest.

        Args:
            path: where it lies, or will lie.
            fields: replace those of the search's record, e.g. by what the file itself says. By default the granule is
                `wanted`.
        """
        ms = "datetime64[ms]"
        sentinel1_time = self.name.sentinel1_time
        values: dict[str, Any] = {
            "name": self.filename,
            "product": self.name.product,
            "direction": self.name.direction,
            "orbit": self.name.orbit,
            "time": self.name.time.astype(ms),
            "begin": self.begin,
            "end": self.end,
            "sentinel1_time": None if sentinel1_time is None else sentinel1_time.astype(ms),
            "version": self.name.version,
            "size": self.size,
            "sha256": None,
            "path": relative(path),
            "url": None if self.url is None else strip_query(self.url),
            "state": "wanted",
            "reason": None,
            "simulated": False,
            "footprint": self.footprint,
            "checksum": None if self.checksum is None else " ".join(self.checksum),
        }
        return GranuleRecord(**(values | fields))


def parse_granule(item: Mapping[str, Any], version: str) -> CmrGranule | None:
    """Read one item of a search's result; None where it is not a granule that SMEN reads.

    Args:
        item: with `meta` and `umm`.
        version: the collection's version that was asked for.
    """
    umm = item["umm"]
    links = [link["URL"] for link in umm.get("RelatedUrls", []) if link.get("Type") == "GET DATA" and "URL" in link]
    name = next((name for text in _candidate_names(umm, links) if (name := parse_name(text)) is not None), None)
    if name is None:
        return None
    own = [link for link in links if link.startswith("https://") and _basename(link) == name.filename]
    size, exact, checksum = _file(umm, name.filename)
    begin, end = _times(umm, name)
    meta = item.get("meta", {})
    revision, provider = int(meta.get("revision-id", 1)), str(meta.get("provider-id", ""))
    first, *others = [
        CmrGranule(name, version, url, size, exact, checksum, begin, end, footprint(umm), revision, provider)
        for url in dict.fromkeys(own or [None])
    ]
    return replace(first, alternatives=tuple(others))


def _candidate_names(umm: Mapping[str, Any], links: list[str]) -> list[str]:
    """Return the texts of a record that may be the file's name, the most reliable first."""
    identifiers = umm.get("DataGranule", {}).get("Identifiers", [])
    produced = [i.get("Identifier", "") for i in identifiers if i.get("IdentifierType") == "ProducerGranuleId"]
    return [*produced, str(umm.get("GranuleUR", "")), *(_basename(link) for link in links)]


def _basename(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2]


def _file(umm: Mapping[str, Any], filename: str) -> tuple[int, bool, tuple[str, str] | None]:
    """Return size in bytes, whether it is exact, and checksum of the granule's file."""
    entries = umm.get("DataGranule", {}).get("ArchiveAndDistributionInformation", [])
    named = [entry for entry in entries if entry.get("Name") == filename]
    entry = (named or (entries if len(entries) == 1 else []) or [{}])[0]
    checksum = entry.get("Checksum") or {}
    pair = (str(checksum["Algorithm"]), str(checksum["Value"]).lower()) if checksum.get("Value") else None
    if entry.get("SizeInBytes"):
        return int(entry["SizeInBytes"]), True, pair
    unit = UNITS.get(str(entry.get("SizeUnit", "NA")), 0.0)
    return round(float(entry.get("Size", 0.0)) * unit), False, pair


def _times(umm: Mapping[str, Any], name: GranuleName) -> tuple[np.datetime64, np.datetime64]:
    """Return beginning and end; the time of the name where the record gives none."""
    extent = umm.get("TemporalExtent", {})
    period = extent.get("RangeDateTime", {})
    begin = period.get("BeginningDateTime", extent.get("SingleDateTime"))
    end = period.get("EndingDateTime", begin)
    try:
        return _time(begin), _time(end)
    except (ValueError, AttributeError):
        time = name.time.astype("datetime64[ms]")
        return time, time


def _time(text: str) -> np.datetime64:
    return np.datetime64(text.removesuffix("Z"), "ms")
