"""SRCNN: the published size and reach, and its inputs."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from made_fields import make_fields, make_samples
from torch.nn import functional

from smen.data.climatology import Climatology
from smen.data.fill import residuals_of
from smen.methods.baselines.bicubic import cubic
from smen.methods.baselines.srcnn import Srcnn, SrcnnMethod
from smen.methods.smen_cnn.inputs import InputBuilder
from smen.methods.smen_cnn.interface import Inputs
from smen.methods.smen_cnn.normalisation import Normalisation

NORMALISATION = Normalisation(0.2, 0.05, 0.03)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return Srcnn().double().eval()


def inputs_of(image):
    return Inputs(*[image] * 6)


def test_the_published_number_of_weights(network):
    # 8 032 weights: Dong et al. 2016; and a bias for each of 64 + 32 + 1 filters.
    assert network.weights == 8032 + 97
    assert network.history == 0


def test_the_published_reach(network):
    image = torch.rand(1, 30, 30, dtype=torch.float64)
    other = image.clone()
    other[0, 15, 15] += 1
    maps = [network(inputs_of(i)).detach() for i in (image, other)]
    rows, columns = np.nonzero((maps[0] != maps[1])[0].numpy())
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (9, 21, 9, 21)  # 4 + 0 + 2 on each side


def test_inside_it_is_three_convolutions(network):
    image = torch.rand(2, 20, 21, dtype=torch.float64)
    hidden = image[:, None]
    for number, layer in enumerate(network.layers):
        hidden = functional.conv2d(torch.relu(hidden) if number else hidden, layer.weight, layer.bias)
    assert hidden.shape == (2, 1, 20 - 12, 21 - 12)  # the published one shrinks the image by 6 on each side
    inside = network(inputs_of(image))[:, 6:-6, 6:-6]
    torch.testing.assert_close(inside, hidden[:, 0], rtol=0, atol=1e-12)


def test_a_constant_field_has_no_edge(network):
    estimate = network(inputs_of(torch.full((1, 9, 11), 0.3, dtype=torch.float64))).detach()
    assert float(estimate.max() - estimate.min()) < 1e-12


@pytest.fixture(scope="module")
def builder():
    fields = make_fields(n=12, shape=(30, 40))
    samples = make_samples(fields)
    return InputBuilder(fields, samples, Climatology.of(residuals_of(fields)), NORMALISATION)


def test_inputs_by_hand(builder):
    fields, row = builder.fields, 5
    inputs = SrcnnMethod().inputs(builder, row)
    expected = cubic(fields.coarse[builder.samples.coarse[row]], fields.window, fields.coarse_grid)
    np.testing.assert_allclose(inputs.coarse[0].numpy() * 0.05 + 0.2, expected, atol=1e-6)
    assert inputs.residual.shape == inputs.residual_valid.shape == (1, 0, 30, 40) and inputs.age.shape == (1, 0)
    assert inputs.coarse_valid.all()


def test_no_residual_reaches_the_inputs(builder):
    wetter = replace(builder, fields=replace(builder.fields, fine=builder.fields.fine + 0.1))
    first, second = (SrcnnMethod().inputs(each, 9, leave_out=True) for each in (builder, wetter))
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_without_a_coarse_cell_the_inputs_are_the_mean(builder):
    empty = replace(builder.fields, coarse=np.full_like(builder.fields.coarse, np.nan))
    inputs = SrcnnMethod().inputs(replace(builder, fields=empty), 5)
    assert not inputs.coarse.any()


def test_the_recipe_of_the_comparisons():
    recipe = SrcnnMethod.seeded(3, 2).training
    assert (recipe.epochs, recipe.patience, recipe.seed, recipe.threads) == (20, 6, 3, 2)
