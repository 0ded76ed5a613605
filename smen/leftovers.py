"""Files that killed writers left behind: recognised by their names, removed once their writer is gone for sure."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from smen.atomic import PART_NAME, Writer

DAY = 86_400.0
"""Seconds without a write after which a file of another machine, whose processes cannot be asked for, is given up."""


def leftovers(places: Iterable[Path]) -> list[Path]:
    """Find unfinished files whose writers are gone, sorted.

    Args:
        places: files, whose unfinished versions lie beside them, and folders, which are searched to the bottom.
    """
    return sorted({part for place in places for part in _parts_of(Path(place)) if abandoned(part)})


def remove_leftovers(places: Iterable[Path]) -> list[Path]:
    """Remove unfinished files whose writers are gone; one that cannot be removed stays, since it is no result.

    Args:
        places: as for `leftovers`.

    Returns:
        What was removed.
    """
    removed = []
    for part in leftovers(places):
        with suppress(OSError):
            part.unlink()
            removed.append(part)
    return removed


def abandoned(part: Path) -> bool:
    """Decide whether a file is an unfinished one whose writer is gone.

    On this machine the process tells. Of another machine's writer (or an older version of SMEN, whose names did not
    tell the machine) it is known only that a day without a write is far longer than any writer takes.

    Args:
        part: any file.
    """
    match = PART_NAME.fullmatch(part.name)
    if match is None:
        return False
    if match["host"] == Writer.here().host:
        return not Writer(match["host"], int(match["pid"]), int(match["start"])).lives()
    try:
        return time.time() - part.stat().st_mtime > DAY
    except OSError:
        return False


def _parts_of(place: Path) -> Iterator[Path]:
    """Unfinished files, of living and dead writers, in a folder or of one file."""
    if place.is_dir():
        yield from (path for path in place.rglob("*.part-*") if PART_NAME.fullmatch(path.name) and path.is_file())
    if place.parent.is_dir():
        for path in place.parent.iterdir():
            match = PART_NAME.fullmatch(path.name)
            if match is not None and match["stem"] == place.stem and path.is_file():
                yield path
