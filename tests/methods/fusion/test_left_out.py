"""Dates and cells that training leaves out of the pattern."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smen.methods.fusion.left_out import BLOCK_SHARE, GROUPS, SAME_WEATHER, groups_of, left_out_cells


def masks(seed, share, shape=(37, 50)):
    rng = np.random.default_rng(seed)
    return rng.random(shape) < share, rng


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.floats(0, 1), st.integers(1, 40), st.integers(1, 40))
def test_cells_left_out_are_a_part_of_the_seen_ones(seed, share, height, width):
    seen, rng = masks(seed, share, (height, width))
    hidden = left_out_cells(seen, rng)
    assert hidden.shape == seen.shape and not (hidden & ~seen).any()
    assert not seen.any() or (seen & ~hidden).any()


def test_they_have_the_shape_of_the_unseen_ones():
    """A hole of 9 x 7 cells is moved whole; beside it lie the blocks, a tenth of the cells on average."""
    seen = np.ones((120, 120), bool)
    seen[30:39, 60:67] = False
    shares, moved = [], 0
    for seed in range(60):
        hidden = left_out_cells(seen, np.random.default_rng(seed))
        shares.append(hidden.mean())
        rng = np.random.default_rng(seed)
        hole = np.roll(~seen, (int(rng.integers(120)), int(rng.integers(120))), (0, 1)) & seen
        moved += bool((hidden & hole).sum() == hole.sum())
    assert moved == 60
    assert np.mean(shares) == pytest.approx(BLOCK_SHARE + 63 / 120**2, rel=0.2)


def test_where_half_is_unseen_as_much_of_the_rest_is_left_out():
    seen = np.zeros((60, 60), bool)
    seen[:, :30] = True
    shares = [left_out_cells(seen, np.random.default_rng(k)).sum() / seen.sum() for k in range(60)]
    assert 0.4 < np.mean(shares) < 0.7


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 800), min_size=1, max_size=60, unique=True))
def test_a_group_leaves_out_its_own_dates_and_all_of_the_same_weather(days):
    time = np.datetime64("2016-01-01T00", "s") + np.sort(days).astype("timedelta64[D]")
    groups = groups_of(time)
    assert len(groups) == min(GROUPS, len(time))
    np.testing.assert_array_equal(np.concatenate([own for own, _ in groups]), np.arange(len(time)))
    for own, out in groups:
        for i in range(len(time)):
            near = (np.abs(time[own] - time[i]) < SAME_WEATHER).any()
            between = own[0] <= i <= own[-1]
            assert (i in out) == (near or between)
