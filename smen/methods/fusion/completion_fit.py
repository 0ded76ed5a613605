"""Fit the completion of coarse cells to a region's training period.

There is no truth to learn the errors of the second tier from. What tells of a cell that is not recommended is the
filter's estimate from recommended retrievals alone (of its neighbours on the day, and its own past) and the cell's own
next recommended retrieval, if that comes soon. How far the second tier is to be trusted is then chosen by how well
the recommended retrievals after it, and around it, are predicted with it: where it is worthless, it gets no weight.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from smen.data.coarse_tiers import Cause, CoarseTiers, cells_per_m36
from smen.methods.fusion.cell_means import CellMeans
from smen.methods.fusion.coarse_completion import CoarseCompletion, SecondTierErrors
from smen.methods.fusion.coarse_filter import Observations, SpaceTimeModel, filter_cells, tiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from smen.data.records import Fields

    Stack = NDArray[np.float64]
    Vector = NDArray[np.float64]

LEAST_OVERPASSES, LEAST_CELLS = 60, 4
"""Overpasses and cells with enough recommended retrievals below which nothing is fitted."""

SEARCHED_OVERPASSES = 300
"""Latest overpasses of the training period that choose the covariance."""

LENGTHS = (2.5, 4.0, 6.0)
"""Scales of the covariance in space that are tried, in cells of 36 km."""

CHOICES = {"days": (5.0, 8.0, 13.0, 20.0), "common": (0.2, 0.4, 0.6)}
"""Other parameters of the covariance, and the values that are tried."""

VARIANCES = (1.0, 1.5)
"""Factors on the variance of the departures: in a period the slow ones do not show in full."""

NOISE = 0.004**2
"""Variance of a recommended retrieval's own error: what varies from cell to cell is next to nothing (the semivariance
of a real half-orbit goes to about 0 at lag 0)."""

SOON_DAYS = 2.0
"""A cell's next recommended retrieval within this time tells of it."""

PRIOR_CASES = 20.0
"""How many cases the absence of a shift is worth."""

DEPENDENT_CASES = 10.0
"""How many consecutive retrievals of one cell tell as much as one alone: their errors last."""

UNKNOWN_NOISE = 0.06**2
"""Variance of the second tier where fewer than `PRIOR_CASES` tell of a cause, (m3/m3)^2."""

LEAST_NOISE = 0.01**2
"""Least variance of the second tier, (m3/m3)^2."""

DISTRUST = (4.0, 16.0)
"""Factors on the variances of a cause that are tried."""

GAIN = 2.0
"""Improvement of the loss that a larger variance must bring (Akaike 1974, IEEE Trans. Automat. Contr. 19, 716-723)."""

LEAST_AGREEMENT = 0.1
"""Share of the variance of the second tier that what else is known must explain: a cause with less tells nothing, and
is left out."""


def fit_completion(fields: Fields, direction_bias: Stack, until: np.datetime64) -> CoarseCompletion | None:
    """Fit the completion of a region's coarse cells.

    Args:
        fields: the region's arrays.
        direction_bias: mean of descending minus ascending overpasses, (R, C), m3/m3.
        until: later overpasses take no part.

    Returns:
        None where there are too few retrievals to learn from.
    """
    training = CoarseTiers.of(fields, direction_bias, until)
    scale = cells_per_m36(fields.coarse_grid)
    means = CellMeans.of(training.recommended, scale)
    observed = np.isfinite(training.recommended).any(axis=(1, 2)).sum()
    if means is None or observed < LEAST_OVERPASSES or means.seen.sum() < LEAST_CELLS:
        return None
    tile = _best_tile(training)
    model = _fit_model((training.recommended - means.mean)[:, *tile], training.days, scale)
    causes, shape = len(Cause), means.mean.shape
    nothing = SecondTierErrors(
        np.zeros((causes, *shape)), np.full(causes, UNKNOWN_NOISE), np.zeros(causes), np.zeros(causes, bool)
    )
    completion = CoarseCompletion(means.mean, model, nothing, np.zeros(causes), np.zeros(causes))
    completion = _with_shift(completion, training)
    completion = _with_errors(completion, training, means)
    return _trusted(completion, training, tile)


def _best_tile(training: CoarseTiers) -> tuple[slice, slice]:
    """The tile with the most retrievals, rows and columns: what is chosen by trying is chosen there."""
    known = np.isfinite(training.recommended).sum(axis=0) + np.isfinite(training.second).sum(axis=0)
    places = [(rows, columns) for rows, _ in tiles(known.shape[0]) for columns, _ in tiles(known.shape[1])]
    return max(places, key=lambda place: int(known[place].sum()))


