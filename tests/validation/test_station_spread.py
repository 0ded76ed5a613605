"""Correlation and spread, against numpy."""

import numpy as np
import pytest
from made_stations import made_pairs

from smen.validation.station_matching import STATION
from smen.validation.station_spread import station_spread


def test_each_product_at_each_station():
    pairs = made_pairs(stations=3)
    table = station_spread(pairs)
    assert len(table) == 6
    for row in table.itertuples():
        own = pairs.of_point(row.point)
        assert row.correlation == pytest.approx(np.corrcoef(own[row.product], own[STATION])[0, 1])
        assert row.spread == pytest.approx(np.std(own[row.product]) / np.std(own[STATION]))


def test_few_pairs_give_no_row():
    assert station_spread(made_pairs(days=9), minimum=10).empty
