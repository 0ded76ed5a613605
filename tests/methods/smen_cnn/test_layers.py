"""The layers of the paper's network over single frames, against 3-D convolutions."""

import pytest
import torch
from made_networks import channels_last, make_network
from torch import nn
from torch.nn import functional

from smen.methods.smen_cnn.fast.convolutions import channels_last_weight, one_channel
from smen.methods.smen_cnn.fast.padding import PaddingBias
from smen.methods.smen_cnn.layers import (
    bias_of,
    conv_and_norm,
    convolve_coarse,
    convolve_two_frames_relu,
    frame_pairs,
)


def test_frame_pairs_are_consecutive_and_oldest_first():
    # Frame t days old holds the value 10 b + t: the newest frame, of today, comes first.
    residual = torch.stack([torch.stack([torch.full((2, 3), 10.0 * b + t) for t in range(4)]) for b in range(2)])
    pairs = frame_pairs(residual, torch.float32)
    assert pairs.shape == (3 * 2, 2, 2, 3)
    assert pairs[:, :, 0, 0].tolist() == [[3, 2], [13, 12], [2, 1], [12, 11], [1, 0], [11, 10]]
    assert pairs.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("frames", [2, 3, 4])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_frame_pairs_of_any_history(frames, dtype):
    residual = torch.randn(3, frames, 4, 5, generator=torch.Generator().manual_seed(0))
    pairs = frame_pairs(residual, dtype)
    assert pairs.dtype == dtype and pairs.shape == (3 * (frames - 1), 2, 4, 5)
    oldest_pair = residual[:, [frames - 1, frames - 2]].to(dtype)
    assert torch.equal(pairs[:3], oldest_pair)


def test_two_frames_are_a_3d_convolution():
    conv = nn.Conv3d(32, 32, (2, 3, 3), padding=(0, 1, 1), dtype=torch.float64)
    frames, batch = 3, 2
    features = channels_last(frames * batch, 32, 5, 6)
    volume = features.reshape(frames, batch, 32, 5, 6).permute(1, 2, 0, 3, 4)  # (B, C, T, H, W)
    expected = torch.relu(conv(volume)).permute(2, 0, 1, 3, 4).flatten(0, 1)
    weights = tuple(channels_last_weight(w, torch.float64) for w in conv.weight.detach().unbind(2))
    bias = PaddingBias(conv.bias.detach().expand(9, 32), torch.float64)
    result = convolve_two_frames_relu((features[:-batch], features[batch:]), weights, bias)
    torch.testing.assert_close(result, expected, rtol=0, atol=1e-12)


def test_the_coarse_field_is_convolved_by_g():
    network = make_network()
    coarse = torch.randn(2, 5, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    expected = functional.conv3d(coarse[:, None, None], network.g.weight, network.g.bias, padding=(0, 1, 1))[:, :, 0]
    torch.testing.assert_close(convolve_coarse(network.g, one_channel(coarse, torch.float64)), expected)


def test_parts_of_a_layer():
    network = make_network()
    conv, norm = conv_and_norm(network.f[1])
    assert conv is network.f[1]["conv"] and norm is network.f[1]["norm"]
    assert bias_of(conv) is conv.bias
    with pytest.raises(AssertionError):
        bias_of(nn.Conv3d(1, 1, 3, bias=False))
