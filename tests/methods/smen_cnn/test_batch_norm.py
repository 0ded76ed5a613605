"""Batch normalisation as factor and summand, against `nn.BatchNorm3d` and torch's own gradients."""

import pytest
import torch
from made_networks import channels_last
from torch import nn

from smen.methods.smen_cnn.fast.batch_norm import batch_statistics, batch_statistics_backward
from smen.methods.smen_cnn.fast.kernels import unavailable_reason

pytestmark = pytest.mark.skipif(unavailable_reason() is not None, reason=f"no fused kernels: {unavailable_reason()}")


def make_norm(dtype=torch.float64):
    torch.manual_seed(2)
    norm = nn.BatchNorm3d(32, dtype=dtype)
    with torch.no_grad():
        norm.weight += 0.3 * torch.randn(32)
        norm.bias += 0.3 * torch.randn(32)
        norm.running_mean += torch.randn(32)
        norm.running_var += torch.rand(32)
    return norm


@pytest.mark.parametrize("shape", [(1, 32, 2, 3), (6, 32, 7, 5)])
def test_the_normalisation_and_running_statistics_are_torchs(shape):
    y = 3 + 2 * channels_last(*shape)
    own, torchs = make_norm(), make_norm()
    expected = torchs(y[:, :, None])[:, :, 0]
    statistics = batch_statistics(y, own)
    normalised = statistics.scale[:, None, None] * y + statistics.shift[:, None, None]
    torch.testing.assert_close(normalised, expected, rtol=0, atol=1e-10)
    torch.testing.assert_close(own.running_mean, torchs.running_mean, rtol=0, atol=1e-12)
    torch.testing.assert_close(own.running_var, torchs.running_var, rtol=0, atol=1e-11)
    assert own.num_batches_tracked == torchs.num_batches_tracked == 1
    assert statistics.number == shape[0] * shape[2] * shape[3]


def test_by_hand():
    y = torch.zeros(1, 32, 1, 4, dtype=torch.float64)
    y[0, 3, 0] = torch.tensor([0.0, 2.0, 4.0, 6.0])  # mean 3, variance (9 + 1 + 1 + 9) / 4 = 5
    norm = nn.BatchNorm3d(32, eps=0, dtype=torch.float64)
    norm.weight.data[3], norm.bias.data[3] = 10.0, 1.0
    statistics = batch_statistics(y.contiguous(memory_format=torch.channels_last), norm)
    assert statistics.mean[3].item() == pytest.approx(3)
    assert statistics.rate[3].item() == pytest.approx(5**-0.5)
    assert statistics.scale[3].item() == pytest.approx(10 * 5**-0.5)
    assert statistics.shift[3].item() == pytest.approx(1 - 30 * 5**-0.5)
    # Running: 0.9 x 0 + 0.1 x 3; 0.9 x 1 + 0.1 x 5 x 4 / 3 (the unbiased variance).
    assert norm.running_mean[3].item() == pytest.approx(0.3)
    assert norm.running_var[3].item() == pytest.approx(0.9 + 0.1 * 5 * 4 / 3)


def test_backward_against_autograd():
    y = channels_last(3, 32, 4, 5, seed=1).requires_grad_()
    gradient = channels_last(3, 32, 4, 5, seed=2)
    norm = make_norm()
    (norm(y[:, :, None])[:, :, 0] * gradient).sum().backward()
    with torch.no_grad():
        statistics = batch_statistics(y, make_norm())
        by_scale, by_shift = (gradient * y).sum((0, 2, 3)), gradient.sum((0, 2, 3))
        by_weight, constant, slope = batch_statistics_backward(statistics, by_scale, by_shift)
        by_y = constant[:, None, None] + slope[:, None, None] * y + statistics.scale[:, None, None] * gradient
    torch.testing.assert_close(by_weight, norm.weight.grad, rtol=0, atol=1e-10)
    torch.testing.assert_close(by_shift, norm.bias.grad, rtol=0, atol=1e-10)
    torch.testing.assert_close(by_y, y.grad, rtol=0, atol=1e-10)


def test_features_without_variance_are_normalised_to_the_bias():
    y = torch.full((2, 32, 3, 4), 0.7, dtype=torch.float64).contiguous(memory_format=torch.channels_last)
    norm = make_norm()
    statistics = batch_statistics(y, norm)
    normalised = statistics.scale * 0.7 + statistics.shift
    torch.testing.assert_close(normalised, norm.bias.detach(), rtol=0, atol=1e-9)
