import numpy as np
import pytest
from made_ismn import hours
from made_stations import WINDOW, made_pairs, series

from smen.scores import metrics as scores
from smen.validation.point_metrics import COLUMNS, POINT_METRICS, point_metric, station_metrics
from smen.validation.point_products import PointProduct
from smen.validation.station_matching import StationPairs, match_stations
from smen.validation.station_points import locate_points


def test_by_hand():
    product, station = np.array([0.2, 0.3, 0.5, 0.4]), np.array([0.1, 0.3, 0.3, 0.5])
    # differences .1 0 .2 -.1: mean .05, squares .01 0 .04 .01: mean .015
    assert point_metric("bias", product, station)[0] == pytest.approx(0.05)
    assert point_metric("rmsd", product, station)[0] == pytest.approx(np.sqrt(0.015))
    assert point_metric("ubrmsd", product, station)[0] == pytest.approx(np.sqrt(0.015 - 0.05**2))
    # departures: -.15 -.05 .15 .05 and -.2 0 0 .2: products .03 0 0 .01; squares .05 and .08
    assert point_metric("pearson_r", product, station)[0] == pytest.approx(0.04 / np.sqrt(0.05 * 0.08))
    # ranks 1 2 4 3 and 1 2.5 2.5 4: departures -1.5 -.5 1.5 .5, -1.5 0 0 1.5: 3 / sqrt(5 * 4.5)
    assert point_metric("spearman_r", product, station)[0] == pytest.approx(3 / np.sqrt(22.5))


def test_they_are_pytesmos_and_ours():
    from pytesmo.metrics import pairwise

    rng = np.random.default_rng(3)
    station = rng.uniform(0.1, 0.4, 80)
    product = station + rng.normal(0.02, 0.04, 80)
    ours = {"bias": scores.bias, "rmsd": scores.rmse, "ubrmsd": scores.ubrmse, "pearson_r": scores.pearson_r}
    for metric in POINT_METRICS:
        value, low, high = point_metric(metric, product, station)
        assert value == getattr(pairwise, metric)(product, station)
        if metric in ours:
            assert value == pytest.approx(ours[metric](product, station), rel=1e-9)
        if metric == "rmsd":
            assert np.isnan(low)
        else:
            assert (low, high) == pytest.approx(getattr(pairwise, f"{metric}_ci")(product, station, value))
            assert low < value < high


def test_what_does_not_vary_has_no_correlation():
    assert np.isnan(point_metric("pearson_r", np.full(20, 0.2), np.linspace(0, 1, 20))).all()


def test_the_table_has_all_stations_products_and_periods():
    pairs = made_pairs(stations=3, climate="Cfb")
    table = station_metrics(pairs)
    assert tuple(table.columns) == COLUMNS
    periods = {"all", "MAM", "JJA", "SON", "2021"}
    assert set(table["period"]) == periods
    assert len(table) == 3 * 2 * 5 * len(periods)
    assert set(table["climate"]) == {"Cfb"}
    row = table[(table["period"] == "JJA") & (table["station"] == "s01") & (table["product"] == "p1")]
    part = pairs.of_point(1)
    part = part[part["time"].dt.month.isin([6, 7, 8])]
    assert row["n"].tolist() == [92] * 5
    value = row.set_index("metric")["value"]
    assert value["bias"] == pytest.approx((part["p1"] - part["station"]).mean())


def test_the_bootstrap_is_near_the_formula_for_independent_pairs_and_wider_for_others():
    pairs = made_pairs(stations=1, days=300)
    row = station_metrics(pairs, periods=("all",)).set_index(["product", "metric"]).loc[("p0", "bias")]
    width, analytic = row["bootstrap_high"] - row["bootstrap_low"], row["high"] - row["low"]
    assert width == pytest.approx(analytic, rel=0.2)
    slow = 0.05 * np.sin(np.arange(300) / 10)  # an error that lasts
    table = pairs.table.assign(p0=pairs.table["station"] + slow)
    lasting = StationPairs("absolute", pairs.points, pairs.products, table, pairs.deviation)
    row = station_metrics(lasting, periods=("all",)).set_index(["product", "metric"]).loc[("p0", "bias")]
    assert row["bootstrap_high"] - row["bootstrap_low"] > 1.5 * (row["high"] - row["low"])


def test_below_the_minimum_there_is_a_reason():
    time = hours("2021-06-01", 9, 24)
    made = [series("few", time=time), series("none", 30, time=hours("2001-01-01", 5))]
    points, _ = locate_points(made, WINDOW)
    pairs = match_stations(points, [PointProduct("p", time, np.full((9, 2), 0.2))], kinds=("absolute",))["absolute"]
    table = station_metrics(pairs, periods=("all",))
    reasons = table.groupby("station")["reason"].unique()
    assert reasons["few"].tolist() == ["only 9 pairs of 10"]
    assert reasons["none"].tolist() == ["no time common to all products"]
    assert table["value"].isna().all()
    table = station_metrics(pairs, minimum=9, periods=("all",))
    few = table[table["station"] == "few"].set_index("metric")
    assert np.isfinite(few.loc["bias", "value"])
    assert few.loc["pearson_r", "reason"] == "the station or the product does not vary"
