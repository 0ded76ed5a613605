"""The simple methods that a network has to beat, each a small class with the interface of `Method`.

They learn from all dates of the training period, those that a network sets aside for its early stop included:
they stop nowhere, and less data would only make them look worse than they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from smen.learning.baselines.bicubic import Bicubic
from smen.learning.baselines.blend import Blend
from smen.learning.baselines.coarse import Bilinear, Blocky
from smen.learning.baselines.constant import Constant
from smen.learning.baselines.filtered import FilteredMeanResidual
from smen.learning.baselines.history import LastResidual
from smen.learning.baselines.kalman import Kalman
from smen.learning.baselines.regression import Regression
from smen.learning.baselines.residual import MeanResidual

if TYPE_CHECKING:
    from collections.abc import Callable

    from smen.learning.contracts import Method

BASELINES: dict[str, Callable[[], Method]] = {
    "blocky": Blocky,
    "bilinear": Bilinear,
    "mean_residual": lambda: MeanResidual(shrunk=False),
    "shrunk_residual": MeanResidual,
    "filtered_residual": FilteredMeanResidual,
}
"""How each baseline that every run is compared with is made, by its name in tables; in rising order of effort."""

SIMPLE_BASELINES: dict[str, Callable[[], Method]] = {
    "constant": Constant,
    "blocky": Blocky,
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

UNTAUGHT = ("blocky", "bilinear")
"""Those of them that need no training date."""

__all__ = [
    "BASELINES",
    "SIMPLE_BASELINES",
    "Bicubic",
    "Bilinear",
    "Blend",
    "Blocky",
    "Constant",
    "FilteredMeanResidual",
    "Kalman",
    "LastResidual",
    "MeanResidual",
    "Regression",
]
