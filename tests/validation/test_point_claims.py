import numpy as np
import pandas as pd
import pytest
from made_stations import WINDOW, made_pairs

from smen.errors import DataError
from smen.grid import M36
from smen.validation.point_claims import station_bias_spread, within_cell_correlation
from smen.validation.station_matching import StationPairs

ROWS, COLUMNS = WINDOW.coarse_index(M36)
WITHIN = [(int(r), int(c)) for r in np.flatnonzero(ROWS == 1)[:2] for c in np.flatnonzero(COLUMNS == 1)[:2]]
"""Four cells inside one coarse cell."""


def changed(pairs, **columns):
    table = pairs.table.assign(**columns)
    names = tuple(dict.fromkeys((*pairs.products, *columns)))
    return StationPairs(pairs.kind, pairs.points, names, table, pairs.deviation)


def test_it_is_the_correlation_of_departures_from_the_cells_mean():
    pairs = made_pairs(4, cells=WITHIN)
    row = within_cell_correlation(pairs, resamples=100).set_index("product").loc["p0"]
    wide = pd.pivot_table(pairs.table, index="time", columns="point", values=["station", "p0"])
    departures = [wide[name].sub(wide[name].mean(axis=1), axis=0).to_numpy().ravel() for name in ("p0", "station")]
    expected = (departures[0] @ departures[1]) / np.sqrt((departures[0] ** 2).sum() * (departures[1] ** 2).sum())
    assert row["value"] == pytest.approx(expected)
    assert row["low"] < row["value"] < row["high"]
    assert (row["cells"], row["stations"], row["n"]) == (1, 4, len(pairs.table))


def test_a_field_that_is_right_across_stations_beats_one_that_is_noise():
    pairs = made_pairs(4, cells=WITHIN, errors=(0.01, 0.5))
    table = within_cell_correlation(pairs, resamples=200).set_index("product")
    assert table.loc["p0", "low"] > 0.7
    assert abs(table.loc["p1", "value"]) < 0.2


def test_the_coarse_product_can_say_nothing_inside_its_cell():
    pairs = made_pairs(4, cells=WITHIN)
    coarse = pairs.table.groupby("time")["station"].transform("mean")
    table = within_cell_correlation(changed(pairs, coarse=coarse), resamples=20).set_index("product")
    assert np.isnan(table.loc["coarse", "value"])
    assert "does not vary inside" in table.loc["coarse", "reason"]


def test_too_few_stations_or_dates_give_a_reason():
    apart = within_cell_correlation(made_pairs(3, cells=[(0, 0), (20, 20), (40, 40)]), resamples=5)
    assert set(apart["reason"]) == {"no coarse cell has 3 stations"}
    short = within_cell_correlation(made_pairs(4, days=6, cells=WITHIN), resamples=5)
    assert set(short["reason"]) == {"only 6 dates of 10"}


def test_the_spread_of_the_bias():
    pairs = made_pairs(6)
    offset = pairs.table["point"].map(dict(enumerate([0.0, 0.05, -0.05, 0.03, -0.02, 0.01]))).to_numpy()
    wider = changed(pairs, wide=pairs.table["p1"] + offset)
    table = station_bias_spread(wider, "wide", resamples=300).set_index("product")
    for product in ("p0", "wide"):
        difference = wider.table[product] - wider.table["station"]
        assert table.loc[product, "value"] == pytest.approx(difference.groupby(wider.table["point"]).mean().std())
    assert table.loc["p0", "difference_high"] < 0
    assert np.isnan(table.loc["wide", "difference"])
    assert table.loc["wide", "low"] < table.loc["wide", "high"]


def test_the_spread_needs_three_stations_and_a_known_reference():
    table = station_bias_spread(made_pairs(2))
    assert set(table["reason"]) == {"only 2 stations have 10 pairs"}
    with pytest.raises(DataError, match="no product"):
        station_bias_spread(made_pairs(4), "p7")
