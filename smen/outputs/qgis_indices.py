"""Indices in a QGIS project: a group for each kind of raster, drawn in the colours of its index."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from smen.grid import Window
from smen.outputs.index_files import IndexFile
from smen.outputs.index_rasters import COLOURS, DROUGHT, KINDS, NAMES, Period
from smen.outputs.map_names import minute
from smen.outputs.qgis_layers import raster_layer, tree_group, tree_layer
from smen.outputs.qgis_styles import code_renderer, ramp_renderer


def index_groups(project: Path, window: Window, indices: Sequence[IndexFile]) -> tuple[list[Element], list[Element]]:
    """Return the groups of all kinds of rasters in the tree of layers, and their layers.

    Args:
        project: the project file, which the rasters' paths are relative to.
        window: where they lie.
        indices: by rising time; none: no group.
    """
    made = [index_group(project, window, indices, kind) for kind in (indices[0].paths if indices else ())]
    return [group for group, _ in made], [layer for _, layers in made for layer in layers]


def index_group(
    project: Path, window: Window, indices: Sequence[IndexFile], kind: str
) -> tuple[Element, list[Element]]:
    """Return the group of one kind of raster in the tree of layers, closed and not shown, and its layers.

    Args:
        project: the project file, which the rasters' paths are relative to.
        window: where they lie.
        indices: by rising time; those without this kind are left out.
        kind: of the rasters.
    """
    pipe = code_renderer(NAMES, COLOURS) if kind == DROUGHT else ramp_renderer(KINDS[kind].ramp)
    title = "drought class" if kind == DROUGHT else KINDS[kind].title
    entries, layers = [], []
    for one in indices:
        if kind not in one.paths:
            continue
        name = f"{title}, {_when(one)}"
        entries.append(tree_layer(project, one.paths[kind], name, checked=True))
        until = Period(one.start, one.end).until
        layers.append(raster_layer(project, one.paths[kind], name, window, one.start, pipe, until))
    return tree_group(f"index: {title}", entries, checked=False), layers


def _when(one: IndexFile) -> str:
    """The period for a person."""
    if one.every == "overpass":
        return minute(one.start)
    day = str(one.start.astype("datetime64[D]"))
    return f"week from {day}" if one.every == "week" else day
