"""Groups of a QGIS project beside the maps: the 3 km product, SMAP's coarse field, the standard deviation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from smen.grid import Window
from smen.outputs.colours import SOIL_MOISTURE, STANDARD_DEVIATION
from smen.outputs.map_files import MapFile
from smen.outputs.map_names import DIRECTIONS, minute
from smen.outputs.observed_rasters import ObservedFile
from smen.outputs.qgis_layers import raster_layer, tree_group, tree_layer
from smen.outputs.qgis_styles import ramp_renderer

DEVIATION = "standard deviation"
"""Name of the group of the maps' second bands, and what tells its layers from the maps themselves."""

Groups = tuple[list[Element], list[Element]]


def comparison_groups(project: Path, window: Window, observed: Mapping[str, Sequence[ObservedFile]]) -> Groups:
    """Return the groups in the tree of layers, closed and not shown, and their layers.

    They stand above the maps: a group that is ticked covers them. The deviation is shown of the maps that have any
    other layer here.

    Args:
        project: the project file, which the rasters' paths are relative to.
        window: where they lie.
        observed: rasters of what was observed, by the name of their group.
    """
    groups, layers = [], []
    for title, files in observed.items():
        if files:
            rows = [(file.path, file.map) for file in files]
            group, more = _group(project, window, title, rows, ramp_renderer(SOIL_MOISTURE))
            groups.append(group)
            layers += more
    maps = {file.map.time: file.map for files in observed.values() for file in files}
    if maps:
        rows = [(maps[time].path, maps[time]) for time in sorted(maps)]
        pipe = ramp_renderer(STANDARD_DEVIATION, band=2)
        group, more = _group(project, window, DEVIATION, rows, pipe, variant="deviation")
        groups.append(group)
        layers += more
    return groups, layers


def _group(
    project: Path,
    window: Window,
    title: str,
    rows: Sequence[tuple[Path, MapFile]],
    pipe: Element,
    variant: str = "",
) -> tuple[Element, list[Element]]:
    """One group and its layers."""
    entries, layers = [], []
    for path, file in rows:
        name = f"{title}, {minute(file.time)}, {DIRECTIONS[file.direction]}"
        entries.append(tree_layer(project, path, name, checked=True, variant=variant))
        layers.append(raster_layer(project, path, name, window, file.time, pipe, variant=variant))
    return tree_group(title, entries, checked=False), layers
