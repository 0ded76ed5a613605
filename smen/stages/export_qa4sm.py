"""A region's maps as a file that QA4SM takes as a user's own data. A command beside the workflow: it reads its maps."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smen import __version__
from smen.data.overpass_times import overpass_times
from smen.data.series import concatenate
from smen.data.series_file import read_series
from smen.errors import DataError
from smen.outputs.labels import map_title, yes_or_no
from smen.outputs.map_files import read_lists, read_map
from smen.validation.point_products import PointProduct
from smen.validation.qa4sm_export import write_qa4sm_cube, write_qa4sm_series
from smen.validation.station_archives import read_points
from smen.validation.station_records import StationSelection

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.series import Series
    from smen.outputs.map_files import MapFile
    from smen.plan.plan import Plan

log = logging.getLogger(__name__)


def run(plan: Plan, region: str, output: Path) -> None:
    """Write a region's maps for QA4SM: all of them as NetCDF, or those at its stations as a zip of CSV files.

    Args:
        plan: gives the region and the paths of its maps.
        region: its name.
        output: the file to write; ``.nc`` for the maps, ``.zip`` for their series at the region's stations.

    Raises:
        DataError: there is no map, or no station for a zip, or the output has another ending.
        OutputError: the file cannot be written.
    """
    if output.suffix not in (".nc", ".zip"):
        raise DataError(f"{output} ends in neither .nc (all maps) nor .zip (series at the stations): choose one")
    layout = plan.layout
    years = plan.map_years(region)
    maps = read_lists([(Path(layout.map_list(region, y)), Path(layout.maps(region, y))) for y in years])
    if not maps:
        raise DataError(f"{region} has no map: run snakemake {region}")
    coarse = concatenate([read_series(Path(layout.aligned(region, "coarse", year))) for year in years])
    times = overpass_times(coarse, np.array([file.time for file in maps], "datetime64[s]"))
    window = plan.regions[region].window
    if output.suffix == ".nc":
        fields = (read_map(file)[0] for file in maps)
        write_qa4sm_cube(output, window, times, fields, _attributes(region, coarse))
    else:
        _write_series(plan, region, output, maps, times)
    size = output.stat().st_size / 1e6
    log.info("%d maps of %s in %s, %.1f MB: upload it to QA4SM as your own data", len(maps), region, output, size)


def _attributes(region: str, coarse: Series) -> dict[str, str]:
    """What the file says of itself."""
    simulated = coarse.simulated
    return {
        "title": map_title(region, simulated=simulated),
        "source": f"SMAP and Sentinel-1, downscaled by smen {__version__}",
        "simulated": yes_or_no(simulated),
    }


def _write_series(plan: Plan, region: str, output: Path, maps: list[MapFile], times: NDArray[np.datetime64]) -> None:
    """Write the maps' series at the cells of the region's stations."""
    archives, asked = plan.station_archives(region), plan.regions[region].settings.validation
    if not archives:
        raise DataError(
            f"{region} has no stations to write series at: name some in validation.stations, or write a .nc"
        )
    selection = StationSelection(asked.networks, asked.depth, asked.flags)
    window = plan.regions[region].window
    paths = [Path(archive) for archive in archives]
    points, problems = read_points(paths, selection, window, asked.sensors, asked.shared_cells)
    for problem in problems:
        log.warning("%s", problem)
    if not points:
        raise DataError(f"{region} has no station with a usable value to write series at: see above, or write a .nc")
    rows, columns = (np.array([getattr(p, name) for p in points], np.int64) for name in ("row", "column"))
    values = np.array([read_map(file)[0][rows, columns] for file in maps]).reshape(len(maps), len(points))
    write_qa4sm_series(output, window, points, PointProduct("SMEN", times, values))
