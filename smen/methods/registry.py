"""All methods by name. To add one: write its module, and name its class in one of these tables.

A class stands here as `module:Class` and is imported when it is asked for, so that a method made of numpy alone runs
without loading torch.

Baselines learn from all dates of the training period, those included that a network sets aside for its early stop:
they have no early stop, and less data would only make them look worse than they are.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from smen.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from smen.methods.protocol import Method, Predictor

METHODS = {
    "fusion": "smen.methods.fusion.fusion_method:FusionMethod",
    "smen": "smen.methods.smen_cnn.network_method:NetworkMethod",
}
"""Methods that can make maps (`smen.methods.protocol.Method`), by the name that settings and checkpoints use."""

OWN_METHOD = "smen.methods.own_method:OwnMethod"
"""What makes a method of a user's own class."""

SIMPLE_BASELINES = {
    "constant": "smen.methods.baselines.constant:Constant",
    "nearest_neighbour": "smen.methods.interpolation:NearestNeighbour",
    "bilinear": "smen.methods.interpolation:Bilinear",
    "bicubic": "smen.methods.baselines.bicubic:Bicubic",
    "mean_residual": "smen.methods.baselines.mean_residual:MeanResidual.unshrunk",
    "shrunk_residual": "smen.methods.baselines.mean_residual:MeanResidual",
    "regression": "smen.methods.baselines.regression:Regression",
    "last_residual": "smen.methods.baselines.history_baseline:LastResidual",
    "blend": "smen.methods.baselines.blend:Blend",
    "kalman": "smen.methods.baselines.kalman:Kalman",
    "filtered_residual": "smen.methods.baselines.filtered:FilteredMeanResidual",
}
"""Baselines without random numbers, by their names in tables, in rising order of effort."""

BASELINES = ("nearest_neighbour", "bilinear", "mean_residual", "shrunk_residual", "filtered_residual")
"""Those of them that every run is compared with."""

UNTRAINED = ("nearest_neighbour", "bilinear")
"""Those of them that need no training date."""

LEARNED_BASELINES = {
    "random_forest": "smen.methods.baselines.random_forest:RandomForest",
    "srcnn": "smen.methods.baselines.srcnn:SrcnnMethod.seeded",
    "lstm": "smen.methods.baselines.lstm:LstmMethod.seeded",
}
"""Learned baselines of the paper's experiments, by their names in tables; made from a seed and a number of threads."""


def method_class(name: str) -> type[Method]:
    """Return the class of a method that can make maps.

    Args:
        name: a key of `METHODS`, or ``package.module:Class`` for a user's own, which `OwnMethod` makes a method of.

    Raises:
        DataError: there is no such method.
    """
    if ":" in name:
        return cast("type[Method]", _imported(OWN_METHOD))
    if name not in METHODS:
        raise DataError(f"there is no method {name!r}; known: {', '.join(METHODS)}")
    return cast("type[Method]", _imported(METHODS[name]))


def method_name(method: Method) -> str:
    """Return the name by which a method is registered.

    Raises:
        DataError: it is not registered.
    """
    if own := getattr(method, "place", None):
        return str(own)
    place = f"{type(method).__module__}:{type(method).__qualname__}"
    for name, registered in METHODS.items():
        if registered == place:
            return name
    raise DataError(f"the method {place} is not registered: name it in smen.methods.registry.METHODS")


def simple_baseline(name: str) -> Predictor:
    """Make a baseline, unfitted.

    Args:
        name: a key of `SIMPLE_BASELINES`.
    """
    return cast("Callable[[], Predictor]", _imported(SIMPLE_BASELINES[name]))()


def learned_baseline(name: str, seed: int, threads: int) -> Predictor:
    """Make a learned baseline, unfitted.

    Args:
        name: a key of `LEARNED_BASELINES`.
        seed: of its random numbers.
        threads: processor threads for its training.
    """
    return cast("Callable[[int, int], Predictor]", _imported(LEARNED_BASELINES[name]))(seed, threads)


def _imported(place: str) -> object:
    """Return what `module:name` stands for; the name may be dotted."""
    module, names = place.split(":")
    found: object = import_module(module)
    for name in names.split("."):
        found = getattr(found, name)
    return found
