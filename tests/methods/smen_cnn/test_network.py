"""The paper's network against its text, in torch's own 3-D layers."""

import pytest
import torch
from torch import nn

from smen.errors import SettingsError
from smen.methods.smen_cnn import Inputs, build_network


def inputs(batch=2, k=4, shape=(11, 13), seed=0):
    g = torch.Generator().manual_seed(seed)
    image, frames = (batch, *shape), (batch, k, *shape)
    return Inputs(
        coarse=torch.randn(image, generator=g),
        coarse_valid=torch.ones(image, dtype=torch.bool),
        residual=torch.randn(frames, generator=g),
        residual_valid=torch.ones(frames, dtype=torch.bool),
        age=torch.ones((batch, k)),
        climatology=torch.zeros(image),
    )


def test_the_published_number_of_weights():
    network = build_network("smen", 4)
    assert network.weights == 38_337
    # Each convolution has kernels x channels x volume weights and a bias a kernel, each normalisation two.
    f = sum(32 * n * 18 + 32 + 64 for n in (1, 32, 32))
    assert f + (32 * 9 + 32) + (32 * 9 + 1) == 38_337


@pytest.mark.parametrize(("streams", "weights"), [("spatial", 609), ("temporal", 38_017)])
def test_one_stream_alone(streams, weights):
    network = build_network("smen", 4, {"streams": streams}).eval()
    assert network.weights == weights
    x = inputs()
    out = network(x)
    assert out.shape == x.coarse.shape
    other = inputs(seed=1)
    mixed = x._replace(residual=other.residual) if streams == "spatial" else x._replace(coarse=other.coarse)
    assert torch.equal(network(mixed), out)


class Published(nn.Module):
    """The paper's network as its text has it, in torch's own 3-D layers."""

    def __init__(self):
        super().__init__()
        self.f = nn.ModuleList(
            nn.ModuleDict({"conv": nn.Conv3d(n, 32, (2, 3, 3), padding=(0, 1, 1)), "norm": nn.BatchNorm3d(32)})
            for n in (1, 32, 32)
        )
        self.g = nn.Conv3d(1, 32, (1, 3, 3), padding=(0, 1, 1))
        self.h = nn.Conv3d(32, 1, (1, 3, 3), padding=(0, 1, 1))

    def forward(self, x):
        features = x.residual.flip(1)[:, None]
        for block in self.f:
            features = block["norm"](torch.relu(block["conv"](features)))
        return self.h(self.g(x.coarse[:, None, None]) + features)[:, 0, 0]


@pytest.mark.parametrize("batch", [1, 3])
def test_the_same_numbers_as_torchs_3d_layers(batch):
    torch.manual_seed(3)
    published, ours = Published().double(), build_network("smen", 4).double()
    ours.load_state_dict(published.state_dict())
    x = Inputs(*(t.double() if t.is_floating_point() else t for t in inputs(batch)))
    ours_out, published_out = ours(x), published(x)  # in training: statistics of the batch
    torch.testing.assert_close(ours_out, published_out, rtol=0, atol=1e-12)
    ours_out.square().mean().backward()
    published_out.square().mean().backward()
    for (name, a), b in zip(ours.named_parameters(), published.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad, rtol=0, atol=1e-11, msg=name)
    for a, b in zip(ours.buffers(), published.buffers(), strict=True):
        torch.testing.assert_close(a, b)
    torch.testing.assert_close(ours.eval()(x), published.eval()(x), rtol=0, atol=1e-12)


def test_in_single_precision_too():
    torch.manual_seed(4)
    published, ours = Published(), build_network("smen", 4)
    ours.load_state_dict(published.state_dict())
    x = inputs(shape=(40, 50))
    torch.testing.assert_close(ours(x), published(x), rtol=0, atol=1e-5)


def test_the_receptive_field_is_nine_on_residuals_and_five_on_the_coarse_field():
    network = build_network("smen", 4).eval()
    x = inputs(1, shape=(21, 21))
    residual, coarse = x.residual.clone().requires_grad_(), x.coarse.clone().requires_grad_()
    network(x._replace(residual=residual, coarse=coarse))[0, 10, 10].backward()
    seen = residual.grad.abs().sum(dim=(0, 1)) > 0
    assert seen[6:15, 6:15].any(dim=0).all() and seen.sum() == seen[6:15, 6:15].sum()
    seen = coarse.grad[0].abs() > 0
    assert seen[8:13, 8:13].any(dim=0).all() and seen.sum() == seen[8:13, 8:13].sum()


