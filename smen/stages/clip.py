"""Maps cut out along polygons. A command beside the workflow: it reads its maps."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from smen.errors import DataError, OutputError, SettingsError
from smen.outputs.clipped_maps import clipped_area, write_clipped
from smen.outputs.feature_cells import cells_of, read_features
from smen.outputs.map_files import read_lists
from smen.outputs.region_outline import POLYGON

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from smen.outputs.results_folder import RegionResults

log = logging.getLogger(__name__)


def run(
    results: Mapping[str, RegionResults], regions: Sequence[str], folder: Path, polygons: Path | None = None
) -> None:
    """Write the maps and quality rasters of regions, cut out along polygons, into a folder.

    Args:
        results: the maps of regions, by name.
        regions: those that are wanted; none: all that a polygon lies in.
        folder: where to; it is made where the folder that it lies in is there.
        polygons: any file that GDAL reads; None: each region's own polygon, by which it was given.

    Raises:
        SettingsError: an unknown region.
        DataError: no polygon lies in the regions, or a file cannot be read.
        OutputError: a file cannot be written.
    """
    if unknown := [name for name in regions if name not in results]:
        files = [name for name in unknown if Path(name).is_file()]
        hint = f". A file of polygons is named with --polygons {files[0]}" if files else ""
        raise SettingsError(f"{', '.join(unknown)}: no such region; there are {', '.join(results)}{hint}")
    features = None if polygons is None else _polygons_of(polygons)
    written = 0
    for name in regions or results:
        shapes = _own_polygon(results[name]) if features is None else features
        touched = [] if shapes is None else [c for c in cells_of(shapes, results[name].window) if c.rows.size]
        if not touched:
            continue
        area, inside = clipped_area(results[name].window, touched)
        _make(folder)
        for file in read_lists(results[name].maps):
            for source in (file.path, file.quality):
                write_clipped(source, folder / source.name, results[name].window, area, inside)
            written += 1
        log.info("%s: %d x %d cells, %d of them in the polygons", name, area.height, area.width, inside.sum())
    if not written:
        which = ", ".join(regions or results)
        reason = "not given by polygons: name a file with --polygons" if features is None else f"not in {polygons}"
        raise DataError(f"nothing to clip: {which} {'is' if len(regions or results) == 1 else 'are'} {reason}")
    log.info("%d maps with their quality rasters in %s", written, folder)


def _polygons_of(path: Path) -> gpd.GeoDataFrame:
    """The polygons of a file."""
    features = read_features(path)
    if (features.geom_type == "Point").any():
        raise DataError(f"{path} holds points: give polygons")
    return features


def _own_polygon(region: RegionResults) -> gpd.GeoDataFrame | None:
    """The polygon that a region was given by, from its outlines; None where it was given by its centre."""
    outlines = read_features(region.maps[0][1].parents[1] / f"{region.name}.geojson")
    own = outlines[outlines["kind"] == POLYGON]
    return None if own.empty else own


def _make(folder: Path) -> None:
    """Make the folder, but none above it."""
    if not folder.parent.is_dir():
        raise OutputError(f"{folder}: there is no folder {folder.parent}; make it, or name another one")
    folder.mkdir(exist_ok=True)
