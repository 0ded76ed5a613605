"""Whether a map knows what comes after its overpass: how methods are asked for either, and what each map rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from smen.data.records import MISSING
from smen.data.samples import LOOK_AHEAD, with_later
from smen.methods.protocol import RetrospectiveMethod

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Prediction, Samples
    from smen.methods.protocol import Predictor

MapMode = Literal["retrospective", "causal"]

SETTLED_AFTER = LOOK_AHEAD + np.timedelta64(10, "D")
"""What is observed later than this after an overpass changes no map of it: later scenes count within `LOOK_AHEAD`, each
held against the coarse field of its own time, which is averaged over ten days after it."""


class Scenes(NamedTuple):
    """Half-orbits of the 3 km scenes that a map rests on beside the training, datetime64[s], nearest first.

    Attributes:
        before: earlier ones.
        own: of the overpass itself, one or none.
        after: later ones.
    """

    before: NDArray[np.datetime64]
    own: NDArray[np.datetime64]
    after: NDArray[np.datetime64]


def mode_of(method: Predictor, wanted: MapMode) -> MapMode:
    """Return the mode that a method maps in: causal where it has no other.

    Args:
        method: fitted.
        wanted: by the settings.
    """
    return wanted if isinstance(method, RetrospectiveMethod) else "causal"


def predict_in_mode(
    method: Predictor,
    mode: MapMode,
    fields: Fields,
    samples: Samples,
    targets: NDArray[np.integer],
    *,
    own_scene: bool = True,
) -> Prediction:
    """Estimate the fine field of each overpass in one of the modes.

    Args:
        method: fitted.
        mode: one that it has, see `mode_of`.
        fields: the region's arrays.
        samples: N overpasses.
        targets: fine fields that may count as later ones in retrospective estimates, -1 for none.
        own_scene: whether these use the fine field of the overpass itself.
    """
    if mode == "retrospective" and isinstance(method, RetrospectiveMethod):
        return method.predict_retrospective(fields, samples, targets, own_scene=own_scene)
    return method.predict(fields, samples)


def scenes_behind(mode: MapMode, fields: Fields, samples: Samples, targets: NDArray[np.integer]) -> list[Scenes]:
    """Return what the map of each overpass rests on.

    Args:
        mode: of the maps.
        fields: the region's arrays.
        samples: N overpasses.
        targets: as for `predict_in_mode`.
    """
    number = samples.fine_history.shape[1]
    history = with_later(samples, fields, targets).fine_history if mode == "retrospective" else samples.fine_history
    own = samples.fine[:, None] if mode == "retrospective" else samples.fine[:, None][:, :0]
    parts = zip(history[:, :number], own, history[:, number:], strict=True)
    return [Scenes(*(fields.fine_time[part[part != MISSING]] for part in row)) for row in parts]


def provisional(mode: MapMode, times: NDArray[np.datetime64], last: np.datetime64) -> NDArray[np.bool_]:
    """Decide which maps are made again once more is known, (N,).

    Args:
        mode: of the maps.
        times: of the overpasses, (N,).
        last: the last overpass that there is so far.
    """
    return np.asarray((mode == "retrospective") & (times > last - SETTLED_AFTER), np.bool_)
