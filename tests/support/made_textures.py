"""Made-up images with and without texture, gaps and steps at the edges of coarse cells."""

from functools import cache

import numpy as np
from scipy.ndimage import gaussian_filter

SHAPE = (100, 90)


def noise(seed, shape=SHAPE):
    return np.random.default_rng(seed).normal(size=shape)


@cache
def red(seed, slope=3.0, shape=SHAPE):
    """A field whose power falls with that slope, cut from the middle of a larger one."""
    large = noise(seed, tuple(3 * n for n in shape))
    waves = np.hypot(*np.meshgrid(*(np.fft.fftfreq(n) for n in large.shape), indexing="ij"))
    waves[0, 0] = np.inf
    field = np.fft.ifft2(np.fft.fft2(large) * waves ** (-slope / 2)).real
    return (field / field.std())[: shape[0] + 60, : shape[1] + 60]


def inner(field):
    return field[30:-30, 30:-30]


@cache
def gaps(seed, shape=SHAPE):
    """A slanting strip with a tenth of it missing in patches."""
    row, column = np.indices(shape)
    patches = gaussian_filter(noise(seed, shape), 1.5)
    return (column + 0.2 * row > 12) & (column + 0.2 * row < 80) & (patches < np.quantile(patches, 0.9))


def masked(field, seed=1):
    return np.where(gaps(seed, field.shape), field, np.nan)


def blocky(seed, phase=(5, 3), coarse_factor=12, shape=SHAPE):
    """A field that is constant within coarse cells; `phase` is its origin within the first of them."""
    size = tuple(n // coarse_factor + 2 for n in shape)
    field = np.kron(np.random.default_rng(seed).normal(0.2, 0.05, size), np.ones((coarse_factor, coarse_factor)))
    return field[phase[0] : phase[0] + shape[0], phase[1] : phase[1] + shape[1]]
