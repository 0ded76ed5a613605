"""Styles for QGIS: colours with a fixed range, and the time of a map, as QGIS 3.22 and later read them.

QGIS loads ``<name>.qml`` beside ``<name>.tif`` by itself, and takes a raster's time from its style or project alone,
never from the TIFF. The same XML is the body of a layer in a project (`smen.outputs.qgis_layers`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from smen.outputs.colours import Ramp
from smen.outputs.map_names import iso
from smen.outputs.xml_elements import element, qgis_file

HALF_ORBIT = np.timedelta64(50, "m")
"""Time within which a half-orbit of SMAP sees the window, from the start in its name (period 98.5 min)."""

QGIS_VERSION = "3.22.0"
"""The oldest version that reads these files; written into them."""


def style_path(raster: Path) -> Path:
    """Return the style that QGIS loads with a raster: the same name with ``.qml``."""
    return Path(raster).with_suffix(".qml")


def ramp_style(ramp: Ramp, band: int = 1, time: np.datetime64 | None = None, until: np.datetime64 | None = None) -> str:
    """Return the text of a style file that shows one band in a ramp of fixed range.

    Args:
        ramp: colours and their range.
        band: counted from 1.
        time: start of the half-orbit, UTC; None for a style that fits any date.
        until: end of another period than a half-orbit, UTC.
    """
    return _style(ramp_renderer(ramp, band), time, until)


def code_style(
    names: Mapping[int, str],
    colours: Mapping[int, str],
    time: np.datetime64 | None = None,
    until: np.datetime64 | None = None,
) -> str:
    """Return the text of a style file that names and colours codes.

    Args:
        names: meaning of each code.
        colours: colour of each code, as ``#rrggbb``.
        time: as for `ramp_style`.
        until: as for `ramp_style`.
    """
    return _style(code_renderer(names, colours), time, until)


def temporal(time: np.datetime64 | None, until: np.datetime64 | None = None) -> Element:
    """Return the element that gives QGIS the time of a raster.

    Args:
        time: start of the half-orbit or of another period, UTC; None for none.
        until: end of the period; None: that of the half-orbit.
    """
    start, end = ("", "") if time is None else (iso(time), iso(time + HALF_ORBIT if until is None else until))
    interval = element("fixedRange", None, element("start", text=start), element("end", text=end))
    return element("temporal", {"mode": 0, "fetchMode": 0, "enabled": int(time is not None)}, interval)


def ramp_renderer(ramp: Ramp, band: int = 1) -> Element:
    """Return the element that draws a band in a ramp; values beyond the range take the colour of its end.

    Args:
        ramp: colours and their range.
        band: counted from 1.
    """
    low, high = f"{ramp.low:g}", f"{ramp.high:g}"
    items = [
        element("item", {"value": f"{value:.6g}", "color": colour, "alpha": 255, "label": f"{value:.3g} {ramp.units}"})
        for value, colour in zip(ramp.values(), ramp.stops, strict=True)
    ]
    legend = {
        "useContinuousLegend": 1, "orientation": 2, "direction": 0, "prefix": "", "suffix": f" {ramp.units}",
        "minimumLabel": "", "maximumLabel": "",
    }  # fmt: skip
    shader = {
        "colorRampType": "INTERPOLATED", "classificationMode": 1, "clip": 0, "labelPrecision": 4,
        "minimumValue": low, "maximumValue": high,
    }  # fmt: skip
    colours = element("colorrampshader", shader, *items, element("rampLegendSettings", legend))
    return _pipe(
        {"type": "singlebandpseudocolor", "band": band, "classificationMin": low, "classificationMax": high},
        element("minMaxOrigin", None, element("limits", text="None")),
        element("rastershader", None, colours),
    )


def code_renderer(names: Mapping[int, str], colours: Mapping[int, str]) -> Element:
    """Return the element that draws codes.

    Args:
        names: meaning of each code.
        colours: colour of each code, as ``#rrggbb``.
    """
    entries = [
        element("paletteEntry", {"value": code, "color": colours[code], "alpha": 255, "label": name})
        for code, name in sorted(names.items())
    ]
    return _pipe({"type": "paletted", "band": 1}, element("colorPalette", None, *entries))


def _pipe(renderer: Mapping[str, object], *children: Element) -> Element:
    """Draw with nearest neighbour, so that a cell is drawn as a cell."""
    resampling = {
        "enabled": "false", "maxOversampling": 2, "zoomedInResamplingMethod": "nearestNeighbour",
        "zoomedOutResamplingMethod": "nearestNeighbour",
    }  # fmt: skip
    return element(
        "pipe",
        None,
        element("provider", None, element("resampling", resampling)),
        element("rasterrenderer", {"opacity": 1, "alphaBand": -1, "nodataColor": "", **renderer}, *children),
        element("rasterresampler", {"maxOversampling": 2}),
    )


def _style(pipe: Element, time: np.datetime64 | None, until: np.datetime64 | None = None) -> str:
    root = {"version": QGIS_VERSION, "styleCategories": "AllStyleCategories"}
    return qgis_file(element("qgis", root, temporal(time, until), pipe))
