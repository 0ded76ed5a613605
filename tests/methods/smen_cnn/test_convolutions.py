"""Convolutions with addition and ReLU, against torch's plain operators."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made_networks import channels_last
from torch.nn import functional

from smen.methods.smen_cnn.fast import convolutions
from smen.methods.smen_cnn.fast.convolutions import (
    channels_last_weight,
    convolve,
    convolve_backward,
    convolve_backward_weight,
    convolve_relu,
    one_channel,
)

ERRORS = {torch.float64: 1e-12, torch.float32: 1e-4, torch.bfloat16: 0.2}
"""Absolute errors of sums of up to 288 products of numbers near one."""
DTYPES = pytest.mark.parametrize("dtype", ERRORS)


def weights(out, into, dtype, seed=5):
    generator = torch.Generator().manual_seed(seed)
    return channels_last_weight(torch.randn(out, into, 3, 3, generator=generator, dtype=torch.float64), dtype)


def test_by_hand():
    image = torch.arange(6.0).reshape(1, 1, 2, 3)
    weight = torch.zeros(1, 1, 3, 3)
    weight[0, 0, 1, 2] = 1  # the neighbour to the east; zero beyond the edge
    result = convolve(image, weight, torch.tensor([10.0]))
    assert result[0, 0].tolist() == [[11, 12, 10], [14, 15, 10]]
    assert convolve_relu(image, weight, torch.tensor([-2.0]))[0, 0].tolist() == [[0, 0, 0], [2, 3, 0]]


@settings(max_examples=25, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 3), st.sampled_from([1, 2, 32]), st.integers(1, 7), st.integers(1, 7)),
    dtype=st.sampled_from([torch.float32, torch.float64]),
    added=st.booleans(),
)
def test_relu_and_addition_for_any_shape(shape, dtype, added):
    features, weight = channels_last(*shape, dtype=dtype), weights(32, shape[1], dtype)
    onto = channels_last(shape[0], 32, *shape[2:], dtype=dtype, seed=1) if added else None
    bias = None if added else torch.linspace(-1, 1, 32, dtype=dtype)
    plain = functional.conv2d(features.double(), weight.double(), None if added else bias.double(), padding=1)
    expected = torch.relu(plain + onto.double() if added else plain)
    result = convolve_relu(features, weight, bias, onto)
    torch.testing.assert_close(result.double(), expected, rtol=0, atol=ERRORS[dtype])
    assert result.is_contiguous(memory_format=torch.channels_last) or 1 in shape[1:]


@DTYPES
def test_the_sum_is_written_in_place(dtype):
    features, weight = channels_last(2, 32, 5, 4, dtype=dtype), weights(32, 32, dtype)
    onto = channels_last(2, 32, 5, 4, dtype=dtype, seed=1)
    place = onto.data_ptr()
    result = convolve_relu(features, weight, onto=onto)
    assert result.data_ptr() == place
    assert torch.equal(result, onto)
    assert (result >= 0).all()


@DTYPES
def test_without_torchs_fused_operators_the_same_is_done_in_steps(dtype, monkeypatch):
    features, weight = channels_last(2, 32, 6, 5, dtype=dtype), weights(32, 32, dtype)
    onto = channels_last(2, 32, 6, 5, dtype=dtype, seed=1)
    fused = convolve_relu(features, weight, onto=onto.clone(memory_format=torch.channels_last))
    monkeypatch.setattr(convolutions, "_FUSED_OPERATORS", ("no_such_operator",))
    assert not convolutions._has_fused_relu(features)
    stepwise = convolve_relu(features, weight, onto=onto)
    torch.testing.assert_close(stepwise.double(), fused.double(), rtol=0.01, atol=ERRORS[dtype])


def test_gradients_against_autograd():
    features = channels_last(2, 3, 5, 4).requires_grad_()
    weight = weights(6, 3, torch.float64).requires_grad_()
    gradient = channels_last(2, 6, 5, 4, seed=2)
    functional.conv2d(features, weight, padding=1).backward(gradient)
    by_features, by_weight = convolve_backward(gradient, features.detach(), weight.detach())
    torch.testing.assert_close(by_features, features.grad, rtol=0, atol=1e-12)
    torch.testing.assert_close(by_weight, weight.grad, rtol=0, atol=1e-12)
    alone = convolve_backward_weight(gradient, features.detach(), weight.detach())
    torch.testing.assert_close(alone, weight.grad, rtol=0, atol=1e-12)


def test_layouts():
    weight = channels_last_weight(torch.randn(32, 32, 3, 3), torch.bfloat16)
    assert weight.dtype == torch.bfloat16 and weight.is_contiguous(memory_format=torch.channels_last)
    image = torch.randn(3, 5, 4)
    channel = one_channel(image, torch.float32)
    assert channel.shape == (3, 1, 5, 4) and torch.equal(channel[:, 0], image)
    assert channel.stride() == (20, 1, 4, 1)
    assert channel.data_ptr() == image.data_ptr()  # a view: nothing is copied
    assert convolve(channel, weights(32, 1, torch.float32)).is_contiguous(memory_format=torch.channels_last)
