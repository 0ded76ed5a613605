"""The protocol behind which every downscaling method stands: fit, predict, save, load.

A method takes arrays (`smen.data.records.Fields` and `Samples`) and gives arrays (`Prediction`). It uses no
settings, paths or stages, so that it works in a notebook. What holds for every method:

- **Shapes.** A region lies on one window of H x W cells of the 3 km grid. Fields are stacks over time; samples are
  indices into them, one row for each SMAP half-orbit t. Estimates are float32 (N, H, W), one map a row.
- **Units.** Soil moisture, residuals and standard deviations are m3/m3, ages are days.
- **Missing is NaN**, in what a method receives and in what it gives, and never 0. A sample without a coarse field has
  no map: all of its cells are NaN. Cells without soil moisture (water, permanent ice) are NaN as well.
- **Causality.** The estimate for t uses the coarse field of t, earlier coarse fields, and the fine fields that
  `Samples.fine_history` lists for t; never the fine field of t itself, nor anything later.
  A `RetrospectiveMethod` has estimates beside these that know what was observed at and after t.
- **Splits.** `fit` learns from training dates; validation dates may choose when to stop, or take part in the fit by
  cross-validation. It does not look at test dates.
- **Reproducible.** The same arrays, options and seed give the same estimates and the same checkpoint, byte for byte.

A `Predictor` is what a table of scores compares. A `Method` is a predictor whose maps are published, so that it can
be saved, and used again, with a record of how it was trained.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self, TypedDict, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from smen.data.error_correlation import ErrorCorrelation
    from smen.data.quality import QualityCode
    from smen.data.records import Fields, Prediction, Samples
    from smen.grid import Window


class Epoch(TypedDict):
    """One row of an iterative training's history; losses in m3/m3, validation NaN where there are no such dates."""

    epoch: int
    train: float
    validation: float
    learning_rate: float
    best: bool


@dataclass(frozen=True)
class TrainingSummary:
    """How well a fitted method fits, and how it came about.

    Attributes:
        train: ubRMSE on the training dates, mean over dates, m3/m3.
        validation: ubRMSE on dates held out: validation dates, or out-of-fold estimates of a cross-validation, mean
            over dates, m3/m3; NaN where no date was held out.
        epochs: one row per epoch of an iterative training; empty for a fit in closed form.
    """

    train: float
    validation: float
    epochs: Sequence[Epoch] = ()

    @classmethod
    def of_epochs(cls, epochs: Sequence[Epoch]) -> TrainingSummary:
        """Summarise an iterative training by the epoch whose weights were kept: the last that was better than before.

        Args:
            epochs: its history, at least one row.
        """
        kept = next((row for row in reversed(epochs) if row["best"]), epochs[-1])
        return cls(kept["train"], kept["validation"], tuple(epochs))

    @property
    def best_epoch(self) -> int | None:
        """The epoch whose weights were kept, counted from 1; None for a fit in closed form."""
        return next((row["epoch"] for row in reversed(self.epochs) if row["best"]), None)

    def curves(self) -> dict[str, list[float]]:
        """Losses by epoch, m3/m3, under `train` and `validation`; of a fit in closed form one value each."""
        if not self.epochs:
            return {"train": [self.train], "validation": [self.validation]}
        return {
            "train": [row["train"] for row in self.epochs],
            "validation": [row["validation"] for row in self.epochs],
        }

    def rows(self) -> list[dict[str, Any]]:
        """Rows of a table: one per epoch, or a single one of a fit in closed form."""
        return [dict(row) for row in self.epochs] or [{"train": self.train, "validation": self.validation}]

    def __str__(self) -> str:
        """Return one line for a log."""
        if not self.epochs:
            held = "no date held out" if math.isnan(self.validation) else f"{self.validation:.4f} out of fold"
            return f"fitted in closed form: ubRMSE {self.train:.4f} on training dates, {held} (m3/m3)"
        best = self.epochs[-1]["epoch"] if self.best_epoch is None else self.best_epoch
        return (
            f"{len(self.epochs)} epochs, the best was {best}: ubRMSE {self.train:.4f} on training, "
            f"{self.validation:.4f} on validation dates (m3/m3)"
        )


@dataclass(frozen=True)
class MethodState:
    """All that a fitted method needs to be used again, as a checkpoint holds it.

    Attributes:
        tensors: arrays by name, of any shape and of a type that safetensors has.
        header: everything else, of JSON's types.
        summary: how well it fits, and how it came about.
    """

    tensors: Mapping[str, NDArray[Any]]
    header: Mapping[str, Any]
    summary: TrainingSummary


