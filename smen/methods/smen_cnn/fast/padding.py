"""The bias that a folded batch normalisation adds to a convolution, which differs along the window's edge.

A batch normalisation a y + b before a convolution need not be carried out: a is multiplied into the weights, and the
convolution of the constant b is a bias. Along the window's edge the constant ends and the padding's zeros begin, so the
bias is the same for all cells that have the same neighbours in the window. There are nine classes of those: the rows
of cells first, between, and last, in each of which the first cell, those between, and the last. Windows have two rows
and columns at least.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

INTERIOR = 4
"""The class of cells that have all their neighbours."""


def bias_by_class(weight: Tensor, constant: Tensor, bias: Tensor) -> Tensor:
    """Convolve a constant that is surrounded by zeros.

    Args:
        weight: (O, I, 3, 3).
        constant: of each input channel, (I,).
        bias: (O,), added for all classes.

    Returns:
        By class of cell, (9, O).
    """
    taps = torch.einsum("oixy,i->xyo", weight, constant).reshape(9, -1)
    return torch.addmm(bias, neighbours_inside(bias.dtype), taps)


def bias_by_class_backward(gradient: Tensor, weight: Tensor, constant: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Backpropagate through `bias_by_class`.

    Args:
        gradient: by its result, (9, O).
        weight: (O, I, 3, 3).
        constant: (I,).

    Returns:
        Gradients by the weights, (O, I, 3, 3), by the constant, (I,), and by the bias, (O,).
    """
    taps = (neighbours_inside(gradient.dtype).T @ gradient).T.reshape(-1, 1, 3, 3)
    return taps * constant[:, None, None], (taps * weight).sum((0, 2, 3)), gradient.sum(0)


class PaddingBias:
    """A bias by class of cell, added in two parts: the interior's by the convolution, the rest along the edge.

    Attributes:
        interior: bias of the cells that have all their neighbours, (O,), for the convolution to add everywhere.
        difference: of each class from the interior, (9, O).

    Args:
        by_class: as `bias_by_class` returns it, (9, O).
        dtype: of the features.
    """

    def __init__(self, by_class: Tensor, dtype: torch.dtype) -> None:
        self.interior = by_class[INTERIOR].to(dtype)
        self.difference = (by_class - by_class[INTERIOR]).to(dtype)
        self._rows: dict[int, tuple[Tensor, Tensor]] = {}

    def add_along_edge(self, features: Tensor) -> None:
        """Add the differences along the edge, in place, to features (N, O, H, W), channels last."""
        cells = features.permute(0, 2, 3, 1)
        first, last = self._first_and_last_row(cells.shape[2])
        cells[:, 0] += first
        cells[:, -1] += last
        cells[:, 1:-1, 0] += self.difference[3]
        cells[:, 1:-1, -1] += self.difference[5]

    def _first_and_last_row(self, width: int) -> tuple[Tensor, Tensor]:
        """Differences of the first and the last row of cells, (width, O) each; cached, as many maps have one width."""
        if width not in self._rows:
            column_class = torch.ones(width, dtype=torch.int64)
            column_class[0], column_class[-1] = 0, 2
            self._rows[width] = self.difference[:3][column_class], self.difference[6:][column_class]
        return self._rows[width]


@cache
def neighbours_inside(dtype: torch.dtype) -> Tensor:
    """Return which of the nine cells around a cell of each class lie in the window, 1 or 0, (9 classes, 9 cells)."""
    return functional.unfold(torch.ones(1, 1, 3, 3, dtype=dtype), 3, padding=1)[0].T.contiguous()
