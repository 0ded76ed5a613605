"""The bias between the directions of the overpasses: by hand, and against a plain loop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_fields import make_fields, make_samples

from smen.data.records import MISSING
from smen.methods.directions import BIAS_PAIRS, direction_bias, pairs_in_history, pairs_within

HOUR = np.timedelta64(1, "h")
START = np.datetime64("2016-01-01T00:00:00", "s")


def test_bias_by_hand():
    cells = np.array([[[0.20, 0.1]], [[0.25, np.nan]], [[0.22, 0.4]]])
    descending = np.array([False, True, False])
    bias = direction_bias(cells, descending, [(1, 0), (2, 1)], prior_pairs=1.0)
    # Descending minus ascending is .05 and .03 in the first cell, two pairs against a prior of one.
    np.testing.assert_allclose(bias, [[0.08 / 3, 0.0]])
    assert (direction_bias(cells, descending, []) == 0).all()


def test_differences_keep_the_precision_of_the_cells():
    cells = np.array([[[0.1]], [[0.3]]], np.float32)
    bias = direction_bias(cells, np.array([True, False]), [(1, 0)], prior_pairs=0.0)
    assert bias.dtype == np.float64 and bias.item() == float(np.float32(0.1) - np.float32(0.3))


@given(
    hours=st.lists(st.integers(1, 400), min_size=1, max_size=12, unique=True).map(sorted),
    bits=st.integers(0, 2**12 - 1),
    apart=st.integers(1, 200),
    until=st.integers(0, 400),
)
def test_pairs_within_are_the_latest_of_the_other_direction(hours, bits, apart, until):
    time = START + np.array(hours) * HOUR
    descending = np.array([bool(bits >> i & 1) for i in range(len(hours))])
    expected = []
    for now in range(len(hours)):
        others = [i for i in range(now) if descending[i] != descending[now]]
        if hours[now] <= until and others and hours[now] - hours[others[-1]] < apart:
            expected.append((now, others[-1]))
    assert pairs_within(time, descending, apart * HOUR, START + until * HOUR) == expected


def test_pairs_in_the_history_of_samples():
    fields = make_fields(n=8)
    samples = make_samples(fields, coarse_history=2)
    descending = np.array([True, True, True, False, False, True, False, True])
    # Of overpass 3 the latest other one is 2; of 5 it is 4; overpass 2 has none, and 0 lies beyond two of them.
    assert pairs_in_history(samples, descending) == [(3, 2), (4, 2), (5, 4), (6, 5), (7, 6)]
    assert samples.coarse_history[0].tolist() == [MISSING, MISSING]
    assert pairs_in_history(samples.select(slice(3, 4)), descending) == [(3, 2)]


def test_a_steady_bias_is_recovered_but_for_the_prior():
    fields = make_fields(n=30)
    cells = np.where(fields.coarse_descending[:, None, None], 0.23, 0.2) + np.zeros(fields.coarse.shape)
    pairs = pairs_in_history(make_samples(fields), fields.coarse_descending)
    assert len(pairs) == 29
    bias = direction_bias(cells, fields.coarse_descending, pairs)
    np.testing.assert_allclose(bias, 0.03 * 29 / (29 + BIAS_PAIRS))
    assert bias.shape == fields.coarse.shape[1:] and bias.max() == pytest.approx(bias.min())
