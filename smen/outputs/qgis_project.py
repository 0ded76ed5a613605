"""A QGIS project of a region: all maps by year, styled, in time, by relative paths, as QGIS 3.22 and later open it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from smen.atomic import write_text
from smen.grid import CRS_CODE, Window
from smen.outputs.colours import SOIL_MOISTURE
from smen.outputs.index_files import IndexFile
from smen.outputs.labels import SIMULATED_BADGE, map_title
from smen.outputs.map_files import MapFile
from smen.outputs.map_names import DIRECTIONS, iso, minute
from smen.outputs.observed_rasters import ObservedFile
from smen.outputs.qgis_comparison import comparison_groups
from smen.outputs.qgis_indices import index_groups
from smen.outputs.qgis_layers import crs, extent, outline_layer, raster_layer, tree_group, tree_layer
from smen.outputs.qgis_stations import TITLE as STATIONS
from smen.outputs.qgis_stations import station_layer
from smen.outputs.qgis_styles import HALF_ORBIT, QGIS_VERSION, code_renderer, ramp_renderer
from smen.outputs.xml_elements import element, qgis_file

MOST_QUALITY = 200
"""Maps up to which each has its quality raster in a project: QGIS opens one in 2 ms a layer."""

NOTHING_OBSERVED: Mapping[str, Sequence[ObservedFile]] = {}


def write_project(
    path: Path,
    window: Window,
    maps: Sequence[MapFile],
    *,
    region: str,
    outlines: Path,
    names: Mapping[int, str],
    colours: Mapping[int, str],
    simulated: bool,
    indices: Sequence[IndexFile] = (),
    stations: Path | None = None,
    observed: Mapping[str, Sequence[ObservedFile]] = NOTHING_OBSERVED,
) -> None:
    """Write a project that shows a region's maps; the temporal controller steps through them by half days.

    All maps are ticked, because the temporal controller draws of the ticked ones those of its moment. Each year is a
    group, the newest first; quality rasters are a closed group of their own below. With more than `MOST_QUALITY`
    maps only those have one that have something observed beside them. The map's title shows the date, the copyright
    line the units and whether the data are simulated.

    Args:
        path: the ``.qgs`` to write.
        window: the region.
        maps: its maps by rising time; at least one.
        region: its name.
        outlines: a vector file with the regions' outlines and their names in the column `name`.
        names: meaning of each quality code.
        colours: colour of each quality code, as ``#rrggbb``.
        simulated: whether the data are simulated; the project is then labelled.
        indices: of the region; each kind is a closed group of its own.
        stations: points with the gain of the maps there, GeoJSON; None where they were held against none.
        observed: what was observed at the times of maps, by the name of its group; above the maps, not shown.

    Raises:
        OutputError: the file cannot be written.
        ValueError: no maps.
    """
    if not maps:
        raise ValueError("a project needs at least one map")
    beside = comparison_groups(path, window, observed)
    renderers = ramp_renderer(SOIL_MOISTURE), code_renderer(names, colours)
    by_year = _years_of_maps(path, window, maps, renderers, _with_quality(maps, observed))
    parts = [_vectors(path, outlines, stations), beside, by_year, index_groups(path, window, indices)]
    tree, layers = ([entry for part in parts for entry in part[number]] for number in (0, 1))
    title = map_title(region, simulated=simulated)
    period = iso(maps[0].time.astype("datetime64[D]")), iso(maps[-1].time + HALF_ORBIT)
    project = element(
        "qgis",
        {"version": QGIS_VERSION, "projectname": title},
        element("homePath", {"path": ""}),
        element("title", text=title),
        element("projectCrs", None, crs(CRS_CODE)),
        element("layer-tree-group", None, *tree),
        element("projectlayers", None, *layers),
        _properties(title, simulated, period),
        *_views(window),
        _time_settings(period),
    )
    write_text(path, qgis_file(project))


def _vectors(path: Path, outlines: Path, stations: Path | None) -> tuple[list[Element], list[Element]]:
    """Return the outlines and, where there are any, the stations: entries in the tree, and layers."""
    tree, layers = (
        [tree_layer(path, outlines, "regions", checked=True, provider="ogr")],
        [outline_layer(path, outlines)],
    )
    if stations is not None:
        tree.append(tree_layer(path, stations, STATIONS, checked=True, provider="ogr"))
        layers.append(station_layer(path, stations))
    return tree, layers


def _with_quality(maps: Sequence[MapFile], observed: Mapping[str, Sequence[ObservedFile]]) -> set[np.datetime64]:
    """Return the times of the maps whose quality raster is a layer."""
    beside = {file.map.time for files in observed.values() for file in files}
    return beside if len(maps) > MOST_QUALITY and beside else {file.time for file in maps}


def _years_of_maps(
    path: Path,
    window: Window,
    maps: Sequence[MapFile],
    renderers: tuple[Element, Element],
    with_quality: set[np.datetime64],
) -> tuple[list[Element], list[Element]]:
    """Return the groups of all years, the newest first, and their layers."""
    tree, layers = [], []
    for year in sorted({_year(file) for file in maps}, reverse=True):
        files = [file for file in maps if _year(file) == year]
        groups, more = _year_of_maps(path, window, files, year, renderers, with_quality)
        tree += groups
        layers += more
    return tree, layers


def _year_of_maps(
    path: Path,
    window: Window,
    maps: Sequence[MapFile],
    year: str,
    renderers: tuple[Element, Element],
    with_quality: set[np.datetime64],
) -> tuple[list[Element], list[Element]]:
    """Return the groups of a year's maps and of their quality rasters in the tree, and their layers."""
    moisture, codes = renderers
    files = [(file, f"{minute(file.time)}, {DIRECTIONS[file.direction]}") for file in maps]
    entries = [tree_layer(path, file.path, title, checked=True) for file, title in files]
    layers = [raster_layer(path, file.path, title, window, file.time, moisture) for file, title in files]
    groups = [tree_group(year, entries, checked=True)]
    rasters = [(file, title) for file, title in files if file.time in with_quality]
    if rasters:
        hidden = [tree_layer(path, file.quality, title, checked=False) for file, title in rasters]
        layers += [raster_layer(path, file.quality, f"quality {t}", window, file.time, codes) for file, t in rasters]
        groups.append(tree_group(f"quality {year}", hidden, checked=False))
    return groups, layers


