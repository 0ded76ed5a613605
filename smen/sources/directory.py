"""Find granules in a folder: by name, verified one by one, and kept where they touch a window."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from smen.errors import ArchiveError, GranuleError
from smen.products.name_parsing import parse_name
from smen.products.names import GranuleName, highest_versions
from smen.products.product_tables import PRODUCTS, product
from smen.products.verify import Granule, verify_granule
from smen.sources.manifest import GranuleRecord, relative
from smen.sources.selection import in_period, may_touch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from smen.grid import Window
    from smen.products.names import Direction

Bad = Literal["stop", "skip"]


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
    """Find the granules of a product that touch a window in a period, in their highest version, below a folder.

    Folders may be laid out as NSIDC does, or in any other way, to any depth. Files of other names are ignored.
    Of several versions of one half-orbit or scene the highest is taken, wherever it lies. Where that one is bad it is
    reported as bad: a lower version never stands in for it silently (delete the bad file, and the lower one counts).

    Args:
        root: the folder.
        short_name: the product.
        window: the region; a granule must have a cell in it.
        begin: first time, included; compared with the SMAP time in the names.
        end: last time, excluded. Scenes are taken up to an hour outside the period on either side, because they
            belong to half-orbits by containment.
        directions: of half-orbits; without effect on scenes, whose direction comes from their half-orbit.
        bad: what to do about bad granules: `stop` with an error that lists them all, or `skip` them.
        buffer: M03 cells around the window that count as the window.
        variable: the soil moisture that a scene must have; by default the product's first.

    Returns:
        Records in order of time and name. Skipped granules are among them, with their reason; whether they touch the
        window is unknown. Empty where the folder has granules of the product, but none in this period and window.

    Raises:
        ArchiveError: the folder is missing or has no granule of this product.
        GranuleError: bad granules, all of them, where `bad` is `stop`.
    """
    root = Path(root)
    chosen = _choose(_candidates(root, short_name), begin, end, frozenset(directions))
    wide = window.padded(buffer) if buffer else window
    records, problems = [], []
    for candidate in chosen:
        if not may_touch(candidate.name, wide):
            continue
        try:
            granule = verify_granule(candidate.path, short_name, variable)
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
    """Return all granules of a product below a folder by their names; of copies of one name the first path."""
    layout = product(short_name)
    if not root.is_dir():
        raise ArchiveError(f"{root}: no such folder. Set the source's directory to a folder with granules")
    candidates: dict[str, _Candidate] = {}
    others: set[str] = set()
    for path in _files(root):
        name = parse_name(path.name)
        if name is not None and name.product == short_name:
            candidates.setdefault(path.name, _Candidate(path, name))
        elif name is not None:
            others.add(name.product)
    if not candidates:
        present = f"; it holds granules of {', '.join(sorted(others))}" if others else ""
        raise ArchiveError(
            f"{root}: no granule of {short_name} ({layout.prefix}_*.h5) in this folder or below{present}. "
            f"Put granules there, choose another folder, or choose another product ({', '.join(PRODUCTS)})"
        )
    return list(candidates.values())


def _files(root: Path) -> Iterator[Path]:
    """Yield all files below a folder in a fixed order; linked folders are followed, but none twice."""
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
    """Return the highest versions in the period and of the directions, in order of time and name."""
    paths = {candidate.name: candidate.path for candidate in candidates}
    return [
        _Candidate(paths[name], name) for name in highest_versions(paths) if in_period(name, begin, end, directions)
    ]


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
    """Return a record from the name and the file's size alone."""
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
