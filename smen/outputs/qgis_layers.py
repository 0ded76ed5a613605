"""Layers of a QGIS project: each map, the regions' outlines, and the tree that lists them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element

import numpy as np
from pyproj import CRS

from smen.grid import CRS_CODE, Window
from smen.outputs.qgis_styles import temporal
from smen.outputs.xml_elements import element

_LINES = {
    "window": {"outline_color": "60,60,60,255", "outline_width": "0.3"},
    "polygon": {"outline_color": "138,28,92,255", "outline_width": "0.6"},
}
"""Line of each kind of outline, the values of the column `kind`, without a fill, so that the maps show."""

_LABEL = {
    "fieldName": "CASE WHEN kind = 'window' THEN name END", "isExpression": "1", "fontSize": "9",
    "fontSizeUnit": "Point", "textColor": "60,60,60,255", "textOpacity": "1",
}  # fmt: skip
_BUFFER = {
    "bufferDraw": "1", "bufferSize": "0.8", "bufferSizeUnits": "MM", "bufferColor": "255,255,255,255",
    "bufferOpacity": "0.8",
}  # fmt: skip


def raster_layer(
    project: Path,
    path: Path,
    title: str,
    window: Window,
    time: np.datetime64,
    pipe: Element,
    until: np.datetime64 | None = None,
    *,
    variant: str = "",
) -> Element:
    """Return the layer of a raster.

    Args:
        project: the project file, which the raster's path is relative to.
        path: the raster.
        title: name of the layer.
        window: where the raster lies.
        time: start of the half-orbit, UTC.
        pipe: how it is drawn, from `smen.outputs.qgis_styles`.
        until: end of another period than a half-orbit, UTC.
        variant: tells several layers of one raster apart.
    """
    return element(
        "maplayer",
        {"type": "raster", "styleCategories": "AllStyleCategories"},
        extent(window.bounds),
        *identity(project, path, title, variant),
        element("srs", None, crs(CRS_CODE)),
        element("provider", text="gdal"),
        temporal(time, until),
        pipe,
        element("blendMode", text=0),
    )


def outline_layer(project: Path, path: Path) -> Element:
    """Return the layer of the regions' outlines with their names.

    Args:
        project: the project file, which the path is relative to.
        path: a vector file with the names in its column `name` and, in `kind`, whether it is a window or a polygon.
    """
    kinds = list(_LINES)
    renderer = {
        "type": "categorizedSymbol", "attr": "kind", "symbollevels": 0, "forceraster": 0, "enableorderby": 0,
    }  # fmt: skip
    categories = [
        element("category", {"value": kind, "symbol": number, "label": kind, "render": "true", "type": "string"})
        for number, kind in enumerate(kinds)
    ]
    symbols = [_symbol(number, _LINES[kind]) for number, kind in enumerate(kinds)]
    label = element(
        "settings",
        {"calloutType": "simple"},
        element("text-style", _LABEL, element("text-buffer", _BUFFER)),
        element("placement", {"placement": 7, "polygonPlacementFlags": 2, "priority": 5}),
        element("rendering", {"drawLabels": 1, "obstacle": 0}),
    )
    return element(
        "maplayer",
        {"type": "vector", "geometry": "Polygon", "styleCategories": "AllStyleCategories", "labelsEnabled": 1},
        *identity(project, path, "regions"),
        element("srs", None, crs("EPSG:4326")),
        element("provider", {"encoding": "UTF-8"}, text="ogr"),
        element("renderer-v2", renderer, element("categories", None, *categories), element("symbols", None, *symbols)),
        element("labeling", {"type": "simple"}, label),
    )


def _symbol(number: int, line: Mapping[str, str]) -> Element:
    """An outline of a colour and a width in mm."""
    style = {"style": "no", "outline_style": "solid", "outline_width_unit": "MM", **line}
    fill = element(
        "layer",
        {"class": "SimpleFill", "enabled": 1, "locked": 0, "pass": 0},
        *(element("prop", {"k": key, "v": value}) for key, value in style.items()),
    )
    return element("symbol", {"type": "fill", "name": number, "alpha": 1, "clip_to_extent": 1, "force_rhr": 0}, fill)


def tree_layer(
    project: Path, path: Path, title: str, *, checked: bool, provider: str = "gdal", variant: str = ""
) -> Element:
    """Return the entry of a layer in the tree of layers.

    Args:
        project: the project file, which the path is relative to.
        path: file of the layer.
        title: name of the layer.
        checked: whether it is shown.
        provider: what reads it, ``gdal`` or ``ogr``.
        variant: tells several layers of one file apart.
    """
    about = {
        "id": _id(project, path, variant),
        "name": title,
        "source": _source(project, path),
        "providerKey": provider,
    }
    return element("layer-tree-layer", {**about, "checked": _check(checked), "expanded": 0})


def tree_group(name: str, layers: Sequence[Element], *, checked: bool) -> Element:
    """Return a closed group in the tree of layers.

    Args:
        name: shown in the tree.
        layers: entries of the group, from `tree_layer`.
        checked: whether it is shown.
    """
    return element("layer-tree-group", {"name": name, "checked": _check(checked), "expanded": 0}, *layers)


def extent(bounds: tuple[float, float, float, float]) -> Element:
    """Return the extent of a layer or a view from left, bottom, right and top in metres."""
    names = ("xmin", "ymin", "xmax", "ymax")
    return element("extent", None, *(element(n, text=repr(value)) for n, value in zip(names, bounds, strict=True)))


def crs(code: str) -> Element:
    """Return a coordinate reference system from a code such as ``EPSG:6933``."""
    wkt = element("wkt", text=_wkt(code))
    return element("spatialrefsys", None, wkt, element("srid", text=code.split(":")[1]), element("authid", text=code))


@lru_cache(maxsize=4)
def _wkt(code: str) -> str:
    return CRS(code).to_wkt()


def identity(project: Path, path: Path, title: str, variant: str = "") -> tuple[Element, Element, Element]:
    """Return the elements that say which layer this is and where its data lie.

    Args:
        project: the project file, which the path is relative to.
        path: file of the layer.
        title: name of the layer.
        variant: what tells several layers of one file apart.
    """
    return (
        element("id", text=_id(project, path, variant)),
        element("datasource", text=_source(project, path)),
        element("layername", text=title),
    )


def _source(project: Path, path: Path) -> str:
    """Path relative to the project, so that a folder of results can be moved."""
    relative = Path(os.path.relpath(path, project.parent)).as_posix()
    return relative if relative.startswith("..") else f"./{relative}"


def _id(project: Path, path: Path, variant: str = "") -> str:
    """Identity of a layer, the same at every run and in every folder."""
    name = str(uuid5(NAMESPACE_URL, _source(project, path) + variant)).replace("-", "_")
    return "_".join(part for part in (path.stem, variant, name) if part)


def _check(checked: bool) -> str:
    return "Qt::Checked" if checked else "Qt::Unchecked"
