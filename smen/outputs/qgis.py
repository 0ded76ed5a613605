"""A QGIS project of a region: all maps by year, styled, in time, by relative paths, as QGIS 3.22 and later open it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape

import numpy as np
from pyproj import CRS

from smen.atomic import write_text
from smen.grid import CRS_CODE, Window
from smen.outputs.colours import SOIL_MOISTURE
from smen.outputs.maps import MapFile
from smen.outputs.naming import DIRECTIONS, iso
from smen.outputs.styles import HALF_ORBIT, code_renderer, ramp_renderer, temporal


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
) -> None:
    """Write a project that shows a region's maps; the temporal controller steps through them by half days.

    All maps are ticked, because the temporal controller draws of the ticked ones those of its moment. Each year is a
    group, the newest first; quality rasters are a closed group of their own below the maps. The map's title shows the
    date, the copyright line the units and whether the data are simulated.

    Args:
        path: the ``.qgs`` to write.
        window: the region.
        maps: its maps by rising time; at least one.
        region: its name.
        outlines: a vector file with the regions' outlines and their names in the column `name`.
        names: what each quality code means.
        colours: its colour.
        simulated: whether the data are; the project then says so.

    Raises:
        OutputError: the file cannot be written.
        ValueError: no maps.
    """
    if not maps:
        raise ValueError("a project needs at least one map")
    moisture, codes = ramp_renderer(SOIL_MOISTURE), code_renderer(names, colours)
    layers, groups = [], []
    for year in sorted({_year(one) for one in maps}, reverse=True):
        seen = [one for one in maps if _year(one) == year]
        titles = {one.path: f"{str(one.time)[:16].replace('T', ' ')} UTC, {DIRECTIONS[one.direction]}" for one in seen}
        tree = [_tree_layer(path, one.path, titles[one.path], True) for one in seen]
        inner = [_tree_layer(path, one.quality, titles[one.path], False) for one in seen]
        quality = _group(f"quality {year}", inner, checked=False, expanded=False)
        groups += [_group(f"{year}", tree, checked=True, expanded=False), quality]
        layers += [_raster(path, one.path, titles[one.path], window, one.time, moisture) for one in seen]
        layers += [_raster(path, one.quality, f"quality {titles[one.path]}", window, one.time, codes) for one in seen]
    outline = _tree_layer(path, outlines, "regions", True, provider="ogr")
    title = f"Soil moisture at 3 km, {region}{' (simulated data)' if simulated else ''}"
    start, end = iso(maps[0].time.astype("datetime64[D]")), iso(maps[-1].time + HALF_ORBIT)
    write_text(
        path,
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis version="3.22.0" projectname="{escape(title)}">\n<homePath path=""/>\n<title>{escape(title)}</title>\n'
        f"<projectCrs>{_crs(CRS_CODE)}</projectCrs>\n"
        f"<layer-tree-group>\n{outline}{''.join(groups)}</layer-tree-group>\n"
        f"<projectlayers>\n{_outline(path, outlines, region)}{''.join(layers)}</projectlayers>\n"
        f"{_properties(title, simulated, start, end)}\n{_view(window)}\n"
        '<ProjectTimeSettings timeStep="12" timeStepUnit="h" frameRate="2" cumulativeTemporalRange="0">'
        f"<TemporalRange><start>{start}</start><end>{end}</end></TemporalRange></ProjectTimeSettings>\n</qgis>\n",
    )


def _year(one: MapFile) -> int:
    return int(str(one.time)[:4])


def _source(project: Path, path: Path) -> str:
    """The path as the project writes it: relative, so that a folder of results can go anywhere."""
    relative = Path(os.path.relpath(path, project.parent)).as_posix()
    return escape(relative if relative.startswith("..") else f"./{relative}", {'"': "&quot;"})


def _id(project: Path, path: Path) -> str:
    """A layer's identity, the same at every run and in every folder."""
    return f"{path.stem}_{str(uuid5(NAMESPACE_URL, _source(project, path))).replace('-', '_')}"


def _tree_layer(project: Path, path: Path, title: str, checked: bool, provider: str = "gdal") -> str:
    return (
        f'<layer-tree-layer id="{_id(project, path)}" name="{escape(title)}" source="{_source(project, path)}" '
        f'providerKey="{provider}" checked="Qt::{"Checked" if checked else "Unchecked"}" expanded="0"/>\n'
    )


def _group(name: str, inner: Sequence[str], *, checked: bool, expanded: bool) -> str:
    state = f'checked="Qt::{"Checked" if checked else "Unchecked"}" expanded="{int(expanded)}"'
    return f'<layer-tree-group name="{name}" {state}>\n{"".join(inner)}</layer-tree-group>\n'