def _fit_model(departures: Stack, days: Vector, scale: float) -> SpaceTimeModel:
    """Choose the covariance by the likelihood of recommended retrievals, each predicted from those before."""
    variance = float(np.nanvar(departures))
    observations, days = Observations.of_recommended(departures[-SEARCHED_OVERPASSES:]), days[-SEARCHED_OVERPASSES:]
    model = SpaceTimeModel(max(variance, 1e-8) * VARIANCES[-1], 0.4, 4.0 * scale, 8.0, NOISE)
    loss = filter_cells(observations, model, days).loss
    choices = {"length": tuple(length * scale for length in LENGTHS), **CHOICES}
    choices |= {"variance": tuple(max(variance, 1e-8) * factor for factor in VARIANCES)}
    for name, values in choices.items():
        for value in values:
            tried = replace(model, **{name: value})
            if tried != model and (other := filter_cells(observations, tried, days).loss) < loss:
                model, loss = tried, other
    return model


def _with_shift(completion: CoarseCompletion, training: CoarseTiers) -> CoarseCompletion:
    """Learn how rain and frost differ from the expected, from each cell's next recommended retrieval."""
    estimate = completion.filter(training, with_second=False).mean
    soon, _ = _next_departure(completion, training)
    shift, variance = np.zeros(len(Cause)), np.zeros(len(Cause))
    for cause in (Cause.RAIN, Cause.FROST, Cause.DEEP_FROST):
        difference = (soon - estimate)[training.missing & (training.cause == cause)]
        difference = difference[np.isfinite(difference)]
        shift[cause] = difference.sum() / (len(difference) + PRIOR_CASES)
        variance[cause] = difference.var() if len(difference) >= PRIOR_CASES else 0
    return replace(completion, shift=shift, shift_variance=variance)


def _next_departure(completion: CoarseCompletion, training: CoarseTiers) -> tuple[Stack, Stack]:
    """What each cell's next recommended retrieval within `SOON_DAYS` says of an overpass.

    A departure after rain fades meanwhile, which is put right by the model's time constant.

    Returns:
        Departures and the variances of their errors, (T, R, C) each; NaN and infinite where there is none.
    """
    departures = training.recommended - completion.mean
    soon, error = np.full(departures.shape, np.nan), np.full(departures.shape, np.inf)
    value, at = np.full(departures.shape[1:], np.nan), np.full(departures.shape[1:], np.inf)
    model = completion.model
    for t in range(len(departures) - 1, -1, -1):
        wait = at - training.days[t]
        near = wait < SOON_DAYS
        faded = np.exp(-np.where(near, wait, 0) / model.days)
        soon[t] = np.where(near, value / np.where(training.cause[t] == Cause.RAIN, faded, 1), np.nan)
        error[t] = np.where(near, 2 * model.variance * (1 - faded) + model.noise, np.inf)
        valid = np.isfinite(departures[t])
        value, at = np.where(valid, departures[t], value), np.where(valid, training.days[t], at)
    return soon, error


def _with_errors(completion: CoarseCompletion, training: CoarseTiers, means: CellMeans) -> CoarseCompletion:
    """Learn bias and variance of the second tier by cause, and what it says of cells that are never recommended."""
    known = completion.filter(training, with_second=False)
    soon, error = _next_departure(completion, training)
    weight, soon_weight = 1 / np.maximum(known.variance, 1e-7), 1 / error
    proxy = (known.mean * weight + np.where(np.isfinite(soon), soon, 0) * soon_weight) / (weight + soon_weight)
    shape = completion.mean.shape
    bias, noise, shared = np.zeros((len(Cause), *shape)), np.full(len(Cause), UNKNOWN_NOISE), np.zeros(len(Cause))
    mean, used = completion.mean, np.zeros(len(Cause), bool)
    for cause in Cause:
        errors = np.where(training.cause == cause, training.second - completion.mean - proxy, np.nan)
        if np.isfinite(errors).sum() < PRIOR_CASES:
            continue
        overall, own = _bias_by_cell(errors)
        bias[cause], noise[cause], shared[cause] = overall + own, *_variances(errors - overall - own, training.days)
        departures = np.where(np.isfinite(errors), training.second - completion.mean - bias[cause], np.nan)
        agreement = _agreement(departures, proxy)
        used[cause] = agreement >= LEAST_AGREEMENT
        if cause == Cause.SURFACE and used[cause]:
            # What differs at cells without a mean of their own is in part their true departure from the neighbours.
            share = means.true_share(own[~means.seen & (own != 0)]) * agreement
            true = np.where(means.seen, 0, own * share)
            mean = completion.mean + true
    # The bias is what is left of the difference from the cell's corrected mean.
    bias -= np.where(np.isfinite(mean), mean - completion.mean, 0)
    return replace(
        completion, mean=mean, errors=replace(completion.errors, bias=bias, noise=noise, shared=shared, used=used)
    )


