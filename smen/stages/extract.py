"""What was the soil moisture at these points, or over these areas? A command beside the workflow: it reads its maps."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from smen.atomic import write_text
from smen.data.error_correlation_file import read_error_correlation
from smen.data.quality import MEANING
from smen.errors import DataError, SettingsError
from smen.outputs.drought_shares import drought_shares
from smen.outputs.extraction import extract
from smen.outputs.feature_cells import cells_of, read_features
from smen.outputs.feature_errors import Wanted
from smen.outputs.index_files import read_index_lists
from smen.outputs.map_files import read_lists
from smen.outputs.map_names import errors_path
from smen.outputs.value_table import daily, write_values
from smen.vector_file import feature_names

if TYPE_CHECKING:
    from smen.data.error_correlation import ErrorCorrelation
    from smen.grid import Window
    from smen.outputs.map_files import MapFile
    from smen.plan.plan import Plan

log = logging.getLogger(__name__)


def run(
    plan: Plan,
    file: Path,
    output: Path,
    *,
    column: str | None,
    regions: Sequence[str],
    by_day: bool,
    layer: str | None = None,
    below: float | None = None,
    since: dt.date | None = None,
) -> pd.DataFrame:
    """Write the values of all maps at the features of a file; return them.

    Args:
        plan: gives the regions and the paths of their maps.
        file: points and polygons, of any format that geopandas reads, or a table with longitude and latitude.
        output: the table to write, ``.csv`` or ``.gpkg``.
        column: the column of the file that names its features; None: their numbers, from 0.
        regions: the regions to look in; none: all.
        by_day: join the overpasses of each UTC day.
        layer: the layer of the file; None: the only one.
        below: add the share of each feature below this soil moisture, m3/m3.
        since: add the change since the first map on or after this date.

    Raises:
        SettingsError: an unknown region.
        DataError: the features or a map cannot be read, the column is missing, lacks a name or has one twice, or
            no feature lies in a mapped region.
        OutputError: the table cannot be written.
    """
    if unknown := sorted(set(regions) - set(plan.regions)):
        raise SettingsError(f"{', '.join(unknown)}: no such region; there are {', '.join(plan.regions)}")
    features = read_features(file, layer)
    names = list(range(len(features))) if column is None else _names(features, column, file)
    wanted = Wanted(below, None if since is None else np.datetime64(since, "s"))
    tables = []
    for region in regions or plan.regions:
        window = plan.regions[region].window
        cells = dict(zip(names, cells_of(features, window), strict=True))
        if any(feature.rows.size for feature in cells.values()):
            maps = _maps(plan, region)
            meaning = {int(code): text for code, text in MEANING.items()}
            simulated = _simulated(maps)
            about: dict[str, Any] = {"region": region, "simulated": simulated, "wanted": wanted}
            tables.append(extract(maps, cells, meaning, errors=_errors(maps, region, window), **about))
    if not tables:
        raise DataError(f"no feature of {file} lies in {', '.join(regions or plan.regions)}: see regions.geojson")
    values = pd.concat(tables, ignore_index=True)
    values = daily(values) if by_day else values
    write_values(output, values, features, names)
    log.info("%d values of %d of %d features in %s", len(values), values["feature"].nunique(), len(features), output)
    return values


def run_drought(
    plan: Plan,
    file: Path,
    output: Path,
    *,
    column: str | None,
    regions: Sequence[str],
    layer: str | None = None,
) -> pd.DataFrame:
    """Write which share of each feature is in each drought class, period by period; return the table.

    Args:
        plan: gives the regions and the paths of their indices.
        file: points and polygons, as for `run`.
        output: the table to write, ``.csv``.
        column: the column of the file that names its features; None: their numbers, from 0.
        regions: the regions to look in; none: all.
        layer: the layer of the file; None: the only one.

    Raises:
        SettingsError: an unknown region.
        DataError: the features or an index cannot be read, a region has no percentiles, or no feature lies in one.
        OutputError: the table cannot be written.
    """
    if output.suffix != ".csv":
        raise DataError(f"{output}: shares of drought classes are written as .csv; choose this")
    if unknown := sorted(set(regions) - set(plan.regions)):
        raise SettingsError(f"{', '.join(unknown)}: no such region; there are {', '.join(plan.regions)}")
    features = read_features(file, layer)
    names = list(range(len(features))) if column is None else _names(features, column, file)
    tables = []
    for region in regions or plan.regions:
        cells = dict(zip(names, cells_of(features, plan.regions[region].window), strict=True))
        if any(feature.rows.size for feature in cells.values()):
            years = plan.map_years(region) if plan.indices(region) else ()
            lists = [(Path(plan.layout.index_list(region, y)), Path(plan.layout.indices(region, y))) for y in years]
            simulated = _simulated(_maps(plan, region))
            tables.append(drought_shares(read_index_lists(lists), cells, region=region, simulated=simulated))
    if not tables:
        raise DataError(f"no feature of {file} lies in {', '.join(regions or plan.regions)}: see regions.geojson")
    values = pd.concat(tables, ignore_index=True)
    write_text(output, values.to_csv(index=False, float_format="%.4g", lineterminator="\n"))
    log.info("shares of %d features in %s", values["feature"].nunique(), output)
    return values


def _names(features: pd.DataFrame, column: str, file: Path) -> list[object]:
    """Names of the features, each once."""
    if column not in features.columns:
        columns = ", ".join(str(name) for name in features.columns.drop("geometry"))
        raise DataError(f"{file} has no column {column}: it has {columns}")
    names = feature_names(features[column], file)
    if len(set(names)) < len(names):
        raise DataError(f"the column {column} of {file} does not tell its features apart: choose another one")
    return names


def _maps(plan: Plan, region: str) -> list[MapFile]:
    """All maps of a region."""
    layout = plan.layout
    years = plan.map_years(region)
    return read_lists([(Path(layout.map_list(region, y)), Path(layout.maps(region, y))) for y in years])


def _errors(maps: Sequence[MapFile], region: str, window: Window) -> ErrorCorrelation | None:
    """How the errors of a region's maps go together, as lies beside the latest of them; None where nothing does."""
    if not maps:
        return None
    path = errors_path(maps[-1].path.parent, region)
    if not path.is_file():
        log.warning("%s is not there: standard deviations of areas are upper bounds, and changes have none", path)
        return None
    return read_error_correlation(path, window)


def _simulated(maps: Sequence[MapFile]) -> bool:
    """Whether the maps are marked as simulated."""
    import rasterio

    if not maps:
        return False
    with rasterio.open(maps[0].path) as raster:
        return bool(raster.tags().get("SIMULATED") == "yes")
