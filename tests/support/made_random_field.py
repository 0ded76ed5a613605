"""Gaussian random fields with a nested exponential covariance, drawn by the Cholesky factor of their full matrix."""

import numpy as np
from scipy.spatial.distance import cdist


def distances(shape):
    """Return the distances of all cells of a grid from each other, in cells."""
    places = np.argwhere(np.ones(shape, bool))
    return cdist(places, places)


def dense(parts, shape):
    """Return the full covariance matrix.

    Args:
        parts: pairs of variance and length.
        shape: of the grid.
    """
    apart = distances(shape)
    return sum(variance * np.exp(-apart / length) for variance, length in parts)


def draw(parts, shape, rng, number=1):
    """Draw some fields, (number, H, W)."""
    factor = np.linalg.cholesky(dense(parts, shape) + 1e-12 * np.eye(shape[0] * shape[1]))
    return (factor @ rng.standard_normal((len(factor), number))).T.reshape(number, *shape)
