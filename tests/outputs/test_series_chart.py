"""Charts of extracted series."""

import matplotlib.image
import numpy as np
import pandas as pd

from smen.outputs.series_chart import MOST, series_figure


def values(features, days=30, simulated="no", **more):
    time = pd.date_range("2018-01-01", periods=days).strftime("%Y-%m-%d")
    rows = {"region": "tucson", "soil_moisture": 0.2, "standard_deviation": 0.02, "simulated": simulated} | more
    return pd.concat([pd.DataFrame({"feature": f"f{i}", "time": time, **rows}) for i in range(features)])


def height(path):
    return matplotlib.image.imread(path).shape[0]


def test_each_feature_has_a_panel_up_to_a_limit(tmp_path):
    assert series_figure(tmp_path / "2.png", values(2)) == 0
    assert series_figure(tmp_path / "4.png", values(4)) == 0
    assert series_figure(tmp_path / "20.png", values(20)) == 20 - MOST
    assert height(tmp_path / "2.png") < height(tmp_path / "4.png") < height(tmp_path / "20.png")


def test_features_without_a_value_have_none(tmp_path):
    table = values(3)
    table.loc[table["feature"] == "f1", "soil_moisture"] = np.nan
    assert series_figure(tmp_path / "some.png", table) == 0
    series_figure(tmp_path / "two.png", values(2))
    assert height(tmp_path / "some.png") == height(tmp_path / "two.png")
    assert series_figure(tmp_path / "none.png", values(2, soil_moisture=np.nan)) == 0


def test_simulated_series_are_labelled(tmp_path):
    """The label has an orange frame, which nothing else has."""
    for name in ("yes", "no"):
        series_figure(tmp_path / f"{name}.png", values(1, simulated=name))
    framed = [
        (np.abs(matplotlib.image.imread(tmp_path / f"{n}.png")[..., :3] - np.array([154, 52, 18]) / 255) < 0.02)
        .all(axis=2).any() for n in ("yes", "no")
    ]  # fmt: skip
    assert framed == [True, False]


def test_the_same_series_give_the_same_bytes(tmp_path):
    series_figure(tmp_path / "a.png", values(2))
    series_figure(tmp_path / "b.png", values(2))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
