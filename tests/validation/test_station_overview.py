"""The table of stations: scores of the maps alone, gains where there is a coarse field, and reasons."""

import numpy as np
import pytest
from made_stations import made_pairs

from smen.validation.station_matching import StationPairs
from smen.validation.station_overview import station_table
from smen.validation.validation_tables import ALL_OVERPASSES, MAPS_ALONE, ValidationProtocol, make_tables


def without_point(pairs, point, products=None):
    """Pairs without those of a station, as where a product has no value there, and with some products only."""
    keep = pairs.table["point"] != point
    products = products or pairs.products
    table = pairs.table[keep][["point", "time", "station", *products]]
    return StationPairs(pairs.kind, pairs.points, products, table, pairs.deviation[keep][list(products)])


@pytest.fixture(scope="module")
def made():
    pairs = made_pairs(stations=4)
    sets = {
        ALL_OVERPASSES: {"absolute": without_point(pairs, 2)},
        MAPS_ALONE: {"absolute": without_point(pairs, -1, ("p0",))},
    }
    tables = make_tables(sets, ValidationProtocol("p1", resamples=50))
    return pairs, station_table(pairs.points, sets, tables, "p0")


def test_every_station_has_scores_of_the_maps_also_where_the_coarse_field_has_no_value(made):
    pairs, table = made
    assert table["station"].tolist() == ["s00", "s01", "s02", "s03"]
    for index in range(4):
        own = pairs.of_point(index)
        assert table["bias"][index] == pytest.approx((own["p0"] - own["station"]).mean())
    assert table["pairs"].tolist() == [200] * 4
    assert table["common pairs"].tolist() == [200, 200, 0, 200]


def test_a_station_without_a_coarse_field_has_no_gain_and_says_why(made):
    _, table = made
    assert np.isfinite(table["rmsd_gain"]).tolist() == [True, True, False, True]
    assert table["reason"].tolist() == ["", "", "not compared with other products: no time common to all products", ""]