def _bias_by_cell(errors: Stack) -> tuple[float, Stack]:
    """Mean error over cells, m3/m3, and each cell's departure from it, (R, C), drawn to 0 where it is told by few."""
    valid = np.isfinite(errors)
    number = valid.sum(axis=0)
    mean = np.where(valid, errors, 0).sum(axis=0) / np.maximum(number, 1)
    within = np.where(valid, (errors - mean) ** 2, 0).sum() / max(valid.sum() - (number > 0).sum(), 1)
    has = number > 0
    independent = number / DEPENDENT_CASES
    overall = float(np.average(mean[has], weights=independent[has] / (1 + independent[has])))
    sampling = within / np.maximum(independent, 1 / DEPENDENT_CASES)
    between = float(np.average((mean[has] - overall) ** 2 - sampling[has], weights=np.minimum(number[has], 30)))
    share = max(between, 1e-5) / (max(between, 1e-5) + sampling)
    return overall, np.where(has, share * (mean - overall), 0)


def _variances(errors: Stack, days: Vector) -> tuple[float, float]:
    """Variances of what each error has for itself and of what all of an overpass share, (m3/m3)^2.

    Errors that last tell less than independent ones would: their variance is raised by (1 + r) / (1 - r), with r the
    correlation of a cell's consecutive errors (the variance of the mean of an autoregressive series).
    """
    valid = np.isfinite(errors)
    number = valid.sum(axis=(1, 2))
    mean = np.where(valid, errors, 0).sum(axis=(1, 2)) / np.maximum(number, 1)
    total, many = float(np.mean(errors[valid] ** 2)), number >= 3
    shared = total / 2
    if many.sum() > 5:
        shared = float(np.average(mean[many] ** 2 - total / number[many], weights=np.minimum(number[many], 10)))
    shared = min(max(shared, 0.0), total)
    last = _lasting(errors, days)
    factor = (1 + last) / (1 - last)
    return max(total - shared, LEAST_NOISE) * factor, shared * factor


def _lasting(errors: Stack, days: Vector) -> float:
    """Correlation of consecutive errors of one cell within four days, 0 to 0.9."""
    value, at = np.full(errors.shape[1:], np.nan), np.full(errors.shape[1:], -np.inf)
    product, square = 0.0, 0.0
    for t, field in enumerate(errors):
        both = np.isfinite(field) & np.isfinite(value) & (days[t] - at < 4)
        product += float((field * value)[both].sum())
        square += float((field**2 + value**2)[both].sum() / 2)
        valid = np.isfinite(field)
        value, at = np.where(valid, field, value), np.where(valid, days[t], at)
    return min(max(product / square if square else 0.0, 0.0), 0.9)


def _agreement(departures: Stack, expected: Stack) -> float:
    """Squared correlation of the second tier's departures, NaN elsewhere, with what else is known; 0 if negative."""
    valid = np.isfinite(departures)
    x, y = (stack[valid] - stack[valid].mean() for stack in (departures, expected))
    scale = float(np.sqrt((x**2).sum() * (y**2).sum()))
    return max(float((x * y).sum()) / scale, 0.0) ** 2 if scale else 0.0


def _trusted(completion: CoarseCompletion, training: CoarseTiers, tile: tuple[slice, slice]) -> CoarseCompletion:
    """Raise the variances of the causes for which recommended retrievals are predicted better with larger ones."""
    training = training.part(*tile)
    if not completion.errors.used.any():
        return completion
    loss = completion.part(*tile).filter(training).loss
    for cause in Cause:
        if not completion.errors.used[cause]:
            continue
        for tried in _distrusting(completion, cause):
            other = tried.part(*tile).filter(training).loss
            if other > loss - GAIN:
                break
            completion, loss = tried, other
    return completion


def _distrusting(completion: CoarseCompletion, cause: Cause) -> Iterator[CoarseCompletion]:
    """The completion with larger variances of one cause."""
    factor, errors = np.ones(len(Cause)), completion.errors
    for value in DISTRUST:
        factor[cause] = value
        yield replace(completion, errors=replace(errors, noise=errors.noise * factor, shared=errors.shared * factor))
