"""Seconds of the products."""

import datetime as dt

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.simulation.product_seconds import seconds_since_epoch


def test_the_epoch_is_noon():
    assert seconds_since_epoch(np.datetime64("2000-01-01T12:00:00")) == 0
    assert seconds_since_epoch(np.datetime64("2000-01-02T12:00:00.250")) == 86400.25


@given(st.integers(0, 10**9), st.integers(0, 999))
def test_seconds_count_without_leap_seconds(seconds, milliseconds):
    time = np.datetime64("2000-01-01T12:00:00.000") + np.timedelta64(seconds * 1000 + milliseconds, "ms")
    expected = dt.datetime.fromisoformat(str(time)) - dt.datetime(2000, 1, 1, 12)
    assert seconds_since_epoch(time) == pytest.approx(expected.total_seconds(), abs=1e-6)


def test_the_real_half_orbit_counts_alike(real_data):
    """Its text and its seconds agree to 10 ms, the precision of its text (some of which is broken: `46.***`)."""
    (path,) = real_data.glob("SMAP_L2_SM_P_NRT_*.h5")
    with h5py.File(path) as file:
        group = file["Soil_Moisture_Retrieval_Data"]
        text, seconds = group["tb_time_utc"][:50], group["tb_time_seconds"][:50]
    whole = [(word, value) for word, value in zip(text, seconds, strict=True) if b"*" not in word]
    assert len(whole) > 25
    for word, value in whole:
        assert seconds_since_epoch(np.datetime64(word.decode().removesuffix("Z"))) == pytest.approx(value, abs=0.006)
