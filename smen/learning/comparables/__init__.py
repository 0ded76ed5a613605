"""Learnt methods of other make than the paper's, to compare it with: a forest, a single-image CNN, an LSTM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smen.learning.comparables.forest import RandomForest
from smen.learning.comparables.lstm import LstmMethod
from smen.learning.comparables.srcnn import SrcnnMethod
from smen.learning.training import Training

if TYPE_CHECKING:
    from collections.abc import Callable

    from smen.learning.contracts import Method

COMPARABLES: dict[str, Callable[[int, int], Method]] = {
    "random_forest": RandomForest,
    "srcnn": lambda seed, threads: SrcnnMethod(Training(epochs=20, patience=6, seed=seed, threads=threads)),
    "lstm": lambda seed, threads: LstmMethod(Training(learning_rate=3e-3, seed=seed, threads=threads)),
}
"""How each is made from a seed and a number of threads, by its name in tables."""

__all__ = ["COMPARABLES", "LstmMethod", "RandomForest", "SrcnnMethod"]
