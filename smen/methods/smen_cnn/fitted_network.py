"""What fitting the paper's network gives: weights, and what turns a region's fields into its inputs and maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from smen.data.climatology import Climatology
    from smen.data.quality import QualityCode
    from smen.grid import Grid, Window
    from smen.methods.smen_cnn.inputs import Normalisation
    from smen.methods.smen_cnn.interface import Network


@dataclass(frozen=True)
class FittedNetwork:
    """All that a fitted method keeps of its region; a checkpoint holds it.

    Attributes:
        window: the region.
        network: trained, in evaluation mode, on the CPU.
        normalisation: of inputs and output.
        climatology: mean residual of the training and validation dates.
        climate: least and greatest coarse value of these dates, m3/m3.
        surface: where the surface itself is water, ice, mountains, urban, dense vegetation, bool (H, W) for each.
        coarse_grid: of the coarse cells.
        training_times: half-orbits of the dates learnt from, datetime64[s].
        validation_times: half-orbits of the dates that chose when to stop.
        simulated: whether any of it comes from simulated fields.
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
