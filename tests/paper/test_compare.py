"""Scores of a made region, worked out again from its arrays with pytesmo and numpy."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytesmo.metrics as pytesmo
import pytest
import xarray as xr
from made_region import REGION, TEST

from smen.errors import DataError
from smen.paper import compare, experiment

CASES = ("both", "size_3")


@pytest.fixture(scope="module")
def compared(made):
    """The tables of a comparison with two seeds."""
    for case in CASES:
        for seed in (1, 2):
            experiment.run(made.experiment(case, seed))
    job = made.compare(CASES, truth=str(made.folder / "truth"))
    compare.run(job)
    tables = [pd.read_csv(job.layout.comparison(REGION, name)) for name in ("dates.csv", "aggregation.csv")]
    return (*tables, Path(job.layout.comparison(REGION, "example.nc")))


def chosen(table, **keys):
    keys = {"against": "3 km product", "split": "test"} | keys
    return table[np.logical_and.reduce([table[k] == v for k, v in keys.items()])]


def test_every_method_is_scored_on_every_date_against_product_and_truth(made, compared):
    table, aggregations, _ = compared
    assert {"constant", "nearest_neighbour", "bilinear", "bicubic", "mean_residual", "kalman", "fusion", "smen"} < set(
        table["method"]
    )
    seeds = {m: set(part) for m, part in table.groupby("method")["seed"]}
    assert (seeds["smen"], seeds["size_3"], seeds["nearest_neighbour"]) == ({1, 2}, {1, 2}, {0})
    fine = pd.to_datetime(made.fields.fine_time)
    wanted = {"train": (fine < str(TEST[0])).sum(), "test": (fine >= str(TEST[0])).sum()}
    for (method, _, split, _), part in table.groupby(["method", "seed", "split", "against"]):
        assert len(part) == ({"train": 3, "test": 4} if method == "size_3" else wanted)[split]
        assert part["time"].is_monotonic_increasing
    assert len(aggregations) == len(table.groupby(["method", "seed", "split", "against"]))


def test_scores_of_the_coarse_field_are_those_of_pytesmo(made, compared):
    table, aggregations, _ = compared
    fields = made.fields
    test = np.flatnonzero(fields.fine_time >= np.datetime64(TEST[0]))
    coarse = fields.coarse_at(np.searchsorted(fields.coarse_time, fields.fine_time[test])).astype(float)
    truth = made.truth[np.searchsorted(fields.coarse_time, fields.fine_time[test])].astype(float)
    fine = fields.fine[test].astype(float)
    for against, reference in (("3 km product", fine), ("truth", truth)):
        found = chosen(table, method="nearest_neighbour", against=against)
        errors = []
        for i, row in enumerate(found.to_dict("records")):
            valid = np.isfinite(fine[i])  # also against the truth: all are judged by the same cells
            x, y = coarse[i][valid], reference[i][valid]
            assert row["ubRMSE"] == pytest.approx(pytesmo.ubrmsd(x, y), abs=1e-6)
            assert row["RMSE"] == pytest.approx(pytesmo.rmsd(x, y), abs=1e-6)
            assert row["bias"] == pytest.approx(pytesmo.bias(x, y), abs=1e-6)
            assert row["R"] == pytest.approx(pytesmo.pearson_r(x, y), abs=1e-5)
            assert row["ubRMSE_zeros"] == pytest.approx(np.std(np.where(valid, coarse[i] - reference[i], 0)), abs=1e-6)
            errors.append(x - y)
        (said,) = chosen(aggregations, method="nearest_neighbour", against=against).itertuples()
        each = [np.std(e) for e in errors]
        assert said.dates == len(test)
        assert said.ubRMSE == pytest.approx(np.mean(each), abs=1e-6)
        assert said.ubRMSE_median == pytest.approx(np.median(each), abs=1e-6)
        assert said.ubRMSE_pooled == pytest.approx(np.std(np.concatenate(errors)), abs=1e-6)
        gaps = np.where(np.isfinite(fine), coarse - reference, np.nan)
        often = np.isfinite(gaps).sum(axis=0) >= 5
        assert said.ubRMSE_per_cell == pytest.approx(np.nanstd(gaps[:, often], axis=0).mean(), abs=1e-6)


def test_the_networks_scores_are_those_of_its_own_maps(made, compared):
    from smen.methods.checkpoint import load_checkpoint
    from smen.paper.cases import samples_of_case

    job = made.experiment("both", 2)
    trained = load_checkpoint(Path(job.layout.experiment(REGION, "both", 2)))
    samples = samples_of_case(made.fields, job, "both", 2)
    last = samples.with_target(3).select(slice(-1, None))
    gap = trained.predict(made.fields, last).mean[0] - made.fields.fine[last.fine[0]]
    row = chosen(compared[0], method="smen", seed=2).iloc[-1]
    assert np.datetime64(row["time"]) == last.time[0]
    assert row["ubRMSE"] == pytest.approx(np.nanstd(gap), abs=1e-6)


def test_the_example_is_the_best_covered_test_date(made, compared):
    with xr.open_dataset(compared[2], engine="h5netcdf") as example:
        example.load()
    fields = made.fields
    time = np.datetime64(example.attrs["time"])
    test = fields.fine_time >= np.datetime64(TEST[0])
    covered = np.isfinite(fields.fine[test]).sum(axis=(1, 2))
    assert time == fields.fine_time[test][covered.argmax()]
    np.testing.assert_array_equal(example["target"], fields.fine[fields.fine_time == time][0])
    np.testing.assert_array_equal(example["coarse"], fields.coarse_at(fields.coarse_time == time)[0])
    assert example.attrs["simulated"] == 1


def test_without_a_truth_there_is_only_the_product(made, compared, tmp_path):
    job = made.compare(("both",))
    before = {name: Path(job.layout.comparison(REGION, name)).read_bytes() for name in ("dates.csv", "aggregation.csv")}
    compare.run(job)
    table = pd.read_csv(job.layout.comparison(REGION, "dates.csv"))
    for name, content in before.items():
        Path(job.layout.comparison(REGION, name)).write_bytes(content)
    assert set(table["against"]) == {"3 km product"}
    kept = compared[0][(compared[0]["against"] == "3 km product") & (compared[0]["method"] != "size_3")]
    pd.testing.assert_frame_equal(table, kept.reset_index(drop=True))


def test_a_training_that_is_missing_is_named(made):
    with pytest.raises(DataError, match=r"temporal_1\.safetensors is not there"):
        compare.run(made.compare(("both", "temporal")))
