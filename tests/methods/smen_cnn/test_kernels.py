"""Compiled loops over features: sums and gradients, and machines that cannot compile them."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made_networks import channels_last

from smen.errors import DataError
from smen.methods.smen_cnn.fast import kernels
from smen.methods.smen_cnn.fast.kernels import FEATURES, accumulator_dtype, channel_sums, relu_backward, scale_shift_add
from smen.methods.smen_cnn.recipe import TrainingRecipe

available = pytest.mark.skipif(
    kernels.unavailable_reason() is not None, reason=f"no fused kernels: {kernels.unavailable_reason()}"
)
ERRORS = {torch.float32: 1e-6, torch.float64: 1e-13, torch.bfloat16: 1e-2}
"""Relative errors of what is written in a dtype; sums are wider."""
DTYPES = pytest.mark.parametrize("dtype", ERRORS)
SHAPES = st.tuples(st.integers(1, 4), st.just(FEATURES), st.integers(2, 9), st.integers(2, 9))


def features(images, dtype, seed, height=7, width=5):
    return channels_last(images, FEATURES, height, width, dtype=dtype, seed=seed)


def vectors(number):
    return torch.randn(number, FEATURES, generator=torch.Generator().manual_seed(4))


@available
@DTYPES
def test_channel_sums(dtype):
    a, b = features(6, dtype, 1), features(6, dtype, 2)
    plain, product = (x.double().numpy() for x in (a, a.double() * b.double()))
    expected = np.stack([plain.sum((0, 2, 3)), product.sum((0, 2, 3))])
    sums = channel_sums(a, b)
    assert sums.dtype == accumulator_dtype(dtype)
    np.testing.assert_allclose(sums, expected, atol=1e-4 if dtype != torch.float64 else 1e-11)


@available
@settings(max_examples=25, deadline=None)
@given(shape=SHAPES, threads=st.sampled_from([1, 2, 5]))
def test_channel_sums_of_any_shape_and_number_of_threads(shape, threads):
    a, b = channels_last(*shape), channels_last(*shape, seed=1)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        sums = channel_sums(a, b)
    finally:
        torch.set_num_threads(before)
    np.testing.assert_allclose(sums[0], a.sum((0, 2, 3)), atol=1e-11)
    np.testing.assert_allclose(sums[1], (a * b).sum((0, 2, 3)), atol=1e-11)


def gradient_by_autograd(z, earlier, later, images, constant, slope, gain):
    """The same by torch's own gradients, of a sum in which y = relu(z) stands as often as it is used."""
    exact = z.double().requires_grad_()
    y = torch.relu(exact)
    constant, slope, gain = (v.double()[:, None, None] for v in (constant, slope, gain))
    loss = (constant * y + slope * y * y / 2).sum()
    loss = loss + (gain * earlier.double() * y[: len(earlier)]).sum()
    if later is not None:
        loss = loss + (gain * later.double() * y[images:]).sum()
    loss.backward()
    return exact.grad


def sums_by_class(values, height, width):
    """Sums of (N, 32, H, W) over images and over the cells of each of the nine classes."""
    rows, columns = ([slice(0, 1), slice(1, n - 1), slice(n - 1, n)] for n in (height, width))
    return torch.stack([values[:, :, i, j].sum((0, 2, 3)) for i in rows for j in columns])


@available
@DTYPES
@pytest.mark.parametrize("frames", [1, 3])
def test_relu_backward(dtype, frames):
    images, height, width = 2, 7, 5
    z = features(frames * images, dtype, 1)
    y = torch.relu(z)
    earlier = features(max(frames - 1, 1) * images, dtype, 2)
    later = features((frames - 1) * images, dtype, 3) if frames > 1 else None
    coefficients = vectors(3)
    expected = gradient_by_autograd(z, earlier, later, images, *coefficients)
    by_class = relu_backward(y, earlier, later, frames, *coefficients)
    scale = float(expected.abs().max())
    torch.testing.assert_close(y.double(), expected, rtol=0, atol=ERRORS[dtype] * scale)
    sums = sums_by_class(y.double(), height, width)
    assert by_class.dtype == accumulator_dtype(dtype)
    torch.testing.assert_close(by_class.double(), sums, rtol=0, atol=1e-4 if dtype != torch.float64 else 1e-10)


