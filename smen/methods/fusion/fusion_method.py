"""The default method: a static pattern, a ridge regression over coarse and fine history, and an error model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from smen.errors import DataError, SettingsError
from smen.methods.fusion import fusion_file
from smen.methods.fusion.feature_names import FEATURE_GROUPS
from smen.methods.fusion.fitting import fit_parameters
from smen.methods.fusion.parameters import FusionParameters
from smen.methods.fusion.region_maps import RegionMaps
from smen.methods.fusion.region_transfer import transferred
from smen.methods.fusion.training_set import TrainingSet
from smen.methods.protocol import Method, MethodState, TrainingSummary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from smen.data.error_correlation import ErrorCorrelation
    from smen.data.quality import QualityCode
    from smen.data.records import Fields, Prediction, Samples
    from smen.grid import Window


@dataclass
class FusionMethod(Method):
    """Pattern, ridge regression with random features as an ensemble over folds, and calibrated error model.

    Attributes:
        history: k, the number of earlier fine fields.
        options: for ablations, `random_features`: False for the features alone, and `exclude`: names of
            `feature_names.FEATURE_GROUPS` to leave out.
        seed: of the earlier fine fields that training leaves out, and of the random features.
        label: name in tables.
        parameters: what `fit` or a checkpoint gave.
        summary: ubRMSE on the training dates, and of their out-of-fold estimates.
    """

    history: int = 4
    options: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    label: str | None = None
    parameters: FusionParameters | None = None
    summary: TrainingSummary | None = None
    _kept: tuple[Fields, FusionParameters, RegionMaps] | None = field(default=None, repr=False, compare=False)

    @property
    def name(self) -> str:
        """Short name, as in tables."""
        return self.label or "fusion"

    @classmethod
    def from_settings(cls, history: int, settings: Mapping[str, Any]) -> Self:
        """Make the method, unfitted, from what a user may set: of that the seed alone acts on a fit in closed form.

        Args:
            history: k, the number of earlier fine fields.
            settings: the keys of the section `fusion` that a training uses: `seed`.
        """
        return cls(history=history, seed=settings["seed"])

    def fit(self, fields: Fields, samples: Samples, donor_regions: Sequence[tuple[Fields, Samples]] = ()) -> None:
        """Learn from the dates of the training period, those for validation included: each fold validates the others.

        Args:
            fields: the region's arrays.
            samples: its overpasses.
            donor_regions: the same of other regions to learn from as well. The weight of their dates is the one that
                serves the region's own dates best; a region without dates of its own learns from them alone.

        Raises:
            DataError: there is no date to train on, the samples' history has another length, or donor regions have
                another coarse product.
        """
        for part in (samples, *(s for _, s in donor_regions)):
            self._check_history(part)
        if any(f.coarse_grid != fields.coarse_grid for f, _ in donor_regions):
            raise DataError("the donor regions have another coarse product: learn from regions with the same one")
        excluded = self._excluded()
        own = TrainingSet.of(fields, samples, self.seed, excluded)
        donors = [d for f, s in donor_regions if (d := TrainingSet.of(f, s, self.seed, excluded))]
        if own is None and not donors:
            raise DataError(
                "no half-orbit of the training period has both a fine field that covers enough of the window and a "
                "coarse field: widen the period, lower the minimum coverage, or use a network trained elsewhere"
            )
        first, *rest = donors if own is None else [own, *donors]
        parameters, self.summary = fit_parameters(
            first, rest, self.seed, with_random_features=self.options.get("random_features", True)
        )
        self.parameters = parameters if own is not None else transferred(parameters, fields)

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """Estimate a map for every overpass, its standard deviation, and what each cell rests on.

        In a region that it was not trained for, every cell is treated as one without training dates.

        Args:
            fields: the region's arrays.
            samples: its overpasses, N of them.

        Raises:
            DataError: the method is not trained, or the fields are of another coarse product.
        """
        self._check_history(samples)
        return self._maps_of(fields).predict(samples)

    def surface(self, fields: Fields) -> dict[QualityCode, NDArray[np.bool_]]:
        """Return where the surface itself is water, ice, mountains, urban or dense vegetation, bool (H, W) for each.

        Raises:
            DataError: the method is not trained, or the fields are of another coarse product.
        """
        return self._maps_of(fields).parameters.surface

    def error_correlation(self, fields: Fields) -> ErrorCorrelation:
        """Return how the errors of a region's maps go together in space and time.

        Raises:
            DataError: the method is not trained, or the fields are of another coarse product.
        """
        return self._maps_of(fields).error_correlation()

    def training_summary(self) -> TrainingSummary:
        """Return ubRMSE on the training dates, and of their out-of-fold estimates.

        Raises:
            DataError: the method is not trained.
        """
        if self.summary is None:
            raise DataError(f"the method {self.name!r} is not trained: fit it, or load its checkpoint")
        return self.summary

    def save(self) -> MethodState:
        """Return coefficients, pattern, error models and options.

        Raises:
            DataError: the method is not trained.
        """
        if self.parameters is None:
            raise DataError(f"the method {self.name!r} is not trained: there is nothing to save")
        own = {"history": self.history, "options": dict(self.options), "seed": self.seed, "label": self.label}
        header = {**own, **fusion_file.header_of(self.parameters)}
        return MethodState(fusion_file.tensors_of(self.parameters), header, self.training_summary())

    @classmethod
    def load(cls, state: MethodState, window: Window | None = None) -> Self:
        """Make the fitted method from its state.

        Args:
            state: what `save` returned.
            window: any region: in another than its own the method works as at cells without a training date, and its
                standard deviations account for that.

        Raises:
            KeyError, TypeError, ValueError: the state is of another version or damaged.
        """
        own = {name: state.header[name] for name in ("history", "options", "seed", "label")}
        parameters = fusion_file.restore(state.tensors, state.header)
        return cls(**own, parameters=parameters, summary=state.summary)

    def _maps_of(self, fields: Fields) -> RegionMaps:
        """Return what maps of these fields are made with, kept from one call to the next.

        Raises:
            DataError: the method is not trained, or the fields are of another coarse product.
        """
        if self.parameters is None:
            raise DataError(f"the method {self.name!r} is not trained: fit it, or load its checkpoint")
        if self.parameters.coarse_grid != fields.coarse_grid:
            raise DataError(
                f"the method {self.name!r} was trained with coarse cells of {self.parameters.coarse_grid.name}, and "
                f"the fields have those of {fields.coarse_grid.name}: train it with this coarse product"
            )
        kept = self._kept
        if kept is None or kept[0] is not fields or kept[1] is not self.parameters:
            kept = fields, self.parameters, RegionMaps.of(fields, self.parameters, self._excluded())
            self._kept = kept
        return kept[2]

    def _excluded(self) -> tuple[str, ...]:
        """The groups of features to leave out.

        Raises:
            SettingsError: there is no such group.
        """
        names = tuple(self.options.get("exclude", ()))
        if unknown := [name for name in names if name not in FEATURE_GROUPS]:
            known = ", ".join(FEATURE_GROUPS)
            raise SettingsError(f"there is no group of features {unknown[0]!r} to leave out; known: {known}")
        return names

    def _check_history(self, samples: Samples) -> None:
        if samples.fine_history.shape[1] != self.history:
            raise DataError(
                f"the samples hold {samples.fine_history.shape[1]} earlier fields and the method takes "
                f"{self.history}: run `smen pair` again"
            )
