"""SRCNN: super-resolution of a single image, from the date's own coarse field alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from smen.methods.baselines.bicubic import cubic
from smen.methods.baselines.trained_network import NetworkBaseline
from smen.methods.smen_cnn.interface import Inputs, Network
from smen.methods.smen_cnn.recipe import TrainingRecipe

if TYPE_CHECKING:
    from smen.data.records import Samples
    from smen.methods.smen_cnn.inputs import InputBuilder

KERNELS = (9, 1, 5)
"""Side of the kernels of each layer, in cells (Dong et al. 2014, section 4.1)."""

FILTERS = (64, 32)
"""Filters of the first two layers (the same)."""


class Srcnn(Network):
    """Three convolutions with ReLU between them: patches, mapping, reconstruction (Dong et al. 2014, section 3.1).

    The published network shrinks the image by the kernels' reach; here the edge values are replicated beyond the edge.
    """

    def __init__(self) -> None:
        super().__init__(history=0)
        channels = (1, *FILTERS, 1)
        self.layers = nn.ModuleList(
            nn.Conv2d(channels_in, channels_out, kernel)
            for channels_in, channels_out, kernel in zip(channels[:-1], channels[1:], KERNELS, strict=True)
        )

    def forward(self, inputs: Inputs) -> Tensor:
        """Estimate the fine field from the interpolated coarse field alone, (B, H, W) -> (B, H, W)."""
        hidden = inputs.coarse[:, None]
        for number, (layer, kernel) in enumerate(zip(self.layers, KERNELS, strict=True)):
            padded = functional.pad(hidden, [kernel // 2] * 4, mode="replicate")
            hidden = layer(padded) if number == 0 else layer(functional.relu(padded))
        return hidden[:, 0]


@dataclass
class SrcnnMethod(NetworkBaseline):
    """SRCNN of the published size (9-1-5, 64 and 32 filters) on the bicubically interpolated coarse field.

    It learns detail that follows from the field itself, wherever it lies, not the region's own pattern. Adam with an
    early stop replaces the published, much longer gradient descent.
    """

    name: str = "srcnn"

    @classmethod
    def seeded(cls, seed: int, threads: int) -> SrcnnMethod:
        """Make one with the recipe of the comparisons.

        Args:
            seed: of weights and order of dates.
            threads: processor threads of the training.
        """
        return cls(TrainingRecipe(epochs=20, patience=6, seed=seed, threads=threads))

    def network(self, samples: Samples) -> Network:
        """Return a fresh network; it does not depend on the samples."""
        return Srcnn()

    def inputs(self, builder: InputBuilder, row: int, *, leave_out: bool = False) -> Inputs:
        """Build the interpolated coarse field of one overpass; the training dates' mean where no coarse cell is valid.

        Args:
            builder: of the paper's network's inputs, and of the samples.
            row: index into the samples.
            leave_out: has no effect: the inputs hold no residual.

        Returns:
            A batch of one without residual frames; the coarse field also stands for the climatology, which is not used.
        """
        fields, norm = builder.fields, builder.normalisation
        field = cubic(fields.coarse[builder.samples.coarse[row]], fields.window, fields.coarse_grid)
        coarse = torch.nan_to_num((torch.from_numpy(field)[None] - norm.coarse_mean) / norm.coarse_std)
        no_frames = coarse[:, None][:, :0]
        valid = torch.ones_like(coarse, dtype=torch.bool)
        return Inputs(coarse, valid, no_frames, no_frames.bool(), no_frames[..., 0, 0], coarse)
