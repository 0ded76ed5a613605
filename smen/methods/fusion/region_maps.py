"""Maps of a region from fitted parameters, whether they were fitted there or in other regions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.data.coarse_support import CoarseSupport, SupportState
from smen.data.error_correlation import ErrorCorrelation
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
    from smen.methods.fusion.scene_update import SceneUpdate


@dataclass(frozen=True)
class RegionMaps:
    """What maps of one region are made with.

    Attributes:
        fields: the region's arrays.
        parameters: fitted to the region, or transferred to it.
        builder: of the features of its overpasses.
        update: by an overpass's own scene, for retrospective maps; None for causal ones.
        cells: the cells to estimate, bool (H, W), all others NaN; None: all.
    """

    fields: Fields
    parameters: FusionParameters
    builder: FeatureBuilder
    update: SceneUpdate | None = None
    cells: NDArray[np.bool_] | None = None

    @classmethod
    def of(
        cls,
        fields: Fields,
        parameters: FusionParameters,
        excluded: tuple[str, ...] = (),
        update: SceneUpdate | None = None,
    ) -> RegionMaps:
        """Prepare maps; in another region than their own, parameters are transferred first.

        Args:
            fields: the region's arrays.
            parameters: fitted, with the coarse product of the fields.
            excluded: groups of features that are left out, for an ablation.
            update: by an overpass's own scene, for retrospective maps; None for causal ones.
        """
        if parameters.window != fields.window:
            parameters = transferred(parameters, fields)
        history = CoarseHistory.of(
            fields, parameters.direction_bias, parameters.completion, two_sided=update is not None
        )
        mean = None if parameters.transferred else parameters.mean_coarse
        noise, wetness = parameters.relative_noise, parameters.wetness_range
        return cls(fields, parameters, FeatureBuilder(fields, history, mean, noise, wetness, excluded), update)

    def predict(self, samples: Samples, *, own_scene: bool = False) -> Prediction:
        """Estimate a map for every overpass of N, its standard deviation, and what each cell rests on.

        Args:
            samples: the overpasses, for retrospective maps with later fields in their histories.
            own_scene: whether the fine field of each overpass itself is used, in retrospective maps.
        """
        fields, parameters = self.fields, self.parameters
        mean = np.full((len(samples), *fields.window.shape), np.nan, np.float32)
        deviation, quality = mean.copy(), np.zeros(mean.shape, np.uint8)
        for row in range(len(samples)):
            support = self._support(int(samples.coarse[row]))
            quality[row] = quality_codes(
                fields,
                samples,
                row,
                parameters.surface,
                parameters.pattern.count,
                parameters.coarse_range,
                support,
                own_scene=own_scene,
            )
            if samples.coarse[row] == MISSING:
                continue
            hidden = support.state == SupportState.UNKNOWN
            hidden |= np.isin(quality[row], NO_VALUE)
            if hidden.all():
                continue
            scene = samples.fine[row]
            if own_scene and self.update is not None and scene != MISSING:
                value, error = self._estimate(samples, row)
                stated = None if fields.fine_noise is None else fields.fine_noise[scene]
                value, error = self.update.apply(value, error, fields.fine[scene], stated)
            else:
                value, error = self._estimate(samples, row, self.cells)
            if self.cells is not None:
                hidden |= ~self.cells
            mean[row, ~hidden] = bounded(value[~hidden], parameters.bounds, parameters.typical_error)
            deviation[row, ~hidden] = error[~hidden]
        return Prediction(mean=mean, standard_deviation=deviation, quality=quality)

    def _support(self, index: int) -> CoarseSupport:
        """What the coarse field of one overpass rests on."""
        completed = self.builder.history.completed
        if completed is None:
            return CoarseSupport.filled(self.fields.coarse_at(index))
        return completed.support(self.fields, index)

    def error_correlation(self) -> ErrorCorrelation:
        """Return how the errors of the maps go together; the pattern's are those of the cells it knows little of."""
        parameters = self.parameters
        model = parameters.transfer_error if parameters.transferred else parameters.error
        scale = parameters.variability**2 if parameters.transferred else 1.0
        pattern = scale * model.variance_of(VARIANCE_PREDICTORS.index("unknown_pattern"), parameters.pattern.unknown)
        return ErrorCorrelation(parameters.error_structure, pattern.astype(np.float32), parameters.bounds)

    def _estimate(
        self, samples: Samples, row: int, cells: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Estimate and standard deviation of one overpass, (H, W) each, before bounds and masks; NaN but for cells."""
        overpass = self.builder.build(samples, row, self.parameters.pattern)
        wanted = overpass if cells is None else overpass.at(cells)
        if self.parameters.transferred:
            value, error = estimate_abroad(self.parameters, wanted, self._variability(samples.coarse[row]))
        else:
            value, error = estimate_at_home(self.parameters, wanted)
        if cells is None:
            return value, error
        both = np.full((2, *cells.shape), np.nan, np.float32)
        both[:, cells] = value, error
        return both[0], both[1]

    def _variability(self, coarse: int) -> float:
        """How much the coarse field of this region varies, m3/m3.

        Before enough of it was observed, it is taken to vary as that of the training does.
        """
        variability = self.builder.history.variability(int(coarse))
        return variability if np.isfinite(variability) else self.parameters.variability
