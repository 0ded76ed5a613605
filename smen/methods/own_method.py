"""A user's own class as a method that makes maps: it fits, predicts, saves and loads; all else is added here.

What a class needs (`workflow/docs/own_method.md` has two worked examples):

- `fit(fields, samples)`: learn from `samples.with_target(TRAIN, VALIDATION)`;
- `predict(fields, samples)`: estimates in m3/m3, (N, H, W), NaN where there is none, or a `Prediction`;
- `save()`: numpy arrays by name; `load(arrays)`, a class method: the fitted object again.

Added are quality codes, the surface, a standard deviation from dates that were held out, and the errors by which
methods are compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from smen.data.quality import NO_VALUE, QualityCode, quality_codes, static_surface
from smen.data.records import TRAIN, VALIDATION, Prediction
from smen.errors import DataError
from smen.grid import Window, grid_with_factor
from smen.methods.held_out_scores import scores_by_date, without_validation
from smen.methods.no_training_date import no_training_date
from smen.methods.protocol import Method, MethodState, TrainingSummary
from smen.own_class import own_class

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples

NEEDED = ("fit", "predict", "save", "load")
"""What a user's class must have."""

PRIOR_DATES = 4.0
"""Dates with the mean square error of all cells that each cell's own mean square is drawn to: few dates tell little."""

OWN = "own."
"""Beginning of the names of the class's own arrays in a checkpoint."""


def loaded_class(place: str) -> type[Any]:
    """Import a user's class and see that it has what a method needs.

    Args:
        place: ``package.module:Class``.

    Raises:
        SettingsError: there is no such class.
        DataError: it lacks something, all of which the message names.
    """
    found = own_class(place)
    if missing := [name for name in NEEDED if not callable(getattr(found, name, None))]:
        raise DataError(
            f"{place} has no {', '.join(missing)}: a method needs {', '.join(NEEDED)}, see workflow/docs/own_method.md"
        )
    return found


