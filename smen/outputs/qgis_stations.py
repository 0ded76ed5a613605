"""Stations in a QGIS project: points coloured by what the maps gain there over the coarse field."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element

from smen.outputs.colours import GAIN
from smen.outputs.qgis_layers import crs, identity
from smen.outputs.xml_elements import element

COLUMN = "rmsd_gain"
"""The property of the points that colours them, m3/m3."""

TITLE = "stations: gain over 36 km"

_STEPS = 9
"""Classes of gain; the middle one is about no gain."""

_NO_SCORE = "#ffffff"


def station_layer(project: Path, path: Path) -> Element:
    """Return the layer of a region's stations.

    Args:
        project: the project file, which the path is relative to.
        path: points with the column `COLUMN`, GeoJSON.
    """
    # Rules rather than a graduated symbol, so that a station without scores is drawn as well, in white.
    bounds = [GAIN.low + (GAIN.high - GAIN.low) * i / _STEPS for i in range(_STEPS + 1)]
    rules, symbols = [], []
    for number in range(_STEPS):
        low, high = bounds[number], bounds[number + 1]
        parts = [f'"{COLUMN}" >= {low:.5f}'] * (number > 0) + [f'"{COLUMN}" < {high:.5f}'] * (number < _STEPS - 1)
        label = f"{low:+.3f} to {high:+.3f} {GAIN.units}"
        rules.append(_rule(number, f'"{COLUMN}" IS NOT NULL AND {" AND ".join(parts)}', label))
        symbols.append(_symbol(number, _colour((number + 0.5) / _STEPS)))
    rules.append(_rule(_STEPS, f'"{COLUMN}" IS NULL', "too few pairs"))
    symbols.append(_symbol(_STEPS, _NO_SCORE))
    renderer = {"type": "RuleRenderer", "symbollevels": 0, "forceraster": 0, "enableorderby": 0}
    return element(
        "maplayer",
        {"type": "vector", "geometry": "Point", "styleCategories": "AllStyleCategories", "labelsEnabled": 0},
        *identity(project, path, TITLE),
        element("srs", None, crs("EPSG:4326")),
        element("provider", {"encoding": "UTF-8"}, text="ogr"),
        element(
            "renderer-v2", renderer, element("rules", {"key": "stations"}, *rules), element("symbols", None, *symbols)
        ),
        element("mapTip", text='[% "network" || \' \' || "station" || \': gain \' || "rmsd_gain" %]'),
    )


def _rule(number: int, expression: str, label: str) -> Element:
    return element("rule", {"key": f"gain_{number}", "symbol": number, "filter": expression, "label": label})


def _symbol(number: int, colour: str) -> Element:
    """A dot with a dark edge."""
    options = {
        "name": "circle", "color": colour, "outline_color": "#000000", "outline_width": "0.3",
        "outline_width_unit": "MM", "size": "2.8", "size_unit": "MM",
    }  # fmt: skip
    marker = element(
        "layer",
        {"class": "SimpleMarker", "enabled": 1, "locked": 0, "pass": 0},
        *(element("prop", {"k": key, "v": value}) for key, value in options.items()),
    )
    return element("symbol", {"type": "marker", "name": number, "alpha": 1, "clip_to_extent": 1}, marker)


def _colour(share: float) -> str:
    """Colour of the ramp of gain at a share of its range."""
    red, green, blue, _ = GAIN.colormap()(share)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