class Predictor(Protocol):
    """Whatever maps fine soil moisture from coarse: a baseline, or a `Method`."""

    @property
    def name(self) -> str:
        """Short name, as in tables; unique among the methods of a comparison."""
        ...

    def fit(self, fields: Fields, samples: Samples) -> None:
        """Learn from the training dates of a region.

        Args:
            fields: the region's coarse (Tc, ...) and fine (Tf, H, W) fields, m3/m3, NaN where missing.
            samples: its half-orbits, N rows; `Samples.split` marks the training dates.

        Raises:
            DataError: there is no date to learn from, or the arrays do not suit the method.
        """
        ...

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """Estimate the fine field of each half-orbit from its coarse field and what was observed before it.

        Each row is computed by itself: its map does not depend on which other rows are asked for.

        Args:
            fields: the region's fields; for a fitted method the window and coarse product that it was fitted for,
                or any that it can be transferred to.
            samples: N half-orbits to map, of any split.

        Returns:
            Estimates (N, H, W), m3/m3, NaN where nothing can be said; a method whose maps are published also gives
            quality codes (N, H, W), and the standard deviation of the error where it estimates one.

        Raises:
            DataError: the method is not fitted, or was fitted for something else.
        """
        ...


@runtime_checkable
class RetrospectiveMethod(Protocol):
    """A method that can also estimate from what was observed at and after an overpass."""

    def predict_retrospective(
        self, fields: Fields, samples: Samples, targets: NDArray[np.integer], *, own_scene: bool = True
    ) -> Prediction:
        """Estimate the fine field of each half-orbit from what was observed before, at and after it.

        What was observed more than `smen.methods.map_mode.SETTLED_AFTER` after a half-orbit changes no bit of its map:
        maps that old are not made again.

        Args:
            fields: the region's fields, as far after the half-orbits as there are any.
            samples: N half-orbits to map, of any split.
            targets: indices of the fine fields that may count as later ones, -1 for none.
            own_scene: whether the fine field of a half-orbit itself may be used; without it the estimate can be
                judged by it.

        Returns:
            As of `Predictor.predict`.

        Raises:
            DataError: the method is not fitted for this.
        """
        ...


@runtime_checkable
class CellMethod(Protocol):
    """A method that can estimate some cells alone, which is quicker than whole maps."""

    def at_cells(self, cells: NDArray[np.bool_]) -> Predictor:
        """Return the method, fitted as it is, with estimates at some cells and NaN at all others.

        Args:
            cells: which ones, bool (H, W).
        """
        ...


class Method(Predictor, Protocol):
    """A predictor that makes the maps: registered by name in `smen.methods.registry`, kept in a checkpoint."""

    @classmethod
    def from_settings(cls, history: int, settings: Mapping[str, Any]) -> Self:
        """Make the method, unfitted, from what a user may set; each method takes what acts on it.

        Args:
            history: k, the number of earlier fine fields in the samples.
            settings: the keys of its own section that a training uses (`smen.settings.method_sections`), threads
                resolved to a number.

        Raises:
            SettingsError: a value does not suit the method.
        """
        ...

    def fit(self, fields: Fields, samples: Samples, donor_regions: Sequence[tuple[Fields, Samples]] = ()) -> None:
        """Learn from the training dates of a region, and where the method can from those of other regions as well.

        Args:
            fields: the region's arrays, as for `Predictor.fit`.
            samples: its half-orbits.
            donor_regions: fields and samples of each other region to learn from.

        Raises:
            DataError: there is no date to learn from, or the arrays do not suit the method.
        """
        ...

    def surface(self, fields: Fields) -> dict[QualityCode, NDArray[np.bool_]]:
        """Return where the surface itself is water, ice, mountains, urban or dense vegetation, bool (H, W) for each.

        Raises:
            DataError: the method is not fitted, or was fitted for something else.
        """
        ...

    def error_correlation(self, fields: Fields, *, retrospective: bool = False) -> ErrorCorrelation | None:
        """Return how the errors of the maps go together in space and time; None: it is not known.

        A method without it may well know the standard deviation of each cell's error (`Prediction`); what is missing
        are deviations of areas and changes, and members.

        Args:
            fields: the region's arrays.
            retrospective: of retrospective maps, for a method that makes these.

        Raises:
            DataError: the method is not fitted, or was fitted for something else.
        """
        return None

    def training_summary(self) -> TrainingSummary:
        """Return how well the method fits its training dates and those held out.

        Raises:
            DataError: the method is not fitted.
        """
        ...

    def save(self) -> MethodState:
        """Return all that is needed to use the fitted method again. The same method gives the same state.

        Raises:
            DataError: the method is not fitted: there is nothing to save.
        """
        ...

    @classmethod
    def load(cls, state: MethodState, window: Window | None = None) -> Self:
        """Make the fitted method from its state, ready to predict.

        Args:
            state: what `save` returned, unchanged but for the passage through a file.
            window: the region it is to be used for; None: the one that it was fitted for.

        Raises:
            DataError: it cannot be used for this window.
            KeyError, TypeError, ValueError: the state is of another version or damaged.
        """
        ...
