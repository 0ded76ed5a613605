"""A fitted network as tensors and header entries of a checkpoint, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from smen.data.climatology import Climatology
from smen.data.quality import QualityCode
from smen.grid import GRIDS, Window
from smen.methods.calibrated_deviation import CalibratedDeviation
from smen.methods.smen_cnn import build_network
from smen.methods.smen_cnn.fitted_network import FittedNetwork
from smen.methods.smen_cnn.normalisation import Normalisation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.methods.smen_cnn.interface import Network

WEIGHTS, SURFACE = "network.", "surface."
"""Beginnings of the names of tensors: the network's weights, and masks (H, W) of surface conditions."""

TOTAL, COUNT = "climatology.total", "climatology.count"
"""Names of the climatology's fields, (H, W)."""

COARSE_MEAN = "coarse_mean"
"""Name of the mean coarse field, (R, C), of a network that learned the remainder."""


def tensors_of(fitted: FittedNetwork) -> dict[str, NDArray[Any]]:
    """Return all arrays of a fitted network by name."""
    tensors = {WEIGHTS + name: value.detach().cpu().numpy() for name, value in fitted.network.state_dict().items()}
    tensors[TOTAL], tensors[COUNT] = fitted.climatology.total, fitted.climatology.count
    for code, mask in fitted.surface.items():
        tensors[SURFACE + code.name] = mask.astype(np.uint8)
    if fitted.coarse_mean is not None:
        tensors[COARSE_MEAN] = fitted.coarse_mean
    if fitted.deviation is not None:
        tensors |= fitted.deviation.tensors()
    return tensors


def header_of(fitted: FittedNetwork) -> dict[str, Any]:
    """Return all else of a fitted network, of JSON's types."""
    return {
        "window": asdict(fitted.window),
        "normalisation": asdict(fitted.normalisation),
        "climatology": {"prior": fitted.climatology.prior, "prior_dates": fitted.climatology.prior_dates},
        "climate": list(fitted.climate),
        "coarse_grid": fitted.coarse_grid.name,
        "training_times": [str(time) for time in fitted.training_times],
        "validation_times": [str(time) for time in fitted.validation_times],
        "simulated": fitted.simulated,
        "deviation": None if fitted.deviation is None else fitted.deviation.header(),
        "held_out": dict(fitted.held_out),
    }


def restore(
    tensors: Mapping[str, NDArray[Any]],
    header: Mapping[str, Any],
    name: str,
    history: int,
    options: Mapping[str, Any],
) -> FittedNetwork:
    """Make a fitted network from what `tensors_of` and `header_of` returned.

    Args:
        tensors: arrays by name.
        header: the other entries.
        name: of the network, a key of `smen.methods.smen_cnn.NETWORKS`.
        history: k, how many earlier residuals it receives.
        options: arguments of the network's own.

    Raises:
        KeyError: something is missing.
        RuntimeError: the weights do not fit the network.
        ValueError: the fields do not fit the window.
    """
    window = Window(**header["window"])
    total, count = tensors[TOTAL], tensors[COUNT]
    surface = {
        QualityCode[name.removeprefix(SURFACE)]: mask.astype(bool)
        for name, mask in tensors.items()
        if name.startswith(SURFACE)
    }
    if any(field.shape != window.shape for field in (total, count, *surface.values())):
        raise ValueError("its fields do not fit its window")
    deviation = header["deviation"]
    return FittedNetwork(
        window=window,
        network=_network(tensors, name, history, options),
        normalisation=Normalisation(**header["normalisation"]),
        climatology=Climatology(total, count, **header["climatology"]),
        climate=(header["climate"][0], header["climate"][1]),
        surface=surface,
        coarse_grid=GRIDS[header["coarse_grid"]],
        training_times=np.array(header["training_times"], "datetime64[s]"),
        validation_times=np.array(header["validation_times"], "datetime64[s]"),
        simulated=header["simulated"],
        coarse_mean=tensors.get(COARSE_MEAN),
        deviation=None if deviation is None else CalibratedDeviation.restore(tensors, deviation),
        held_out=header["held_out"],
    )


def _network(tensors: Mapping[str, NDArray[Any]], name: str, history: int, options: Mapping[str, Any]) -> Network:
    """Return a network with the weights of the checkpoint, in evaluation mode."""
    network = build_network(name, history, options)
    weights = {key.removeprefix(WEIGHTS): value for key, value in tensors.items() if key.startswith(WEIGHTS)}
    network.load_state_dict({key: torch.from_numpy(value) for key, value in weights.items()})
    return network.eval()
