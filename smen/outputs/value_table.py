"""Tables of extracted values: daily composites, and files for programs and for GIS."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from smen.atomic import atomic
from smen.errors import DataError
from smen.outputs.extraction import COLUMNS

if TYPE_CHECKING:
    import geopandas as gpd


def daily(values: pd.DataFrame) -> pd.DataFrame:
    """Join the overpasses of each UTC day: means over those that have a value.

    Standard deviations are the means of theirs, since the errors of two overpasses of a day are much alike, and so are
    changes, shares and the bounds of their intervals. The quality is the code of most overpasses, of several such the
    greatest; the direction lists those that have a value.

    Args:
        values: a table of `smen.outputs.extraction.extract`.

    Returns:
        The same columns, with the day in the column `time`.
    """
    day = values["time"].str.slice(0, 10)
    valid = values["soil_moisture"].notna()
    keys = ["feature", "region", day.rename("time")]
    grouped = values.groupby(keys, sort=True, dropna=False)
    more = [name for name in values.columns if name not in COLUMNS]
    table = grouped[["soil_moisture", "standard_deviation", "age", "valid_share", *more]].mean()
    table["quality"] = grouped["quality"].agg(lambda codes: max(codes.mode()))
    for name in ("cells", "simulated"):
        table[name] = grouped[name].first()
    meanings = dict(zip(values["quality"], values["quality_meaning"], strict=True))
    table["quality_meaning"] = table["quality"].map(meanings)
    directions = values.assign(direction=values["direction"].where(valid)).groupby(keys, dropna=False)["direction"]
    table["direction"] = directions.agg(lambda names: " ".join(sorted(set(names.dropna()))) or "none")
    return table.reset_index()[list(values.columns)]


def write_values(path: Path, values: pd.DataFrame, features: gpd.GeoDataFrame, names: Sequence[Any]) -> None:
    """Write a table of values as CSV, or as GeoPackage with the features' geometries.

    Args:
        path: the file; its suffix, ``.csv`` or ``.gpkg``, chooses the format.
        values: a table of `smen.outputs.extraction.extract` or `daily`.
        features: the features.
        names: their names, as in `values`.

    Raises:
        DataError: the suffix is another.
        OutputError: the file cannot be written.
    """
    import geopandas as gpd

    if path.suffix not in (".csv", ".gpkg"):
        raise DataError(f"{path}: values are written as .csv or .gpkg; choose one of the two")
    with atomic(path) as part:
        if path.suffix == ".csv":
            values.to_csv(part, index=False, float_format="%.6g", lineterminator="\n")
            return
        shapes = dict(zip(names, features.geometry, strict=True))
        table = gpd.GeoDataFrame(values, geometry=values["feature"].map(shapes).tolist(), crs=features.crs)
        table.assign(time=pd.to_datetime(table["time"])).to_file(part, driver="GPKG", layer="values")
