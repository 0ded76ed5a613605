"""The files of a region's validation: tables as CSV, the page, stations as points."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smen.atomic import write_text
from smen.outputs.tables import write_csv

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

TABLES = ("stations", "problems", "pairs", "metrics", "summary", "differences", "gains", "claims", "intervals")
"""Tables of a validation, by the names of their files."""

PAGE, VERDICT, POINTS, RESULTS = "validation.md", "verdict.json", "stations.geojson", "validation.nc"
MAP, SERIES, TAYLOR = "stations.png", "series.png", "taylor.png"
FIGURES = {MAP: "gain at stations", SERIES: "series at stations", TAYLOR: "Taylor diagram"}
"""Figures of a validation and what each shows."""

FILES = (*(f"{name}.csv" for name in TABLES), PAGE, VERDICT, POINTS, RESULTS, *FIGURES)
"""Everything that a validation leaves, beside triple_collocation.csv where a third data set is given."""

PLACE_DIGITS = 5
"""Decimals of longitude and latitude, a metre or so."""

_UNITS = {
    "distance_km": "km", "depth_from": "m", "depth_to": "m", "longitude": "degrees_east", "latitude": "degrees_north",
    "rmsd_gain": "m3/m3", "ubrmsd_gain": "m3/m3", "bias_gain": "m3/m3", "representativeness error": "m3/m3",
}  # fmt: skip
"""Units of columns; metrics have m3/m3 but for correlations and G_DOWN, as the column `metric` says."""


def write_validation_tables(folder: Path, tables: Mapping[str, pd.DataFrame], *, simulated: bool) -> None:
    """Write tables as CSV, each whole or not at all.

    Args:
        folder: of the region's validation.
        tables: by name.
        simulated: whether maps or stations are.

    Raises:
        OutputError: a file cannot be written.
    """
    for name, table in tables.items():
        units = {column: unit for column, unit in _UNITS.items() if column in table}
        # Six significant digits, as other numbers have, would be 50 m of longitude.
        places = {c: table[c].map(f"{{:.{PLACE_DIGITS}f}}".format) for c in ("longitude", "latitude") if c in table}
        write_csv(folder / f"{name}.csv", table.assign(**places), units=units, simulated=simulated)


def write_station_points(path: Path, stations: pd.DataFrame, *, simulated: bool) -> None:
    """Write stations and their scores as points, GeoJSON, for GIS and the report.

    Args:
        path: the GeoJSON to write.
        stations: one row a station, with the columns longitude and latitude; all others become properties.
        simulated: whether the stations are.

    Raises:
        OutputError: the file cannot be written.
    """
    features = []
    for row in stations.to_dict("records"):
        place = [float(row.pop("longitude")), float(row.pop("latitude"))]
        properties = {str(key): _plain(value) for key, value in row.items()}
        features.append(
            {
                "type": "Feature",
                "properties": {**properties, "simulated": simulated},
                "geometry": {"type": "Point", "coordinates": place},
            }
        )
    collection = {"type": "FeatureCollection", "features": features}
    write_text(path, json.dumps(collection, indent=1, allow_nan=False) + "\n")


def _plain(value: object) -> object:
    """A value as JSON has it: numbers rounded to what they mean, no NaN, times as text."""
    if isinstance(value, float | np.floating):
        return round(float(value), 5) if np.isfinite(value) else None
    if isinstance(value, np.integer):
        return int(value)
    return value if isinstance(value, bool | int | str) or value is None else str(value)
