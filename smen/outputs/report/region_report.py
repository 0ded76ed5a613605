"""Contents of the report on one region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from smen.grid import Window
from smen.outputs.index_files import IndexFile
from smen.outputs.map_files import MapFile
from smen.outputs.report.station_scores import StationScores

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Coarse:
    """The radiometer's fields at the maps' times.

    Attributes:
        name: name of the layer, e.g. ``SMAP 36 km``.
        rows: the coarse row of each row of the window, (height,), counted from 0.
        columns: the coarse column of each column of the window, (width,).
        fields: (N, coarse rows, coarse columns) m3/m3, one for each map, NaN where missing.
    """

    name: str
    rows: NDArray[np.integer]
    columns: NDArray[np.integer]
    fields: NDArray[np.floating]


@dataclass(frozen=True)
class RegionReport:
    """All that the page shows of a region.

    Attributes:
        region: its name.
        window: where it lies.
        maps: its maps by rising time; at least one.
        coarse: the coarse fields.
        product: the 3 km product (height, width) m3/m3 of those maps that have one, by their number.
        codes: meaning of each quality code.
        colours: colour of each quality code, as ``#rrggbb``.
        simulated: whether the data are simulated.
        scores: rows with method, split, against, dates, ubRMSE, ubRMSE_low, ubRMSE_high, bias, R, and, where
            the method states a standard deviation, coverage_90 and crps.
        classes: rows of the maps' scores everywhere mapped and by class of cells, with class, share in percent, and the
            same columns.
        training: losses by epoch, ``train`` and ``validation``, and the epoch that was kept, ``best``.
        files: links to show, by title, relative to the page.
        about: facts to show, by title.
        indices: the rasters of its indices by rising time; empty without any.
        stations: what stations say of its maps; None where they were held against none.
        polygon: the region's outline in longitude and latitude, where it is given by one.
    """

    region: str
    window: Window
    maps: Sequence[MapFile]
    coarse: Coarse
    product: Mapping[int, NDArray[np.floating]]
    codes: Mapping[int, str]
    colours: Mapping[int, str]
    simulated: bool
    scores: Sequence[Mapping[str, Any]]
    classes: Sequence[Mapping[str, Any]]
    training: Mapping[str, Any]
    files: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    indices: Sequence[IndexFile] = ()
    stations: StationScores | None = None
    polygon: BaseGeometry | None = None
