"""What a convolution makes of a constant along a window's edge, where the constant ends and zeros begin.

A batch normalisation a y + b before a convolution need not be carried out: a goes into the weights, and what b adds is
the same for all cells that have the same neighbours in the window. There are nine classes of those: the rows of cells
first, between, and last, in each of which the first cell, those between, and the last. Windows have two rows and
columns at least.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

MIDDLE = 4
"""The class of cells that have all their neighbours."""


def additions(weight: Tensor, constant: Tensor, bias: Tensor) -> Tensor:
    """What a convolution makes of a constant.

    Args:
        weight: (O, I, 3, 3).
        constant: of each input, (I,).
        bias: (O,).

    Returns:
        By class, the bias included, (9, O).
    """
    taps = torch.einsum("oixy,i->xyo", weight, constant).reshape(9, -1)
    return torch.addmm(bias, inside(bias.dtype), taps)


def additions_backward(gradient: Tensor, weight: Tensor, constant: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Derivatives of `additions`, (9, O), by the weights, the constant and the bias."""
    taps = (inside(gradient.dtype).T @ gradient).T.reshape(-1, 1, 3, 3)
    return taps * constant[:, None, None], (taps * weight).sum((0, 2, 3)), gradient.sum(0)


class Edge:
    """How `additions` are made: those of the inside with the convolution, as its bias, then the rest along the edge.

    Args:
        added: as `additions` gives it, (9, O).
        kind: number format of the features.
    """

    def __init__(self, added: Tensor, kind: torch.dtype) -> None:
        self.inside = added[MIDDLE].to(kind)
        self.difference = (added - added[MIDDLE]).to(kind)
        self._rows: dict[int, tuple[Tensor, Tensor]] = {}

    def add(self, features: Tensor) -> None:
        """Add the differences along the edge, in place, to features (N, O, H, W), channels last."""
        cells = features.permute(0, 2, 3, 1)
        first, last = self._first_and_last(cells.shape[2])
        cells[:, 0] += first
        cells[:, -1] += last
        cells[:, 1:-1, 0] += self.difference[3]
        cells[:, 1:-1, -1] += self.difference[5]

    def _first_and_last(self, width: int) -> tuple[Tensor, Tensor]:
        """What is added to the first and the last row of cells, (width, O) each; kept, as many maps have one width."""
        if width not in self._rows:
            along = torch.ones(width, dtype=torch.int64)
            along[0], along[-1] = 0, 2
            self._rows[width] = self.difference[:3][along], self.difference[6:][along]
        return self._rows[width]


@cache
def inside(kind: torch.dtype) -> Tensor:
    """Which of the nine cells around a cell of each class lie in the window, 1 or 0, (9, 9)."""
    return functional.unfold(torch.ones(1, 1, 3, 3, dtype=kind), 3, padding=1)[0].T.contiguous()
