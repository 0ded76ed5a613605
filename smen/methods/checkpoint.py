"""A trained network in one file: weights and all that is needed to use them again (safetensors)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from smen import __version__
from smen.atomic import atomic
from smen.data.fill import Climatology
from smen.data.quality import QualityCode
from smen.errors import DataError, SettingsError
from smen.grid import Window
from smen.methods.fusion import fusion_file
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.smen_cnn import build_network
from smen.methods.smen_cnn.inputs import Normalisation
from smen.methods.smen_cnn.network_method import FittedNetwork, NetworkMethod
from smen.methods.smen_cnn.training import Training

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

Trained = NetworkMethod | FusionMethod
"""What a checkpoint can hold."""

FORMAT = "smen-checkpoint-1"
"""What the header says of its own layout; another number is another layout."""

_TOTAL, _COUNT = "climatology.total", "climatology.count"
_WEIGHTS, _SURFACE = "network.", "surface."


def save_checkpoint(path: Path, method: Trained, extra: dict[str, Any] | None = None) -> None:
    """Write a trained network. The same method gives the same bytes: no clock is in it.

    Args:
        path: of the file, `.safetensors`.
        method: fitted.
        extra: more to keep in the header, e.g. the region's name and the settings; of JSON's types.

    Raises:
        DataError: the method is not trained.
        OutputError: the file cannot be written.
    """
    if method.learnt is None:
        raise DataError(f"the network {method.name!r} is not trained: there is nothing to save")
    tensors, header = _of_fusion(method) if isinstance(method, FusionMethod) else _of_network(method)
    learnt, window = method.learnt, method.learnt.window
    header |= {
        "smen_version": __version__,
        "network": method.network,
        "options": dict(method.options),
        "history": method.history,
        "label": method.label,
        "training": asdict(method.training),
        "epochs": method.epochs,
        "climate": list(learnt.climate),
        "window": {"row": window.row, "column": window.column, "height": window.height, "width": window.width},
        "grid": "EASE-Grid 2.0 M03, EPSG:6933",
        "coarse_nesting": learnt.coarse_nesting,
        "training_times": [str(t) for t in learnt.training_times],
        "simulated": learnt.simulated,
        "weights_digest": _digest({k: v for k, v in tensors.items() if k.startswith(_WEIGHTS)}),
        "extra": extra or {},
    }
    # One entry only: the order of several in a safetensors header is not fixed, and the bytes shall be.
    content = save(tensors, {FORMAT: json.dumps(header, sort_keys=True)})
    with atomic(path) as part:
        part.write_bytes(content)


def _of_network(method: NetworkMethod) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Tensors and own header entries of a network trained by the paper's recipe."""
    learnt = method.learnt
    assert learnt is not None  # noqa: S101  (the caller has looked)
    tensors = {_WEIGHTS + k: v.detach().cpu().contiguous() for k, v in learnt.network.state_dict().items()}
    tensors[_TOTAL] = torch.from_numpy(learnt.climatology.total)
    tensors[_COUNT] = torch.from_numpy(learnt.climatology.count)
    for code, where in learnt.surface.items():
        tensors[_SURFACE + code.name] = torch.from_numpy(where.astype(np.uint8))
    return tensors, {
        "missing": method.missing,
        "normalise": method.normalise,
        "level_matched": method.level_matched,
        "normalisation": asdict(learnt.normalisation),
        "climatology": {"prior": learnt.climatology.prior, "prior_dates": learnt.climatology.prior_dates},
        "validation_times": [str(t) for t in learnt.validation_times],
    }


