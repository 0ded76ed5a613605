"""Means in rings of distance against a sum over all pairs of offsets."""

from itertools import pairwise

import numpy as np
import pytest

from smen.grid.torus import means_by_ring, torus_distance


def test_distances_go_round_the_edges():
    distance = torus_distance((4, 6))
    assert distance[0, 0] == 0 and distance[3, 0] == 1 and distance[0, 5] == 1 and distance[2, 3] == np.hypot(2, 3)


def test_means_by_ring():
    rng = np.random.default_rng(1)
    sums, pairs, use = rng.normal(size=(7, 9)), rng.integers(0, 5, (7, 9)).astype(float), rng.random((7, 9)) < 0.8
    edges = np.array([0.5, 1.2, 3.0])
    distance = torus_distance((7, 9))
    far, mean, number = means_by_ring(sums, pairs, use, edges)
    bounds = [-1.0, *edges, np.inf]
    for k, (low, high) in enumerate(pairwise(bounds)):
        cells = use & (distance >= low) & (distance < high)
        assert number[k] == pairs[cells].sum()
        assert mean[k] == pytest.approx(sums[cells].sum() / pairs[cells].sum())
        assert far[k] == pytest.approx((distance * pairs)[cells].sum() / pairs[cells].sum())


def test_without_pairs_there_is_no_ring():
    parts = means_by_ring(np.ones((4, 4)), np.ones((4, 4)), np.zeros((4, 4), bool), np.array([1.0]))
    assert [len(part) for part in parts] == [0, 0, 0]
