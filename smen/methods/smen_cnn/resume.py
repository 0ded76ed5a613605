"""Resuming an interrupted training: its state lies on disk until it is done.

Only the training that wrote the state takes it up: same dates, same recipe, same version of torch. A resumed training
ends with the same bytes as one that was never interrupted.
"""

from __future__ import annotations

import hashlib
import json
import logging
import pickle
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from smen.atomic import atomic

if TYPE_CHECKING:
    from collections.abc import Callable

    from smen.methods.smen_cnn.batches import Batch
    from smen.methods.smen_cnn.recipe import TrainingRecipe

log = logging.getLogger(__name__)

EVERY_SECONDS = 30.0
"""Seconds from one write to the next: what an interruption costs at most."""


@dataclass
class TrainingCheckpoint:
    """The file that holds the state of an unfinished training.

    Attributes:
        path: the file; removed when the training is done.
        description: of what is trained, in a text that differs where anything does: the network's options, say.
        every: seconds from one write to the next.
    """

    path: Path
    description: str = ""
    every: float = EVERY_SECONDS
    _written: float = field(default_factory=time.monotonic, repr=False)
    _fingerprint: str = field(default="", repr=False)

    def load(self, training_batch: Batch, recipe: TrainingRecipe) -> dict[str, Any] | None:
        """Return the state that this very training saved. Call it before the first `save`.

        Args:
            training_batch: the training dates.
            recipe: resolved.

        Returns:
            As `TrainingState.as_dict`; None if there is no file, or it cannot be read, or is of another training.
        """
        self._fingerprint = fingerprint(training_batch, recipe, self.description)
        if not self.path.is_file():
            return None
        try:
            state: dict[str, Any] = torch.load(self.path, weights_only=True)
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
            log.warning("%s cannot be read (%s): the training begins anew", self.path, error)
            return None
        if state.get("fingerprint") != self._fingerprint:
            log.info("%s is of a training with other dates or settings: this one begins anew", self.path)
            return None
        log.info("%s: the training goes on after epoch %d", self.path, state["epoch"])
        return state

    def save(self, state: Callable[[], dict[str, Any]]) -> None:
        """Write the state if the last write was at least `every` seconds ago.

        Args:
            state: returns the state, as `TrainingState.as_dict`; called only if it is written.

        Raises:
            OutputError: it cannot be written.
        """
        if time.monotonic() - self._written < self.every:
            return
        with atomic(self.path) as part:
            torch.save({"fingerprint": self._fingerprint, **state()}, part)
        self._written = time.monotonic()

    def remove(self) -> None:
        """Delete the file, if there is one."""
        self.path.unlink(missing_ok=True)


def fingerprint(training_batch: Batch, recipe: TrainingRecipe, description: str = "") -> str:
    """Return a digest of what a training depends on: its dates, its recipe, and the version of torch.

    Args:
        training_batch: the training dates.
        recipe: resolved.
        description: more that makes a difference, e.g. the network's options.

    Returns:
        SHA-256, 64 hexadecimal digits.
    """
    digest = hashlib.sha256(json.dumps([asdict(recipe), torch.__version__, description]).encode())
    for tensor in (training_batch.target, training_batch.inputs.coarse, training_batch.inputs.residual):
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()