def _year(file: MapFile) -> str:
    return str(file.time)[:4]


def _views(window: Window) -> tuple[Element, Element]:
    """The region, with a margin, as the first view and as the extent of `zoom full`."""
    left, bottom, right, top = window.bounds
    margin = 0.05 * max(right - left, top - bottom)
    bounds = (left - margin, bottom - margin, right + margin, top + margin)
    canvas = element(
        "mapcanvas",
        {"name": "theMapCanvas", "annotationsVisible": 1},
        element("units", text="meters"),
        extent(bounds),
        element("rotation", text=0),
        element("destinationsrs", None, crs(CRS_CODE)),
    )
    box = dict(zip(("xmin", "ymin", "xmax", "ymax"), map(repr, bounds), strict=True))
    full = element("DefaultViewExtent", box, crs(CRS_CODE))
    settings = {"UseProjectScales": 0, "rotation": 0}
    return canvas, element("ProjectViewSettings", settings, element("Scales"), full)


def _properties(title: str, simulated: bool, period: tuple[str, str]) -> Element:
    """Relative paths, an animation ready to play, and the texts of the canvas: date above, units below."""
    date = "[% format_date(@map_start_time, 'yyyy-MM-dd HH:mm') %] UTC"
    below = f"Soil moisture, {SOIL_MOISTURE.low:g} to {SOIL_MOISTURE.high:g} {SOIL_MOISTURE.units}, SMEN"
    below += f" - {SIMULATED_BADGE}" if simulated else ""
    return element(
        "properties",
        None,
        element("Paths", None, _value("Absolute", "bool", "false")),
        _decoration("TitleLabel", f"{title}, {date}", 5),
        _decoration("CopyrightLabel", below, 3),
        element(
            "TemporalControllerWidget",
            None,
            _value("NavigationMode", "int", 1),
            _value("StartDateTime", "QString", period[0]),
            _value("EndDateTime", "QString", period[1]),
        ),
        element("SpatialRefSys", None, _value("ProjectionsEnabled", "int", 1)),
    )


def _decoration(name: str, text: str, placement: int) -> Element:
    """A text on the canvas, at one of QGIS's numbered places."""
    return element(
        name, None, _value("Enabled", "int", 1), _value("Label", "QString", text), _value("Placement", "int", placement)
    )


def _value(name: str, kind: str, value: object) -> Element:
    return element(name, {"type": kind}, text=value)


def _time_settings(period: tuple[str, str]) -> Element:
    """Steps of half a day over the period of the maps."""
    settings = {"timeStep": 12, "timeStepUnit": "h", "frameRate": 2, "cumulativeTemporalRange": 0}
    interval = element(
        "TemporalRange", None, *(element(n, text=t) for n, t in zip(("start", "end"), period, strict=True))
    )
    return element("ProjectTimeSettings", settings, interval)