def _of_fusion(method: FusionMethod) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Tensors and own header entries of the default network."""
    assert method.learnt is not None  # noqa: S101  (the caller has looked)
    return fusion_file.tensors_of(method.learnt), fusion_file.header_of(method, method.learnt)


def load_checkpoint(path: Path, window: Window | None = None) -> Trained:
    """Read a trained network, ready to predict.

    The paper's network can be used for the window that it was trained for. The default one can be used for any: in
    another region than its own it works as where a cell has no training date, and its deviations say so.

    Args:
        path: of the file.
        window: the region it is to be used for; None: whichever it was trained for.

    Raises:
        DataError: the file is not there, is not one of ours, is damaged, or holds the paper's network for another
            window.
    """
    header, tensors = _read(path)
    try:
        return _restore(path, header, tensors, window)
    except (KeyError, TypeError, ValueError, RuntimeError, SettingsError) as error:
        raise DataError(
            f"{path} is damaged or of another version of smen ({error}): train the network again"
        ) from error


def read_header(path: Path) -> dict[str, Any]:
    """What a checkpoint says about itself: network, settings, window, training dates, digest of the weights.

    Raises:
        DataError: the file is not there or is not one of ours.
    """
    return _read(path)[0]


def _restore(path: Path, header: dict[str, Any], tensors: dict[str, torch.Tensor], window: Window | None) -> Trained:
    """The method that a header and its tensors describe."""
    trained_for = Window(**header["window"])
    fusion = header["network"] == FusionMethod().network
    if window is not None and window != trained_for and not fusion:
        raise DataError(f"{path} was trained for {trained_for}, not for {window}: train a network for this region")
    weights = {k: v for k, v in tensors.items() if k.startswith(_WEIGHTS)}
    if _digest(weights) != header["weights_digest"]:
        raise DataError(f"{path} is damaged, its weights do not have the digest that it names: train the network again")
    if fusion:
        return fusion_file.restore(header, tensors)
    network = build_network(header["network"], header["history"], header["options"])
    network.load_state_dict({k.removeprefix(_WEIGHTS): v for k, v in weights.items()})
    network.eval()
    total, count = tensors[_TOTAL].numpy(), tensors[_COUNT].numpy()
    surface = {
        QualityCode[k.removeprefix(_SURFACE)]: v.numpy().astype(bool)
        for k, v in tensors.items()
        if k.startswith(_SURFACE)
    }
    if any(a.shape != trained_for.shape for a in (total, count, *surface.values())):
        raise DataError(f"{path} is damaged, its fields do not fit its window: train the network again")
    learnt = FittedNetwork(
        window=trained_for,
        network=network,
        normalisation=Normalisation(**header["normalisation"]),
        climatology=Climatology(total, count, **header["climatology"]),
        climate=(header["climate"][0], header["climate"][1]),
        surface=surface,
        coarse_nesting=header["coarse_nesting"],
        training_times=_times(header["training_times"]),
        validation_times=_times(header["validation_times"]),
        simulated=header["simulated"],
    )
    return NetworkMethod(
        **{k: header[k] for k in ("network", "options", "history", "missing", "normalise", "level_matched", "label")},
        training=Training(**header["training"]),
        learnt=learnt,
        epochs=header["epochs"],
    )


def _read(path: Path) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """Header and tensors of a file."""
    if not path.is_file():
        raise DataError(f"{path} is not there: train the network first")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (it is no dictionary)
    except (SafetensorError, OSError) as error:
        raise DataError(f"{path} is not a whole safetensors file ({error}): train the network again") from error
    if FORMAT not in metadata:
        raise DataError(f"{path} was not written by this version of smen: give a checkpoint of `smen train`")
    header: dict[str, Any] = json.loads(metadata[FORMAT])
    return header, tensors


def _digest(weights: dict[str, torch.Tensor]) -> str:
    """SHA-256 of the weights, by name."""
    digest = hashlib.sha256()
    for name in sorted(weights):
        digest.update(name.encode())
        digest.update(weights[name].numpy().tobytes())
    return digest.hexdigest()


def _times(texts: list[str]) -> NDArray[np.datetime64]:
    """Times as the header spells them."""
    return np.array(texts, "datetime64[s]")
