"""Small made-up batches to train on."""

import torch

from smen.methods.smen_cnn import Inputs
from smen.methods.smen_cnn.batches import Batch
from smen.methods.smen_cnn.recipe import TrainingRecipe

SMALL = TrainingRecipe(epochs=3, batch=2, threads=1, precision="float32", device="cpu")


def batch(n=5, shape=(8, 9), seed=0):
    g = torch.Generator().manual_seed(seed)
    residual = torch.randn((n, 4, *shape), generator=g)
    coarse = torch.randn((n, *shape), generator=g)
    target = 0.2 + 0.02 * coarse + 0.02 * residual.mean(dim=1)
    target[torch.rand(target.shape, generator=g) < 0.3] = float("nan")
    truth = torch.ones((n, *shape), dtype=torch.bool)
    inputs = Inputs(coarse, truth, residual, torch.ones_like(residual, dtype=torch.bool), torch.ones(n, 4), coarse * 0)
    return Batch(inputs, target)
