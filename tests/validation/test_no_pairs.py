"""Stations without a single pair, and no stations at all, go through every table and file."""

import numpy as np
import pytest
import xarray as xr
from made_ismn import hours
from made_stations import WINDOW, series

from smen.validation.point_claims import station_bias_spread, within_cell_correlation
from smen.validation.point_metrics import station_metrics
from smen.validation.point_products import PointProduct
from smen.validation.qa4sm_results import write_qa4sm_results
from smen.validation.representativeness import interval_check
from smen.validation.station_matching import match_stations, scale_pairs
from smen.validation.station_points import locate_points
from smen.validation.station_summary import paired_differences, station_gains, summary_metrics
from smen.validation.triple_collocation import triple_collocation


@pytest.mark.parametrize("stations", [0, 1, 3])
def test_all_tables_are_made(tmp_path, stations):
    made = [series(f"s{i}", 5 + i, time=hours("2001-01-01", 9)) for i in range(stations)]
    points, _ = locate_points(made, WINDOW)
    time = hours("2021-01-01", 4)
    field = np.full((4, stations), 0.2)
    pairs = match_stations(points, [PointProduct(n, time, field, field / 10) for n in ("a", "b", "c")])
    for kind in pairs.values():
        metrics = station_metrics(kind)
        assert len(metrics) == stations * 3 * 5
        assert set(metrics["reason"]) <= {"no time common to all products"}
        assert summary_metrics(kind).empty
        assert paired_differences(kind, "a").empty
        assert station_gains(kind, "a").empty
        assert within_cell_correlation(kind)["reason"].ne("").all()
        assert station_bias_spread(kind, "a")["reason"].ne("").all()
        assert interval_check(kind).empty
        assert scale_pairs(kind).table.empty
    three = {n: frozenset({n}) for n in "abc"}
    assert len(triple_collocation(pairs["absolute"], ("a", "b", "c"), three)) == 3 * stations
    write_qa4sm_results(tmp_path / "r.nc", pairs["absolute"])
    with xr.open_dataset(tmp_path / "r.nc") as file:
        assert file.sizes["loc"] == stations
