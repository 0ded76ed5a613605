"""The fused computation of the paper's network in training mode, against the plain path."""

import copy

import pytest
import torch
from made_networks import as_float32, make_inputs, make_network

from smen.methods.smen_cnn.fast.fused import fused_forward
from smen.methods.smen_cnn.fast.kernels import unavailable_reason
from smen.methods.smen_cnn.losses import ubrmse_loss

pytestmark = pytest.mark.skipif(unavailable_reason() is not None, reason=f"no fused kernels: {unavailable_reason()}")


def make_target(size, height=21, width=18):
    target = torch.randn(size, height, width, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
    target[:, :, 12:] = torch.nan
    return target


def gradients(network, inputs, target):
    """Estimates, and the gradients of the paper's loss by all weights."""
    estimate = network(inputs)
    loss = ubrmse_loss(estimate, target.to(estimate.dtype), torch.isfinite(target))
    network.zero_grad()
    loss.backward()
    return estimate.detach(), {name: p.grad.clone() for name, p in network.named_parameters()}


@pytest.mark.parametrize("streams", ["spatiotemporal", "spatial", "temporal"])
@pytest.mark.parametrize("size", [1, 3])
def test_estimates_gradients_and_running_statistics_are_those_of_the_plain_path(streams, size):
    inputs, target = make_inputs(size), make_target(size)
    plain, fused = make_network(streams), make_network(streams)
    fused.fused = True
    plain_estimate, plain_gradients = gradients(plain, inputs, target)
    fused_estimate, fused_gradients = gradients(fused, inputs, target)
    torch.testing.assert_close(fused_estimate, plain_estimate, rtol=0, atol=1e-9)
    for name, gradient in plain_gradients.items():
        scale = float(gradient.abs().max())
        torch.testing.assert_close(fused_gradients[name], gradient, rtol=0, atol=1e-8 * scale + 1e-12, msg=name)
    for (name, expected), buffer in zip(plain.named_buffers(), fused.buffers(), strict=True):
        torch.testing.assert_close(buffer, expected, rtol=1e-9, atol=1e-9, msg=name)


@pytest.mark.parametrize(("height", "width"), [(2, 2), (2, 7), (7, 2), (3, 3)])
def test_small_windows_have_the_gradients_of_the_plain_path(height, width):
    inputs = make_inputs(2, height, width)
    target = torch.zeros(2, height, width, dtype=torch.float64)
    plain, fused = make_network(), make_network()
    fused.fused = True
    plain_estimate, plain_gradients = gradients(plain, inputs, target)
    fused_estimate, fused_gradients = gradients(fused, inputs, target)
    torch.testing.assert_close(fused_estimate, plain_estimate, rtol=0, atol=1e-8)
    for name, gradient in plain_gradients.items():
        scale = float(gradient.abs().max())
        torch.testing.assert_close(fused_gradients[name], gradient, rtol=0, atol=1e-6 * scale + 1e-10, msg=name)


def test_gradients_are_the_slopes_of_the_estimates():
    """The same by differences: independent of torch's own gradients of the layers."""
    network, inputs = make_network(), make_inputs(1, 4, 5)
    weight = network.f[1]["norm"].weight
    network.fused = True

    def total():
        for buffer in network.buffers():
            buffer.zero_()
        return network(inputs).square().sum()

    total().backward()
    step = 1e-6
    with torch.no_grad():
        for channel in (0, 7, 31):
            gradient, value = weight.grad[channel].item(), weight[channel].item()
            weight[channel] = value + step
            above = total().item()
            weight[channel] = value - step
            below = total().item()
            weight[channel] = value
            assert (above - below) / (2 * step) == pytest.approx(gradient, rel=1e-5, abs=1e-6)


def test_in_bfloat16_it_errs_no_more_than_the_plain_path_does():
    inputs = make_inputs(2)
    exact = make_network()(inputs).detach()
    errors = []
    for fused in (False, True):
        network = make_network(dtype=torch.float32)
        network.fused = fused
        with torch.autocast("cpu", torch.bfloat16):
            estimate = network(as_float32(inputs))
        errors.append(float((estimate.detach().double() - exact).square().mean().sqrt()))
    assert 0 < errors[1] < 1.5 * errors[0]


def test_estimates_in_bfloat16_are_float32():
    inputs = as_float32(make_inputs(1))
    network = make_network(dtype=torch.float32)
    estimate = fused_forward(network, inputs.coarse, inputs.residual, torch.bfloat16)
    assert estimate.dtype == torch.float32 and estimate.shape == (1, 21, 18)


def test_a_scale_of_zero_is_no_division_by_zero():
    inputs, target = make_inputs(2), make_target(2)
    network = make_network()
    with torch.no_grad():
        network.f[0]["norm"].weight[5] = 0.0
    other = copy.deepcopy(network)
    other.fused = True
    plain_estimate, _ = gradients(network, inputs, target)
    fused_estimate, fused_gradients = gradients(other, inputs, target)
    torch.testing.assert_close(fused_estimate, plain_estimate, rtol=0, atol=1e-5)
    assert all(torch.isfinite(gradient).all() for gradient in fused_gradients.values())


def test_the_same_bytes_each_time():
    inputs, target = as_float32(make_inputs(3)), make_target(3).float()
    network = make_network(dtype=torch.float32)
    network.fused = True
    first = gradients(copy.deepcopy(network), inputs, target)
    again = gradients(copy.deepcopy(network), inputs, target)
    assert torch.equal(first[0], again[0])
    assert all(torch.equal(first[1][name], again[1][name]) for name in first[1])


@pytest.mark.parametrize("options", [{"order": "norm_relu"}, {"padding": "reflect"}])
def test_other_options_than_the_papers_take_the_plain_path(options):
    inputs = make_inputs(2)
    network = make_network(**options)
    other = copy.deepcopy(network)
    other.fused = True
    assert torch.equal(network(inputs), other(inputs))


def test_it_can_be_backpropagated_through_once():
    network = make_network()
    network.fused = True
    loss = network(make_inputs(1)).square().mean()
    loss.backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="once: its features are overwritten"):
        loss.backward()


@pytest.mark.parametrize("shape", [(1, 18), (21, 1)])
def test_a_window_of_one_row_or_column_takes_the_plain_path(shape):
    inputs = make_inputs(2, *shape)
    network = make_network()
    expected = network(inputs)
    network.fused = True
    assert torch.equal(network(inputs), expected)


def test_evaluation_mode_takes_the_plain_path_and_leaves_the_statistics():
    network, inputs = make_network().eval(), make_inputs(1, 6, 7)
    before = [buffer.clone() for buffer in network.buffers()]
    expected = network(inputs)
    network.fused = True
    assert torch.equal(network(inputs), expected)
    assert all(torch.equal(a, b) for a, b in zip(before, network.buffers(), strict=True))
