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


def add_along_edge(features: Tensor, added: Tensor) -> None:
    """Add, to what already has the addition of the inside, the differences along the edge, in place.

    Args:
        features: (N, O, H, W), channels last.
        added: as `additions` gives it, (9, O).
    """
    cells = features.permute(0, 2, 3, 1)
    difference = (added - added[MIDDLE]).to(features.dtype)
    along = _classes_along(cells.shape[2])
    cells[:, 0] += difference[:3][along]
    cells[:, -1] += difference[6:][along]
    cells[:, 1:-1, 0] += difference[3]
    cells[:, 1:-1, -1] += difference[5]


@cache
def inside(kind: torch.dtype) -> Tensor:
    """Which of the nine cells around a cell of each class lie in the window, 1 or 0, (9, 9)."""
    return functional.unfold(torch.ones(1, 1, 3, 3, dtype=kind), 3, padding=1)[0].T.contiguous()


@cache
def _classes_along(width: int) -> Tensor:
    """Of the cells of a row: 0 for the first, 1 between, 2 for the last."""
    classes = torch.ones(width, dtype=torch.int64)
    classes[0], classes[-1] = 0, 2
    return classes
