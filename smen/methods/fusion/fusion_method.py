"""The default method: a static pattern, a ridge regression over coarse and fine history, and an error model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

from smen.data.samples import with_later
from smen.errors import DataError, SettingsError
from smen.methods.fusion import fusion_file
from smen.methods.fusion.feature_names import FEATURE_GROUPS
from smen.methods.fusion.fitting import fit_parameters
from smen.methods.fusion.parameters import FusionParameters
from smen.methods.fusion.region_maps import RegionMaps
from smen.methods.fusion.region_transfer import transferred
from smen.methods.fusion.scene_update import SceneUpdate
from smen.methods.fusion.training_set import TrainingSet
from smen.methods.no_training_date import no_training_date
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
        retrospective: whether `fit` prepares retrospective estimates as well.
        parameters: what `fit` or a checkpoint gave.
        retrospective_parameters: the same for estimates that know what comes after, where they were prepared.
        scene_update: by an overpass's own fine field, likewise.
        summary: ubRMSE on the training dates, and of their out-of-fold estimates.
        cells: the cells to estimate, bool (H, W), all others NaN; None: all.
    """

    history: int = 4
    options: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    label: str | None = None
    retrospective: bool = False
    parameters: FusionParameters | None = None
    retrospective_parameters: FusionParameters | None = None
    scene_update: SceneUpdate | None = None
    summary: TrainingSummary | None = None
    cells: NDArray[np.bool_] | None = field(default=None, repr=False, compare=False)
    _kept: dict[bool, tuple[Fields, FusionParameters, RegionMaps]] = field(
        default_factory=dict, repr=False, compare=False
    )

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
        return cls(history=history, seed=settings["seed"], retrospective=True)

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
        regions = [(fields, samples), *donor_regions]
        excluded = self._excluded()
        causal = [TrainingSet.of(f, s, self.seed, excluded) for f, s in regions]
        if all(part is None for part in causal):
            raise DataError(no_training_date(fields, samples))
        self.parameters, self.summary, _ = self._fit(fields, causal)
        if self.retrospective:
            around = [
                TrainingSet.of(f, s, self.seed, excluded, two_sided=True, like=like)
                for (f, s), like in zip(regions, causal, strict=True)
            ]
            self.retrospective_parameters, _, self.scene_update = self._fit(fields, around, self.parameters)

    def _fit(
        self, fields: Fields, sets: Sequence[TrainingSet | None], causal: FusionParameters | None = None
    ) -> tuple[FusionParameters, TrainingSummary | None, SceneUpdate]:
        """Fit to the training sets of the region, if it has dates, and of the donor regions."""
        own, *others = sets
        donors = [part for part in others if part]
        first, *rest = donors if own is None else [own, *donors]
        random_features = self.options.get("random_features", True)
        fit = fit_parameters(first, rest, self.seed, with_random_features=random_features, causal=causal)
        noise = first.fields.fine_noise
        update = SceneUpdate.fit(fit.errors, None if noise is None else noise[first.dates.fine])
        return (fit.parameters if own is not None else transferred(fit.parameters, fields)), fit.summary, update

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

    def predict_retrospective(
        self, fields: Fields, samples: Samples, targets: NDArray[np.integer], *, own_scene: bool = True
    ) -> Prediction:
        """Estimate maps from what was observed before, at and after each overpass.

        Args:
            fields: the region's arrays, as far after the overpasses as there are any.
            samples: the overpasses, N of them.
            targets: the fine fields that may count as later ones, -1 for none.
            own_scene: whether the fine field of an overpass itself is used; without it, and without those that share
                its Sentinel-1 scene, the estimate can be judged by it.

        Raises:
            DataError: the method is not trained for this, or the fields are of another coarse product.
        """
        self._check_history(samples)
        return self._maps_of(fields, retrospective=True).predict(
            with_later(samples, fields, targets), own_scene=own_scene
        )

    def at_cells(self, cells: NDArray[np.bool_]) -> Self:
        """Return the same method, fitted as it is, that estimates some cells alone.

        Args:
            cells: which ones, bool (H, W).
        """
        return replace(self, cells=cells, _kept={})

    def surface(self, fields: Fields) -> dict[QualityCode, NDArray[np.bool_]]:
        """Return where the surface itself is water, ice, mountains, urban or dense vegetation, bool (H, W) for each.

        Raises:
            DataError: the method is not trained, or the fields are of another coarse product.
        """
        return self._maps_of(fields).parameters.surface

    def error_correlation(self, fields: Fields, *, retrospective: bool = False) -> ErrorCorrelation:
        """Return how the errors of a region's maps go together in space and time.

        Args:
            fields: the region's arrays.
            retrospective: of retrospective maps, as they are without a scene of their own.

        Raises:
            DataError: the method is not trained, or the fields are of another coarse product.
        """
        return self._maps_of(fields, retrospective=retrospective).error_correlation()

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
        header = {**own, **fusion_file.header_of(self.parameters), "retrospective": None}
        tensors = fusion_file.tensors_of(self.parameters)
        if self.retrospective_parameters is not None and self.scene_update is not None:
            tensors |= fusion_file.prefixed(fusion_file.tensors_of(self.retrospective_parameters))
            header["retrospective"] = {
                "parameters": fusion_file.header_of(self.retrospective_parameters),
                "scene_update": fusion_file.scene_update_entry(self.scene_update),
            }
        return MethodState(tensors, header, self.training_summary())

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
        causal, around = fusion_file.split_by_prefix(state.tensors)
        method = cls(**own, parameters=fusion_file.restore(causal, state.header), summary=state.summary)
        if (entry := state.header["retrospective"]) is not None:
            method.retrospective = True
            method.retrospective_parameters = fusion_file.restore(around, entry["parameters"])
            method.scene_update = fusion_file.scene_update(entry["scene_update"])
        return method

    def _maps_of(self, fields: Fields, *, retrospective: bool = False) -> RegionMaps:
        """Return what maps of these fields are made with, kept from one call to the next.

        Raises:
            DataError: the method is not trained, or the fields are of another coarse product.
        """
        parameters = self.retrospective_parameters if retrospective else self.parameters
        if parameters is None:
            what = "trained for retrospective maps" if retrospective and self.parameters is not None else "trained"
            raise DataError(f"the method {self.name!r} is not {what}: fit it, or load its checkpoint")
        if parameters.coarse_grid != fields.coarse_grid:
            raise DataError(
                f"the method {self.name!r} was trained with coarse cells of {parameters.coarse_grid.name}, and "
                f"the fields have those of {fields.coarse_grid.name}: train it with this coarse product"
            )
        kept = self._kept.get(retrospective)
        if kept is None or kept[0] is not fields or kept[1] is not parameters:
            update = self.scene_update if retrospective else None
            maps = RegionMaps.of(fields, parameters, self._excluded(), update)
            kept = fields, parameters, replace(maps, cells=self.cells)
            self._kept[retrospective] = kept
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
