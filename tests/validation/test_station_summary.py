import numpy as np
import pytest
from made_stations import made_pairs

from smen.errors import DataError
from smen.scores.gdown import g_down
from smen.validation.point_metrics import POINT_METRICS, station_metrics
from smen.validation.station_matching import StationPairs
from smen.validation.station_summary import paired_differences, station_gains, summary_metrics


def test_values_are_the_means_of_the_stations_metrics():
    pairs = made_pairs()
    each = station_metrics(pairs, periods=("all", "season"))
    table = summary_metrics(pairs, periods=("all", "season"), resamples=20)
    of_all = table[table["group"] == "all"].set_index(["period", "product", "metric"])
    for key, rows in each.groupby(["period", "product", "metric"]):
        mine = of_all.loc[key]
        assert mine["value"] == pytest.approx(rows["value"].mean(), rel=1e-6), key
        assert mine["median"] == pytest.approx(rows["value"].median(), rel=1e-6)
    assert (table["low"] < table["high"]).all()


def test_groups_and_the_minimum():
    pairs = made_pairs()
    points = list(pairs.points)
    from dataclasses import replace

    for i in (0, 1):
        points[i] = replace(points[i], station=replace(points[i].station, network="OTHER", climate="BSk"))
    table = pairs.table[(pairs.table["point"] != 5) | (pairs.table.index % 50 == 0)]
    changed = StationPairs("absolute", tuple(points), pairs.products, table, pairs.deviation.loc[table.index])
    summary = summary_metrics(changed, ("bias",), resamples=10)
    stations = summary[summary["product"] == "p0"].set_index("group")["stations"]
    assert stations.to_dict() == {"all": 5, "NET": 3, "OTHER": 2}
    by_climate = summary_metrics(changed, ("bias",), by="climate", resamples=10)
    assert set(by_climate["group"]) == {"all", "BSk", "unknown"}


def test_the_interval_holds_the_true_difference_as_often_as_it_says():
    held = []
    for seed in range(40):
        pairs = made_pairs(stations=8, days=120, errors=(0.02, 0.038), seed=seed)
        table = paired_differences(pairs, "p0", ("ubrmsd",), resamples=300, seed=seed)
        row = table[table["group"] == "all"]
        held.append(row["low"].item() <= 0.038 - 0.02 <= row["high"].item())
    assert 0.85 <= np.mean(held) <= 1.0


def test_the_interval_shrinks_with_the_number_of_stations():
    widths = []
    for stations in (4, 16):
        cells = [(2 + 2 * (i // 4) * 3, 3 + 9 * (i % 4)) for i in range(stations)]
        rows = summary_metrics(made_pairs(stations, cells=cells, seed=4), ("ubrmsd",), by="network")
        row = rows[(rows["group"] == "all") & (rows["product"] == "p1")]
        widths.append((row["high"] - row["low"]).item())
    assert widths[1] < 0.75 * widths[0]  # half for independent stations


def test_the_better_product_is_called_better():
    pairs = made_pairs()
    table = paired_differences(pairs, "p1")
    rows = table[table["group"] == "all"].set_index("metric")
    assert set(rows.index) == {*POINT_METRICS, "g_down"}
    for metric in ("rmsd", "ubrmsd", "pearson_r", "spearman_r", "g_down"):
        assert rows.loc[metric, "better"] is True, metric
    worse = paired_differences(pairs, "p0")
    rows = worse[worse["group"] == "all"].set_index("metric")
    for metric in ("rmsd", "ubrmsd", "pearson_r", "spearman_r", "g_down"):
        assert rows.loc[metric, "better"] is False, metric
    same = StationPairs(
        "absolute", pairs.points, ("p0", "copy"), pairs.table.assign(copy=pairs.table["p0"]), pairs.deviation
    )
    assert all(b is None for b in paired_differences(same, "p0")["better"])


def test_differences_are_paired():
    pairs = made_pairs()
    each = station_metrics(pairs, periods=("all",)).pivot_table(
        values="value", index="station", columns=["metric", "product"]
    )
    table = paired_differences(pairs, "p1", resamples=10)
    rows = table[table["group"] == "all"].set_index("metric")["value"]
    assert rows["ubrmsd"] == pytest.approx((each["ubrmsd"]["p0"] - each["ubrmsd"]["p1"]).mean())
    assert rows["bias"] == pytest.approx((each["bias"]["p0"].abs() - each["bias"]["p1"].abs()).mean())
    assert rows["pearson_r"] == pytest.approx((each["pearson_r"]["p0"] - each["pearson_r"]["p1"]).mean())
    with pytest.raises(DataError, match="no product 'p9'"):
        paired_differences(pairs, "p9")


def test_a_constant_reference_counts_as_without_correlation():
    pairs = made_pairs()
    columns = pairs.table[["point", "time", "station", "p0"]].assign(flat=0.2)
    flat = StationPairs("absolute", pairs.points, ("p0", "flat"), columns, pairs.deviation)
    table = paired_differences(flat, "flat", ("pearson_r",), resamples=50)
    own = summary_metrics(pairs, ("pearson_r",), resamples=50)
    expected = own[(own["group"] == "all") & (own["product"] == "p0")]["value"].item()
    assert table[table["group"] == "all"]["value"].item() == pytest.approx(expected)


def test_gains_of_stations():
    pairs = made_pairs()
    gains = station_gains(pairs, "p1")
    assert gains["station"].tolist() == [p.name for p in pairs.points]
    rows = pairs.of_point(2)
    gain = gains.iloc[2]
    assert gain["n"] == len(rows)
    error = [np.std(rows[p] - rows["station"]) for p in ("p0", "p1")]
    assert gain["ubrmsd_gain"] == pytest.approx(error[1] - error[0])
    assert gain["g_down"] == pytest.approx(g_down(rows["p0"], rows["p1"], rows["station"]).g_down)
    assert (gains["ubrmsd_gain"] > 0).all()
