"""What was the soil moisture at these points, or over these areas? A command beside the workflow: it reads its maps."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from smen.atomic import write_text
from smen.data.quality import MEANING
from smen.errors import DataError, SettingsError
from smen.outputs.daily_series import fill_days
from smen.outputs.drought_shares import drought_shares
from smen.outputs.extraction import extract
from smen.outputs.feature_cells import cells_of, read_features
from smen.outputs.feature_errors import Wanted
from smen.outputs.feature_labels import label_features, listing
from smen.outputs.index_files import read_index_lists
from smen.outputs.latest_errors import latest_errors, latest_errors_path
from smen.outputs.map_files import read_lists
from smen.outputs.results_folder import RegionResults
from smen.outputs.series_chart import MOST, series_figure
from smen.outputs.value_table import check_output, daily, wide, write_values

if TYPE_CHECKING:
    import geopandas as gpd

    from smen.data.error_correlation import ErrorCorrelation
    from smen.grid import Window
    from smen.outputs.feature_cells import Cells
    from smen.outputs.map_files import MapFile
    from smen.plan.plan import Plan

log = logging.getLogger(__name__)

CODES = {int(code): text for code, text in MEANING.items()}


@dataclass(frozen=True)
class ExtractOptions:
    """What is wanted of the features.

    Attributes:
        column: the column of the file that names them; None: one with a usual name, or else their numbers, from 0.
        layer: the layer of the file; None: the only one.
        regions: the regions to look in; none: all.
        by_day: a row for every day: overpasses of a UTC day joined, days without any filled in time.
        wide: a row for each time and a column for each feature.
        below: add the share of each feature below this soil moisture, m3/m3.
        since: add the change since the first map on or after this date.
        plot: also draw the series, as PNG.
    """

    column: str | None = None
    layer: str | None = None
    regions: tuple[str, ...] = ()
    by_day: bool = False
    wide: bool = False
    below: float | None = None
    since: dt.date | None = None
    plot: Path | None = None


NO_OPTIONS = ExtractOptions()


def results_of(plan: Plan) -> dict[str, RegionResults]:
    """Return the maps of all regions of the settings.

    Args:
        plan: gives the regions and the paths of their maps.
    """
    layout, regions = plan.layout, {}
    for name, region in plan.regions.items():
        years = plan.map_years(name)
        maps = tuple((Path(layout.map_list(name, y)), Path(layout.maps(name, y))) for y in years)
        indices = tuple((Path(layout.index_list(name, y)), Path(layout.indices(name, y))) for y in years)
        regions[name] = RegionResults(name, region.window, maps, indices if plan.indices(name) else ())
    return regions


def run(
    results: Mapping[str, RegionResults], file: Path, output: Path, options: ExtractOptions = NO_OPTIONS
) -> pd.DataFrame:
    """Write the values of all maps at the features of a file; return them, a row for each feature and time.

    Args:
        results: the maps by region, from `results_of` or `smen.outputs.results_folder.results_in`.
        file: points and polygons, of any format that geopandas reads, or a table with longitude and latitude.
        output: the table to write, ``.csv``, ``.gpkg`` or ``.parquet``.
        options: what is wanted.

    Raises:
        SettingsError: an unknown region.
        DataError: the features or a map cannot be read, the column is missing, lacks a name or has one twice, no
            feature lies in a mapped region, or a file cannot be written in its format or folder.
        OutputError: a file cannot be written.
    """
    check_output(output)
    if options.wide and output.suffix == ".gpkg":
        raise DataError(f"{output}: a wide table has no geometries; write it as .csv or .parquet")
    if options.plot is not None:
        check_output(options.plot, suffixes=(".png",))
    features, names = _features(file, options.column, options.layer)
    wanted = Wanted(options.below, None if options.since is None else np.datetime64(options.since, "s"))
    tables = []
    for region, cells in _regions_with(results, options.regions, features, names, file):
        maps = read_lists(region.maps)
        about: dict[str, Any] = {"region": region.name, "simulated": _simulated(maps), "wanted": wanted}
        tables.append(extract(maps, cells, CODES, errors=_errors(maps, region.name, region.window), **about))
    values = pd.concat(tables, ignore_index=True)
    values = fill_days(daily(values)) if options.by_day else values
    _warn_of_no_value(values)
    write_values(output, wide(values) if options.wide else values, features, names)
    log.info("%d values of %d of %d features in %s", len(values), values["feature"].nunique(), len(features), output)
    if options.plot is not None and (left := series_figure(options.plot, values)):
        log.warning("%s shows the first %d features; %d more are in %s", options.plot, MOST, left, output)
    return values


def run_drought(
    results: Mapping[str, RegionResults], file: Path, output: Path, options: ExtractOptions = NO_OPTIONS
) -> pd.DataFrame:
    """Write which share of each feature is in each drought class, period by period; return the table.

    Args:
        results: as for `run`.
        file: points and polygons, as for `run`.
        output: the table to write, ``.csv``.
        options: what is wanted; only column, layer and regions count.

    Raises:
        SettingsError: an unknown region.
        DataError: the features or an index cannot be read, a region has no percentiles, or no feature lies in one.
        OutputError: the table cannot be written.
    """
    check_output(output, suffixes=(".csv",))
    features, names = _features(file, options.column, options.layer)
    tables = []
    for region, cells in _regions_with(results, options.regions, features, names, file):
        indices, simulated = read_index_lists(region.indices), _simulated(read_lists(region.maps))
        tables.append(drought_shares(indices, cells, region=region.name, simulated=simulated))
    values = pd.concat(tables, ignore_index=True)
    write_text(output, values.to_csv(index=False, float_format="%.4g", lineterminator="\n"))
    log.info("shares of %d features in %s", values["feature"].nunique(), output)
    return values


def _features(file: Path, column: str | None, layer: str | None) -> tuple[gpd.GeoDataFrame, list[Any]]:
    """The features of a file and their names."""
    features = read_features(file, layer)
    return features, label_features(features, column, file)


def _regions_with(
    results: Mapping[str, RegionResults],
    wanted: Sequence[str],
    features: gpd.GeoDataFrame,
    names: Sequence[Any],
    file: Path,
) -> Iterator[tuple[RegionResults, dict[Any, Cells]]]:
    """Yield the regions in which features lie, with the features' cells; name those that lie in none."""
    if unknown := sorted(set(wanted) - set(results)):
        raise SettingsError(f"{', '.join(unknown)}: no such region; there are {', '.join(results)}")
    looked_in = wanted or tuple(results)
    cells = {name: dict(zip(names, cells_of(features, results[name].window), strict=True)) for name in looked_in}
    outside = [name for name in names if not any(cells[region][name].rows.size for region in looked_in)]
    if len(outside) == len(names):
        raise DataError(f"no feature of {file} lies in {', '.join(looked_in)}: see regions.geojson")
    if outside:
        log.warning("outside of %s, so without a value: %s", ", ".join(looked_in), listing(outside))
    for region, of_region in cells.items():
        if any(feature.rows.size for feature in of_region.values()):
            yield results[region], of_region


def _warn_of_no_value(values: pd.DataFrame) -> None:
    """Name the features whose cells have no value on any map."""
    known = values["soil_moisture"].notna().groupby(values["feature"], sort=False).any()
    if empty := known.index[~known].tolist():
        log.warning("no value on any map (the column quality_meaning says why): %s", listing(empty))


def _errors(maps: Sequence[MapFile], region: str, window: Window) -> ErrorCorrelation | None:
    """How the errors of a region's maps go together; None where it is not known, which is said."""
    errors = latest_errors(maps, region, window)
    if maps and errors is None:
        path = latest_errors_path(maps, region)
        log.warning("%s is not there: standard deviations of areas are upper bounds, and changes have none", path)
    return errors


def _simulated(maps: Sequence[MapFile]) -> bool:
    """Whether the maps are marked as simulated."""
    import rasterio

    if not maps:
        return False
    with rasterio.open(maps[0].path) as raster:
        return bool(raster.tags().get("SIMULATED") == "yes")
