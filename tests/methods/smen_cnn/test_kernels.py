"""Passes over features: their sums and derivatives, and what happens on machines that cannot compile them."""

import numpy as np
import pytest
import torch

from smen.errors import DataError
from smen.methods.smen_cnn.fast import kernels
from smen.methods.smen_cnn.recipe import TrainingRecipe

able = pytest.mark.skipif(
    kernels.unavailable_reason() is not None, reason=f"no fused kernels: {kernels.unavailable_reason()}"
)
KINDS = pytest.mark.parametrize("kind", [torch.float32, torch.float64, torch.bfloat16])
EXACT = {torch.float32: 1e-6, torch.float64: 1e-13, torch.bfloat16: 1e-2}
"""Relative errors of what is written in a format; sums are wider."""


def features(images, kind, seed, height=7, width=5):
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(images, kernels.FEATURES, height, width, generator=generator, dtype=torch.float64)
    return values.to(kind).contiguous(memory_format=torch.channels_last)


@able
@KINDS
def test_moments(kind):
    a, b = features(6, kind, 1), features(6, kind, 2)
    plain, product = (x.double().numpy() for x in (a, a.double() * b.double()))
    expected = np.stack([plain.sum((0, 2, 3)), product.sum((0, 2, 3))])
    np.testing.assert_allclose(kernels.channel_sums(a, b), expected, atol=1e-4 if kind != torch.float64 else 1e-11)


@able
@KINDS
@pytest.mark.parametrize("frames", [1, 3])
def test_the_way_back_through_a_rectifier(kind, frames):
    images, height, width = 2, 7, 5
    z = features(frames * images, kind, 1)
    y = torch.relu(z)
    earlier = features(max(frames - 1, 1) * images, kind, 2)
    later = features((frames - 1) * images, kind, 3) if frames > 1 else None
    constant, slope, gain = torch.randn(3, kernels.FEATURES, generator=torch.Generator().manual_seed(4))
    # The same by torch's own derivatives, of a sum in which y stands as often as it is used.
    exact = z.double().requires_grad_()
    r = torch.relu(exact)
    vectors = [v.double()[:, None, None] for v in (constant, slope, gain)]
    loss = (vectors[0] * r + vectors[1] * r * r / 2).sum()
    loss = loss + (vectors[2] * earlier.double() * r[: len(earlier)]).sum()
    if later is not None:
        loss = loss + (vectors[2] * later.double() * r[images:]).sum()
    loss.backward()
    wanted = exact.grad
    by_class = kernels.relu_backward(y, earlier, later, frames, constant, slope, gain)
    scale = float(wanted.abs().max())
    torch.testing.assert_close(y.double(), wanted, rtol=0, atol=EXACT[kind] * scale)
    rows, columns = ([slice(0, 1), slice(1, n - 1), slice(n - 1, n)] for n in (height, width))
    expected = torch.stack([y.double()[:, :, i, j].sum((0, 2, 3)) for i in rows for j in columns])
    torch.testing.assert_close(by_class.double(), expected, rtol=0, atol=1e-4 if kind != torch.float64 else 1e-10)


@able
@KINDS
def test_joining(kind):
    y, g = features(3, kind, 1), features(3, kind, 2)
    scale, shift = torch.randn(2, kernels.FEATURES, generator=torch.Generator().manual_seed(3))
    expected = y.double() * scale.double()[:, None, None] + shift.double()[:, None, None] + g.double()
    kernels.scale_shift_add(y, g, scale, shift)
    torch.testing.assert_close(g.double(), expected, rtol=0, atol=EXACT[kind] * float(expected.abs().max()))


@able
def test_the_same_bytes_each_time():
    a, b = features(9, torch.bfloat16, 1, 31, 40), features(9, torch.bfloat16, 2, 31, 40)
    first = kernels.channel_sums(a, b)
    assert all(torch.equal(kernels.channel_sums(a, b), first) for _ in range(20))


@able
def test_features_that_lie_otherwise_are_refused():
    lying = features(2, torch.float32, 1).contiguous()
    with pytest.raises(ValueError, match="channels last"):
        kernels.channel_sums(lying, lying)


@pytest.fixture
def another_compiler(monkeypatch):
    """A function that makes another program the compiler; nothing of it stays."""

    def choose(program):
        monkeypatch.setenv("CXX", str(program))
        kernels._library.cache_clear()
        kernels.unavailable_reason.cache_clear()

    yield choose
    kernels._library.cache_clear()
    kernels.unavailable_reason.cache_clear()


def test_without_a_compiler_the_plain_pass_is_taken_and_asking_for_more_is_refused(another_compiler):
    another_compiler("no-such-compiler")
    assert TrainingRecipe(device="cpu").resolved().kernels == "plain"
    with pytest.raises(DataError, match=r"no C\+\+ compiler no-such-compiler: install g\+\+.*auto or plain"):
        TrainingRecipe(device="cpu", kernels="fused").resolved()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'unknown option -fopenmp' >&2; exit 1", "unknown option -fopenmp"),
        ('for last; do :; done; echo no library > "$last"', "cannot be loaded"),
    ],
)
def test_a_compiler_that_fails_is_told(another_compiler, tmp_path, script, said):
    failing = tmp_path / "compiler"
    failing.write_text(f"#!/bin/sh\n{script}\n")
    failing.chmod(0o755)
    another_compiler(failing)
    assert TrainingRecipe(device="cpu").resolved().kernels == "plain"
    with pytest.raises(DataError, match=said):
        TrainingRecipe(device="cpu", kernels="fused").resolved()


@able
def test_with_a_compiler_the_fused_pass_is_taken():
    assert TrainingRecipe(device="cpu").resolved().kernels == "fused"
