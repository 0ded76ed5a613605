"""Tables and points of a validation, read back by programs that users have."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from smen.errors import OutputError
from smen.outputs.tables import read_table
from smen.outputs.validation_files import FIGURES, FILES, TABLES, write_station_points, write_validation_tables


def stations():
    return pd.DataFrame({
        "network": ["NET", "Zürich"], "station": ["1.10", "NA"],
        "longitude": [10.5, -179.123456], "latitude": [50.0, -17.5],
        "pairs": np.array([18, 0]), "first": pd.to_datetime(["2018-01-01T06:00", "2018-02-01T00:00"]),
        "rmsd_gain": [0.0212345678, np.nan], "reason": ["", "only 0 pairs of 10"], "dense": [True, False],
    })  # fmt: skip


def test_points_lie_where_the_stations_are_and_have_their_columns(tmp_path):
    path = tmp_path / "s.geojson"
    write_station_points(path, stations(), simulated=True)
    points = gpd.read_file(path)
    assert points.crs.to_epsg() == 4326
    assert [(p.x, p.y) for p in points.geometry] == [(10.5, 50.0), (-179.123456, -17.5)]
    assert points["network"].tolist() == ["NET", "Zürich"]
    assert points["simulated"].tolist() == [True, True]
    properties = [feature["properties"] for feature in json.loads(path.read_text())["features"]]
    assert properties[0] == {
        "network": "NET", "station": "1.10", "pairs": 18, "first": "2018-01-01 06:00:00", "rmsd_gain": 0.02123,
        "reason": "", "dense": True, "simulated": True,
    }  # fmt: skip
    assert properties[1]["station"] == "NA"
    assert properties[1]["rmsd_gain"] is None


def test_no_station_gives_a_collection_without_any(tmp_path):
    write_station_points(tmp_path / "s.geojson", stations().iloc[:0], simulated=False)
    assert json.loads((tmp_path / "s.geojson").read_text()) == {"type": "FeatureCollection", "features": []}


def test_tables_name_their_units_and_keep_names(tmp_path):
    write_validation_tables(tmp_path, {"stations": stations(), "problems": stations()[["station"]]}, simulated=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["problems.csv", "stations.csv"]
    heads = (tmp_path / "stations.csv").read_text().splitlines()[0].split(",")
    assert heads[2:4] == ["longitude [degrees_east]", "latitude [degrees_north]"]
    assert "rmsd_gain [m3/m3]" in heads and heads[-1] == "simulated"
    table = read_table(tmp_path / "stations.csv", ("network", "station"))
    assert table["station"].tolist() == ["1.10", "NA"]
    assert table["longitude"].tolist() == [10.5, -179.12346]  # to a metre
    assert table["rmsd_gain"].tolist() == [pytest.approx(0.0212346), pytest.approx(np.nan, nan_ok=True)]


def test_all_files_have_names_of_their_own():
    assert len(set(FILES)) == len(FILES) == len(TABLES) + len(FIGURES) + 4


def test_files_that_cannot_be_written_are_named(tmp_path):
    for name in ("stations.csv", "s.geojson"):
        (tmp_path / name).mkdir()
    with pytest.raises(OutputError, match=r"stations\.csv"):
        write_validation_tables(tmp_path, {"stations": stations()}, simulated=False)
    with pytest.raises(OutputError, match=r"s\.geojson"):
        write_station_points(tmp_path / "s.geojson", stations(), simulated=False)
