"""Small pictures of maps for the catalogue."""

from __future__ import annotations

from pathlib import Path

import matplotlib.image
import numpy as np
from numpy.typing import NDArray

from smen.atomic import atomic
from smen.outputs.colours import SOIL_MOISTURE

_LEVELS = 48
"""Number of colours of a thumbnail, few for a small file."""

_SMALLEST, _LARGEST = 200, 400
"""Longer side of a thumbnail in pixels: small maps are enlarged up to the first, large ones thinned to the second."""


def write_thumbnail(path: Path, moisture: NDArray[np.float32]) -> None:
    """Write a small picture of soil moisture in the ramp of all maps; missing cells are transparent.

    Args:
        path: the PNG to write.
        moisture: m3/m3, (height, width), NaN where missing.

    Raises:
        OutputError: the file cannot be written.
    """
    colours = SOIL_MOISTURE.colormap().resampled(_LEVELS)
    times = max(1, _SMALLEST // max(moisture.shape))
    pixels = np.kron(moisture, np.ones((times, times), np.float32))
    every = -(-max(pixels.shape) // _LARGEST)
    with atomic(path) as part:
        matplotlib.image.imsave(part, colours(SOIL_MOISTURE.norm()(pixels[::every, ::every]), bytes=True))
