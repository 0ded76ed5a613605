"""SRCNN: super-resolution of a single image, which knows nothing but the date's own coarse field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from smen.methods.baselines.bicubic import cubic
from smen.methods.baselines.trained_network import TrainedMethod
from smen.methods.smen_cnn.interface import Inputs, Network
from smen.methods.smen_cnn.recipe import TrainingRecipe

if TYPE_CHECKING:
    from smen.data.records import Samples
    from smen.methods.smen_cnn.inputs import InputBuilder

KERNELS = (9, 1, 5)
FILTERS = (64, 32)


class Srcnn(Network):
    """Three convolutions with ReLU between them: patches, mapping, reconstruction (Dong et al. 2014, section 3.1).

    Theirs shrinks the image by the kernels' reach; here the field goes on beyond the window's edge as it is there.
    """

    def __init__(self) -> None:
        super().__init__(history=0)
        channels = (1, *FILTERS, 1)
        self.layers = nn.ModuleList(
            nn.Conv2d(enter, leave, kernel)
            for enter, leave, kernel in zip(channels[:-1], channels[1:], KERNELS, strict=True)
        )

    def forward(self, inputs: Inputs) -> Tensor:
        """The interpolated coarse field alone is looked at, (B, H, W) -> (B, H, W)."""
        hidden = inputs.coarse[:, None]
        for number, (layer, kernel) in enumerate(zip(self.layers, KERNELS, strict=True)):
            padded = functional.pad(hidden, [kernel // 2] * 4, mode="replicate")
            hidden = layer(padded) if number == 0 else layer(functional.relu(padded))
        return hidden[:, 0]


@dataclass
class SrcnnMethod(TrainedMethod):
    """SRCNN of the published size (9-1-5, 64 and 32 filters) on the bicubically interpolated coarse field.

    It learns what detail such a field has wherever it lies, and so cannot know the ground's own pattern. Adam and an
    early stop stand in place of the published, much longer gradient descent.
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
        """A fresh one; the history does not matter to it."""
        return Srcnn()

    def inputs(self, builder: InputBuilder, row: int, *, leave_out: bool = False) -> Inputs:
        """The interpolated coarse field of one overpass; where nothing is valid, the training dates' mean."""
        fields, norm = builder.fields, builder.normalisation
        field = cubic(fields.coarse[builder.samples.coarse[row]], fields.window, fields.coarse_grid)
        coarse = torch.nan_to_num((torch.from_numpy(field)[None] - norm.mean) / norm.spread)
        none = coarse[:, None][:, :0]
        return Inputs(coarse, torch.ones_like(coarse, dtype=torch.bool), none, none.bool(), none[..., 0, 0], coarse)
