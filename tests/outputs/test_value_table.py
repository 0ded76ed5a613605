"""Daily composites and files of extracted values."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from made_maps import features, rectangle

from smen.errors import DataError, OutputError
from smen.outputs.extraction import COLUMNS
from smen.outputs.value_table import check_output, daily, wide, write_values


def overpass(feature, time, moisture, quality=1, direction="ascending", **fields):
    """A row of extracted values."""
    row = {
        "feature": feature, "region": "tucson", "time": time, "direction": direction, "soil_moisture": moisture,
        "standard_deviation": 0.02, "age": 3.0, "quality": quality, "quality_meaning": f"code {quality}",
        "valid_share": 0.0 if np.isnan(moisture) else 1.0, "cells": 4, "simulated": "yes",
    }  # fmt: skip
    return row | fields


def table(*rows):
    return pd.DataFrame(list(rows), columns=list(COLUMNS))


def test_a_day_has_the_mean_of_its_overpasses():
    values = table(
        overpass("a", "2018-07-04T01:00:00Z", 0.1),
        overpass("a", "2018-07-04T13:00:00Z", 0.2, direction="descending", standard_deviation=0.04, age=5.0),
        overpass("a", "2018-07-05T01:00:00Z", 0.3),
    )
    days = daily(values)
    assert tuple(days.columns) == COLUMNS
    assert days["time"].tolist() == ["2018-07-04", "2018-07-05"]
    assert days["soil_moisture"].tolist() == pytest.approx([0.15, 0.3])
    assert days["standard_deviation"].tolist() == pytest.approx([0.03, 0.02])
    assert days["age"].tolist() == pytest.approx([4, 3])
    assert days["direction"].tolist() == ["ascending descending", "ascending"]
    assert days["cells"].tolist() == [4, 4]


def test_an_overpass_without_a_value_does_not_count():
    values = table(
        overpass("a", "2018-07-04T01:00:00Z", 0.1),
        overpass("a", "2018-07-04T13:00:00Z", float("nan"), direction="descending"),
        overpass("b", "2018-07-04T01:00:00Z", float("nan")),
    )
    days = daily(values).set_index("feature")
    assert days.loc["a", "soil_moisture"] == pytest.approx(0.1)
    assert days.loc["a", "direction"] == "ascending"
    assert days.loc["a", "valid_share"] == 0.5
    assert np.isnan(days.loc["b", "soil_moisture"])
    assert days.loc["b", "direction"] == "none"


@pytest.mark.parametrize(("codes", "wanted"), [([1, 1, 3], 1), ([1, 3], 3), ([2], 2), ([1, 1, 3, 3], 3)])
def test_the_quality_of_a_day_is_the_most_frequent_code_the_greatest_of_several(codes, wanted):
    values = table(*(overpass("a", f"2018-07-04T{hour:02}:00:00Z", 0.1, code) for hour, code in enumerate(codes)))
    days = daily(values)
    assert (days["quality"].item(), days["quality_meaning"].item()) == (wanted, f"code {wanted}")


def test_days_are_those_of_utc():
    values = table(overpass("a", "2018-07-04T23:59:59Z", 0.1), overpass("a", "2018-07-05T00:00:00Z", 0.2))
    assert daily(values)["time"].tolist() == ["2018-07-04", "2018-07-05"]


@pytest.mark.parametrize("suffix", [".csv", ".gpkg"])
def test_values_are_written_and_read_back(tmp_path, suffix):
    values = table(overpass("f0", "2018-07-04T01:00:00Z", 0.123456789), overpass("f1", "2018-07-04T13:00:00Z", 0.2))
    shapes = features(rectangle(3, 20), rectangle(5, 5))
    path = tmp_path / f"v{suffix}"
    write_values(path, values, shapes, shapes["name"].tolist())
    back = pd.read_csv(path) if suffix == ".csv" else gpd.read_file(path)
    np.testing.assert_allclose(back["soil_moisture"], values["soil_moisture"], rtol=1e-5)
    assert pd.to_datetime(back["time"])[1] == pd.Timestamp("2018-07-04T13:00:00Z")
    assert [name for name in COLUMNS if name not in back.columns] == []
    if suffix == ".gpkg":
        assert back.crs.to_epsg() == 6933
        for written, shape in zip(back.geometry, shapes.geometry, strict=True):
            assert written.equals_exact(shape, 1e-6)


def test_missing_values_stay_missing(tmp_path):
    shapes = features(rectangle(3, 20))
    values = table(overpass("f0", "2018-07-04T01:00:00Z", float("nan")))
    write_values(tmp_path / "v.csv", values, shapes, ["f0"])
    assert ",ascending,," in (tmp_path / "v.csv").read_text()


def test_other_formats_and_places_are_refused(tmp_path):
    shapes, values = features(rectangle(3, 20)), table(overpass("f0", "2018-07-04T01:00:00Z", 0.1))
    with pytest.raises(DataError, match=r"v\.xls: choose a name that ends in \.csv or \.gpkg or \.parquet"):
        write_values(tmp_path / "v.xls", values, shapes, ["f0"])
    with pytest.raises(DataError, match=r"there is no folder .*none; make it, or name another one"):
        write_values(tmp_path / "none" / "v.csv", values, shapes, ["f0"])
    (tmp_path / "v.csv").mkdir()
    with pytest.raises(OutputError):
        write_values(tmp_path / "v.csv", values, shapes, ["f0"])
    assert [path.name for path in tmp_path.iterdir()] == ["v.csv"]


def test_parquet_without_its_package_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"v\.parquet: Parquet is written by the package pyarrow.*pip install pyarrow"):
        check_output(tmp_path / "v.parquet")


def test_parquet_keeps_the_columns(tmp_path):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed; it is needed for .parquet alone")
    values = table(overpass("a", "2018-07-04T01:00:00Z", 0.1), overpass(3, "2018-07-04T01:00:00Z", float("nan")))
    write_values(tmp_path / "v.parquet", values, features(rectangle(3, 20)), ["a"])
    back = pd.read_parquet(tmp_path / "v.parquet")
    assert tuple(back.columns) == COLUMNS and back["feature"].tolist() == ["a", "3"]
    np.testing.assert_array_equal(back["soil_moisture"], values["soil_moisture"])


def test_a_wide_table_has_a_row_for_each_time():
    values = table(
        overpass("b", "2018-07-05T01:00:00Z", 0.3),
        overpass("b", "2018-07-04T01:00:00Z", 0.1),
        overpass("a", "2018-07-04T01:00:00Z", 0.2, standard_deviation=0.05),
    )
    found = wide(values)
    assert list(found.columns) == ["time", "b", "b_standard_deviation", "a", "a_standard_deviation", "simulated"]
    assert found["time"].tolist() == ["2018-07-04T01:00:00Z", "2018-07-05T01:00:00Z"]
    assert found["b"].tolist() == [0.1, 0.3] and found["simulated"].tolist() == ["yes", "yes"]
    np.testing.assert_array_equal(found["a"], [0.2, np.nan])
    assert "a_filled" in wide(values.assign(filled="no")).columns


def test_a_wide_table_tells_regions_and_names_apart():
    values = table(
        overpass("a", "2018-07-04T01:00:00Z", 0.1), overpass("a", "2018-07-04T01:00:00Z", 0.2, region="alps")
    )
    assert {"a (tucson)", "a (alps)"} <= set(wide(values).columns)
    same = table(overpass("a", "2018-07-04", 0.1), overpass("a_standard_deviation", "2018-07-04", 0.2))
    with pytest.raises(DataError, match="named a_standard_deviation: rename a feature"):
        wide(same)
