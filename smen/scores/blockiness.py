"""Blockiness: steps in an image at the edges of the coarse cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.scores.metrics import is_constant

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Profile = NDArray[np.float64]

MINIMUM_SPAN = 4
"""Coarse cells that an image must span in a direction: else a spike is not separated from its neighbours."""

_NEIGHBOURS = 4
"""Frequencies on each side of a spike that it is compared with, at most, in steps of one wave over the image."""


def blockiness(estimate: NDArray[np.floating], coarse_factor: int, phase: tuple[int, int]) -> float:
    """Compute the relative power of the spikes that the coarse cells' edges leave in the spectrum of the gradient.

    The magnitude of the gradient is averaged along the rows, and along the columns, to two profiles across the image.
    Steps at the edges of coarse cells put spikes into a profile's spectrum at the frequency of the cells and at its
    multiples, all in phase with the edges. The part in phase is summed and squared, and divided by the mean power
    between the spikes, where the edges leave none. A field without steps at the edges has 1 on average, whatever its
    own spectrum (single dates scatter like a chi-square of two degrees of freedom); the stronger the steps, the
    larger the ratio. After Wang, Bovik and Evans 2000, "Blind measurement of blocking artifacts in images", Proc.
    ICIP 3, 981-984.

    Args:
        estimate: (H, W), NaN where missing.
        coarse_factor: side of a coarse cell in cells of the image.
        phase: row and column of the image's origin within its coarse cell (`Window.phase`), which gives the places of
            the edges: with a wrong phase the ratio is about a hundredth.

    Returns:
        The ratio; NaN where the image spans fewer than `MINIMUM_SPAN` coarse cells or its gradient does not vary.
    """
    spike = neighbours = 0.0
    for image, origin in ((estimate, phase[1]), (estimate.T, phase[0])):
        profile, weight = _profile(image)
        first, last = _span(weight)
        powers = _spike(profile[first:last], weight[first:last], coarse_factor, origin + first)
        spike, neighbours = spike + powers[0], neighbours + powers[1]
    return spike / neighbours if neighbours > 0 else np.nan


def _profile(image: NDArray[np.floating]) -> tuple[Profile, Profile]:
    """Mean magnitude of the gradient between adjacent columns, and the share of rows that are valid, (W - 1,)."""
    gradient = np.abs(np.diff(image.astype(np.float64), axis=1))
    valid = np.isfinite(gradient)
    count = valid.sum(axis=0)
    total = np.where(valid, gradient, 0).sum(axis=0)
    return total / np.maximum(count, 1), count / image.shape[0]


def _span(weight: Profile) -> tuple[int, int]:
    """Range of the profile that has any weight: first index, and one after the last."""
    places = np.flatnonzero(weight)
    return (int(places[0]), int(places[-1]) + 1) if places.size else (0, 0)


def _spike(profile: Profile, weight: Profile, coarse_factor: int, origin: int) -> tuple[float, float]:
    """Power of the spikes in phase with the edges, and its expectation without steps; zeros where too short."""
    size = profile.size
    offsets = np.arange(2, min(size / (2 * coarse_factor), _NEIGHBOURS) + 1e-9) / size  # nearer, the taper smears it
    if size < MINIMUM_SPAN * coarse_factor or coarse_factor < 2 or not offsets.size:
        return 0.0, 0.0
    taper = np.hanning(size + 2)[1:-1] * weight
    mean = float(taper @ profile / taper.sum())
    if is_constant(profile[weight > 0]):
        return 0.0, 0.0
    wave = taper * (profile - mean)
    from_edge = np.arange(size) - (-origin - 1) % coarse_factor  # the gradient at c is that between c and c + 1
    spikes = np.arange(1, coarse_factor // 2 + 1) / coarse_factor

    def amplitude(frequency: Profile) -> NDArray[np.complex128]:
        waves: NDArray[np.complex128] = np.exp(-2j * np.pi * np.multiply.outer(frequency, from_edge))
        return waves @ wave.astype(np.complex128)

    in_phase = float(np.real(amplitude(spikes)).sum())
    neighbours = np.concatenate([np.add.outer(spikes, sign * offsets) for sign in (-1, 1)], axis=1)
    power = np.abs(amplitude(neighbours)) ** 2
    # Without steps the parts add like noise: half of each frequency's power, all of it at the highest, which is real.
    part = np.where(spikes == 0.5, 1, 0.5)
    return in_phase**2, float(part @ power.mean(axis=1))
