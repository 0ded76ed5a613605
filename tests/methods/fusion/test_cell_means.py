"""Means of cells from retrievals that are missing not at random."""

import numpy as np
import pytest

from smen.methods.fusion.cell_means import LENGTH, NUGGET, CellMeans


def made(times=200):
    """Overpasses wet and dry in turn, of which some cells see the wet ones alone."""
    rng = np.random.default_rng(0)
    wet = np.where(np.arange(times) % 2 == 0, 0.1, -0.1)
    own = rng.normal(0, 0.03, (4, 5))
    values = 0.25 + wet[:, None, None] + own + rng.normal(0, 0.005, (times, 4, 5))
    values[1::2, 0] = np.nan
    return values, own


def test_cells_seen_on_wet_days_alone_are_not_taken_for_wet():
    values, own = made()
    means = CellMeans.of(values)
    assert means.seen.all()
    expected = own - own.mean()
    assert np.abs((means.mean - means.mean.mean()) - expected).max() < 0.008
    assert np.abs(np.nanmean(values[:, 0], axis=0) - means.mean[0]).min() > 0.05  # plain means are too wet


def test_a_cell_hardly_seen_is_kriged_from_the_others():
    values, _ = made()
    values[19:, 2, 3] = np.nan
    means = CellMeans.of(values)
    assert not means.seen[2, 3] and means.seen.sum() == 19
    # The same by an independent system of equations: covariances with distance, of the other cells' means.
    known = means.mean[means.seen]
    places, place = np.argwhere(means.seen), np.array([2, 3])
    apart = np.linalg.norm(places[:, None] - places, axis=-1)
    variance = known.var()
    system = variance * (1 - NUGGET) * np.exp(-apart / LENGTH) + variance * NUGGET * np.eye(19)
    to_place = variance * (1 - NUGGET) * np.exp(-np.linalg.norm(places - place, axis=-1) / LENGTH)
    expected = known.mean() + to_place @ np.linalg.solve(system, known - known.mean())
    assert means.mean[2, 3] == pytest.approx(expected, abs=1e-6)


def test_what_neighbours_do_not_tell_is_found_by_leaving_out():
    values, _ = made()
    means = CellMeans.of(values)
    # Independent means: neighbours tell nothing of them, and the mean square left is about their variance.
    assert means.unexplained == pytest.approx(0.03**2, rel=0.5)
    assert means.true_share(np.array([0.06, -0.06])) == pytest.approx(means.unexplained / 0.06**2)
    assert means.true_share(np.array([0.001])) == 1 and means.true_share(np.array([])) == 0


def test_without_a_cell_seen_often_enough_there_are_no_means():
    values, _ = made(19)
    assert CellMeans.of(values) is None
