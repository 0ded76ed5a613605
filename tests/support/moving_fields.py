"""A world without a static pattern: a strong texture that moves on by the same step from one 3 km date to the next."""

import numpy as np
from made_fields import make_fields
from scipy.ndimage import gaussian_filter

STEP = 2
"""Cells that the texture moves to the east from one 3 km date to the next."""


def make_moving(n=120, shape=(24, 36), seed=0):
    """As `make_fields`, a whole 3 km field at every second overpass, its pattern replaced by the moving texture."""
    rng = np.random.default_rng(seed)
    plain = make_fields(n, shape, seed=seed)
    dates = len(plain.fine)
    wide = gaussian_filter(rng.normal(size=(shape[0], shape[1] + STEP * dates)), 1.5)
    wide *= 0.05 / wide.std()
    fine = plain.window.expand(plain.coarse[::2], plain.coarse_grid)
    for i in range(dates):
        start = STEP * (dates - 1 - i)
        fine[i] += wide[:, start : start + shape[1]]
    fine += rng.normal(0, 0.005, fine.shape)
    return make_fields(n, shape, seed=seed, fine=fine.astype(np.float32))
