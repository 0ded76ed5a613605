"""Contents of the report on the mosaics of all tiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from smen import __version__
from smen.grid import M36
from smen.outputs.map_files import read_map
from smen.outputs.report.region_report import Coarse, RegionReport

if TYPE_CHECKING:
    from smen.grid import Window
    from smen.outputs.map_files import MapFile

MOSAIC = "mosaic"
"""Name of the mosaics in page and catalogue, and of their folder."""


COARSE = "36 km means of it"
"""Name of the coarse layer: the radiometer's own fields are shown with the tiles."""


def mosaic_report(
    window: Window,
    maps: Sequence[MapFile],
    codes: Mapping[int, str],
    colours: Mapping[int, str],
    *,
    tiles: int,
    source: str,
    simulated: bool,
) -> RegionReport:
    """Return what the page shows of the mosaics: maps, and their means over cells of 36 km; scores are of the tiles.

    Args:
        window: where the mosaics lie.
        maps: the mosaics by rising time; at least one.
        codes: meaning of each quality code.
        colours: colour of each quality code, as ``#rrggbb``.
        tiles: number of tiles.
        source: where the granules come from.
        simulated: whether the data are simulated.

    Raises:
        DataError: a mosaic cannot be read.
    """
    means = [window.cell_means(read_map(file)[0], M36) for file in maps]
    return RegionReport(
        region=MOSAIC,
        window=window,
        maps=maps,
        coarse=Coarse(COARSE, *window.coarse_index(M36), np.array(means, np.float32)),
        product={},
        codes=codes,
        colours=colours,
        simulated=simulated,
        scores=(),
        classes=(),
        training={"train": [], "validation": [], "best": 0},
        files={
            "All mosaics as GeoTIFFs": f"{MOSAIC}/",
            "STAC collection": f"{MOSAIC}/stac/collection.json",
        },
        about={
            "made from": f"the maps of {tiles} tiles, each with a page of its own here",
            "source": source + " (no satellite has measured these values)" * simulated,
            "software": f"smen {__version__}",
        },
    )
