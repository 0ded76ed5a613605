"""All tables of a validation from pairs."""

import numpy as np
import pytest
from made_stations import made_pairs

from smen.validation.station_summary import summary_metrics
from smen.validation.validation_tables import ALL_OVERPASSES, AT_PRODUCT_DATES, ValidationProtocol, make_tables

PROTOCOL = ValidationProtocol("p1", resamples=50)


@pytest.fixture(scope="module")
def tables():
    pairs = made_pairs(stations=6, cells=[(5, 5), (6, 6), (7, 7), (30, 30), (31, 31), (32, 33)], climate="Cfb (x)")
    few = made_pairs(stations=6, days=12)
    return make_tables({ALL_OVERPASSES: {"absolute": pairs}, AT_PRODUCT_DATES: {"absolute": few}}, PROTOCOL)


def test_every_table_names_its_set_first(tables):
    assert set(tables) == {"metrics", "summary", "differences", "gains", "claims", "intervals"}
    for table in tables.values():
        assert table.columns[0] == "pairs"
        assert set(table["pairs"]) == {ALL_OVERPASSES, AT_PRODUCT_DATES}


def test_the_summary_is_that_of_the_pairs_and_has_each_group_once(tables):
    rows = tables["summary"].query("pairs == @ALL_OVERPASSES and period == 'all' and metric == 'ubrmsd'")
    assert rows[rows["group"] == "all"]["product"].tolist() == ["p0", "p1"]
    assert set(rows["by"]) == {"network", "climate"}
    pairs = made_pairs(stations=6, cells=[(5, 5), (6, 6), (7, 7), (30, 30), (31, 31), (32, 33)])
    expected = summary_metrics(pairs, ["ubrmsd"], resamples=50)
    first = rows[rows["group"] == "all"].iloc[0]
    assert first["value"] == pytest.approx(expected["value"].iloc[0])


def test_sub_periods_are_of_all_overpasses_alone(tables):
    periods = tables["metrics"].groupby("pairs")["period"].unique()
    assert set(periods[AT_PRODUCT_DATES]) == {"all"}
    assert {"all", "MAM", "JJA"} <= set(periods[ALL_OVERPASSES])
    assert "2021" not in set(periods[ALL_OVERPASSES])  # the only year: it would say what the whole says


def test_the_better_product_is_said_to_be_better(tables):
    rows = tables["differences"].query(
        "pairs == @ALL_OVERPASSES and group == 'all' and period == 'all' and metric == 'ubrmsd'"
    )
    assert rows["better"].tolist() == [True]
    assert rows["value"].iloc[0] == pytest.approx(0.02 - 0.05, abs=0.005)


def test_scaled_pairs_have_no_bias_but_claims_are_of_the_pairs_as_they_are():
    pairs = made_pairs(stations=4)
    sets = {ALL_OVERPASSES: {"absolute": pairs}}
    scaled = make_tables(sets, ValidationProtocol("p1", scaling="mean_std", resamples=50))
    plain = make_tables(sets, PROTOCOL)
    bias = scaled["metrics"].query("metric == 'bias' and period == 'all'")["value"]
    assert np.abs(bias).max() < 1e-9
    assert scaled["claims"].equals(plain["claims"])
    assert scaled["intervals"].equals(plain["intervals"])
