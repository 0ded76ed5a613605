"""A random forest on features of each cell, after Mao et al. (2019)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from sklearn.ensemble import RandomForestRegressor

from smen.data.climatology import Climatology
from smen.data.fill import residuals_of
from smen.data.records import MISSING, TRAIN, VALIDATION, Prediction
from smen.errors import DataError
from smen.methods.baselines.cell_features import cell_features
from smen.methods.interpolation import NearestNeighbour
from smen.methods.residual_history import ResidualHistory

if TYPE_CHECKING:
    from smen.data.records import Fields, Samples

TREES = 60
CELLS = 120_000
"""Cells in all that are drawn from the training dates, as many of each date."""

LEAF = 20
"""Least number of drawn cells in a leaf."""

LEAVES = 1500
"""Most leaves of a tree."""


@dataclass
class RandomForest:
    """Random forest (Breiman 2001) of J - I at a cell, as Mao et al. (2019) estimate SMAP/Sentinel-1's soil moisture.

    Theirs (Water Resources Research 55, 6986-7009) learns from brightness temperature, earlier backscatter, vegetation
    and soil; of these there are here the coarse field, its surroundings, and earlier residuals (`cell_features`). A
    forest cannot go beyond the values that it has seen, so it learns the residual, and wet days keep their level.

    Attributes:
        seed: of the cells that are drawn, and of the trees.
        threads: processors; they do not enter the result.
        forest: fitted.
        climatology: mean residual of the training dates, fitted.
    """

    seed: int = 0
    threads: int = 1
    forest: RandomForestRegressor | None = field(default=None, repr=False)
    climatology: Climatology | None = None
    name: str = "random_forest"

    def fit(self, fields: Fields, samples: Samples) -> None:
        """Learn from cells drawn at random from the dates of the training period, validation included.

        Args:
            fields: the region's arrays.
            samples: its overpasses, of which those of the training period are used.

        Raises:
            DataError: no date of it has a fine field.
        """
        training = samples.with_target(TRAIN, VALIDATION)
        residuals = residuals_of(fields, training.fine)
        self.climatology = Climatology.of(residuals)
        history = ResidualHistory(fields, training, self.climatology)
        random = np.random.default_rng(self.seed)
        inputs, targets = [], []
        for row, residual in enumerate(residuals):
            valid = np.flatnonzero(np.isfinite(residual))
            drawn = random.choice(valid, min(len(valid), max(CELLS // len(training), 1)), replace=False)
            inputs.append(cell_features(history, row, leave_out=True).reshape(-1, residual.size)[:, drawn].T)
            targets.append(residual.ravel()[drawn])
        self.forest = RandomForestRegressor(
            TREES,
            min_samples_leaf=LEAF,
            max_leaf_nodes=LEAVES,
            max_features=1 / 3,
            max_samples=0.5,
            n_jobs=self.threads,
            random_state=self.seed,
        ).fit(np.concatenate(inputs), np.concatenate(targets))
        # Several threads add up the trees in the order in which they end, and sums in another order round otherwise.
        self.forest.n_jobs = 1

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """The forest's residual on each overpass's coarse field, small holes filled.

        Args:
            fields: the region's arrays.
            samples: the overpasses, N of them.

        Raises:
            DataError: it is not fitted, or was on samples with another length of history.
        """
        if self.forest is None or self.climatology is None:
            raise DataError(f"the method {self.name} is not fitted: fit it on the training dates")
        mean = NearestNeighbour().predict(fields, samples).mean
        history = ResidualHistory(fields, samples, self.climatology)
        for row in np.flatnonzero(samples.coarse != MISSING):
            valid = np.isfinite(mean[row])
            if not valid.any():
                continue
            features = cell_features(history, int(row))
            if len(features) != self.forest.n_features_in_:
                raise DataError(f"the {self.name} was fitted on another number of earlier residuals: fit it anew")
            mean[row][valid] += self.forest.predict(features[:, valid].T)
        return Prediction(mean)
