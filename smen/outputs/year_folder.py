"""A year's folder of rasters and the list of them: what is no longer wanted goes, and the list comes last."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path

from smen.atomic import holds, keep_only, write_text
from smen.errors import DataError, OutputError

DIGEST_LENGTH = 16
"""Characters of a digest in a list."""


def prepare_folder(folder: Path) -> None:
    """Make a year's folder where it is not there; what is in it stays.

    Args:
        folder: of the year.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"the folder {folder} cannot be made: {error.strerror}. Make its parent writable, and run again"
        ) from error


def without(path: Path) -> None:
    """Remove a file of an earlier run, if it is there.

    Args:
        path: the file.

    Raises:
        OutputError: it cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"{path} is of an earlier run and cannot be removed: {error.strerror}. Make its folder writable, run again"
        ) from error


def finish_folder(folder: Path, stems: Collection[str], list_path: Path, text: str) -> None:
    """Remove what is no longer wanted from a year's folder, then write the list of what is there.

    A list that says something else is removed first, so that at no time a list names a raster that is not there.

    Args:
        folder: of the year.
        stems: names of its wanted files up to their first dot.
        list_path: the list, CSV.
        text: of the list.

    Raises:
        OutputError: a file cannot be removed or written.
    """
    if not holds(list_path, text.encode()):
        without(list_path)
    keep_only(folder, stems)
    write_text(list_path, text)


def digest_of(paths: Sequence[Path]) -> str:
    """Return the digest (SHA-256, its beginning) of the rasters of one overpass or period, for the list.

    Args:
        paths: the rasters, in a fixed order.

    Raises:
        DataError: one of them cannot be read.
    """
    digest = hashlib.sha256()
    for path in paths:
        try:
            digest.update(path.read_bytes())
        except OSError as error:
            raise DataError(f"{path} cannot be read again: {error.strerror}. Run the stage again") from error
    return digest.hexdigest()[:DIGEST_LENGTH]
