"""The paper's network at rest, its normalisations within its convolutions, against the plain pass."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from smen.methods.smen_cnn import build_network
from smen.methods.smen_cnn.interface import Inputs


def network(streams="spatiotemporal", kind=torch.float64, **options):
    torch.manual_seed(3)
    made = build_network("smen", 4, {"streams": streams, **options})
    for parameter in made.parameters():  # batch normalisations away from one and zero, where mistakes would hide
        parameter.data += 0.1 * torch.randn_like(parameter)
    for name, buffer in made.named_buffers():
        if name.endswith("mean"):
            buffer += torch.randn_like(buffer)
        elif name.endswith("var"):
            buffer *= 1 + torch.rand_like(buffer)
    return made.to(kind).eval()


def batch(size, height, width, kind=torch.float64):
    generator = torch.Generator().manual_seed(size)
    coarse = torch.randn(size, height, width, generator=generator, dtype=kind)
    residual = torch.randn(size, 4, height, width, generator=generator, dtype=kind)
    there = torch.ones_like(residual, dtype=torch.bool)
    return Inputs(coarse, there[:, 0], residual, there, torch.ones(size, 4), coarse)


def both(made, inputs, kind=torch.float64):
    """Plain and folded."""
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=kind == torch.bfloat16):
        plain = made(inputs)
    return plain, made.for_inference(kind)(inputs)


@settings(max_examples=30, deadline=None)
@given(
    streams=st.sampled_from(["spatiotemporal", "temporal", "spatial"]),
    size=st.integers(1, 3),
    height=st.integers(1, 9),
    width=st.integers(1, 9),
)
def test_estimates_are_those_of_the_plain_pass(streams, size, height, width):
    plain, folded = both(network(streams), batch(size, height, width))
    torch.testing.assert_close(folded, plain, rtol=0, atol=1e-10)


@pytest.mark.parametrize(("kind", "most"), [(torch.float32, 1e-5), (torch.bfloat16, None)])
def test_in_other_formats_it_errs_no_more_than_the_plain_pass_does(kind, most):
    exact, _ = both(network(), batch(2, 40, 30))
    inputs = batch(2, 40, 30)
    single = Inputs(*(t.float() if t.is_floating_point() else t for t in inputs))
    found = both(network(kind=torch.float32), single, kind)
    plain, folded = (float((estimate.double() - exact).square().mean().sqrt()) for estimate in found)
    assert 0 < folded < 1.5 * plain
    assert most is None or folded < most


@pytest.mark.parametrize("options", [{"order": "norm_relu"}, {"padding": "reflect"}])
def test_other_choices_than_the_papers_are_left_to_the_plain_pass(options):
    plain, folded = both(network(**options), batch(2, 9, 8))
    assert torch.equal(plain, folded)


def test_on_another_device_it_is_the_plain_pass():
    """The meta device stands in for a GPU: it has shapes alone, and refuses to be mixed with the CPU's arrays."""
    inputs = Inputs(*(t.to("meta") for t in batch(2, 9, 8)))
    made = network().to("meta").for_inference()(inputs)
    assert made.device.type == "meta"
    assert made.shape == (2, 9, 8)
