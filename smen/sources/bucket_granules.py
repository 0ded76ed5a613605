"""Granules in a bucket of S3: those that a region needs are fetched into a folder once, and then are as any folder's.

What is listed decides, not what was fetched before: an object that is gone does not count, one that has changed is
fetched again. A fetched file bears the size and the time of its object; by these it is known to be the same.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from smen.errors import ArchiveError, GranuleError
from smen.products.name_parsing import contained_name
from smen.products.names import highest_versions
from smen.sources import directory
from smen.sources.known_granules import NOTHING_KNOWN, KnownGranules
from smen.sources.manifest import relative
from smen.sources.selection import in_period, may_touch
from smen.storage.at_once import each
from smen.storage.s3_bucket import Bucket, StoredObject

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from smen.grid import Window
    from smen.products.names import Direction, GranuleName
    from smen.sources.directory import Bad, Listing
    from smen.sources.manifest import GranuleRecord

log = logging.getLogger(__name__)


def find_in_bucket(
    address: str,
    store: Path,
    short_name: str,
    window: Window,
    begin: np.datetime64,
    end: np.datetime64,
    directions: Iterable[Direction],
    *,
    bad: Bad = "stop",
    variable: str | None = None,
    known: KnownGranules = NOTHING_KNOWN,
) -> list[GranuleRecord]:
    """Fetch the granules of a product that may touch a window in a period, and return those that do.

    Args:
        address: ``s3://BUCKET/PREFIX``.
        store: folder of what was fetched, of all buckets.
        short_name: the product.
        window: the region.
        begin: first time, included.
        end: last time, excluded.
        directions: of half-orbits.
        bad: what to do about granules that cannot be read, as for `smen.sources.directory.find`.
        variable: the soil moisture that a scene must have; by default the product's first.
        known: what was found before, as for `smen.sources.directory.find`.

    Raises:
        StorageError: the bucket or one of its objects cannot be had.
        ArchiveError: it has no granule of this product.
        GranuleError: bad granules, all of them, where `bad` is `stop`; they are named by their addresses.
        OutputError: a file cannot be written.
    """
    bucket = Bucket(address)
    letters = frozenset(directions)

    def wanted(name: GranuleName) -> bool:
        return in_period(name, begin, end, letters) and may_touch(name, window)

    root = store / bucket.address.bucket / bucket.address.prefix
    places = _places(bucket, root)
    listing = directory.list_files(places, bucket.address.url(), short_name)
    _fetch(bucket, {path: places[path] for path in _needed(listing, wanted)})

    def renamed(text: str) -> str:
        return text.replace(f"{root.as_posix()}/", bucket.address.url())

    try:
        records = directory.find(
            root, short_name, window, begin, end, letters,
            bad=bad, variable=variable, files=list(places), known=known,
        )  # fmt: skip
    except (ArchiveError, GranuleError) as error:
        raise type(error)(renamed(str(error))) from error
    urls = {relative(path): bucket.address.url(item.name) for path, item in places.items()}
    return [replace(r, url=urls[r.path], reason=renamed(r.reason) if r.reason else None) for r in records]


def count_in_bucket(address: str, short_name: str) -> int:
    """Count the granules of a product in a bucket by the names of the objects alone.

    Args:
        address: ``s3://BUCKET/PREFIX``.
        short_name: the product.

    Raises:
        StorageError: the bucket cannot be listed.
        ArchiveError: it has no granule of this product.
    """
    bucket = Bucket(address)
    return directory.list_files(_places(bucket, Path()), bucket.address.url(), short_name).number


def _places(bucket: Bucket, root: Path) -> dict[Path, StoredObject]:
    """Return the file that each object has, or would have, below a folder; those whose names are no paths are left."""
    return {root / item.name: item for item in bucket.listing() if item.has_safe_name}


def _needed(listing: Listing, wanted: Callable[[GranuleName], bool]) -> list[Path]:
    """Return the files that `find` opens: the highest versions, and those that may be granules under other names."""
    best = {name.identity: name for name in highest_versions(listing.named)}
    paths = [listing.named[name] for name in best.values() if wanted(name)]
    for path in listing.others:
        name = contained_name(path.name)
        if name is not None and wanted(name):
            held = best.get(name.identity)
            if held is None or name.rank > held.rank:
                paths.append(path)
    return paths


def _fetch(bucket: Bucket, needed: Mapping[Path, StoredObject]) -> None:
    """Fetch what is not there yet, several at a time; the first failure ends it, and what has come stays."""
    absent = {path: item for path, item in needed.items() if not _is_there(path, item)}
    if not absent:
        return
    size = sum(item.size for item in absent.values()) / 1e6
    log.info("%s: fetching %d of %d granules, %.0f MB", bucket.address.url(), len(absent), len(needed), size)
    each(lambda path: bucket.fetch(absent[path], path), absent)


def _is_there(path: Path, item: StoredObject) -> bool:
    """Return whether a file is what was fetched of an object as it is now."""
    try:
        found = path.stat()
    except OSError:
        return False
    return found.st_size == item.size and abs(found.st_mtime - item.modified) < 1e-3
