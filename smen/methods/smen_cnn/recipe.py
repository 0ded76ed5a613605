"""How a network is trained: its options, the short recipe of every run, and the one that the SMEN paper published."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import torch

from smen.errors import DataError
from smen.methods.smen_cnn.fast.kernels import unavailable_reason

Precision = Literal["auto", "float32", "bfloat16"]
Device = Literal["auto", "cpu", "cuda"]
Kernels = Literal["auto", "plain", "fused"]
Schedule = Literal["constant", "cosine", "one_cycle"]

LEAST_RATE = 0.01
"""Share of the learning rate below which the cosine schedule does not go."""

WARM_UP, FIRST_SHARE, LAST_SHARE = 0.3, 1 / 25, 1e-3
"""One-cycle schedule: share of the training in which the rate rises; its shares of the greatest rate at both ends."""


@dataclass(frozen=True)
class TrainingRecipe:
    """How a network is trained. The defaults stop early; `PUBLISHED_RECIPE` is the paper's.

    Attributes:
        epochs: how often all training dates are used, at most.
        batch: dates per step of the optimiser. The paper is silent.
        learning_rate: of Adam (Kingma and Ba 2015); with `one_cycle` the greatest one.
        schedule: `constant` as in the paper; `cosine`: the rate falls to nearly 0 over `epochs` (Loshchilov and
            Hutter 2017, equation 5, without restarts); or `one_cycle`: from step to step it rises to its greatest
            value and falls to nearly 0 (Smith and Topin 2018).
        patience: epochs without a better validation loss after which training stops; None: never.
        augment_flips: whether images are mirrored at random, which the paper does not do.
        seed: of the weights, of the order of dates, and of the flips.
        threads: processor threads; recorded because sums in another order round otherwise.
        precision: of the convolutions while training: `bfloat16` halves the time on processors that compute in it;
            `auto` chooses it on those. Predictions are always made in float32.
        device: `auto` chooses a CUDA device where there is one.
        kernels: `fused` computes the network faster where it has such an implementation (`fast.fused`), which needs a
            C++ compiler; `auto` does so on a CPU where there is one.
    """

    epochs: int = 30
    batch: int = 4
    learning_rate: float = 1e-3
    schedule: Schedule = "cosine"
    patience: int | None = 10
    augment_flips: bool = False
    seed: int = 0
    threads: int = 2
    precision: Precision = "auto"
    device: Device = "auto"
    kernels: Kernels = "auto"

    def resolved(self) -> TrainingRecipe:
        """Replace every `auto` by what it means on this machine, for the record.

        Raises:
            DataError: a CUDA device is asked for and there is none, or fused kernels that cannot be compiled.
        """
        device = self.device
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        elif device == "cuda" and not torch.cuda.is_available():
            raise DataError("training on a CUDA device was asked for, and torch finds none: set the device to auto")
        precision = self.precision
        if precision == "auto":
            precision = "bfloat16" if device == "cpu" and _has_fast_bfloat16() else "float32"
        kernels = self.kernels
        if kernels == "auto":
            kernels = "fused" if device == "cpu" and unavailable_reason() is None else "plain"
        elif kernels == "fused" and (reason := unavailable_reason()) is not None:
            raise DataError(f"fused kernels were asked for, and {reason}. Or set kernels to auto or plain")
        return replace(self, device=device, precision=precision, kernels=kernels)

    def learning_rate_of(self, epoch: int, done: float = 0.0) -> float:
        """Return the learning rate in an epoch.

        Args:
            epoch: counted from 1.
            done: share of the epoch's steps already taken; only the one-cycle schedule changes within an epoch.
        """
        if self.schedule == "constant":
            return self.learning_rate
        if self.schedule == "one_cycle":
            return self.learning_rate * _one_cycle((epoch - 1 + done) / max(self.epochs, 1))
        share = (epoch - 1) / max(self.epochs, 1)
        return self.learning_rate * max(0.5 * (1 + math.cos(math.pi * share)), LEAST_RATE)


PUBLISHED_RECIPE = TrainingRecipe(epochs=1000, learning_rate=1e-4, schedule="constant", patience=None)
"""The recipe of the SMEN paper: 1000 epochs of Adam at 1e-4, no early stop."""

SHORT_RECIPE = TrainingRecipe(epochs=8, learning_rate=2e-3, schedule="one_cycle", patience=None)
"""The recipe of every run: few epochs at high rates, for a network that learns what a base estimate leaves."""


def _one_cycle(share: float) -> float:
    """Return the learning rate's share of its greatest value when that share of the training is done.

    Half a cosine up and half a cosine down, as in torch's `OneCycleLR`.
    """
    rising = share < WARM_UP
    begin, end = (FIRST_SHARE, 1.0) if rising else (1.0, LAST_SHARE)
    part = share / WARM_UP if rising else (share - WARM_UP) / (1 - WARM_UP)
    return end + (begin - end) * 0.5 * (1 + math.cos(math.pi * part))


def _has_fast_bfloat16() -> bool:
    """Whether this processor multiplies in bfloat16 (AVX512-BF16 or AMX), as torch reports it."""
    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(supported and supported())
