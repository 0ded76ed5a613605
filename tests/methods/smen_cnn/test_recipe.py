"""Options of a training: what `auto` means, the learning rate by epoch, the published recipe."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from smen.errors import DataError
from smen.methods.smen_cnn import recipe as recipe_module
from smen.methods.smen_cnn.recipe import LEAST_RATE, PUBLISHED_RECIPE, SHORT_RECIPE, TrainingRecipe
from smen.settings.method_sections import SmenOptions
from smen.settings.paper_section import PaperSettings


def test_the_published_recipe():
    published = PUBLISHED_RECIPE
    assert (published.epochs, published.learning_rate, published.patience) == (1000, 1e-4, None)
    assert (published.schedule, published.augment_flips) == ("constant", False)


def test_the_settings_of_the_papers_experiments_default_to_the_published_recipe():
    settings = PaperSettings()
    assert (settings.epochs, settings.learning_rate) == (PUBLISHED_RECIPE.epochs, PUBLISHED_RECIPE.learning_rate)
    assert settings.batch_size == PUBLISHED_RECIPE.batch


def test_a_constant_schedule():
    constant = TrainingRecipe(schedule="constant", epochs=3, learning_rate=0.02)
    assert [constant.learning_rate_of(epoch) for epoch in (1, 2, 3)] == [0.02, 0.02, 0.02]


def test_a_cosine_schedule_by_hand():
    # Half a cosine over three epochs: 1, (1 + cos 60) / 2 = .75, (1 + cos 120) / 2 = .25 of the rate.
    cosine = TrainingRecipe(schedule="cosine", epochs=3, learning_rate=1e-3)
    assert [cosine.learning_rate_of(epoch) for epoch in (1, 2, 3)] == pytest.approx([1e-3, 0.75e-3, 0.25e-3])


def test_the_cosine_ends_at_a_hundredth_of_the_rate():
    cosine = TrainingRecipe(schedule="cosine", epochs=100, learning_rate=1.0)
    assert cosine.learning_rate_of(90) > 0.5 * (1 + math.cos(math.pi * 0.9))
    assert cosine.learning_rate_of(100) == LEAST_RATE == 0.01


@given(epochs=st.integers(1, 2000))
def test_the_cosine_falls_from_the_rate(epochs):
    cosine = TrainingRecipe(schedule="cosine", epochs=epochs, learning_rate=0.5)
    rates = [cosine.learning_rate_of(epoch) for epoch in sorted({1, 1 + epochs // 3, 1 + epochs // 2, epochs})]
    assert rates[0] == 0.5
    assert rates == sorted(rates, reverse=True) and rates[-1] >= 0.005


def test_auto_is_resolved_for_the_record():
    resolved = TrainingRecipe().resolved()
    assert resolved.device in ("cpu", "cuda") and resolved.precision in ("float32", "bfloat16")
    assert resolved.kernels in ("plain", "fused")
    assert resolved.resolved() == resolved
    unchanged = {"device": "auto", "precision": "auto", "kernels": "auto"}
    assert replace(resolved, **unchanged) == TrainingRecipe()


@pytest.mark.parametrize(("fast", "precision"), [(True, "bfloat16"), (False, "float32")])
def test_bfloat16_is_chosen_where_the_processor_has_it(monkeypatch, fast, precision):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: fast, raising=False)
    assert TrainingRecipe(device="cpu").resolved().precision == precision
    assert TrainingRecipe(device="cpu", precision="float32").resolved().precision == "float32"


def test_a_torch_that_does_not_report_bfloat16_trains_in_float32(monkeypatch):
    monkeypatch.delattr(torch.cpu, "_is_avx512_bf16_supported", raising=False)
    assert TrainingRecipe(device="cpu").resolved().precision == "float32"


def test_a_cuda_device_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert TrainingRecipe(device="auto").resolved().device == "cpu"
    with pytest.raises(DataError, match="CUDA device was asked for, and torch finds none: set the device to auto"):
        TrainingRecipe(device="cuda").resolved()


def test_on_a_cuda_device_the_plain_path_in_float32_is_taken(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True, raising=False)
    resolved = TrainingRecipe().resolved()
    assert (resolved.device, resolved.precision, resolved.kernels) == ("cuda", "float32", "plain")


def test_without_kernels_the_plain_path_is_taken_and_fused_ones_are_refused(monkeypatch):
    monkeypatch.setattr(recipe_module, "unavailable_reason", lambda: "there is no compiler")
    assert TrainingRecipe(device="cpu").resolved().kernels == "plain"
    with pytest.raises(DataError, match=r"asked for, and there is no compiler\. Or set kernels to auto or plain"):
        TrainingRecipe(device="cpu", kernels="fused").resolved()
    assert TrainingRecipe(device="cpu", kernels="plain").resolved().kernels == "plain"


def test_one_cycle_is_that_of_torch():
    recipe = TrainingRecipe(schedule="one_cycle", epochs=10, learning_rate=2e-3)
    optimiser = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))])
    theirs = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=2e-3, total_steps=1001, pct_start=0.301, div_factor=25, final_div_factor=1000 / 25
    )
    for step in range(1000):
        ours = recipe.learning_rate_of(step // 100 + 1, (step % 100) / 100)
        assert ours == pytest.approx(theirs.get_last_lr()[0], rel=0.02, abs=2e-6), step
        optimiser.step()
        theirs.step()


def test_the_short_recipe():
    short = SHORT_RECIPE
    assert (short.epochs, short.batch, short.learning_rate, short.schedule) == (8, 4, 2e-3, "one_cycle")
    assert short.patience is None
    settings = SmenOptions()
    for name in ("epochs", "learning_rate", "schedule", "patience", "augment_flips"):
        assert getattr(settings, name) == getattr(short, name), name
    assert settings.batch_size == short.batch
