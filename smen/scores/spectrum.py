"""Power spectrum of an image relative to a reference, at the wavelengths that the coarse data do not resolve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter

from smen.grid import M03, M36
from smen.scores.metrics import is_constant

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Field = NDArray[np.float64]

LONGEST, SHORTEST = M36.coarse_factor, 2
"""Wavelengths in M03 cells: from one coarse cell (36 km) to two fine cells (6 km), the shortest that they resolve."""

MINIMUM_CELLS = M36.coarse_factor**2
"""Valid cells that an image needs: as many as a coarse cell has."""

_SMOOTHING = 2.0
"""Standard deviation, in cells, of the Gaussian local mean that is subtracted before the transform."""


def spectrum_ratio(estimate: NDArray[np.floating], target: NDArray[np.floating]) -> float:
    """Compute the power of an estimate as a share of the target's, at wavelengths from 36 down to 6 km.

    The geometric mean of `spectrum_bins` over its wavelengths: 1 is a texture as strong as the target's, near 0 a
    smooth image, above 1 an image with too much texture. It compares strengths, not places: noise scores as well as
    detail.

    Args:
        estimate: (H, W), NaN where missing.
        target: (H, W), NaN where missing.

    Returns:
        The ratio; NaN where fewer than `MINIMUM_CELLS` cells are common, the target is constant, or the image is
        smaller than a coarse cell.
    """
    _, ratio = spectrum_bins(estimate, target)
    with np.errstate(divide="ignore"):
        return float(np.exp(np.mean(np.log(ratio)))) if ratio.size else np.nan


def spectrum_bins(estimate: NDArray[np.floating], target: NDArray[np.floating]) -> tuple[Field, Field]:
    """Compute the ratio of the radially averaged power spectra of two images, by wavelength.

    Both images are treated alike, so that the effects of the treatment cancel in the ratio. Only common cells are used.
    A Gaussian local mean over them is subtracted (prewhitening, Blackman and Tukey 1958, "The Measurement of Power
    Spectra"): otherwise the edges of gaps scatter the far stronger power of long waves into the short ones. Missing
    cells become 0, and a Hann window in both directions tapers the image's edges. The power of the 2-D transform is
    averaged over rings of wavenumber whose width is one wave over the shorter side.

    Args:
        estimate: (H, W), NaN where missing.
        target: (H, W), NaN where missing.

    Returns:
        Wavelengths in km of the projection, (K,), falling, and the ratio at each, (K,); both empty where
        `spectrum_ratio` is NaN.
    """
    valid = np.isfinite(estimate) & np.isfinite(target)
    side = min(valid.shape)
    if valid.sum() < MINIMUM_CELLS or side < LONGEST or is_constant(target[valid]):
        return np.empty(0), np.empty(0)
    waves = np.hypot(*np.meshgrid(*(np.fft.fftfreq(n) for n in valid.shape), indexing="ij"))  # per cell
    resolved = (waves > 1 / LONGEST - 1e-9) & (waves < 1 / SHORTEST + 1e-9)
    ring = np.round(waves[resolved] * side).astype(np.int64)
    power = [np.bincount(ring, _power(image, valid)[resolved]) for image in (estimate, target)]
    used = np.bincount(ring) > 0
    return side / np.flatnonzero(used) * M03.cell / 1000, power[0][used] / power[1][used]


def _power(image: NDArray[np.floating], valid: NDArray[np.bool_]) -> Field:
    """Power of an image without its local mean, (H, W), in the order of `numpy.fft`."""
    if is_constant(image[valid]):
        return np.zeros(image.shape)
    filled = np.where(valid, image, 0).astype(np.float64)
    filled[valid] -= filled[valid].mean()
    share = gaussian_filter(valid.astype(np.float64), _SMOOTHING, mode="constant")
    local = gaussian_filter(filled, _SMOOTHING, mode="constant") / np.where(valid, share, 1)
    window = np.outer(*(_hann(n) for n in image.shape))
    power: Field = np.abs(np.fft.fft2(np.where(valid, filled - local, 0) * window)) ** 2
    return power


def _hann(size: int) -> Field:
    """Hann window without the two zeros at its ends, (size,)."""
    return np.hanning(size + 2)[1:-1]
