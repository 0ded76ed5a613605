"""The fused pass of the paper's network against the plain one."""

import copy

import pytest
import torch

from smen.methods.smen_cnn import build_network
from smen.methods.smen_cnn.fast.kernels import unavailable_reason
from smen.methods.smen_cnn.interface import Inputs
from smen.methods.smen_cnn.losses import ubrmse_loss

pytestmark = pytest.mark.skipif(unavailable_reason() is not None, reason=f"no fused kernels: {unavailable_reason()}")


def batch(size, height=21, width=18, kind=torch.float64):
    generator = torch.Generator().manual_seed(size)
    coarse = torch.randn(size, height, width, generator=generator, dtype=kind)
    residual = torch.randn(size, 4, height, width, generator=generator, dtype=kind)
    there = torch.ones_like(coarse, dtype=torch.bool)
    target = torch.randn(size, height, width, generator=generator, dtype=kind)
    target[:, :, 12:] = torch.nan
    inputs = Inputs(coarse, there, residual, torch.ones_like(residual, dtype=torch.bool), torch.ones(size, 4), coarse)
    return inputs, target


def network(streams, kind=torch.float64):
    torch.manual_seed(3)
    made = build_network("smen", 4, {"streams": streams}).to(kind)
    for parameter in made.parameters():  # batch normalisations away from one and zero, where mistakes would hide
        parameter.data += 0.1 * torch.randn_like(parameter)
    return made.train()


def gradients(made, inputs, target):
    estimate = made(inputs)
    loss = ubrmse_loss(estimate, target.to(estimate.dtype), torch.isfinite(target))
    made.zero_grad()
    loss.backward()
    return estimate.detach(), {name: p.grad.clone() for name, p in made.named_parameters()}


@pytest.mark.parametrize("streams", ["spatiotemporal", "spatial", "temporal"])
@pytest.mark.parametrize("size", [1, 3])
def test_estimates_gradients_and_running_statistics_are_those_of_the_plain_pass(streams, size):
    inputs, target = batch(size)
    plain, fused = network(streams), network(streams)
    fused.fused = True
    expected, wanted = gradients(plain, inputs, target)
    found, given = gradients(fused, inputs, target)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-9)
    for name, gradient in wanted.items():
        scale = float(gradient.abs().max())
        torch.testing.assert_close(given[name], gradient, rtol=0, atol=1e-8 * scale + 1e-12, msg=name)
    for (name, expected), found in zip(plain.named_buffers(), fused.buffers(), strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9, msg=name)


def test_in_bfloat16_it_errs_no_more_than_the_plain_pass_does():
    inputs, _ = batch(2)
    exact = network("spatiotemporal")(inputs).detach()
    single = Inputs(*(t.float() if t.is_floating_point() else t for t in inputs))
    errors = []
    for fused in (False, True):
        made = network("spatiotemporal", torch.float32)
        made.fused = fused
        with torch.autocast("cpu", torch.bfloat16):
            errors.append(float((made(single).detach().double() - exact).square().mean().sqrt()))
    assert 0 < errors[1] < 1.5 * errors[0]


def test_a_scale_of_zero_is_no_division_by_zero():
    inputs, target = batch(2)
    made = network("spatiotemporal")
    with torch.no_grad():
        made.f[0]["norm"].weight[5] = 0.0
    other = copy.deepcopy(made)
    other.fused = True
    expected, _ = gradients(made, inputs, target)
    found, given = gradients(other, inputs, target)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)
    assert all(torch.isfinite(gradient).all() for gradient in given.values())


def test_it_is_left_alone_for_other_choices_than_the_papers():
    inputs, _ = batch(2)
    for options in ({"order": "norm_relu"}, {"padding": "reflect"}):
        torch.manual_seed(1)
        made = build_network("smen", 4, options).double()
        other = copy.deepcopy(made)
        other.fused = True
        assert torch.equal(made(inputs), other(inputs))


def test_derivatives_can_be_asked_for_once():
    inputs, target = batch(1)
    made = network("spatiotemporal")
    made.fused = True
    loss = ubrmse_loss(made(inputs), target, torch.isfinite(target))
    loss.backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="once"):
        loss.backward()


@pytest.mark.parametrize("shape", [(1, 18), (21, 1)])
def test_a_window_of_one_row_or_column_takes_the_plain_pass(shape):
    inputs, _ = batch(2, *shape)
    made = network("spatiotemporal")
    expected = made(inputs)
    made.fused = True
    assert torch.equal(made(inputs), expected)