@dataclass
class OwnMethod(Method):
    """A user's class with all that makes its maps whole.

    Attributes:
        place: ``package.module:Class``.
        inner: the fitted object; None before.
        window: of the region that it was fitted for.
        coarse_factor: cells of 3 km along the side of a coarse cell.
        deviation: standard deviation of the errors of dates held out, (H, W), m3/m3; NaN without any such date.
        count: training dates of each cell, (H, W).
        climate: least and greatest coarse soil moisture of the training dates, m3/m3.
        surfaces: where the surface is water, urban, ..., bool (H, W) by code.
        held_out: ubRMSE of the held-out dates, m3/m3, by half-orbit.
        summary: ubRMSE on training dates and on those held out.
    """

    place: str
    inner: Any = None
    window: Window | None = None
    coarse_factor: int = 12
    deviation: NDArray[np.float32] | None = None
    count: NDArray[np.int32] | None = None
    climate: tuple[float, float] = (0.0, 1.0)
    surfaces: dict[QualityCode, NDArray[np.bool_]] = field(default_factory=dict)
    held_out: dict[str, float] = field(default_factory=dict)
    summary: TrainingSummary | None = None

    @property
    def name(self) -> str:
        """Short name, as in tables: that of the class."""
        return self.place.partition(":")[2]

    @classmethod
    def from_settings(cls, history: int, settings: Mapping[str, Any]) -> Self:
        """Make the method, unfitted.

        Args:
            history: k, the number of earlier fine fields; the class sees it in the samples.
            settings: `place`: ``package.module:Class``.
        """
        loaded_class(settings["place"])
        return cls(settings["place"])

    def fit(self, fields: Fields, samples: Samples, donor_regions: Sequence[tuple[Fields, Samples]] = ()) -> None:
        """Fit the class twice: without the validation dates, for its errors there, and with them, for the maps.

        Args:
            fields: the region's arrays.
            samples: its half-orbits.
            donor_regions: none: a user's class learns from its own region.

        Raises:
            DataError: there is no date to learn from, or the estimates do not have the shape of the samples.
        """
        dates = samples.with_target(TRAIN, VALIDATION)
        if not len(dates):
            raise DataError(no_training_date(fields, samples))
        self.window, self.coarse_factor = fields.window, fields.coarse_grid.coarse_factor
        fine, coarse = fields.fine[dates.fine], fields.coarse[dates.coarse]
        self.count = np.isfinite(fine).sum(axis=0).astype(np.int32)
        self.climate = (float(np.nanmin(coarse)), float(np.nanmax(coarse)))
        self.surfaces = static_surface(fields, dates.coarse, dates.fine)
        self._judge(fields, samples)
        self.inner = self._fitted(fields, samples)
        errors = fine - self._estimate(self.inner, fields, dates).mean
        train = list(scores_by_date(dates.time, errors).values())
        held = list(self.held_out.values())
        fitted, left_out = (float(np.mean(values)) if values else float("nan") for values in (train, held))
        self.summary = TrainingSummary(fitted, left_out)

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """Map every overpass with the fitted class.

        Args:
            fields: of the region that the method was fitted for.
            samples: N overpasses.

        Returns:
            Estimates, standard deviations and quality codes, (N, H, W).

        Raises:
            DataError: the method is not fitted, or the estimates do not have the shape of the samples.
        """
        self._check_fields(fields)
        assert self.count is not None and self.deviation is not None  # noqa: S101  (fitted)
        found = self._estimate(self.inner, fields, samples)
        quality = np.array(
            [quality_codes(fields, samples, i, self.surfaces, self.count, self.climate) for i in range(len(samples))],
            np.uint8,
        ).reshape(found.mean.shape)
        mean = np.where(np.isin(quality, NO_VALUE), np.float32(np.nan), found.mean)
        deviation = found.standard_deviation
        if deviation is None and np.isfinite(self.deviation).any():
            deviation = np.where(np.isnan(mean), np.float32(np.nan), self.deviation)
        return Prediction(mean, deviation, quality)

    def surface(self, fields: Fields) -> dict[QualityCode, NDArray[np.bool_]]:
        """Return where the surface itself is water, ice, mountains, urban or dense vegetation, bool (H, W) for each.

        Raises:
            DataError: the method is not fitted, or the fields are of another window.
        """
        self._check_fields(fields)
        return self.surfaces

    def training_summary(self) -> TrainingSummary:
        """Return ubRMSE on training dates and on those held out.

        Raises:
            DataError: the method is not fitted.
        """
        if self.summary is None:
            raise DataError(f"{self.place} is not fitted: there is no summary of a training")
        return self.summary

    def save(self) -> MethodState:
        """Return the class's own arrays and what was added to them.

        Raises:
            DataError: the method is not fitted, or `save` does not return arrays by name.
        """
        summary = self.training_summary()
        arrays = self.inner.save()
        if not isinstance(arrays, Mapping) or not all(isinstance(name, str) for name in arrays):
            raise DataError(f"{self.place}: `save` must return numpy arrays by name, not {type(arrays).__name__}")
        tensors = {f"{OWN}{name}": np.asarray(array) for name, array in arrays.items()}
        tensors |= {"deviation": np.asarray(self.deviation), "count": np.asarray(self.count)}
        tensors |= {f"surface.{code.name}": where.astype(np.uint8) for code, where in self.surfaces.items()}
        assert self.window is not None  # noqa: S101  (fitted)
        window = (self.window.row, self.window.column, self.window.height, self.window.width)
        header = {"place": self.place, "window": window, "coarse_factor": self.coarse_factor}
        return MethodState(tensors, {**header, "climate": self.climate, "held_out": self.held_out}, summary)

    @classmethod
    def load(cls, state: MethodState, window: Window | None = None) -> Self:
        """Make the fitted method from its state.

        Args:
            state: what `save` returned.
            window: the region it is to be used for: the one that it was fitted for, or None.

        Raises:
            DataError: it was fitted for another window, or the class is not there any more.
        """
        header, tensors = state.header, state.tensors
        place, fitted = str(header["place"]), Window(*header["window"])
        if window is not None and window != fitted:
            raise DataError(f"fitted for {fitted}, not for {window}: train it for this region")
        inner = loaded_class(place).load({n.removeprefix(OWN): a for n, a in tensors.items() if n.startswith(OWN)})
        surfaces = {
            QualityCode[name.removeprefix("surface.")]: array.astype(bool)
            for name, array in tensors.items()
            if name.startswith("surface.")
        }
        low, high = header["climate"]
        return cls(
            place, inner, fitted, int(header["coarse_factor"]), tensors["deviation"], tensors["count"], (low, high),
            surfaces, dict(header["held_out"]), state.summary,
        )  # fmt: skip

    def _judge(self, fields: Fields, samples: Samples) -> None:
        """Learn standard deviation and scores from the validation dates, by a fit without them."""
        validation = samples.with_target(VALIDATION)
        self.held_out, self.deviation = {}, np.full(fields.window.shape, np.nan, np.float32)
        if not len(validation) or not len(samples.with_target(TRAIN)):
            return
        inner = self._fitted(fields, without_validation(samples))
        errors = fields.fine[validation.fine] - self._estimate(inner, fields, validation).mean
        self.held_out = scores_by_date(validation.time, errors)
        valid = np.isfinite(errors)
        if valid.any():
            square, number = np.where(valid, errors, 0) ** 2, valid.sum(axis=0)
            overall = square.sum() / valid.sum()
            variance = (square.sum(axis=0) + PRIOR_DATES * overall) / (number + PRIOR_DATES)
            self.deviation = np.sqrt(variance).astype(np.float32)

    def _fitted(self, fields: Fields, samples: Samples) -> object:
        """Return a new object of the class, fitted."""
        inner = loaded_class(self.place)()
        inner.fit(fields, samples)
        return inner

    def _estimate(self, inner: Any, fields: Fields, samples: Samples) -> Prediction:  # noqa: ANN401  (a user's)
        """Return what the class estimates, checked."""
        found = inner.predict(fields, samples)
        prediction = found if isinstance(found, Prediction) else Prediction(np.asarray(found))
        shape = (len(samples), *fields.window.shape)
        if prediction.mean.shape != shape:
            given = prediction.mean.shape
            raise DataError(f"{self.place}: `predict` gave the shape {given}, expected {shape} (N, H, W)")
        return replace(prediction, mean=np.asarray(prediction.mean, np.float32))

    def _check_fields(self, fields: Fields) -> None:
        """Refuse to be used unfitted, or for another region."""
        if self.inner is None:
            raise DataError(f"{self.place} is not fitted")
        if fields.window != self.window or fields.coarse_grid != grid_with_factor(self.coarse_factor):
            raise DataError(f"{self.place} was fitted for {self.window}, not for {fields.window}: train it here")
