"""Residuals before an overpass: by hand, without gaps, and without what a date is asked for."""

from dataclasses import replace

import numpy as np
import pytest
from made_fields import make_fields, make_samples

from smen.data.climatology import Climatology
from smen.data.fill import residuals_of
from smen.data.records import MISSING, TRAIN
from smen.methods.residual_history import ResidualHistory


@pytest.fixture(scope="module")
def learning(fields, samples):
    return samples.with_target(TRAIN)


def history_of(fields, samples, missing="climatology"):
    of = samples.fine[samples.fine != MISSING]
    return ResidualHistory(fields, samples, Climatology.of(residuals_of(fields, of)), missing)


def test_frames_by_hand(fields, samples):
    history = history_of(fields, samples)
    earlier = history.before(9)
    # Fine fields at every second overpass, ready within hours: those of overpasses 8, 6, 4 and 2.
    np.testing.assert_allclose(earlier.age, [1.5, 4.5, 7.5, 10.5])
    for frame, valid, fine, coarse in zip(earlier.frames, earlier.valid, (4, 3, 2, 1), (8, 6, 4, 2), strict=True):
        residual = fields.fine[fine] - fields.coarse_at(coarse)
        np.testing.assert_array_equal(valid, np.isfinite(residual))
        np.testing.assert_array_equal(frame[valid], residual[valid])
        np.testing.assert_array_equal(frame[~valid], history.climatology.mean[~valid])


def test_before_the_first_fine_field(fields, samples):
    earlier = history_of(fields, samples).before(0)
    assert not earlier.valid.any() and (earlier.age == 0).all()
    np.testing.assert_array_equal(earlier.frames, np.broadcast_to(earlier.mean, earlier.frames.shape))
    zeros = history_of(fields, samples, "zero").before(0)
    assert (zeros.frames == 0).all() and zeros.mean.any()


def test_a_date_is_left_out_with_those_of_its_sentinel1_scene(fields, learning):
    scenes = list(fields.fine_sentinel1)
    first, second = learning.fine[2], learning.fine[3]
    scenes[second] = scenes[first] | scenes[second]
    shared = replace(fields, fine_sentinel1=tuple(scenes))
    history = history_of(shared, learning)
    left = history.climatology.without(residuals_of(shared, np.array([first, second])))
    np.testing.assert_array_equal(history.before(2, leave_out=True).mean, left.mean)
    np.testing.assert_array_equal(history.before(2).mean, history.climatology.mean)
    alone = history.climatology.without(residuals_of(shared, learning.fine[[0]]))
    np.testing.assert_array_equal(history.before(0, leave_out=True).mean, alone.mean)


def test_an_overpass_without_a_target_leaves_nothing_out(fields, samples):
    history = history_of(fields, samples)
    assert samples.fine[1] == MISSING
    np.testing.assert_array_equal(history.before(1, leave_out=True).mean, history.climatology.mean)


def test_residuals_are_those_of_the_fields(fields, samples):
    history = history_of(fields, samples)
    index = np.array([5, 0, 5])
    for _ in range(2):  # the second time from memory
        np.testing.assert_array_equal(history.residuals(index), residuals_of(fields, index))
    assert history.residuals(np.array([], int)).shape == (0, *fields.window.shape)


def test_no_history_at_all():
    fields = make_fields(n=6)
    samples = make_samples(fields, fine_history=0)
    earlier = history_of(fields, samples).before(5)
    assert earlier.frames.shape == earlier.valid.shape == (0, *fields.window.shape) and earlier.age.shape == (0,)
