"""Batches of inputs, and what every network offers."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from made_networks import as_float32, make_inputs
from torch import nn

from smen.methods.smen_cnn.interface import Inputs, Network


class Scale(Network):
    """The smallest network: a layer that normalises, times one weight."""

    def __init__(self):
        super().__init__(history=4)
        self.norm = nn.BatchNorm2d(1)
        self.linear = nn.Conv2d(1, 1, 1)

    def forward(self, inputs):
        return self.linear(self.norm(inputs.coarse[:, None]))[:, 0]


def same(first, second):
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_rows_are_overpasses():
    inputs = make_inputs(4, 3, 5)
    rows = inputs.rows(torch.tensor([3, 1]))
    assert rows.coarse.shape == (2, 3, 5) and rows.residual.shape == (2, 4, 3, 5) and rows.age.shape == (2, 4)
    assert torch.equal(rows.residual[0], inputs.residual[3]) and torch.equal(rows.coarse[1], inputs.coarse[1])
    assert len(inputs.rows(torch.tensor([], dtype=torch.long)).coarse) == 0


def test_flipping_mirrors_images_and_leaves_ages():
    inputs = make_inputs(2, 3, 5)
    flipped = inputs.flipped((-2,))
    assert torch.equal(flipped.coarse, inputs.coarse[:, [2, 1, 0]])
    assert torch.equal(flipped.residual, inputs.residual[:, :, [2, 1, 0]])
    assert torch.equal(flipped.age, inputs.age)
    assert torch.equal(inputs.flipped((-1,)).residual, inputs.residual[..., [4, 3, 2, 1, 0]])


@given(axes=st.sampled_from([(), (-2,), (-1,), (-2, -1)]))
def test_flipping_twice_is_nothing(axes):
    inputs = make_inputs(2, 4, 3)
    assert same(inputs.flipped(axes).flipped(axes), inputs)


def test_concatenation_is_the_reverse_of_taking_rows():
    inputs = make_inputs(5, 3, 4)
    parts = [inputs.rows(torch.tensor(index)) for index in ([0, 1], [2], [3, 4])]
    assert same(Inputs.concatenated(parts), inputs)


def test_on_another_device():
    assert all(tensor.device.type == "meta" for tensor in make_inputs(1, 2, 2).to(torch.device("meta")))


def test_inference_is_in_evaluation_mode_and_without_gradients():
    network = Scale()
    inputs = as_float32(make_inputs(2, 3, 4))
    before = network.norm.running_mean.clone()
    estimate = network.for_inference()(inputs)
    assert not network.training and not estimate.requires_grad
    assert torch.equal(network.norm.running_mean, before)
    assert torch.equal(estimate, network(inputs).detach())


def test_inference_in_bfloat16():
    network = Scale()
    inputs = as_float32(make_inputs(2, 3, 4))
    exact, half = network.for_inference()(inputs), network.for_inference(torch.bfloat16)(inputs)
    assert half.dtype == torch.bfloat16 and exact.dtype == torch.float32
    torch.testing.assert_close(half.float(), exact, rtol=0.02, atol=0.02)


def test_trainable_weights_are_counted():
    network = Scale()
    assert network.weights == 4 and network.history == 4 and not network.fused
    network.linear.bias.requires_grad_(False)
    assert network.weights == 3


def test_a_network_needs_a_forward():
    with pytest.raises(TypeError, match="abstract"):
        Network(history=4)