@available
@settings(max_examples=25, deadline=None)
@given(
    frames=st.integers(1, 4),
    images=st.integers(1, 3),
    height=st.integers(2, 6),
    width=st.integers(2, 6),
    both=st.booleans(),
)
def test_relu_backward_of_any_shape(frames, images, height, width, both):
    both = both and frames > 1
    z = features(frames * images, torch.float64, 1, height, width)
    parts = (frames - 1 if both else frames) * images
    earlier = features(parts, torch.float64, 2, height, width)
    later = features(parts, torch.float64, 3, height, width) if both else None
    coefficients = vectors(3).double()
    expected = gradient_by_autograd(z, earlier, later, images, *coefficients)
    y = torch.relu(z)
    by_class = relu_backward(y, earlier, later, frames, *coefficients)
    torch.testing.assert_close(y, expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(by_class, sums_by_class(expected, height, width), rtol=0, atol=1e-11)


@available
@DTYPES
@pytest.mark.parametrize("shape", [(7, 5), (1, 1), (2, 9)])
def test_scale_shift_add(dtype, shape):
    y, g = features(3, dtype, 1, *shape), features(3, dtype, 2, *shape)
    scale, shift = vectors(2)
    expected = y.double() * scale.double()[:, None, None] + shift.double()[:, None, None] + g.double()
    before = y.clone()
    scale_shift_add(y, g, scale, shift)
    torch.testing.assert_close(g.double(), expected, rtol=0, atol=ERRORS[dtype] * float(expected.abs().max()))
    assert torch.equal(y, before)


@available
def test_bfloat16_is_rounded_as_torch_rounds():
    """To the nearest, halves to the even: with a scale of one and no shift the kernel adds and rounds."""
    y, g = features(5, torch.bfloat16, 1, 30, 20), features(5, torch.bfloat16, 2, 30, 20)
    expected = (y.float() + g.float()).to(torch.bfloat16)
    scale_shift_add(y, g, torch.ones(FEATURES), torch.zeros(FEATURES))
    assert torch.equal(g, expected)


@available
def test_the_same_bytes_each_time():
    a, b = features(9, torch.bfloat16, 1, 31, 40), features(9, torch.bfloat16, 2, 31, 40)
    first = channel_sums(a, b)
    assert all(torch.equal(channel_sums(a, b), first) for _ in range(20))


@available
@pytest.mark.parametrize("layout", ["contiguous", "channels", "strided"])
def test_features_of_another_layout_are_refused(layout):
    values = {
        "contiguous": features(2, torch.float32, 1).contiguous(),
        "channels": channels_last(2, 16, 7, 5, dtype=torch.float32),
        "strided": features(2, torch.float32, 1)[:, :, ::2],
    }[layout]
    with pytest.raises(ValueError, match="not 32 channels, channels last"):
        channel_sums(values, values)


def test_sums_are_kept_in_float32_at_least():
    assert accumulator_dtype(torch.bfloat16) == accumulator_dtype(torch.float32) == torch.float32
    assert accumulator_dtype(torch.float64) == torch.float64


@pytest.fixture
def another_compiler(monkeypatch):
    """A function that makes another program the compiler, for the time of a test."""

    def choose(program):
        monkeypatch.setenv("CXX", str(program))
        kernels._library.cache_clear()
        kernels.unavailable_reason.cache_clear()

    yield choose
    kernels._library.cache_clear()
    kernels.unavailable_reason.cache_clear()


def test_without_a_compiler_the_plain_path_is_taken_and_fused_kernels_are_refused(another_compiler):
    another_compiler("no-such-compiler")
    assert TrainingRecipe(device="cpu").resolved().kernels == "plain"
    with pytest.raises(DataError, match=r"no C\+\+ compiler no-such-compiler: install g\+\+.*auto or plain"):
        TrainingRecipe(device="cpu", kernels="fused").resolved()


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'unknown option -fopenmp' >&2; exit 1", "unknown option -fopenmp"),
        ('for last; do :; done; echo no library > "$last"', "cannot be loaded"),
    ],
)
def test_a_compiler_that_fails_is_reported(another_compiler, tmp_path, script, message):
    failing = tmp_path / "compiler"
    failing.write_text(f"#!/bin/sh\n{script}\n")
    failing.chmod(0o755)
    another_compiler(failing)
    assert TrainingRecipe(device="cpu").resolved().kernels == "plain"
    with pytest.raises(DataError, match=message):
        TrainingRecipe(device="cpu", kernels="fused").resolved()


@available
def test_with_a_compiler_the_fused_kernels_are_taken():
    assert TrainingRecipe(device="cpu").resolved().kernels == "fused"