@pytest.mark.parametrize("padding", ["zeros", "reflect", "replicate"])
@pytest.mark.parametrize("order", ["relu_norm", "norm_relu"])
def test_options(padding, order):
    network = build_network("smen", 4, {"padding": padding, "order": order})
    assert network.weights == 38_337
    assert torch.isfinite(network(inputs())).all()


@pytest.mark.parametrize("padding", ["zeros", "reflect", "replicate"])
def test_padding_is_torchs(padding):
    """The last layer alone, of the coarse stream: beyond the edge lies what torch's own layer puts there."""
    network = build_network("smen", 4, {"streams": "spatial", "padding": padding}).double()
    x = inputs(shape=(5, 6)).coarse.double()
    layers = []
    for conv in (network.g, network.h):
        layer = nn.Conv2d(conv.in_channels, conv.out_channels, 3, padding=1, padding_mode=padding).double()
        layer.weight.data, layer.bias.data = conv.weight.data[:, :, 0], conv.bias.data
        layers.append(layer)
    expected = layers[1](layers[0](x[:, None]))[:, 0]
    estimate = network(inputs(shape=(5, 6))._replace(coarse=x))
    torch.testing.assert_close(estimate, expected, rtol=0, atol=1e-12)


def test_normalisation_before_the_relu():
    torch.manual_seed(5)
    network = build_network("smen", 4, {"streams": "temporal", "order": "norm_relu"}).double()
    x = inputs().residual.double()
    features = x.flip(1)[:, None]
    for layer in network.f:
        convolved = nn.functional.conv3d(features, layer["conv"].weight, layer["conv"].bias, padding=(0, 1, 1))
        mean, variance = convolved.mean((0, 2, 3, 4), keepdim=True), convolved.var((0, 2, 3, 4), False, keepdim=True)
        features = torch.relu((convolved - mean) / torch.sqrt(variance + 1e-5))
    expected = nn.functional.conv3d(features, network.h.weight, network.h.bias, padding=(0, 1, 1))[:, 0, 0]
    estimate = network(inputs()._replace(residual=x, coarse=x[:, 0]))
    torch.testing.assert_close(estimate, expected, rtol=0, atol=1e-10)


def test_gradients():
    """By differences, in float64, through all layers in evaluation mode."""
    torch.manual_seed(6)
    network = build_network("smen", 4).double().eval()
    x = inputs(1, shape=(3, 3))
    arguments = x.coarse.double().requires_grad_(), x.residual.double().requires_grad_()

    def estimate(coarse, residual):
        return network(x._replace(coarse=coarse, residual=residual))

    assert torch.autograd.gradcheck(estimate, arguments)


def test_weights_are_fresh_from_torchs_seed():
    built = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        built.append(build_network("smen", 4).g.weight)
    assert torch.equal(built[0], built[1]) and not torch.equal(built[0], built[2])


def test_names_of_weights_are_those_of_the_paper():
    """Checkpoints hold them by these names."""
    names = {name.rsplit(".", 1)[0] for name, _ in build_network("smen", 4).named_parameters()}
    assert names == {f"f.{n}.{part}" for n in range(3) for part in ("conv", "norm")} | {"g", "h"}


@pytest.mark.parametrize(
    ("name", "history", "options", "message"),
    [
        ("smen", 5, {}, "takes a history of 4 earlier fine fields, not 5"),
        ("sme", 4, {}, "did you mean 'smen'"),
        ("smen", 4, {"streams": "both"}, "'both' is not one of spatiotemporal, spatial, temporal"),
        ("smen", 4, {"order": "relu"}, "'relu' is not one of relu_norm, norm_relu"),
        ("smen", 4, {"padding": "wrap"}, "'wrap' is not one of zeros, reflect, replicate"),
        ("smen", 4, {"layers": 3}, "does not take these options"),
    ],
)
def test_what_it_refuses(name, history, options, message):
    with pytest.raises(SettingsError, match=message):
        build_network(name, history, options)
