import numpy as np
import pytest
from made_stations import made_pairs

from smen.errors import DataError
from smen.validation.triple_collocation import triple_collocation

SOURCES = {"p0": frozenset({"smap", "sentinel1"}), "p1": frozenset({"ascat"}), "p2": frozenset({"smap"})}


def test_it_finds_the_errors_that_were_put_in():
    pairs = made_pairs(2, 2500, errors=(0.02, 0.035, 0.05))
    table = triple_collocation(pairs, ("p0", "station", "p1"), SOURCES, resamples=100)
    error = table.set_index(["station", "dataset"])["err_std"]
    for station in ("s00", "s01"):
        assert error[station, "p0"] == pytest.approx(0.02, rel=0.1)
        assert error[station, "p1"] == pytest.approx(0.035, rel=0.1)
        assert error[station, "station"] < 0.008  # products are stations plus noise
    row = table[table["dataset"] == "p1"].iloc[0]
    assert row["err_low"] < row["err_std"] < row["err_high"]
    assert row["snr_low"] < row["snr_db"] < row["snr_high"]


def test_it_is_pytesmos():
    from pytesmo.metrics import tcol_metrics

    pairs = made_pairs(1, 300)
    table = triple_collocation(pairs, ("p0", "station", "p1"), SOURCES, resamples=5)
    snr, error, beta = tcol_metrics(*pairs.of_point(0)[["p0", "station", "p1"]].to_numpy().T)
    good = np.isfinite(error) & np.isfinite(snr)
    assert good[[0, 2]].all()
    assert np.allclose(table["snr_db"][good], snr[good])
    assert np.allclose(table["err_std"][good], error[good])
    assert np.allclose(table["beta"][good], beta[good])


def test_data_sets_with_a_common_source_are_refused():
    pairs = made_pairs(1, 120, errors=(0.02, 0.03, 0.04))
    with pytest.raises(DataError, match="both rest on smap"):
        triple_collocation(pairs, ("p0", "station", "p2"), SOURCES)
    with pytest.raises(DataError, match="made of is not known"):
        triple_collocation(pairs, ("p0", "station", "p1"), {"p0": frozenset({"smap"})})
    with pytest.raises(DataError, match="three different"):
        triple_collocation(pairs, ("p0", "p0", "p1"), SOURCES)
    with pytest.raises(DataError, match="three different"):
        triple_collocation(pairs, ("p0", "p8", "p1"), SOURCES)


def test_too_few_triplets_give_a_reason():
    table = triple_collocation(made_pairs(1, 50), ("p0", "station", "p1"), SOURCES)
    assert set(table["reason"]) == {"only 50 triplets of 100"}
    assert table["err_std"].isna().all()
