"""Samples of the made region, worked out again from its times."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from made_region import REGION, TEST, TRAINING

from smen.data.records import NONE, SPLIT_NAMES, TRAIN, VALIDATION
from smen.data.records import TEST as TESTED
from smen.errors import DataError
from smen.stages import pair

PERIODS = {"training": [str(day) for day in TRAINING], "test": [str(day) for day in TEST]}


def samples_of(plan):
    pair.run(plan.pair(REGION, 2016))
    with xr.open_dataset(plan.layout.samples(REGION, 2016), engine="h5netcdf") as dataset:
        return dataset.load()


def days(dataset, code):
    return dataset["time"].values[dataset["split"].values == code].astype("datetime64[D]")


@pytest.fixture(scope="module")
def samples(trained):
    with xr.open_dataset(trained.layout.samples(REGION, 2016), engine="h5netcdf") as dataset:
        return dataset.load()


def test_every_overpass_has_its_target_where_a_3_km_field_is(made, samples):
    fields = made.fields
    assert (samples["time"].values == fields.coarse_time).all()
    has_target = np.isin(fields.coarse_time, fields.fine_time)
    fine = samples["fine"].values
    assert (np.isnat(fine) == ~has_target).all()
    assert (fine[has_target] == fields.coarse_time[has_target]).all()


def test_the_history_is_the_latest_fields_that_were_ready_before_the_overpass(made, samples):
    fields = made.fields
    history, age = samples["fine_history"].values, samples["age"].values
    assert history.shape == (80, 4)
    for time, row, ages in zip(fields.coarse_time, history, age, strict=True):
        expected = fields.fine_time[fields.fine_ready < time][::-1][:4]
        assert (row[: len(expected)] == expected).all()
        assert np.isnat(row[len(expected) :]).all()
        np.testing.assert_allclose(ages[: len(expected)], (time - expected) / np.timedelta64(1, "D"), rtol=1e-6)


def test_splits_are_blocks_of_time_and_validation_the_last_fifth_of_training(made, samples):
    time = samples["time"].values
    assert (days(samples, TESTED) >= np.datetime64(TEST[0])).all()
    assert len(days(samples, TESTED)) == (time >= np.datetime64(TEST[0])).sum()
    assert days(samples, TRAIN).max() < days(samples, VALIDATION).min() <= np.datetime64(TRAINING[1])
    assert not (samples["split"].values == NONE).any()
    fine = ~np.isnat(samples["fine"].values)
    number = {code: int((fine & (samples["split"].values == code)).sum()) for code in (TRAIN, VALIDATION)}
    assert number[VALIDATION] == round(0.2 * (number[TRAIN] + number[VALIDATION]))


def test_the_file_names_its_splits(samples):
    assert samples["split"].attrs["flag_meanings"] == " ".join(SPLIT_NAMES.values())
    assert samples.attrs["Conventions"] == "CF-1.10"


def test_a_validation_period_is_cut_out_of_training(copied):
    periods = PERIODS | {"validation": ["2016-01-20", "2016-01-31"]}
    samples = samples_of(copied(periods=periods))
    assert (days(samples, VALIDATION) >= np.datetime64("2016-01-20")).all()
    assert (days(samples, VALIDATION) <= np.datetime64("2016-01-31")).all()
    train = days(samples, TRAIN)
    assert train.min() < np.datetime64("2016-01-20") and train.max() > np.datetime64("2016-01-31")
    assert (
        len(train) + len(days(samples, VALIDATION))
        == (samples["time"].values.astype("datetime64[D]") <= np.datetime64(TRAINING[1])).sum()
    )


def test_a_validation_period_at_the_end_of_training_leaves_one_block(copied):
    samples = samples_of(copied(periods=PERIODS | {"validation": ["2016-03-01", "2016-03-10"]}))
    assert days(samples, TRAIN).max() < np.datetime64("2016-03-01") <= days(samples, VALIDATION).min()


def test_a_field_that_covers_too_little_is_neither_target_nor_history(copied):
    samples = samples_of(copied(samples={"minimum_coverage": 0.9}))  # made fields cover half of the window
    assert np.isnat(samples["fine"].values).all()
    assert np.isnat(samples["fine_history"].values).all()
    assert np.isnan(samples["age"].values).all()


def test_the_same_again_gives_the_same_bytes(copied):
    plan = copied()
    path = Path(plan.layout.samples(REGION, 2016))
    before = path.read_bytes()
    path.unlink()
    pair.run(plan.pair(REGION, 2016))
    assert path.read_bytes() == before


def test_a_missing_series_is_named(copied):
    plan = copied()
    Path(plan.layout.aligned(REGION, "fine", 2016)).unlink()
    with pytest.raises(DataError, match=r"fine_2016\.nc is missing: run the stage align"):
        pair.run(plan.pair(REGION, 2016))
