"""A fitted network: weights, and what turns a region's fields into its inputs and its outputs into maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch

from smen.data.fill import known_coarse
from smen.data.records import MISSING
from smen.errors import DataError
from smen.methods.smen_cnn.determinism import reproducible
from smen.methods.smen_cnn.normalisation import denormalised

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.climatology import Climatology
    from smen.data.quality import QualityCode
    from smen.data.records import Fields, Samples
    from smen.grid import Grid, Window
    from smen.methods.calibrated_deviation import CalibratedDeviation
    from smen.methods.smen_cnn.interface import Inputs, Network
    from smen.methods.smen_cnn.normalisation import Normalisation


@dataclass(frozen=True)
class FittedNetwork:
    """All that a fitted method keeps of its region; a checkpoint holds it.

    Attributes:
        window: the region.
        network: trained, in evaluation mode, on the CPU.
        normalisation: of inputs and output.
        climatology: mean residual of the training and validation dates; against the interpolated coarse field where
            the network learned the remainder.
        climate: least and greatest coarse value of these dates, m3/m3.
        surface: where the surface itself is water, ice, mountains, urban, dense vegetation, bool (H, W) for each.
        coarse_grid: grid of the coarse product.
        training_times: half-orbits of the training dates, datetime64[s].
        validation_times: half-orbits of the dates of the early stop, datetime64[s].
        simulated: whether any of it comes from simulated fields.
        coarse_mean: mean coarse field of the training dates, (R, C), m3/m3, of a network that learned what a base
            estimate leaves (`smen.methods.smen_cnn.remainder`); None: it learned the field itself.
        deviation: of the errors of its maps; None where no date was held out.
        held_out: ubRMSE of each date held out, m3/m3, by its half-orbit's time as text.
    """

    window: Window
    network: Network
    normalisation: Normalisation
    climatology: Climatology
    climate: tuple[float, float]
    surface: dict[QualityCode, NDArray[np.bool_]]
    coarse_grid: Grid
    training_times: NDArray[np.datetime64]
    validation_times: NDArray[np.datetime64]
    simulated: bool
    coarse_mean: NDArray[np.float32] | None = None
    deviation: CalibratedDeviation | None = None
    held_out: Mapping[str, float] = field(default_factory=dict)

    def estimate(
        self,
        fields: Fields,
        samples: Samples,
        inputs_of: Callable[[int], Inputs],
        threads: int,
        finish: Callable[[int, NDArray[np.float32], NDArray[np.float32]], NDArray[np.float32]] | None = None,
    ) -> NDArray[np.float32]:
        """Map each overpass by itself, so that its map does not depend on which others are asked for.

        Args:
            fields: of the network's region.
            samples: the overpasses.
            inputs_of: row of the samples -> the network's inputs, a batch of one.
            threads: processor threads.
            finish: (row of the samples, network's output, coarse field with small holes filled), both (H, W) in
                m3/m3 -> estimate; None: the output is the estimate.

        Returns:
            float32 (N, H, W), m3/m3, NaN where there is no coarse field or it has a large hole.
        """
        maps = np.full((len(samples), *fields.window.shape), np.nan, np.float32)
        estimator = self.network.for_inference()
        with reproducible(threads), torch.inference_mode():
            for row in np.flatnonzero(samples.coarse != MISSING):
                coarse = known_coarse(fields.coarse_at(samples.coarse[row]))
                valid = np.isfinite(coarse)
                if not valid.any():
                    continue
                estimate = denormalised(estimator, self.normalisation, inputs_of(int(row)))[0].numpy()
                if finish is not None:
                    estimate = finish(int(row), estimate, coarse)
                maps[row] = np.where(valid, estimate, np.nan)
        return maps


def fitted_for(fitted: FittedNetwork | None, name: str, fields: Fields) -> FittedNetwork:
    """Return a method's fitted network if it can be used for some fields.

    Args:
        fitted: the network, None before the method is fitted.
        name: of the method, for messages.
        fields: what is to be mapped.

    Raises:
        DataError: the method is not fitted, or the fields are of another window or coarse product.
    """
    if fitted is None:
        raise DataError(f"the method {name!r} is not fitted: fit it on the training dates, or load its checkpoint")
    if (fitted.window, fitted.coarse_grid) != (fields.window, fields.coarse_grid):
        raise DataError(
            f"the method {name!r} was trained for {fitted.window} with coarse cells of {fitted.coarse_grid.name}, and "
            f"the fields lie on {fields.window} with those of {fields.coarse_grid.name}: train it for this region"
        )
    return fitted
