"""Styles for QGIS: colours with a fixed range, and the time at which a map was seen, as QGIS 3.22 and later read them.

QGIS loads ``<name>.qml`` beside ``<name>.tif`` by itself, and takes a raster's time from its style or project alone,
never from the TIFF. The same XML is the body of a layer in a project (`smen.outputs.qgis`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from smen.outputs.colours import Ramp
from smen.outputs.naming import iso

HALF_ORBIT = np.timedelta64(50, "m")
"""How long after its start, which its name gives, a half-orbit of SMAP can have seen the window (period 98.5 min)."""

_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


def style_path(raster: Path) -> Path:
    """The style that QGIS loads with a raster: the same name with ``.qml``."""
    return Path(raster).with_suffix(".qml")


def ramp_style(ramp: Ramp, band: int = 1, time: np.datetime64 | None = None) -> str:
    """A style file that shows one band in a ramp, whatever the values at hand.

    Args:
        ramp: colours and their fixed range.
        band: counted from 1.
        time: start of the half-orbit, UTC; None for a style that fits any date.
    """
    return _file(ramp_renderer(ramp, band), time)


def code_style(names: Mapping[int, str], colours: Mapping[int, str], time: np.datetime64 | None = None) -> str:
    """A style file that names and colours codes.

    Args:
        names: what each code means.
        colours: its colour, as ``#rrggbb``.
        time: as for `ramp_style`.
    """
    return _file(code_renderer(names, colours), time)


def temporal(time: np.datetime64 | None) -> str:
    """The XML that tells QGIS when a raster was seen: from the half-orbit's start until its end."""
    span = "<start></start><end></end>"
    if time is not None:
        span = f"<start>{iso(time)}</start><end>{iso(time + HALF_ORBIT)}</end>"
    enabled = int(time is not None)
    return f'<temporal mode="0" fetchMode="0" enabled="{enabled}"><fixedRange>{span}</fixedRange></temporal>'


def ramp_renderer(ramp: Ramp, band: int = 1) -> str:
    """The XML of QGIS's drawing of a band in a ramp; values beyond the range take the colour of its end."""
    items = "".join(
        f'<item value="{value:.6g}" color="{colour}" alpha="255" label="{value:.3g} {escape(ramp.units)}"/>'
        for value, colour in zip(ramp.values(), ramp.stops, strict=True)
    )
    shader = (
        f'<colorrampshader colorRampType="INTERPOLATED" classificationMode="1" clip="0" labelPrecision="4" '
        f'minimumValue="{ramp.low:g}" maximumValue="{ramp.high:g}">{items}'
        f'<rampLegendSettings useContinuousLegend="1" orientation="2" direction="0" prefix="" '
        f"suffix={quoteattr(f' {ramp.units}')} "
        f'minimumLabel="" maximumLabel=""/></colorrampshader>'
    )
    return _pipe(
        f'<rasterrenderer type="singlebandpseudocolor" band="{band}" opacity="1" alphaBand="-1" nodataColor="" '
        f'classificationMin="{ramp.low:g}" classificationMax="{ramp.high:g}">'
        f"<minMaxOrigin><limits>None</limits></minMaxOrigin><rastershader>{shader}</rastershader></rasterrenderer>"
    )


def code_renderer(names: Mapping[int, str], colours: Mapping[int, str]) -> str:
    """The XML of QGIS's drawing of codes."""
    entries = "".join(
        f'<paletteEntry value="{code}" color="{colours[code]}" alpha="255" label={quoteattr(name)}/>'
        for code, name in sorted(names.items())
    )
    return _pipe(
        '<rasterrenderer type="paletted" band="1" opacity="1" alphaBand="-1" nodataColor="">'
        f"<colorPalette>{entries}</colorPalette></rasterrenderer>"
    )


def _pipe(renderer: str) -> str:
    """Nearest neighbour on the way in, so that a cell is drawn as a cell."""
    resampling = (
        '<provider><resampling enabled="false" maxOversampling="2" zoomedInResamplingMethod="nearestNeighbour" '
        'zoomedOutResamplingMethod="nearestNeighbour"/></provider>'
    )
    return f'<pipe>{resampling}{renderer}<rasterresampler maxOversampling="2"/></pipe>'


def _file(pipe: str, time: np.datetime64 | None) -> str:
    return f'{_HEAD}<qgis version="3.22.0" styleCategories="AllStyleCategories">{temporal(time)}{pipe}</qgis>\n'
