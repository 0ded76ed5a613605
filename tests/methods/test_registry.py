"""The registry: every name is a class, nothing heavy is loaded before it is needed, and a method is one line more."""

import subprocess
import sys

import made_method
import numpy as np
import pytest

from smen.data.records import TEST
from smen.errors import DataError
from smen.methods import registry
from smen.methods.checkpoint import load_checkpoint, save_checkpoint
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.registry import (
    BASELINES,
    LEARNED_BASELINES,
    METHODS,
    SIMPLE_BASELINES,
    UNTRAINED,
    learned_baseline,
    method_class,
    method_name,
    simple_baseline,
)
from smen.settings.choices import BUILT_IN


@pytest.fixture
def toy(monkeypatch):
    """A method that is registered by one line."""
    monkeypatch.setitem(registry.METHODS, "mean", "made_method:MeanMethod")
    return "mean"


@pytest.mark.parametrize("name", METHODS)
def test_methods_by_name(name):
    method = method_class(name)()
    assert method.name == name and method_name(method) == name


@pytest.mark.parametrize("name", SIMPLE_BASELINES)
def test_simple_baselines_by_name(name):
    assert simple_baseline(name).name == name


@pytest.mark.parametrize("name", LEARNED_BASELINES)
def test_learned_baselines_by_name_with_seed_and_threads(name):
    made = learned_baseline(name, 7, 3)
    recipe = getattr(made, "training", made)
    assert (made.name, recipe.seed, recipe.threads) == (name, 7, 3)


def test_what_every_run_is_compared_with_is_among_the_baselines():
    assert [name for name in SIMPLE_BASELINES if name in BASELINES] == list(BASELINES)
    assert set(UNTRAINED) < set(BASELINES)


def test_settings_name_the_same_methods():
    assert tuple(METHODS) == BUILT_IN


def test_an_unknown_method_is_named_with_the_known_ones():
    with pytest.raises(DataError, match="no method 'fussion'; known: fusion, smen"):
        method_class("fussion")


def test_a_method_that_is_not_registered_cannot_be_saved():
    with pytest.raises(DataError, match="made_method:MeanMethod is not registered"):
        method_name(made_method.MeanMethod())


def test_a_method_is_one_file_and_one_line(toy, tmp_path, fields, samples):
    """Fit it, save it, load it, and make maps with it."""
    method = method_class(toy).from_settings(4, {"seed": 1})
    method.fit(fields, samples)
    save_checkpoint(tmp_path / "mean.safetensors", method)
    loaded = load_checkpoint(tmp_path / "mean.safetensors", fields.window)
    assert type(loaded) is made_method.MeanMethod and loaded.training_summary() == method.training_summary()
    test = samples.with_target(TEST)
    maps = loaded.predict(fields, test)
    np.testing.assert_array_equal(maps.mean, method.predict(fields, test).mean)
    assert maps.mean.shape == (len(test), *fields.window.shape) and (maps.quality > 0).all()


def test_the_default_method_loads_nothing_that_it_does_not_use():
    script = (
        "import sys; from smen.methods import checkpoint, registry; registry.method_class('fusion')();"
        "[registry.simple_baseline(name) for name in registry.BASELINES];"
        "assert not {'torch', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_default_method_is_first():
    assert method_class(next(iter(METHODS))) is FusionMethod
