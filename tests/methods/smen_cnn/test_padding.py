"""The bias of a folded normalisation along the window's edge, against convolutions of whole images."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made_networks import channels_last
from torch.nn import functional

from smen.methods.smen_cnn.fast.padding import (
    INTERIOR,
    PaddingBias,
    bias_by_class,
    bias_by_class_backward,
    neighbours_inside,
)


def arguments(into=3, out=4):
    generator = torch.Generator().manual_seed(1)
    weight = torch.randn(out, into, 3, 3, generator=generator, dtype=torch.float64)
    constant, bias = (torch.randn(n, generator=generator, dtype=torch.float64) for n in (into, out))
    return weight, constant, bias


def test_neighbours_of_the_classes_by_hand():
    inside = neighbours_inside(torch.float64).reshape(9, 3, 3)
    # The first cell of the first row has no neighbours to the north and to the west.
    assert inside[0].tolist() == [[0, 0, 0], [0, 1, 1], [0, 1, 1]]
    assert inside[INTERIOR].tolist() == [[1, 1, 1]] * 3
    assert inside[5].tolist() == [[1, 1, 0]] * 3  # the last cell of a row between
    assert inside[7].tolist() == [[1, 1, 1], [1, 1, 1], [0, 0, 0]]  # the last row
    assert inside.sum().item() == 4 * 4 + 4 * 6 + 9


def test_classes_are_those_of_a_convolved_constant():
    weight, constant, bias = arguments()
    image = constant[None, :, None, None].expand(1, 3, 5, 6)
    convolved = functional.conv2d(image, weight, bias, padding=1)[0]
    by_class = bias_by_class(weight, constant, bias).reshape(3, 3, 4)
    for row, row_class in ((0, 0), (2, 1), (4, 2)):
        for column, column_class in ((0, 0), (3, 1), (5, 2)):
            torch.testing.assert_close(by_class[row_class, column_class], convolved[:, row, column])


@settings(max_examples=25, deadline=None)
@given(images=st.integers(1, 3), height=st.integers(2, 7), width=st.integers(2, 7))
def test_folding_a_normalisation_is_normalising_first(images, height, width):
    weight, shift, bias = arguments()
    scale = torch.tensor([0.5, -2.0, 3.0], dtype=torch.float64)
    features = channels_last(images, 3, height, width)
    normalised = features * scale[:, None, None] + shift[:, None, None]
    expected = functional.conv2d(normalised, weight, bias, padding=1)
    padding_bias = PaddingBias(bias_by_class(weight, shift, bias), torch.float64)
    folded = functional.conv2d(features, weight * scale[:, None, None], padding_bias.interior, padding=1)
    padding_bias.add_along_edge(folded)
    torch.testing.assert_close(folded, expected, rtol=0, atol=1e-11)


def test_the_interior_is_left_to_the_convolution():
    weight, constant, bias = arguments()
    features = torch.zeros(2, 4, 5, 6, dtype=torch.float64).contiguous(memory_format=torch.channels_last)
    PaddingBias(bias_by_class(weight, constant, bias), torch.float64).add_along_edge(features)
    assert not features[:, :, 1:-1, 1:-1].any()
    assert features[:, :, 0].all() and features[:, :, -1].all()
    assert features[:, :, :, 0].all() and features[:, :, :, -1].all()


def test_one_bias_serves_windows_of_several_widths():
    weight, constant, bias = arguments()
    padding_bias = PaddingBias(bias_by_class(weight, constant, bias), torch.float64)
    for width in (4, 6, 4, 2):
        image = constant[None, :, None, None].expand(1, 3, 3, width)
        convolved = functional.conv2d(image, weight, bias, padding=1)
        total = padding_bias.interior[None, :, None, None].repeat(1, 1, 3, width)
        padding_bias.add_along_edge(total)
        torch.testing.assert_close(total, convolved, rtol=0, atol=1e-12)


def test_backward_against_autograd():
    weight, constant, bias = (value.requires_grad_() for value in arguments())
    gradient = torch.randn(9, 4, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    bias_by_class(weight, constant, bias).backward(gradient)
    with torch.no_grad():
        by_weight, by_constant, by_bias = bias_by_class_backward(gradient, weight, constant)
    torch.testing.assert_close(by_weight, weight.grad, rtol=0, atol=1e-12)
    torch.testing.assert_close(by_constant, constant.grad, rtol=0, atol=1e-12)
    torch.testing.assert_close(by_bias, bias.grad, rtol=0, atol=1e-12)


def test_gradcheck():
    assert torch.autograd.gradcheck(bias_by_class, tuple(v.requires_grad_() for v in arguments(2, 2)))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_bias_has_the_dtype_of_the_features(dtype):
    weight, constant, bias = arguments()
    padding_bias = PaddingBias(bias_by_class(weight, constant, bias), dtype)
    assert padding_bias.interior.dtype == padding_bias.difference.dtype == dtype
    assert not padding_bias.difference[INTERIOR].any()
