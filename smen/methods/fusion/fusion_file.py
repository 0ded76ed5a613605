"""The default network's knowledge as tensors and header entries of a checkpoint, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from smen.data.quality import QualityCode
from smen.grid import GRIDS, Window
from smen.methods.fusion.error_model import ErrorModel
from smen.methods.fusion.features import CAUSES, FEATURES, MASKS
from smen.methods.fusion.parameters import FusionParameters
from smen.methods.fusion.pattern import Pattern
from smen.methods.fusion.random_features import RandomFeatures

if TYPE_CHECKING:
    from numpy.typing import NDArray

ARRAYS = ("offset", "usual", "noise", "warm", "cold", "elsewhere")
HIDDEN = ("weights", "bias", "centre", "scale")
LINEAR = ("warm", "cold", "elsewhere")
NETWORK, SURFACE, FIELD = "network.", "surface.", "field."


def tensors_of(learnt: FusionParameters) -> dict[str, NDArray[Any]]:
    """All arrays and weights by name; those of `network.` are what the digest is of."""
    tensors = {FIELD + name: getattr(learnt, name) for name in ARRAYS}
    tensors[FIELD + "pattern"] = learnt.pattern.sums
    for name in LINEAR:
        tensors[NETWORK + name] = tensors.pop(FIELD + name)
    if learnt.hidden is not None:
        for name in HIDDEN:
            tensors[f"{NETWORK}hidden.{name}"] = getattr(learnt.hidden, name)
    for code, where in learnt.surface.items():
        tensors[SURFACE + code.name] = where.astype(np.uint8)
    return tensors


def header_of(learnt: FusionParameters) -> dict[str, Any]:
    """What the header says beside what all checkpoints say."""
    pattern, window = learnt.pattern, learnt.window
    return {
        "window": {"row": window.row, "column": window.column, "height": window.height, "width": window.width},
        "coarse_grid": learnt.coarse_grid.name,
        "training_times": [str(time) for time in learnt.training_times],
        "simulated": learnt.simulated,
        "features": list(FEATURES),
        "masks": list(MASKS),
        "causes": list(CAUSES),
        "pattern": {
            "prior": pattern.prior,
            "prior_dates": pattern.prior_dates,
            "wetness_variance": pattern.wetness_variance,
            "within": pattern.within,
        },
        "unit": learnt.unit,
        "spread": _spread(learnt.spread),
        "cold_spread": _spread(learnt.cold_spread),
        "abroad_spread": _spread(learnt.abroad_spread),
        "variability": learnt.variability,
        "abroad": learnt.abroad,
        "hidden_size": None if learnt.hidden is None else learnt.hidden.size,
        "bounds": list(learnt.bounds),
        "climate": list(learnt.climate),
        "wetness": list(learnt.wetness),
    }


def restore(header: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> FusionParameters:
    """The parameters that a header and its tensors describe.

    Raises:
        KeyError: something is missing.
        ValueError: something does not fit, or the features are those of another version.
    """
    if [header["features"], header["masks"], header["causes"]] != [list(FEATURES), list(MASKS), list(CAUSES)]:
        raise ValueError("its features are others than this version's")
    window = Window(**header["window"])
    arrays = {n: tensors[(NETWORK if n in LINEAR else FIELD) + n] for n in ARRAYS}
    pattern = Pattern(tensors[FIELD + "pattern"], **header["pattern"])
    surface = {
        QualityCode[n.removeprefix(SURFACE)]: v.astype(bool) for n, v in tensors.items() if n.startswith(SURFACE)
    }
    if any(a.shape != window.shape for a in (pattern.sums[0], arrays["noise"], *surface.values())):
        raise ValueError("its fields do not fit its window")
    return FusionParameters(
        window=window,
        coarse_grid=GRIDS[header["coarse_grid"]],
        pattern=pattern,
        **arrays,
        hidden=_hidden(header, tensors),
        unit=header["unit"],
        spread=_restored(header["spread"]),
        cold_spread=_restored(header["cold_spread"]),
        abroad_spread=_restored(header["abroad_spread"]),
        variability=header["variability"],
        bounds=(header["bounds"][0], header["bounds"][1]),
        climate=(header["climate"][0], header["climate"][1]),
        wetness=(header["wetness"][0], header["wetness"][1]),
        surface=surface,
        training_times=np.array(header["training_times"], "datetime64[s]"),
        simulated=header["simulated"],
        abroad=header["abroad"],
    )


def _spread(spread: ErrorModel) -> dict[str, Any]:
    return {"shares": [float(s) for s in spread.shares], "factor": spread.factor}


def _hidden(header: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> RandomFeatures | None:
    if header["hidden_size"] is None:
        return None
    return RandomFeatures(**{n: tensors[f"{NETWORK}hidden.{n}"] for n in HIDDEN}, size=header["hidden_size"])


def _restored(said: dict[str, Any]) -> ErrorModel:
    return ErrorModel(np.array(said["shares"]), said["factor"])
