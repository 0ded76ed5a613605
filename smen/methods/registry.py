"""All methods by name.

The simple baselines, and the learned ones that the paper's experiments compare with. Baselines learn from all dates of
the training period, those that a network sets aside for its early stop included: they stop nowhere, and less data
would only make them look worse than they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from smen.methods.baselines.bicubic import Bicubic
from smen.methods.baselines.blend import Blend
from smen.methods.baselines.constant import Constant
from smen.methods.baselines.filtered import FilteredMeanResidual
from smen.methods.baselines.kalman import Kalman
from smen.methods.baselines.lstm import LstmMethod
from smen.methods.baselines.mean_residual import MeanResidual
from smen.methods.baselines.random_forest import RandomForest
from smen.methods.baselines.regression import Regression
from smen.methods.baselines.residual_history import LastResidual
from smen.methods.baselines.srcnn import SrcnnMethod
from smen.methods.interpolation import Bilinear, NearestNeighbour
from smen.methods.smen_cnn.training import Training

if TYPE_CHECKING:
    from collections.abc import Callable

    from smen.data.records import Method

BASELINES: dict[str, Callable[[], Method]] = {
    "nearest_neighbour": NearestNeighbour,
    "bilinear": Bilinear,
    "mean_residual": lambda: MeanResidual(shrunk=False),
    "shrunk_residual": MeanResidual,
    "filtered_residual": FilteredMeanResidual,
}
"""How each baseline that every run is compared with is made, by its name in tables; in rising order of effort."""

SIMPLE_BASELINES: dict[str, Callable[[], Method]] = {
    "constant": Constant,
    "nearest_neighbour": NearestNeighbour,
    "bilinear": Bilinear,
    "bicubic": Bicubic,
    "mean_residual": lambda: MeanResidual(shrunk=False),
    "shrunk_residual": MeanResidual,
    "regression": Regression,
    "last_residual": LastResidual,
    "blend": Blend,
    "kalman": Kalman,
    "filtered_residual": FilteredMeanResidual,
}
"""The same of all baselines."""

LEARNED_BASELINES: dict[str, Callable[[int, int], Method]] = {
    "random_forest": RandomForest,
    "srcnn": lambda seed, threads: SrcnnMethod(Training(epochs=20, patience=6, seed=seed, threads=threads)),
    "lstm": lambda seed, threads: LstmMethod(Training(learning_rate=3e-3, seed=seed, threads=threads)),
}
"""How each learned baseline is made from a seed and a number of threads, by its name in tables."""

UNTAUGHT = ("nearest_neighbour", "bilinear")
"""Those of them that need no training date."""
