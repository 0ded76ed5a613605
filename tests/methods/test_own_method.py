"""A user's class as a method: what is added to it, what it is refused for, and the worked examples of the documents."""

import re
from pathlib import Path

import numpy as np
import pytest

from smen.data.records import TEST, TRAIN, VALIDATION
from smen.errors import DataError, SettingsError
from smen.grid import Window
from smen.methods.checkpoint import load_checkpoint, save_checkpoint
from smen.methods.own_method import OwnMethod
from smen.simulation.small_region import small_region
from smen.stages import check_method

ROOT = Path(__file__).parents[2]
FIELDS, SAMPLES = small_region()
TESTED = SAMPLES.select(SAMPLES.split == TEST)


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Write a module where SMEN runs; returns its name, another one each time."""
    monkeypatch.chdir(tmp_path)

    def write(text):
        name = f"mine_{abs(hash(text)):x}"
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        return name

    return write


def examples():
    """The classes of the documents, by name."""
    text = (ROOT / "workflow" / "docs" / "own_method.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.S)
    return {re.search(r"class (\w+)", block).group(1): block for block in blocks}


@pytest.mark.parametrize("name", ["MeanDetail", "TinyNetwork"])
def test_the_examples_of_the_documents_keep_the_contract(module, name):
    checks = check_method.run(f"{module(examples()[name])}:{name}")
    assert len(checks) == 9
    assert not [str(check) for check in checks if check.problem]


def test_all_that_a_map_needs_is_added(module, tmp_path):
    method = OwnMethod.from_settings(4, {"place": f"{module(examples()['MeanDetail'])}:MeanDetail"})
    method.fit(FIELDS, SAMPLES)
    found = method.predict(FIELDS, TESTED)
    dates = SAMPLES.with_target(TRAIN, VALIDATION)
    detail = FIELDS.fine[dates.fine] - FIELDS.coarse_at(dates.coarse)
    expected = FIELDS.coarse_at(TESTED.coarse) + np.nansum(detail, 0) / (np.isfinite(detail).sum(0) + 2)
    np.testing.assert_allclose(found.mean, expected, atol=1e-6)
    assert found.quality.shape == found.mean.shape and (found.quality > 0).all()
    scored = TESTED.fine >= 0
    errors = (found.mean[scored] - FIELDS.fine[TESTED.fine[scored]]) / found.standard_deviation[scored]
    assert 0.85 < np.mean(np.abs(errors[np.isfinite(errors)]) < 1.645) < 0.95
    assert list(method.held_out) == [str(t) for t in SAMPLES.with_target(VALIDATION).time]
    save_checkpoint(tmp_path / "mine.safetensors", method)
    loaded = load_checkpoint(tmp_path / "mine.safetensors", FIELDS.window)
    np.testing.assert_array_equal(loaded.predict(FIELDS, TESTED).standard_deviation, found.standard_deviation)
    assert loaded.held_out == method.held_out and loaded.training_summary() == method.training_summary()


def test_held_out_errors_are_of_a_fit_without_these_dates(module):
    method = OwnMethod(f"{module(examples()['MeanDetail'])}:MeanDetail")
    method.fit(FIELDS, SAMPLES)
    train, held = SAMPLES.with_target(TRAIN), SAMPLES.with_target(VALIDATION)
    detail = FIELDS.fine[train.fine] - FIELDS.coarse_at(train.coarse)
    pattern = np.nansum(detail, 0) / (np.isfinite(detail).sum(0) + 2)
    errors = FIELDS.fine[held.fine] - FIELDS.coarse_at(held.coarse) - pattern
    np.testing.assert_allclose(list(method.held_out.values()), [np.nanstd(e) for e in errors], rtol=1e-4)


def test_what_a_class_lacks_is_named(module):
    name = module("class Half:\n    def fit(self, fields, samples): ...\n    def save(self): ...\n")
    with pytest.raises(DataError, match="has no predict, load: a method needs fit, predict, save, load"):
        OwnMethod.from_settings(4, {"place": f"{name}:Half"})
    with pytest.raises(SettingsError, match=f"the module {name} has no class Whole"):
        OwnMethod.from_settings(4, {"place": f"{name}:Whole"})
    with pytest.raises(SettingsError, match="importing the module nowhere_at_all fails"):
        OwnMethod.from_settings(4, {"place": "nowhere_at_all:Mean"})


MEAN = examples()["MeanDetail"]


BROKEN = {
    "it is found": ("return fields.coarse_at(samples.coarse) + self.detail", "return self.detail"),
    "estimates are soil moisture": ("+ self.detail\n", "* 100 + self.detail\n"),
    "missing cells do not spread": ("np.nansum(detail, axis=0)", "0 * detail[:, :2].sum() + np.nansum(detail, axis=0)"),
    "what comes later": ("+ self.detail\n", "+ self.detail + 0.01 * np.nanmean(fields.fine[-1])\n"),
    "each map is computed by itself": ("+ self.detail\n", "+ self.detail + 0.001 * len(samples)\n"),
    "the same arrays": ("+ 2)", "+ 2 + np.random.default_rng().random())"),
    "test dates are not learnt": ("samples.with_target(TRAIN, VALIDATION)", "samples.with_target(1, 2, 3)"),
    "it comes back": ('arrays["detail"]', '0 * arrays["detail"]'),
}
"""A rule's beginning, and what of the example is replaced by what to break it."""


@pytest.mark.parametrize("rule", BROKEN)
def test_each_rule_that_is_broken_is_found(module, rule):
    text = MEAN.replace(*BROKEN[rule], 1)
    assert text != MEAN
    broken = [check for check in check_method.run(f"{module(text)}:MeanDetail") if check.problem]
    assert any(check.rule.startswith(rule) for check in broken), [str(check) for check in broken]


def test_it_is_of_the_region_that_it_was_fitted_for(module):
    method = OwnMethod(f"{module(MEAN)}:MeanDetail")
    with pytest.raises(DataError, match="is not fitted"):
        method.predict(FIELDS, TESTED)
    method.fit(FIELDS, SAMPLES)
    state = method.save()
    with pytest.raises(DataError, match="train it for this region"):
        OwnMethod.load(state, Window(1, 2, 30, 40))
