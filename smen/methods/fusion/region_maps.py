"""Maps of a region from fitted parameters, whether they were fitted there or in other regions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.data.error_correlation import ErrorCorrelation
from smen.data.fill import known_coarse
from smen.data.quality import NO_VALUE, quality_codes
from smen.data.records import MISSING, Prediction
from smen.methods.fusion.coarse_history import CoarseHistory
from smen.methods.fusion.estimates import bounded, estimate_abroad, estimate_at_home
from smen.methods.fusion.feature_builder import FeatureBuilder
from smen.methods.fusion.feature_names import VARIANCE_PREDICTORS
from smen.methods.fusion.region_transfer import transferred

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples
    from smen.methods.fusion.parameters import FusionParameters


@dataclass(frozen=True)
class RegionMaps:
    """What maps of one region are made with.

    Attributes:
        fields: the region's arrays.
        parameters: fitted to the region, or transferred to it.
        builder: of the features of its overpasses.
    """

    fields: Fields
    parameters: FusionParameters
    builder: FeatureBuilder

    @classmethod
    def of(cls, fields: Fields, parameters: FusionParameters, excluded: tuple[str, ...] = ()) -> RegionMaps:
        """Prepare maps; in another region than their own, parameters are transferred first.

        Args:
            fields: the region's arrays.
            parameters: fitted, with the coarse product of the fields.
            excluded: groups of features that are left out, for an ablation.
        """
        if parameters.window != fields.window:
            parameters = transferred(parameters, fields)
        history = CoarseHistory.of(fields, parameters.direction_bias)
        mean = None if parameters.transferred else parameters.mean_coarse
        noise, wetness = parameters.relative_noise, parameters.wetness_range
        return cls(fields, parameters, FeatureBuilder(fields, history, mean, noise, wetness, excluded))

    def predict(self, samples: Samples) -> Prediction:
        """Estimate a map for every overpass of N, its standard deviation, and what each cell rests on."""
        fields, parameters = self.fields, self.parameters
        mean = np.full((len(samples), *fields.window.shape), np.nan, np.float32)
        deviation, quality = mean.copy(), np.zeros(mean.shape, np.uint8)
        for row in range(len(samples)):
            quality[row] = quality_codes(
                fields, samples, row, parameters.surface, parameters.pattern.count, parameters.coarse_range
            )
            if samples.coarse[row] == MISSING:
                continue
            hidden = ~np.isfinite(known_coarse(fields.coarse_at(samples.coarse[row])))
            hidden |= np.isin(quality[row], NO_VALUE)
            if hidden.all():
                continue
            value, error = self._estimate(samples, row)
            mean[row] = np.where(hidden, np.nan, bounded(value, parameters.bounds, parameters.typical_error))
            deviation[row] = np.where(hidden, np.nan, error)
        return Prediction(mean=mean, standard_deviation=deviation, quality=quality)

    def error_correlation(self) -> ErrorCorrelation:
        """Return how the errors of the maps go together; the pattern's are those of the cells it knows little of."""
        parameters = self.parameters
        model = parameters.transfer_error if parameters.transferred else parameters.error
        scale = parameters.variability**2 if parameters.transferred else 1.0
        pattern = scale * model.variance_of(VARIANCE_PREDICTORS.index("unknown_pattern"), parameters.pattern.unknown)
        return ErrorCorrelation(parameters.error_structure, pattern.astype(np.float32), parameters.bounds)

    def _estimate(self, samples: Samples, row: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Estimate and standard deviation of one overpass, (H, W) each, before bounds and masks."""
        overpass = self.builder.build(samples, row, self.parameters.pattern)
        if self.parameters.transferred:
            return estimate_abroad(self.parameters, overpass, self._variability(samples.coarse[row]))
        return estimate_at_home(self.parameters, overpass)

    def _variability(self, coarse: int) -> float:
        """How much the coarse field of this region varies, m3/m3.

        Before enough of it was observed, it is taken to vary as that of the training does.
        """
        variability = self.builder.history.variability(int(coarse))
        return variability if np.isfinite(variability) else self.parameters.variability
