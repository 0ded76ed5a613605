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


def test_the_papers_count_of_weights():
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


def test_what_it_refuses():
    with pytest.raises(SettingsError, match="takes a history of 4 earlier fine fields, not 5"):
        build_network("smen", 5)
    with pytest.raises(SettingsError, match="did you mean 'smen'"):
        build_network("sme", 4)
    with pytest.raises(SettingsError, match="'both' is not one of spatiotemporal, spatial, temporal"):
        build_network("smen", 4, {"streams": "both"})
    with pytest.raises(SettingsError, match="does not take these options"):
        build_network("smen", 4, {"layers": 3})
