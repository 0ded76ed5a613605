"""The quality codes of a map as a GeoTIFF with named and coloured codes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rasterio.io import MemoryFile

from smen.grid import Window
from smen.outputs.cog import check_shape, creation_options, overpass_tags, sidecar, write_raster
from smen.outputs.map_names import Direction
from smen.outputs.qgis_styles import code_style
from smen.outputs.xml_elements import element

QUALITY_NODATA = 255
"""Code of a quality raster where no other code applies."""


def write_quality(
    path: Path,
    window: Window,
    codes: NDArray[np.uint8],
    *,
    names: Mapping[int, str],
    colours: Mapping[int, str],
    time: np.datetime64,
    direction: Direction,
    tags: Mapping[str, str],
    nodata: int = QUALITY_NODATA,
) -> None:
    """Write the quality codes of a map, and their style; overviews take the most frequent code, never a mean.

    A TIFF can hold the colours of its codes, but not their names in a way that GDAL and QGIS understand. The names
    are therefore written to GDAL's own sidecar (``<name>.tif.aux.xml``), and once more to the band's tags
    (``CODE_<code>``), which stay with a file that travels alone.

    Args:
        path: the GeoTIFF to write; sidecars of an earlier one of this name are removed.
        window: where the map lies.
        codes: (height, width), `nodata` where no code applies.
        names: meaning of each code; every code in `codes` needs one.
        colours: colour of each code of `names`, as ``#rrggbb``.
        time: time of the half-orbit, UTC.
        direction: ``A`` or ``D``.
        tags: dataset tags, as for `smen.outputs.geotiff.write_map`.
        nodata: the code for none.

    Raises:
        OutputError: the files cannot be written; no part of them is left.
        ValueError: the shape is not the window's, a code has no name or a name no colour.
    """
    check_shape("codes", codes, window)
    unnamed = set(np.unique(codes).tolist()) - set(names) - {nodata}
    if unnamed or set(names) != set(colours) or nodata in names:
        raise ValueError(
            f"codes {sorted(unnamed)} have no name; each code needs a name and a colour, and {nodata} (nodata) has none"
        )
    options = {"dtype": "uint8", "nodata": nodata, "photometric": "palette", "overview_resampling": "MODE"}
    with MemoryFile() as memory:
        with memory.open(**creation_options(window, 1, **options)) as raster:
            raster.write(codes, 1)
            raster.descriptions = ("quality",)
            raster.write_colormap(1, {code: (*rgb(colour), 255) for code, colour in sorted(colours.items())})
            raster.update_tags(**overpass_tags(tags, time, direction))
            raster.update_tags(1, **{f"CODE_{code}": name for code, name in sorted(names.items())})
        content = memory.read()
    write_raster(path, content, code_style(names, colours, time), category_sidecar(names))


def category_sidecar(names: Mapping[int, str]) -> str:
    """Return GDAL's sidecar (PAM) with the names of codes; a code below the highest without a name is empty."""
    categories = [element("Category", text=names.get(code, "")) for code in range(max(names, default=-1) + 1)]
    band = element("PAMRasterBand", {"band": "1"}, element("CategoryNames", None, *categories))
    return sidecar(band)


def rgb(colour: str) -> tuple[int, int, int]:
    """Parse ``#rrggbb`` into three numbers 0..255."""
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError(f"colour {colour!r} is not of the form #rrggbb")
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue
