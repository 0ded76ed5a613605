"""Manifests: which granules a region uses, as GeoJSON with footprints that GIS tools open (RFC 7946)."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from smen.atomic import atomic_from_memory
from smen.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from smen.products.names import Direction

State = Literal["present", "skipped", "wanted"]
"""`present`: on disk and verified; `skipped`: bad, and the settings say to go on; `wanted`: listed, not fetched yet."""

LAYER = "granules"
COORDINATE_DECIMALS = 4
"""Decimals of degrees in the file, about 10 m: a year of half-orbits stays well under 1 MB."""

TIMES = ("time", "begin", "end", "sentinel1_time")
"""Attributes of a record that are times."""


@dataclass(frozen=True)
class GranuleRecord:
    """One granule of a manifest; the times are datetime64[ms], UTC.

    Attributes:
        name: of the granule; the file at `path` may bear another one.
        product: short name.
        direction: of a half-orbit; None for a scene.
        orbit: number of a half-orbit's orbit; None for a scene.
        time: SMAP's time in the name, by which all refer to a half-orbit.
        begin: beginning by the granule's own metadata; of a scene, and of a skipped granule, the time in its name.
        end: likewise.
        sentinel1_time: Sentinel-1's time in a scene's name; None for a half-orbit.
        version: release and counter, e.g. ``R19240_001``.
        size: bytes.
        sha256: of the file, hexadecimal; None where it is not on disk or was skipped.
        path: relative to the working directory when inside it, else absolute; POSIX separators.
        url: where it comes from; None for a granule found on disk.
        state: `present`, `skipped` or `wanted`.
        reason: why it was skipped; None otherwise.
        simulated: whether the granule is marked as simulated.
        footprint: outline of its cells in degrees; None where there is none.
        checksum: as the archive's own record gives it, algorithm and value; None where it gives none.
    """

    name: str
    product: str
    direction: Direction | None
    orbit: int | None
    time: np.datetime64
    begin: np.datetime64
    end: np.datetime64
    sentinel1_time: np.datetime64 | None
    version: str
    size: int
    sha256: str | None
    path: str
    url: str | None
    state: State
    reason: str | None
    simulated: bool
    footprint: BaseGeometry | None
    checksum: str | None = None


COLUMNS = tuple(f.name for f in fields(GranuleRecord) if f.name != "footprint")


def relative(path: Path | str) -> str:
    """Return a path as manifests keep it: relative to the working directory when inside it, else absolute."""
    absolute = Path.cwd() / path
    inside = absolute.is_relative_to(Path.cwd())
    return (absolute.relative_to(Path.cwd()) if inside else absolute).as_posix()


def write(path: Path, records: Sequence[GranuleRecord]) -> None:
    """Write a manifest atomically: sorted by time and name, the same records give the same bytes.

    Args:
        path: the file, GeoJSON.
        records: the granules.

    Raises:
        OutputError: the file cannot be written.
    """
    import geopandas as gpd
    import pyogrio

    ordered = sorted(records, key=lambda r: (r.time, r.name))
    columns = {name: [_plain(getattr(record, name)) for record in ordered] for name in COLUMNS}
    # Object columns keep null apart from NaN, and integers with gaps whole; OGR needs the types of these three.
    dtypes = {"orbit": "Int64", "size": "int64", "simulated": "bool"}
    footprints = gpd.GeoSeries([record.footprint for record in ordered], crs="EPSG:4326")
    frame = gpd.GeoDataFrame(columns, geometry=footprints, crs="EPSG:4326").astype(dtypes)
    with atomic_from_memory(path) as content:
        pyogrio.write_dataframe(
            frame,
            content,
            driver="GeoJSON",
            layer=LAYER,
            geometry_type="Unknown",
            layer_options={"RFC7946": "YES", "COORDINATE_PRECISION": str(COORDINATE_DECIMALS), "WRITE_NAME": "YES"},
        )


def read(path: Path) -> list[GranuleRecord]:
    """Read a manifest, in the order written.

    The file is plain JSON, read without a GIS library: a stage that needs only names starts faster by a second.

    Raises:
        ArchiveError: the file is missing, or no manifest.
    """
    try:
        features = json.loads(Path(path).read_text(encoding="utf-8"))["features"]
        return [_record(feature) for feature in features]
    except OSError as problem:
        raise ArchiveError(f"{path}: cannot be read ({problem.strerror}). Run `acquire` again") from problem
    except (ValueError, KeyError, TypeError) as problem:
        what = f"not a manifest of granules ({problem!r})"
        raise ArchiveError(f"{path}: {what}. Delete it and run `acquire` again") from problem


def difference(before: Sequence[GranuleRecord], after: Sequence[GranuleRecord]) -> str:
    """Say in words what is new in a list of granules.

    Args:
        before: the granules listed before.
        after: those listed now.
    """
    old, new = ({record.name: record for record in records} for records in (before, after))
    added = [record for name, record in new.items() if name not in old]
    gone = sum(name not in new for name in old)
    other = sum(name in old and _known_by(old[name]) != _known_by(record) for name, record in new.items())
    parts = [f"{len(added)} new granules up to {max(r.time for r in added).astype('datetime64[s]')}Z"] if added else []
    parts += [f"{gone} no longer there"] if gone else []
    parts += [f"{other} changed"] if other else []
    return ", ".join(parts) or "listed in another way"


def _known_by(record: GranuleRecord) -> tuple[object, ...]:
    return record.size, record.sha256, record.state


def _record(feature: dict[str, Any]) -> GranuleRecord:
    from shapely.geometry import shape

    values = {name: feature["properties"][name] for name in COLUMNS}
    for name in TIMES:
        if values[name] is not None:
            values[name] = np.datetime64(values[name].removesuffix("Z"), "ms")
    geometry = feature["geometry"]
    return GranuleRecord(**values, footprint=None if geometry is None else shape(geometry))


def _plain(value: object) -> object:
    """Return times as ISO 8601 in UTC, which GIS tools recognise; anything else as it is."""
    return f"{value.astype('datetime64[ms]')}Z" if isinstance(value, np.datetime64) else value