def _raster(project: Path, path: Path, title: str, window: Window, time: np.datetime64, pipe: str) -> str:
    return (
        f'<maplayer type="raster" styleCategories="AllStyleCategories">{_extent(window)}'
        f"<id>{_id(project, path)}</id><datasource>{_source(project, path)}</datasource>"
        f"<layername>{escape(title)}</layername><srs>{_crs(CRS_CODE)}</srs><provider>gdal</provider>"
        f"{temporal(time)}{pipe}<blendMode>0</blendMode></maplayer>\n"
    )


def _outline(project: Path, path: Path, region: str) -> str:
    """The regions' outlines with their names: no fill, so that the maps show."""
    line = (
        '<prop k="style" v="no"/><prop k="outline_color" v="60,60,60,255"/><prop k="outline_style" v="solid"/>'
        '<prop k="outline_width" v="0.3"/><prop k="outline_width_unit" v="MM"/>'
    )
    label = (
        '<labeling type="simple"><settings calloutType="simple"><text-style fieldName="name" isExpression="0" '
        'fontSize="9" fontSizeUnit="Point" textColor="60,60,60,255" textOpacity="1">'
        '<text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,255" '
        'bufferOpacity="0.8"/></text-style><placement placement="7" polygonPlacementFlags="2" priority="5"/>'
        '<rendering drawLabels="1" obstacle="0"/></settings></labeling>'
    )
    return (
        f'<maplayer type="vector" geometry="Polygon" styleCategories="AllStyleCategories" labelsEnabled="1">'
        f"<id>{_id(project, path)}</id><datasource>{_source(project, path)}</datasource>"
        f'<layername>regions</layername><srs>{_crs("EPSG:4326")}</srs><provider encoding="UTF-8">ogr</provider>'
        '<renderer-v2 type="singleSymbol" symbollevels="0" forceraster="0" enableorderby="0"><symbols>'
        '<symbol type="fill" name="0" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="SimpleFill" enabled="1" locked="0" pass="0">{line}</layer></symbol></symbols></renderer-v2>'
        f"{label}</maplayer>\n"
    )


def _extent(window: Window) -> str:
    left, bottom, right, top = window.bounds
    return f"<extent><xmin>{left!r}</xmin><ymin>{bottom!r}</ymin><xmax>{right!r}</xmax><ymax>{top!r}</ymax></extent>"


def _view(window: Window) -> str:
    """The region, with a margin, as the first view and as what `zoom full` shows."""
    left, bottom, right, top = window.bounds
    margin = 0.05 * max(right - left, top - bottom)
    box = f'xmin="{left - margin!r}" ymin="{bottom - margin!r}" xmax="{right + margin!r}" ymax="{top + margin!r}"'
    return (
        '<mapcanvas name="theMapCanvas" annotationsVisible="1"><units>meters</units>'
        f"<extent><xmin>{left - margin!r}</xmin><ymin>{bottom - margin!r}</ymin><xmax>{right + margin!r}</xmax>"
        f"<ymax>{top + margin!r}</ymax></extent><rotation>0</rotation>"
        f"<destinationsrs>{_crs(CRS_CODE)}</destinationsrs></mapcanvas>\n"
        f'<ProjectViewSettings UseProjectScales="0" rotation="0"><Scales/><DefaultViewExtent {box}>{_crs(CRS_CODE)}'
        "</DefaultViewExtent></ProjectViewSettings>"
    )


def _properties(title: str, simulated: bool, start: str, end: str) -> str:
    """Relative paths, an animation ready to play, and what the canvas says: date above, units below."""
    frame = "[% format_date(@map_start_time, 'yyyy-MM-dd HH:mm') %] UTC"
    below = f"Soil moisture, {SOIL_MOISTURE.low:g} to {SOIL_MOISTURE.high:g} {SOIL_MOISTURE.units}, SMEN"
    below += " - SIMULATED DATA" if simulated else ""

    def decoration(name: str, text: str, placement: int) -> str:
        return (
            f'<{name}><Enabled type="int">1</Enabled><Label type="QString">{escape(text)}</Label>'
            f'<Placement type="int">{placement}</Placement></{name}>'
        )

    return (
        '<properties><Paths><Absolute type="bool">false</Absolute></Paths>'
        f"{decoration('TitleLabel', f'{title}, {frame}', 5)}{decoration('CopyrightLabel', below, 3)}"
        '<TemporalControllerWidget><NavigationMode type="int">1</NavigationMode>'
        f'<StartDateTime type="QString">{start}</StartDateTime><EndDateTime type="QString">{end}</EndDateTime>'
        "</TemporalControllerWidget>"
        '<SpatialRefSys><ProjectionsEnabled type="int">1</ProjectionsEnabled></SpatialRefSys></properties>'
    )


@lru_cache(maxsize=4)
def _crs(code: str) -> str:
    authority, number = code.split(":")
    return (
        f"<spatialrefsys><wkt>{escape(CRS(code).to_wkt())}</wkt><srid>{number}</srid>"
        f"<authid>{authority}:{number}</authid></spatialrefsys>"
    )
