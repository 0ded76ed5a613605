"""Tables of extracted values: daily composites, and files for programs and for GIS."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from smen.atomic import atomic
from smen.errors import DataError
from smen.outputs.daily_series import FILLED
from smen.outputs.extraction import COLUMNS
from smen.outputs.labels import yes_or_no

if TYPE_CHECKING:
    import geopandas as gpd

SUFFIXES = (".csv", ".gpkg", ".parquet")
"""Suffixes of tables of values."""

WIDE = ("soil_moisture", "standard_deviation", FILLED)
"""Columns of the long table that a wide one has for each feature."""


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


def wide(values: pd.DataFrame) -> pd.DataFrame:
    """Return a table with a row for each time and, for each feature, columns of soil moisture and its deviation.

    Args:
        values: a table of `smen.outputs.extraction.extract`, daily or not.

    Returns:
        The columns `time`, NAME and NAME_standard_deviation for each feature, of filled series NAME_filled as well,
        and `simulated`. A feature that lies in several regions has columns for each of them, `NAME (REGION)`.

    Raises:
        DataError: two columns would have the same name.
    """
    regions = values.groupby("feature", sort=False)["region"].nunique().to_dict()
    parts = {name: "" if name == "soil_moisture" else f"_{name}" for name in WIDE if name in values.columns}
    columns: dict[str, pd.Series[Any]] = {}
    for (feature, region), rows in values.groupby(["feature", "region"], sort=False):
        own = rows.set_index("time")
        named = f"{feature} ({region})" if regions[feature] > 1 else f"{feature}"
        for name, end in parts.items():
            if (column := f"{named}{end}") in {*columns, "time", "simulated"}:
                raise DataError(f"two columns of the wide table would be named {column}: rename a feature")
            columns[column] = own[name]
    table = pd.DataFrame(columns).sort_index().rename_axis("time").reset_index()
    simulated = values["simulated"].eq(yes_or_no(True)).any()
    return table.assign(simulated=yes_or_no(bool(simulated)))


def check_output(path: Path, *, suffixes: Sequence[str] = SUFFIXES) -> None:
    """Refuse an output that cannot be written, before any work is done.

    Args:
        path: the file.
        suffixes: those that it may have.

    Raises:
        DataError: it has another suffix, its folder is not there, or it is Parquet without the package that writes it.
    """
    if path.suffix not in suffixes:
        raise DataError(f"{path}: choose a name that ends in {' or '.join(suffixes)}, which are written here")
    if not path.parent.is_dir():
        raise DataError(f"{path}: there is no folder {path.parent}; make it, or name another one")
    if path.suffix == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        raise DataError(
            f"{path}: Parquet is written by the package pyarrow, which is not installed: `pip install pyarrow`, or "
            "choose .csv or .gpkg"
        )


def write_values(path: Path, values: pd.DataFrame, features: gpd.GeoDataFrame, names: Sequence[Any]) -> None:
    """Write a table of values as CSV or Parquet, or as GeoPackage with the features' geometries.

    Args:
        path: the file; its suffix, one of `SUFFIXES`, chooses the format.
        values: a table of `smen.outputs.extraction.extract`, `daily` or, but for GeoPackage, `wide`.
        features: the features.
        names: their names, as in `values`.

    Raises:
        DataError: as of `check_output`.
        OutputError: the file cannot be written.
    """
    import geopandas as gpd

    check_output(path)
    with atomic(path) as part:
        if path.suffix == ".csv":
            values.to_csv(part, index=False, float_format="%.6g", lineterminator="\n")
        elif path.suffix == ".parquet":
            _plain_names(values).to_parquet(part, index=False, engine="pyarrow")
        else:
            shapes = dict(zip(names, features.geometry, strict=True))
            table = gpd.GeoDataFrame(values, geometry=values["feature"].map(shapes).tolist(), crs=features.crs)
            table.assign(time=pd.to_datetime(table["time"])).to_file(part, driver="GPKG", layer="values")


def _plain_names(values: pd.DataFrame) -> pd.DataFrame:
    """The same with names of features of one type, which a column of Parquet needs."""
    if "feature" not in values or values["feature"].map(type).nunique() < 2:
        return values
    return values.assign(feature=values["feature"].astype(str))
