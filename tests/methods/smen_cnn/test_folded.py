"""The paper's network in evaluation mode, its normalisations folded into its convolutions, against the plain path."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made_networks import as_float32, make_inputs, make_network

from smen.methods.smen_cnn.fast.folded import FoldedNetwork
from smen.methods.smen_cnn.interface import Inputs


def plain_and_folded(network, inputs, dtype=torch.float64):
    network.eval()
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=dtype == torch.bfloat16):
        plain = network(inputs)
    return plain, network.for_inference(dtype)(inputs)


@settings(max_examples=30, deadline=None)
@given(
    streams=st.sampled_from(["spatiotemporal", "temporal", "spatial"]),
    size=st.integers(1, 3),
    height=st.integers(1, 9),
    width=st.integers(1, 9),
)
def test_estimates_are_those_of_the_plain_path(streams, size, height, width):
    plain, folded = plain_and_folded(make_network(streams), make_inputs(size, height, width))
    torch.testing.assert_close(folded, plain, rtol=0, atol=1e-10)


@pytest.mark.parametrize(("dtype", "most"), [(torch.float32, 1e-5), (torch.bfloat16, None)])
def test_in_other_dtypes_it_errs_no_more_than_the_plain_path_does(dtype, most):
    inputs = make_inputs(2, 40, 30)
    exact, _ = plain_and_folded(make_network(), inputs)
    estimates = plain_and_folded(make_network(dtype=torch.float32), as_float32(inputs), dtype)
    plain, folded = (float((estimate.double() - exact).square().mean().sqrt()) for estimate in estimates)
    assert 0 < folded < 1.5 * plain
    assert most is None or folded < most


@pytest.mark.parametrize("options", [{"order": "norm_relu"}, {"padding": "reflect"}])
def test_other_options_than_the_papers_take_the_plain_path(options):
    plain, folded = plain_and_folded(make_network(**options), make_inputs(2, 9, 8))
    assert torch.equal(plain, folded)


def test_on_another_device_it_is_the_plain_path():
    """The meta device stands in for a GPU: it has shapes alone, and refuses to be mixed with the CPU's arrays."""
    inputs = Inputs(*(t.to("meta") for t in make_inputs(2, 9, 8)))
    estimate = make_network().to("meta").for_inference()(inputs)
    assert estimate.device.type == "meta"
    assert estimate.shape == (2, 9, 8)


def test_it_keeps_the_weights_that_it_was_made_of():
    network, inputs = make_network().eval(), make_inputs(1, 5, 6)
    folded = FoldedNetwork(network, torch.float64)
    before = folded(inputs.coarse, inputs.residual)
    with torch.no_grad():
        network.h.weight += 1
        network.f[0]["norm"].running_mean += 1
    assert torch.equal(folded(inputs.coarse, inputs.residual), before)
    assert not torch.allclose(FoldedNetwork(network, torch.float64)(inputs.coarse, inputs.residual), before)


def test_several_overpasses_are_those_of_one_at_a_time():
    network, inputs = make_network(dtype=torch.float32).eval(), as_float32(make_inputs(3, 7, 8))
    folded = FoldedNetwork(network, torch.float32)
    alone = [folded(inputs.coarse[i : i + 1], inputs.residual[i : i + 1]) for i in range(3)]
    torch.testing.assert_close(folded(inputs.coarse, inputs.residual), torch.cat(alone), rtol=0, atol=1e-5)


def test_it_leaves_no_graph_behind():
    network, inputs = make_network().eval(), make_inputs(1, 5, 6)
    estimate = network.for_inference(torch.float64)(inputs)
    assert not estimate.requires_grad and estimate.grad_fn is None
