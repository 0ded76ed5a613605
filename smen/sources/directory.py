"""Find granules in a folder: by name, verified one by one, and kept where they touch a window."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from smen.errors import ArchiveError, GranuleError, SmenError
from smen.products.name_parsing import parse_name, resembled_product
from smen.products.names import GranuleName, highest_versions
from smen.products.product_tables import PRODUCTS, product
from smen.sources.first_reading import READER, FirstReading
from smen.sources.known_granules import NOTHING_KNOWN, KnownGranules
from smen.sources.manifest import GranuleRecord, relative
from smen.sources.other_names import FoundGranule, identify, report
from smen.sources.selection import in_period, may_touch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from smen.grid import Window
    from smen.products.names import Direction
    from smen.products.verify import Granule

Bad = Literal["stop", "skip"]


@dataclass(frozen=True)
class Listing:
    """Files of a product below a folder.

    Attributes:
        named: under their own names.
        others: those that seem to be granules under other names.
    """

    named: dict[GranuleName, Path]
    others: list[Path]

    @property
    def number(self) -> int:
        """Number of granules, as far as the names tell."""
        return len(highest_versions(self.named)) + len(self.others)


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
    files: Iterable[Path] | None = None,
    known: KnownGranules = NOTHING_KNOWN,
) -> list[GranuleRecord]:
    """Find the granules of a product that touch a window in a period, in their highest version, below a folder.

    Folders may have any layout and depth. A file under another name (``..._001_subsetted.nc4``) is used where that name
    contains the granule's, its metadata say the same and it is whole; it stands in for no granule of this or a higher
    version under its own name. The log warns of those that are not used. Files of other names are ignored. Of several
    versions of one half-orbit or scene the highest is taken, wherever it lies. Where that one is bad it is reported as
    bad: a lower version never stands in for it (delete the bad file, and the lower one counts).

    Args:
        root: the folder.
        short_name: the product.
        window: the region; a granule must have a cell in it.
        begin: first time, included; compared with the SMAP time in the names, of scenes from an hour before, because
            they belong to half-orbits by containment.
        end: last time, excluded; of scenes an hour later.
        directions: of half-orbits; without effect on scenes, whose direction comes from their half-orbit.
        bad: bad granules `stop` it with an error that lists them all, or it will `skip` them.
        buffer: M03 cells around the window that count as the window.
        variable: the soil moisture that a scene must have; by default the product's first.
        files: the files below the folder that count, of which the needed ones must be there; by default all.
        known: what was found before, of this window, buffer and variable; it is added to.

    Returns:
        Records by time and name, skipped granules with their reason, whether or not they touch the window. Empty where
        the folder has granules of the product, but none in this period and window.

    Raises:
        ArchiveError: the folder is missing or has no granule of this product that can be used.
        GranuleError: bad granules, all of them, where `bad` is `stop`.
    """
    root = Path(root)
    listing = _list(root, short_name) if files is None else list_files(files, root, short_name)
    wide, letters = window.padded(buffer) if buffer else window, frozenset(directions)

    def wanted(name: GranuleName) -> bool:
        return in_period(name, begin, end, letters) and may_touch(name, wide)

    best = highest_versions(listing.named)
    chosen = {name.identity: FoundGranule(listing.named[name], name) for name in best}
    used, unused = identify(listing.others, best, short_name, wide, wanted, variable)
    report(root, short_name, used, unused, alone=not chosen)
    chosen.update((found.name.identity, found) for found in used)
    records, problems = _verify([c for c in chosen.values() if wanted(c.name)], short_name, wide, variable, known)
    if problems and bad == "stop":
        raise GranuleError("\n  ".join([f"{_granules(len(problems))} cannot be used:", *problems]))
    return records


def _granules(number: int) -> str:
    return "1 granule" if number == 1 else f"{number} granules"


def count(root: Path | str, short_name: str) -> int:
    """Count the granules of a product below a folder by the names of the files alone.

    Args:
        root: the folder.
        short_name: the product.

    Raises:
        ArchiveError: the folder is missing or cannot be read, or has no granule of this product.
    """
    listing = _list(Path(root), short_name)
    return listing.number


def _verify(
    candidates: list[FoundGranule], short_name: str, window: Window, variable: str | None, known: KnownGranules
) -> tuple[list[GranuleRecord], list[str]]:
    """Return records, in order of time, of what touches the window or is bad, and what is wrong with the bad ones."""
    records, problems = [], []
    ordered = sorted(candidates, key=lambda c: (c.name.time, c.name.filename))
    before = {c.path: known.look(c.path, short_name) for c in ordered if c.granule is None}
    unread = [c for c in ordered if c.granule is None and before[c.path] is None]
    found = READER.read_each(FirstReading(c.path, short_name, variable) for c in unread)
    for candidate in ordered:
        there = before.get(candidate.path)
        if there is not None:
            records += [] if there.record is None else [there.record]
            continue
        granule = candidate.granule or next(found)
        if isinstance(granule, GranuleError):
            problems.append(str(granule))
            records.append(_skipped(candidate, str(granule)))
        elif isinstance(granule, SmenError):
            raise granule
        else:
            record = _present(candidate, granule) if granule.touches(window) else None
            records += [] if record is None else [record]
            known.add(candidate.path, short_name, record)
    return records, problems


def _list(root: Path, short_name: str) -> Listing:
    """List the files of a product below a folder by their names alone."""
    if not root.is_dir():
        raise ArchiveError(f"{root}: no such folder. Set the source's directory to a folder with granules")
    return list_files(_files(root), root, short_name)


def list_files(paths: Iterable[Path], root: Path | str, short_name: str) -> Listing:
    """List files of a product by their names alone; of copies of one name the first path counts.

    Args:
        paths: all files below a folder.
        root: the folder, for messages.
        short_name: the product.

    Raises:
        ArchiveError: there is no granule of the product.
    """
    layout = product(short_name)
    listing = Listing({}, [])
    others: set[str] = set()
    for path in paths:
        name = parse_name(path.name)
        if name is not None and name.product == short_name:
            listing.named.setdefault(name, path)
        elif name is not None:
            others.add(name.product)
        elif resembled_product(path.name) == short_name:
            listing.others.append(path)
    if not listing.named and not listing.others:
        present = f"; it holds granules of {', '.join(sorted(others))}" if others else ""
        raise ArchiveError(
            f"{root}: no granule of {short_name} ({layout.prefix}_*.h5) in this folder or below{present}. "
            f"Put granules there, choose another folder, or choose another product ({', '.join(PRODUCTS)})"
        )
    return listing


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


def _present(candidate: FoundGranule, granule: Granule) -> GranuleRecord:
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


def _skipped(candidate: FoundGranule, reason: str | None) -> GranuleRecord:
    """Return a record from the name and the file's size alone."""
    name = candidate.name
    return GranuleRecord(
        name=name.filename,
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
