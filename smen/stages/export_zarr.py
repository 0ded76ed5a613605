"""A region's cube as GeoZarr. A command beside the workflow: it reads the NetCDF alone."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal

from smen.outputs.geozarr import write_geozarr

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)


def run(cube: Path, output: Path, zarr_format: Literal[2, 3] = 3) -> None:
    """Write the copy.

    Args:
        cube: NetCDF of a region.
        output: the store to write.
        zarr_format: version of Zarr's format.

    Raises:
        DataError: the cube cannot be read.
        OutputError: the store cannot be written.
    """
    write_geozarr(cube, output, zarr_format)
    size = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
    log.info("%s: the groups maps and series, %.1f MB", output, size / 1e6)
