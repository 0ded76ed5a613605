"""Tiles whose source has no data: why there are none, and files that stand in for those that cannot be made.

A tile of an area may have no granules, or none to learn from. It must not stop the others, so its jobs end well, with
a line in the log and empty files. Of a region that a person has named, that is an error instead.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from smen.atomic import empty_folder, write_text

if TYPE_CHECKING:
    from smen.plan.layout import Layout

log = logging.getLogger(__name__)


def note_no_data(layout: Layout, region: str, reason: str | None) -> None:
    """Write down why a tile has no maps, or remove what was written of an earlier run.

    Args:
        layout: where files lie.
        region: name of the tile.
        reason: in a sentence; None where it has data.

    Raises:
        OutputError: the text cannot be written.
    """
    path = Path(layout.no_data(region))
    if reason is None:
        with suppress(FileNotFoundError):
            path.unlink()
        return
    log.warning("%s has no data, and no maps: %s", region, reason)
    write_text(path, f"{reason}\n")


def no_data_reason(layout: Layout, region: str) -> str | None:
    """Return why a tile has no maps; None where it has data.

    Args:
        layout: where files lie.
        region: its name.
    """
    try:
        return Path(layout.no_data(region)).read_text(encoding="utf-8").strip()
    except OSError:
        return None


def stand_in(layout: Layout, region: str, files: Iterable[str], folders: Iterable[str] = ()) -> bool:
    """Write empty files in place of those of a tile without data.

    Args:
        layout: where files lie.
        region: name of the tile.
        files: to be written, empty.
        folders: to be made, empty.

    Returns:
        Whether it has none; where it has data nothing is written.

    Raises:
        OutputError: a file or folder cannot be written.
    """
    reason = no_data_reason(layout, region)
    if reason is None:
        return False
    log.warning("%s has no data (%s): there is nothing to do", region, reason)
    for folder in folders:
        empty_folder(Path(folder))
    for file in files:
        write_text(Path(file), "")
    return True
