import numpy as np
import pytest
from made_stations import made_pairs

from smen.errors import DataError
from smen.validation.representativeness import (
    FROM_OTHER_STATIONS,
    FROM_SHARED_CELLS,
    GIVEN,
    UNKNOWN,
    estimate_representativeness,
    interval_check,
)
from smen.validation.station_matching import StationPairs


def noisy(pairs, size, seed=5):
    """Add a representativeness error to the stations of pairs."""
    error = np.random.default_rng(seed).normal(0, size, len(pairs.table))
    table = pairs.table.assign(station=pairs.table["station"] + error)
    return StationPairs(pairs.kind, pairs.points, pairs.products, table, pairs.deviation)


SHARED = [(20, 20), (20, 20), (30, 5), (30, 5), (41, 30), (41, 30)]


def test_from_stations_in_one_cell_it_needs_no_map():
    pairs = made_pairs(7, cells=[*SHARED, (8, 40)])
    values = [pairs.of_point(i)["station"].to_numpy() for i in range(6)]
    squares = np.concatenate([(values[i] - values[i + 1]) ** 2 for i in (0, 2, 4)])
    found = estimate_representativeness(pairs, "p0")
    assert found.method == FROM_SHARED_CELLS
    assert found.stations == 6
    assert found.value == pytest.approx(np.sqrt(np.mean(squares) / 2))


def test_two_stations_in_one_cell_are_no_sample():
    assert estimate_representativeness(made_pairs(5, cells=[*SHARED[:4], (8, 40)]), "p0").method == FROM_OTHER_STATIONS


def test_from_the_other_stations_it_finds_what_was_put_in():
    pairs = noisy(made_pairs(12, 365), 0.03)
    found = estimate_representativeness(pairs, "p0")
    assert found.method == FROM_OTHER_STATIONS
    assert found.value == pytest.approx(0.03, rel=0.05)
    error = pairs.table["p0"] - pairs.table["station"]
    excess = (error**2 - 0.02**2).groupby(pairs.table["point"]).mean()
    assert found.at[3] == pytest.approx(np.sqrt(excess.drop(3).mean()))


def test_the_interval_holds_the_stations_with_it_and_not_without():
    table = interval_check(noisy(made_pairs(12, 365), 0.04), resamples=200)
    row = table[(table["product"] == "p0") & (table["level"] == 0.9)].iloc[0]
    assert row["coverage_without"] < 0.6  # 1.645 * .02 of a deviation of .045: 54 %
    assert row["coverage"] == pytest.approx(0.9, abs=0.02)
    assert row["low"] < row["coverage"] < row["high"]
    half = table[(table["product"] == "p1") & (table["level"] == 0.5)].iloc[0]
    assert half["coverage"] == pytest.approx(0.5, abs=0.03)


def test_a_map_that_states_too_little_is_found_out_where_stations_share_a_cell():
    pairs = made_pairs(7, 365, cells=[*SHARED, (8, 40)], errors=(0.1,))
    # Make those in one cell alike, so that they say the point stands well for the cell; the map states a fifth.
    table = pairs.table.copy()
    for first in (0, 2, 4):
        own = table.loc[table["point"] == first, "station"].to_numpy()
        table.loc[table["point"] == first + 1, "station"] = own + 0.001
    bold = StationPairs("absolute", pairs.points, pairs.products, table, pairs.deviation / 5)
    row = interval_check(bold, (0.9,), resamples=50).iloc[0]
    assert row["representativeness"] < 0.002
    assert row["coverage"] < 0.5


def test_a_given_error_is_used_as_it_is():
    pairs = made_pairs(2, 100)
    row = interval_check(pairs, (0.9,), representativeness=10.0, resamples=20).iloc[0]
    assert (row["coverage"], row["representativeness"], row["method"]) == (1.0, 10.0, GIVEN)


def test_what_cannot_be_estimated_is_said():
    pairs = made_pairs(1, 100)
    assert estimate_representativeness(pairs, "p0").method == UNKNOWN
    row = interval_check(pairs, (0.9,), resamples=20).iloc[0]
    assert np.isnan(row["coverage"])
    assert 0.8 < row["coverage_without"] < 1
    bare = StationPairs("absolute", pairs.points, pairs.products, pairs.table, pairs.deviation[["p1"]])
    with pytest.raises(DataError, match="states no standard deviation"):
        estimate_representativeness(bare, "p0")
    assert set(interval_check(bare, resamples=5)["product"]) == {"p1"}
