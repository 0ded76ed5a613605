import numpy as np
import pandas as pd
import pytest
from made_ismn import hours
from made_stations import WINDOW, made_pairs, series

from smen.errors import DataError
from smen.validation.point_products import PointProduct
from smen.validation.station_matching import match_stations, scale_pairs, station_values
from smen.validation.station_points import locate_points


def at(*times):
    return np.array(times, "datetime64[s]")


def matched(station_time, station_value, *products, hours=12.0):
    points, _ = locate_points([series(time=station_time, value=np.asarray(station_value, float))], WINDOW)
    made = [PointProduct(f"p{i}", t, np.asarray(v, float)[:, None]) for i, (t, v) in enumerate(products)]
    return match_stations(points, made, hours, kinds=("absolute",))["absolute"].table


def test_the_nearest_value_within_six_hours_counts():
    overpass = at("2020-03-01T12:00")
    for station, found in (
        (["2020-03-01T06:00"], True),
        (["2020-03-01T18:00"], True),
        (["2020-03-01T05:59:59"], False),
        (["2020-03-01T18:00:01"], False),
    ):
        table = matched(at(*station), [0.2], (overpass, [0.3]))
        assert len(table) == found, station
    table = matched(at("2020-03-01T10:00", "2020-03-01T13:00"), [0.1, 0.2], (overpass, [0.3]))
    assert table["station"].tolist() == [0.2]
    assert table["time"].tolist() == [pd.Timestamp("2020-03-01T12:00")]


def test_only_times_common_to_all_products_count():
    time = hours("2020-03-01", 4, 24)
    second = np.array([0.2, np.nan, 0.4, 0.5])
    table = matched(time, [0.1, 0.2, 0.3, 0.4], (time, [np.nan, 0.3, 0.4, 0.5]), (time, second))
    assert table["time"].tolist() == [pd.Timestamp("2020-03-03"), pd.Timestamp("2020-03-04")]
    assert table["p1"].tolist() == [0.4, 0.5]


def test_products_of_the_same_overpasses_do_not_stand_in_for_each_other():
    time = at("2020-03-01T06:00", "2020-03-01T09:00")
    table = matched(time, [0.1, 0.2], (time, [0.3, 0.4]), (time, [np.nan, 0.5]))
    assert table["time"].tolist() == [pd.Timestamp("2020-03-01T09:00")]


def test_a_third_set_with_times_of_its_own_is_taken_within_the_window():
    time = at("2020-03-01T06:00", "2020-03-02T06:00")
    other = at("2020-03-01T09:30", "2020-03-02T14:00")
    table = matched(time, [0.1, 0.2], (time, [0.3, 0.4]), (other, [0.5, 0.6]))
    assert table[["time", "p1"]].to_numpy().tolist() == [[pd.Timestamp("2020-03-01T06:00"), 0.5]]


def test_a_leap_day_pairs_like_any_other():
    time = hours("2020-02-28T06:00", 3, 24)
    table = matched(time, [0.1, 0.2, 0.3], (time, [0.4, 0.5, 0.6]))
    assert [str(t)[:10] for t in table["time"]] == ["2020-02-28", "2020-02-29", "2020-03-01"]


def test_gaps_leave_out_what_lies_in_them():
    station = hours("2020-03-01", 240)
    keep = (station < np.datetime64("2020-03-04")) | (station >= np.datetime64("2020-03-07"))
    overpass = hours("2020-03-01T12:00", 10, 24)
    table = matched(station[keep], np.full(keep.sum(), 0.2), (overpass, np.full(10, 0.3)))
    assert [t.day for t in table["time"]] == [1, 2, 3, 7, 8, 9, 10]


