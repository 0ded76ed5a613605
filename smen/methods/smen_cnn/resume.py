"""A training that was interrupted goes on where it was: its state lies on disk until it is done.

The state is taken up only by the training that left it: same dates, same settings, same version of torch. A resumed
training ends with the same bytes as one that was never interrupted.
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

    from smen.methods.smen_cnn.inputs import Batch
    from smen.methods.smen_cnn.training import Training

log = logging.getLogger(__name__)

EVERY_SECONDS = 30.0
"""Between two writings: what an interruption costs at most."""


@dataclass
class TrainingCheckpoint:
    """Where the state of an unfinished training lies.

    Attributes:
        path: the file; gone when the training is done.
        about: what is trained, in words that differ where anything does: the network's options, say.
        every: seconds from one writing to the next.
    """

    path: Path
    about: str = ""
    every: float = EVERY_SECONDS
    _written: float = field(default_factory=time.monotonic, repr=False)
    _owner: str = field(default="", repr=False)

    def begin(self, learn: Batch, settings: Training) -> dict[str, Any] | None:
        """The state that this very training left, or None: there is none, it is of another, or it is not whole."""
        self._owner = _owner(learn, settings, self.about)
        if not self.path.is_file():
            return None
        try:
            state: dict[str, Any] = torch.load(self.path, weights_only=True)
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
            log.warning("%s cannot be read (%s): the training begins anew", self.path, error)
            return None
        if state.get("owner") != self._owner:
            log.info("%s is of a training with other dates or settings: this one begins anew", self.path)
            return None
        log.info("%s: the training goes on after epoch %d", self.path, state["epoch"])
        return state

    def keep(self, state: Callable[[], dict[str, Any]]) -> None:
        """Write the state, if the last writing was long enough ago; it is asked for only then.

        Raises:
            OutputError: it cannot be written.
        """
        if time.monotonic() - self._written < self.every:
            return
        with atomic(self.path) as part:
            torch.save({"owner": self._owner, **state()}, part)
        self._written = time.monotonic()

    def done(self) -> None:
        """Take the file away."""
        self.path.unlink(missing_ok=True)


def _owner(learn: Batch, settings: Training, about: str) -> str:
    """A digest of what a training learns from and how."""
    digest = hashlib.sha256(json.dumps([asdict(settings), torch.__version__, about]).encode())
    for tensor in (learn.target, learn.inputs.coarse, learn.inputs.residual):
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()
