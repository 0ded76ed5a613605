"""A method in twenty lines: the coarse field plus the mean residual of the training dates. What adding one takes."""

from dataclasses import dataclass

import numpy as np

from smen.data.records import TRAIN, Prediction
from smen.methods.protocol import Method, MethodState, TrainingSummary


@dataclass
class MeanMethod(Method):
    residual: float = 0.0
    name: str = "mean"

    @classmethod
    def from_settings(cls, history, settings):
        return cls()

    def fit(self, fields, samples, donor_regions=()):
        known = samples.with_target(TRAIN)
        self.residual = float(np.nanmean(fields.fine[known.fine] - fields.coarse_at(known.coarse)))

    def predict(self, fields, samples):
        mean = fields.coarse_at(samples.coarse) + np.float32(self.residual)
        return Prediction(mean, quality=np.isfinite(mean).astype(np.uint8))

    def surface(self, fields):
        return {}

    def training_summary(self):
        return TrainingSummary(self.residual, self.residual)

    def save(self):
        return MethodState({}, {"residual": self.residual}, self.training_summary())

    @classmethod
    def load(cls, state, window=None):
        return cls(state.header["residual"])