def test_it_is_what_pytesmo_matches():
    from pytesmo.temporal_matching import combined_temporal_collocation

    rng = np.random.default_rng(0)
    station = np.unique(np.datetime64("2020-01-01", "s") + rng.integers(0, 30 * 86400, 60).astype("timedelta64[s]"))
    overpass = hours("2020-01-01T05:17", 40, 18)
    value, product = rng.uniform(0.1, 0.4, len(station)), rng.uniform(0.1, 0.4, 40)
    product[::7] = np.nan
    table = matched(station, value, (overpass, product))
    reference = pd.Series(product, pd.DatetimeIndex(overpass), name="p0").dropna()
    other = pd.Series(value, pd.DatetimeIndex(station), name="station")
    expected = combined_temporal_collocation(
        reference, [other], pd.Timedelta(hours=6), combined_dropna="any", add_ref_data=True
    )
    assert len(expected) > 15
    assert np.array_equal(table["time"].to_numpy(), expected.index.to_numpy().astype("datetime64[s]"))
    assert np.array_equal(table["station"], expected["station"])


def test_deviations_go_with_the_pairs():
    points, _ = locate_points([series("a"), series("b", 30)], WINDOW)
    time = hours("2021-06-01", 5, 24)
    value = np.arange(10.0).reshape(5, 2) / 20
    value[1, 0] = np.nan
    stated = PointProduct("p", time, value, value / 10)
    pairs = match_stations(points, [stated, PointProduct("q", time, value)])
    table, deviation = pairs["absolute"].table, pairs["absolute"].deviation
    assert list(deviation.columns) == ["p"]
    assert np.allclose(deviation["p"], table["p"] / 10)
    assert table["point"].tolist() == [0] * 4 + [1] * 5
    assert pairs["moving_mean_anomaly"].deviation.empty


def test_without_any_pair_the_table_is_empty():
    points, _ = locate_points([series(time=hours("2001-01-01", 5), value=np.full(5, 0.2))], WINDOW)
    pairs = match_stations(points, [PointProduct("p", hours("2021-01-01", 3), np.full((3, 1), 0.2))])
    assert all(p.table.empty and list(p.table.columns) == ["point", "time", "station", "p"] for p in pairs.values())
    none = match_stations([], [PointProduct("p", hours("2021-01-01", 3), np.empty((3, 0)))])
    assert none["absolute"].table.empty


def test_what_does_not_fit_is_refused():
    points, _ = locate_points([series()], WINDOW)
    product = PointProduct("p", hours("2021-01-01", 3), np.full((3, 1), 0.2))
    with pytest.raises(DataError, match="no product"):
        match_stations(points, [])
    with pytest.raises(DataError, match="same name"):
        match_stations(points, [product, product])
    with pytest.raises(DataError, match="not taken at these stations"):
        match_stations([], [product])


def test_values_at_overpasses_are_the_nearest_or_the_latest_before():
    time = at("2020-03-01T05:00", "2020-03-01T11:00", "2020-03-01T13:00")
    points, _ = locate_points([series(time=time, value=np.array([0.1, 0.2, 0.3])), series("z", 30)], WINDOW)
    overpasses = at("2020-03-01T12:30", "2020-03-01T11:00", "2020-03-02T00:00")
    assert np.array_equal(station_values(points, overpasses)[:, 0], [0.3, 0.2, np.nan], equal_nan=True)
    before = station_values(points, overpasses, only_before=True)
    assert np.array_equal(before[:, 0], [0.2, 0.2, np.nan], equal_nan=True)
    assert np.isnan(before[:, 1]).all()
    assert station_values([], overpasses).shape == (3, 0)


def test_scaling_gives_the_stations_mean_and_deviation():
    pairs = made_pairs(stations=2)
    scaled = scale_pairs(pairs).table
    for point in (0, 1):
        rows, before = scaled[scaled["point"] == point], pairs.of_point(point)
        assert rows["p1"].mean() == pytest.approx(rows["station"].mean())
        assert np.std(rows["p1"]) == pytest.approx(np.std(rows["station"]))
        assert np.corrcoef(rows["p1"], before["p1"])[0, 1] == pytest.approx(1)
    assert scale_pairs(pairs).deviation.shape == (len(scaled), 0)
