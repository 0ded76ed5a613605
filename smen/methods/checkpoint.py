"""A fitted method in one file (safetensors): tensors, and a header of JSON with all else that is needed to use it.

The file holds what the method's `save` gives and which method it was; nothing here is particular to any of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from smen import __version__
from smen.atomic import atomic
from smen.errors import DataError, SettingsError
from smen.methods.protocol import Method, MethodState, TrainingSummary
from smen.methods.registry import method_class, method_name

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from smen.grid import Window

FORMAT = "smen-checkpoint-2"
"""Version of the layout, and the name of the header's entry in the file; another number is another layout."""


def save_checkpoint(path: Path, method: Method, extra: Mapping[str, Any] | None = None) -> None:
    """Write a fitted method. The same method gives the same bytes: the file holds no time of writing.

    Args:
        path: of the file, `.safetensors`.
        method: fitted, one of the registry's.
        extra: more to keep in the header, e.g. the region's name and the settings; of JSON's types.

    Raises:
        DataError: the method is not fitted.
        OutputError: the file cannot be written.
    """
    state = method.save()
    tensors = {name: np.ascontiguousarray(array) for name, array in state.tensors.items()}
    header = {
        "smen_version": __version__,
        "method": method_name(method),
        "label": method.name,
        "training_summary": asdict(state.summary),
        "weights_digest": _digest(tensors),
        "state": dict(state.header),
        "extra": dict(extra or {}),
    }
    # One entry only: the order of several in a safetensors header is not fixed, and the bytes shall be.
    content = save(tensors, {FORMAT: json.dumps(header, sort_keys=True)})
    with atomic(path) as part:
        part.write_bytes(content)


def save_untrained(path: Path, method: str, reason: str) -> None:
    """Write in place of a fitted method why there is none: `load_checkpoint` says so.

    Args:
        path: of the file, `.safetensors`.
        method: its name.
        reason: why it cannot be fitted.

    Raises:
        OutputError: the file cannot be written.
    """
    header = {"smen_version": __version__, "method": method, "untrained": reason}
    with atomic(path) as part:
        part.write_bytes(save({}, {FORMAT: json.dumps(header, sort_keys=True)}))


def load_checkpoint(path: Path, window: Window | None = None) -> Method:
    """Read a fitted method, ready to predict.

    Args:
        path: of the file.
        window: the region it is to be used for; None: the one that it was fitted for.

    Raises:
        DataError: the file is not there, is not a checkpoint of this version, is damaged, or holds a method that
            cannot be used for this window.
    """
    header, tensors = _read(path)
    try:
        if _digest(tensors) != header["weights_digest"]:
            raise DataError("it is damaged, its weights do not have the digest that it names: train the method again")
        state = MethodState(tensors, header["state"], summary_of(header))
        return method_class(header["method"]).load(state, window)
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
    except (KeyError, TypeError, ValueError, RuntimeError, SettingsError) as error:
        raise DataError(f"{path} is damaged or of another version of smen ({error}): train the method again") from error


def read_header(path: Path) -> dict[str, Any]:
    """Return what a checkpoint records: method, summary of its training, digest of its weights, state, extra entries.

    Raises:
        DataError: the file is not there or is not a checkpoint of this version.
    """
    return _read(path)[0]


def summary_of(header: Mapping[str, Any]) -> TrainingSummary:
    """Return the summary of the training that a checkpoint's header records."""
    recorded = header["training_summary"]
    return TrainingSummary(recorded["train"], recorded["validation"], tuple(recorded["epochs"]))


def _read(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return header and tensors of a file."""
    if not path.is_file():
        raise DataError(f"{path} is not there: train the method first")
    try:
        with safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (it is no dictionary)
    except (SafetensorError, OSError) as error:
        raise DataError(f"{path} is not a whole safetensors file ({error}): train the method again") from error
    if FORMAT not in metadata:
        raise DataError(f"{path} was not written by this version of smen: give a checkpoint of `smen train`")
    try:
        header: dict[str, Any] = json.loads(metadata[FORMAT])
    except ValueError as error:
        raise DataError(f"{path} is damaged, its header cannot be read ({error}): train the method again") from error
    if "untrained" in header:
        raise DataError(f"{path}: {header['method']} could not be trained: {header['untrained']}")
    return header, tensors


def _digest(tensors: Mapping[str, NDArray[Any]]) -> str:
    """SHA-256 of the tensors' names and bytes, in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].tobytes())
    return digest.hexdigest()
