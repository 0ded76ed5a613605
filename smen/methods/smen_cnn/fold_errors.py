"""Errors on dates, and blocks of cells, that a network did not learn from: by networks trained without them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from smen.data.records import NONE, TRAIN, VALIDATION
from smen.methods.baselines.held_out import relatives, ubrmse_of
from smen.methods.calibrated_deviation import HeldOut
from smen.methods.fusion.left_out import left_out_cells
from smen.methods.smen_cnn.map_classes import map_classes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from smen.data.records import Fields, Prediction, Samples
    from smen.methods.smen_cnn.fitted_network import FittedNetwork

    Fit = Callable[[Fields, Samples], FittedNetwork]
    Predict = Callable[[FittedNetwork, Fields, Samples], Prediction]

DRAWS = 4
"""Draws of blocks of cells in a fold, each for some of its dates: a single one might lie where cells are easy."""


class FoldErrors(NamedTuple):
    """What the folds tell.

    Attributes:
        records: errors and classes of each date held out, and of the same dates with blocks of cells left out.
        ubrmse: of each date held out, m3/m3, by its half-orbit's time as text; not of dates without two valid cells.
    """

    records: list[HeldOut]
    ubrmse: dict[str, float]


def fold_errors(fit: Fit, predict: Predict, fields: Fields, samples: Samples, folds: int, seed: int) -> FoldErrors:
    """Fit once without each fold of the training and validation dates, and map that fold's dates causally.

    Folds are consecutive dates. Dates that share a Sentinel-1 scene with one of a fold are left out with it.

    Args:
        fit: fits a network to the training dates among samples.
        predict: maps by a fitted network.
        fields: the region's arrays.
        samples: its half-orbits.
        folds: how many; no more than there are dates.
        seed: of the blocks of cells.
    """
    dates = samples.with_target(TRAIN, VALIDATION)
    related = relatives(fields, dates)
    rng = np.random.default_rng(seed)
    records: list[HeldOut] = []
    scores: dict[str, float] = {}
    for part in np.array_split(np.arange(len(dates)), min(folds, len(dates))):
        split = np.full(len(dates), TRAIN, np.uint8)
        split[np.concatenate([related[row] for row in part])] = NONE
        if not np.isfinite(fields.coarse[dates.coarse[split == TRAIN]]).any():
            continue  # nothing would be left to learn from
        fitted = fit(fields, dates.with_split(split))
        held = dates.select(part)
        judged = list(_records(predict, fitted, fields, held, None))
        scores |= {str(time): ubrmse_of(record.errors) for time, record in zip(held.time, judged, strict=True)}
        records += judged
        for rows in np.array_split(np.arange(len(held)), min(DRAWS, len(held))):
            hidden = left_out_cells(fitted.climatology.count > 0, rng)
            records += _records(predict, fitted, fields, held.select(rows), hidden)
    return FoldErrors(records, {time: score for time, score in scores.items() if np.isfinite(score)})


def _records(
    predict: Predict, fitted: FittedNetwork, fields: Fields, held: Samples, hidden: NDArray[np.bool_] | None
) -> Iterator[HeldOut]:
    """Yield the errors of dates held out; with hidden cells (H, W) as if these had never been observed, and only there.

    The errors of the other cells are those of the same date without hidden cells, which count already.
    """
    if hidden is not None:
        fitted = replace(fitted, climatology=fitted.climatology.hidden(hidden))
        fields, observed = replace(fields, fine=np.where(hidden, np.nan, fields.fine)), fields.fine
    else:
        observed = fields.fine
    estimates = predict(fitted, fields, held).mean
    for row, estimate in enumerate(estimates):
        errors = estimate - observed[held.fine[row]]
        if hidden is not None:
            errors = np.where(hidden, errors, np.nan)
        yield HeldOut(errors, map_classes(fields, held, row, fitted.climatology, fitted.climate))
