"""Whether the coarse cells show through in an image: steps that come back once in each coarse cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.scores.metrics import EPSILON

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Profile = NDArray[np.float64]

FEWEST = 4
"""Coarse cells that an image must span in a direction: else a spike cannot be told from what lies beside it."""

_BESIDE = 4
"""Frequencies on each side of a spike that it is compared with, at most, in steps of one wave over the image."""


def blockiness(estimate: NDArray[np.floating], nesting: int, phase: tuple[int, int]) -> float:
    """Power of the spike that the coarse cells' edges leave in the spectrum of an image's gradients.

    The magnitude of the gradient is averaged along the rows, and along the columns, to two profiles across the image.
    Steps at the edges of coarse cells put spikes into a profile's spectrum at the frequency of the cells and at its
    multiples, all in step with the edges. Their part in step is summed and squared, and divided by the mean power half
    way between the spikes, where the edges leave none: 1 is what a field without blocks has on average, whatever its
    own spectrum (single dates scatter about that as a chi-square of two degrees of freedom does); the larger the more
    it is cut into blocks. The idea is that of Wang, Bovik and Evans 2000, "Blind measurement of blocking artifacts in
    images", Proc. ICIP 3, 981-984.

    Args:
        estimate: (H, W), NaN where missing.
        nesting: side of a coarse cell in cells of the image.
        phase: row and column of the image's origin within its coarse cell (`Window.phase`). It says where the edges
            are: with a wrong one, blocks count for about a hundredth, for they pass for a pattern of the field's own.

    Returns:
        The ratio; NaN where the image spans fewer than `FEWEST` coarse cells or its gradient does not vary.
    """
    spike = beside = 0.0
    for image, origin in ((estimate, phase[1]), (estimate.T, phase[0])):
        profile, weight = _profile(image)
        first, last = _span(weight)
        found = _spike(profile[first:last], weight[first:last], nesting, origin + first)
        spike, beside = spike + found[0], beside + found[1]
    return spike / beside if beside > 0 else np.nan


def _profile(image: NDArray[np.floating]) -> tuple[Profile, Profile]:
    """Mean magnitude of the gradient between a column and the next, and the share of rows behind it, (W - 1,)."""
    gradient = np.abs(np.diff(image.astype(np.float64), axis=1))
    valid = np.isfinite(gradient)
    count = valid.sum(axis=0)
    total = np.where(valid, gradient, 0).sum(axis=0)
    return total / np.maximum(count, 1), count / image.shape[0]


def _span(weight: Profile) -> tuple[int, int]:
    """First place with any weight, and the first after the last."""
    places = np.flatnonzero(weight)
    return (int(places[0]), int(places[-1]) + 1) if places.size else (0, 0)


def _spike(profile: Profile, weight: Profile, nesting: int, origin: int) -> tuple[float, float]:
    """Power of the spikes in step with the edges, and what to expect of it without blocks; zeros where too short."""
    size = profile.size
    beside = np.arange(2, min(size / (2 * nesting), _BESIDE) + 1e-9) / size  # nearer, the window smears the spike
    if size < FEWEST * nesting or nesting < 2 or not beside.size:
        return 0.0, 0.0
    taper = np.hanning(size + 2)[1:-1] * weight
    mean = float(taper @ profile / taper.sum())
    known = profile[weight > 0]
    if np.ptp(known) <= EPSILON * known.max():
        return 0.0, 0.0
    wave = taper * (profile - mean)
    from_edge = np.arange(size) - (-origin - 1) % nesting  # the gradient at c is that between c and c + 1
    spikes = np.arange(1, nesting // 2 + 1) / nesting

    def amplitude(frequency: Profile) -> NDArray[np.complex128]:
        turns: NDArray[np.complex128] = np.exp(-2j * np.pi * np.multiply.outer(frequency, from_edge))
        return turns @ wave.astype(np.complex128)

    in_step = float(np.real(amplitude(spikes)).sum())
    around = np.concatenate([np.add.outer(spikes, sign * beside) for sign in (-1, 1)], axis=1)
    power = np.abs(amplitude(around)) ** 2
    # Without blocks the parts add like noise: half of each frequency's power, all of it at the highest, which is real.
    part = np.where(spikes == 0.5, 1, 0.5)
    return in_step**2, float(part @ power.mean(axis=1))
