"""Granules in a folder: found by name, checked one by one, and kept where they touch a window."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from smen.errors import ArchiveError, GranuleError
from smen.products.names import GranuleName, highest_versions, parse_name
from smen.products.product_tables import PRODUCTS, product
from smen.products.verify import Granule, check
from smen.sources.manifest import GranuleRecord, relative

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from smen.grid import Window
    from smen.products.names import Direction

Bad = Literal["stop", "skip"]

SCENE_SLACK = np.timedelta64(1, "h")
"""How far beyond the period scenes are taken: they belong to half-orbits by containment, which last 50 minutes."""

SCENE_REACH_KM = 1000.0
"""How far from the window the place in a scene's name may lie for the scene to be opened at all. A scene measures
some 250 to 400 km, and whether the place is its centre or a corner is not known."""

KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class _Candidate:
    path: Path
    name: GranuleName


def find(
    root: Path | str,
    short_name: str,
    window: Window,
    begin: np.datetime64,
    end: np.datetime64,
    directions: Iterable[Direction] = ("A", "D"),
    *,
    bad: Bad = "stop",
    buffer: int = 0,
    variable: str | None = None,
) -> list[GranuleRecord]:
    """The granules of a product below a folder that touch a window in a period, whole, in their highest version.

    Folders may be laid out as NSIDC does, or in any other way, to any depth. Files of other names are not looked at.
    Of several versions of one half-orbit or scene the highest is taken, wherever it lies. Where that one is bad it is
    reported as bad: a lower version never stands in for it silently (delete the bad file, and the lower one counts).

    Args:
        root: the folder.
        short_name: the product.
        window: the region; a granule must have a cell in it.
        begin: first time, included; compared with the SMAP time in the names.
        end: last time, excluded. Scenes are taken up to an hour outside the period on either side, because they
            belong to half-orbits by containment.
        directions: of half-orbits; of no effect on scenes, whose direction comes from their half-orbit.
        bad: what to do about bad granules: `stop` with an error that lists them all, or `skip` them.
        buffer: how many M03 cells around the window count as the window.
        variable: the soil moisture that a scene must have; by default the product's first.

    Returns:
        Records in order of time and name. Skipped granules are among them, with their reason; whether they touch the
        window is not known. Empty where the folder has granules of the product, but none in this period and window.

    Raises:
        ArchiveError: the folder is missing or has no granule of this product.
        GranuleError: bad granules, all of them, where `bad` is `stop`.
    """
    root = Path(root)
    chosen = _choose(_candidates(root, short_name), begin, end, frozenset(directions))
    wide = window.padded(buffer) if buffer else window
    records, problems = [], []
    for candidate in chosen:
        if not _near(candidate.name, wide):
            continue
        try:
            granule = check(candidate.path, short_name, variable)
        except GranuleError as problem:
            problems.append(str(problem))
            records.append(_skipped(candidate, str(problem)))
            continue
        if granule.touches(wide):
            records.append(_present(candidate, granule))
    if problems and bad == "stop":
        many = "1 granule cannot be used" if len(problems) == 1 else f"{len(problems)} granules cannot be used"
        raise GranuleError("\n  ".join([f"{many}:", *problems]))
    return records


def _candidates(root: Path, short_name: str) -> list[_Candidate]:
    """All granules of a product below a folder by their names, a copy of the same name only once (the first path)."""
    layout = product(short_name)
    if not root.is_dir():
        raise ArchiveError(f"{root}: no such folder. Set the source's directory to a folder with granules")
    found: dict[str, _Candidate] = {}
    others: set[str] = set()
    for path in _files(root):
        name = parse_name(path.name)
        if name is not None and name.product == short_name:
            found.setdefault(path.name, _Candidate(path, name))
        elif name is not None:
            others.add(name.product)
    if not found:
        held = f"; it holds granules of {', '.join(sorted(others))}" if others else ""
        raise ArchiveError(
            f"{root}: no granule of {short_name} ({layout.prefix}_*.h5) in this folder or below{held}. "
            f"Put granules there, choose another folder, or choose another product ({', '.join(PRODUCTS)})"
        )
    return list(found.values())


def _files(root: Path) -> Iterator[Path]:
    """All files below a folder in a fixed order; linked folders are followed, but none is walked twice."""
    seen: set[str] = set()

    def refuse(problem: OSError) -> None:
        raise ArchiveError(f"{problem.filename}: the folder cannot be read ({problem.strerror})") from problem

    for folder, folders, files in os.walk(root, followlinks=True, onerror=refuse):
        real = os.path.realpath(folder)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders.sort()
        yield from (Path(folder, file) for file in sorted(files))


def _choose(
    candidates: list[_Candidate], begin: np.datetime64, end: np.datetime64, directions: frozenset[Direction]
) -> list[_Candidate]:
    """Highest versions in the period and of the directions, in order of time and name."""
    paths = {candidate.name: candidate.path for candidate in candidates}
    slack = SCENE_SLACK

    def wanted(name: GranuleName) -> bool:
        if name.direction is None:
            return bool(begin - slack <= name.time < end + slack)
        return bool(begin <= name.time < end) and name.direction in directions

    return [_Candidate(paths[name], name) for name in highest_versions(paths) if wanted(name)]


def _near(name: GranuleName, window: Window) -> bool:
    """Whether the place in a scene's name leaves it possible that it touches the window."""
    if (place := name.longitude_latitude) is None:
        return True
    longitude, latitude = place
    west, east = window.longitudes[0], window.longitudes[-1]
    north, south = window.latitudes[0], window.latitudes[-1]
    high = min(max(abs(north), abs(south), abs(latitude)), 80.0)
    reach_east = SCENE_REACH_KM / (KM_PER_DEGREE * np.cos(np.radians(high)))
    span = (east - west) % 360
    beyond = (longitude - west) % 360
    apart = 0.0 if beyond <= span else min(beyond - span, 360 - beyond)
    reach_north = SCENE_REACH_KM / KM_PER_DEGREE
    return bool(apart <= reach_east and south - reach_north <= latitude <= north + reach_north)


def _present(candidate: _Candidate, granule: Granule) -> GranuleRecord:
    with candidate.path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return replace(
        _skipped(candidate, None),
        begin=granule.begin,
        end=granule.end,
        sha256=digest,
        state="present",
        simulated=granule.simulated,
        footprint=granule.footprint(),
    )


def _skipped(candidate: _Candidate, reason: str | None) -> GranuleRecord:
    """What the name and the file's size alone tell."""
    name = candidate.name
    return GranuleRecord(
        name=candidate.path.name,
        product=name.product,
        direction=name.direction,
        orbit=name.orbit,
        time=name.time.astype("datetime64[ms]"),
        begin=name.time.astype("datetime64[ms]"),
        end=name.time.astype("datetime64[ms]"),
        sentinel1_time=_milliseconds(name.sentinel1_time),
        version=name.version,
        size=candidate.path.stat().st_size if candidate.path.exists() else 0,
        sha256=None,
        path=relative(candidate.path),
        url=None,
        state="skipped",
        reason=reason,
        simulated=False,
        footprint=None,
    )


def _milliseconds(time: np.datetime64 | None) -> np.datetime64 | None:
    return None if time is None else time.astype("datetime64[ms]")
