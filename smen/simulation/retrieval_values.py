"""The datasets of a radiometer product that follow from a retrieval and the surface below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.products.conventions import FLOAT_FILL
from smen.products.flags import RetrievalFlag
from smen.simulation.surface_flags import SKIP

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_MOISTURE = 0.02
"""Least retrieved soil moisture, m3/m3 (attribute `valid_min`)."""

OPACITY_PER_VEGETATION = 0.11
"""Vegetation opacity per kg/m2 of vegetation water content (judgement)."""


def retrieval_values(
    moisture: NDArray[np.float32],
    kelvin: NDArray[np.float32],
    shares: dict[str, NDArray[np.float32]],
    surface: NDArray[np.uint16],
    quality: NDArray[np.uint16],
    rng: np.random.Generator,
    misfit: NDArray[np.float32] | None = None,
) -> dict[str, NDArray[np.generic]]:
    """Compute all datasets that follow from n retrievals: a simple tau-omega model with constant roughness.

    Args:
        moisture: retrieved soil moisture, m3/m3, (n,).
        kelvin: soil temperature, K, (n,).
        shares: as in `surface_flags.coarse_flags`.
        surface: `surface_flag`, (n,).
        quality: `retrieval_qual_flag`, (n,).
        rng: random stream, for the noise of the brightness temperatures.
        misfit: error of the retrieval's model, m3/m3, (n,): no part of the brightness temperatures.

    Returns:
        Dataset name to values, (n,) or (n, 3); fill where the retrieval was skipped.
    """
    n, opacity = moisture.size, OPACITY_PER_VEGETATION * shares["vegetation"]
    transmissivity = np.exp(-2 * opacity)
    tb_h = kelvin * (1 - (0.12 + 0.95 * moisture) * transmissivity)
    tb_v = kelvin * (1 - (0.05 + 0.62 * moisture) * transmissivity)
    skipped = (quality & RetrievalFlag.SKIPPED) > 0
    retrieved = moisture + (0 if misfit is None else misfit)
    options = {"": 0.0, "_option1": -0.012, "_option2": -0.006, "_option3": 0.0}
    values: dict[str, NDArray[np.generic]] = {}
    for option, shift in options.items():
        shifted = np.maximum(retrieved + shift * transmissivity, LEAST_MOISTURE)
        values["soil_moisture" + option] = np.where(skipped, FLOAT_FILL, shifted)
        values["retrieval_qual_flag" + option] = quality
        values["vegetation_opacity" + option] = np.where(skipped, FLOAT_FILL, opacity)
    noise = rng.standard_normal((4, n))
    values |= {
        "surface_flag": surface,
        "grid_surface_status": (shares["water"] > SKIP).astype(np.uint16),
        "surface_temperature": kelvin,
        "tb_h_corrected": tb_h + 0.5 * noise[0],
        "tb_v_corrected": tb_v + 0.5 * noise[1],
        "tb_h_uncorrected": tb_h * (1 - 0.4 * shares["water"]) + 0.5 * noise[0],
        "tb_v_uncorrected": tb_v * (1 - 0.3 * shares["water"]) + 0.5 * noise[1],
        "tb_3_corrected": 0.3 * noise[2],
        "tb_4_corrected": 0.3 * noise[3],
        "vegetation_water_content": shares["vegetation"],
        "static_water_body_fraction": shares["water"],
        "radar_water_body_fraction": shares["water"],
        "surface_water_fraction_mb_h": shares["water"],
        "surface_water_fraction_mb_v": shares["water"],
        "freeze_thaw_fraction": shares["frozen"],
        "albedo": np.full(n, 0.05),
        "roughness_coefficient": np.full(n, 0.11),
        "boresight_incidence": np.full(n, 40.0),
        "landcover_class": np.tile(np.array([10, 12, 7], np.uint8), (n, 1)),
        "landcover_class_fraction": np.tile([0.6, 0.3, 0.1], (n, 1)),
    }
    return values | {f"tb_qual_flag_{channel}": np.zeros(n, np.uint16) for channel in "34hv"}
