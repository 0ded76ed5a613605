"""The paper's network with weights away from their defaults, and random inputs for it."""

import torch

from smen.methods.smen_cnn import build_network
from smen.methods.smen_cnn.interface import Inputs


def make_network(streams="spatiotemporal", dtype=torch.float64, **options):
    """A network whose normalisations are away from one and zero, where mistakes would hide; in training mode."""
    torch.manual_seed(3)
    network = build_network("smen", 4, {"streams": streams, **options})
    for parameter in network.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    for name, buffer in network.named_buffers():
        if name.endswith("mean"):
            buffer += torch.randn_like(buffer)
        elif name.endswith("var"):
            buffer *= 1 + torch.rand_like(buffer)
    return network.to(dtype)


def make_inputs(size, height=21, width=18, dtype=torch.float64):
    """Inputs of `size` overpasses without missing values."""
    generator = torch.Generator().manual_seed(size)
    coarse = torch.randn(size, height, width, generator=generator, dtype=dtype)
    residual = torch.randn(size, 4, height, width, generator=generator, dtype=dtype)
    valid = torch.ones_like(residual, dtype=torch.bool)
    return Inputs(coarse, valid[:, 0], residual, valid, torch.ones(size, 4, dtype=dtype), coarse)


def as_float32(inputs):
    """The same inputs in float32."""
    return Inputs(*(t.float() if t.is_floating_point() else t for t in inputs))


def channels_last(*shape, dtype=torch.float64, seed=0):
    """Random features (N, C, H, W) in channels-last layout."""
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(*shape, generator=generator, dtype=torch.float64)
    return values.to(dtype).contiguous(memory_format=torch.channels_last)
