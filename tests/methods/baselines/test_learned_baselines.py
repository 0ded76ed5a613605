"""The learned baselines alike: they learn, repeat themselves, and look at nothing later."""

from dataclasses import replace

import numpy as np
import pytest
from made_fields import make_fields, make_samples

from smen.data.records import MISSING, TEST, TRAIN
from smen.errors import DataError
from smen.methods.baselines import lstm, random_forest
from smen.methods.baselines.lstm import LstmMethod
from smen.methods.baselines.random_forest import RandomForest
from smen.methods.baselines.srcnn import SrcnnMethod
from smen.methods.interpolation import NearestNeighbour, smooth
from smen.methods.registry import LEARNED_BASELINES, learned_baseline
from smen.methods.smen_cnn.recipe import TrainingRecipe


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(lstm, "CELLS", 128)
    monkeypatch.setattr(random_forest, "CELLS", 10_000)


@pytest.fixture(scope="module")
def world():
    """The fine field is the interpolated coarse one, which an image suffices for, plus a weak pattern of the region."""
    fields = make_fields(n=50, shape=(36, 48), noise=0.003)
    own = np.searchsorted(fields.coarse_time, fields.fine_time)
    between = np.stack([smooth(cells, fields) for cells in fields.coarse[own]])
    fields = replace(fields, fine=(between + 0.3 * (fields.fine - fields.coarse_at(own))).astype(np.float32))
    return fields, make_samples(fields)


@pytest.fixture(scope="module")
def fitted(world):
    made = {}

    def fit(name):
        if name not in made:
            made[name] = learned_baseline(name, 1, 1)
            made[name].fit(*world)
        return made[name]

    return fit


def error(mean, fields, samples):
    return np.nanmean(np.nanstd(fields.fine[samples.fine] - mean, axis=(1, 2)))


@pytest.mark.parametrize(("name", "share"), [("random_forest", 0.7), ("srcnn", 0.9), ("lstm", 0.7)])
def test_it_learns_what_can_be_learnt(name, share, world, fitted):
    fields, samples = world
    method, test = fitted(name), samples.with_target(TEST)
    assert method.name == name
    blocky = error(NearestNeighbour().predict(fields, test).mean, fields, test)
    assert error(method.predict(fields, test).mean, fields, test) < share * blocky


@pytest.mark.parametrize("name", LEARNED_BASELINES)
def test_the_same_seed_and_the_same_past_give_the_same_map(name, world, fitted):
    # Neither a test date nor anything after t has a part in the map of t.
    fields, samples = world
    t = samples.time[samples.split == TEST][3]
    fine, coarse = fields.fine.copy(), fields.coarse.copy()
    coarse[fields.coarse_time > t] = 0.4
    fine[fields.fine_time >= t] += 0.2
    changed = replace(fields, coarse=coarse, fine=fine)
    again = learned_baseline(name, 1, 1)
    again.fit(changed, samples)
    row = samples.select(samples.time == t)
    mean = again.predict(changed, row).mean
    np.testing.assert_array_equal(mean, fitted(name).predict(fields, row).mean)
    later = samples.select(samples.time == samples.time[-1])
    assert not np.array_equal(again.predict(changed, later).mean, fitted(name).predict(fields, later).mean)


@pytest.mark.parametrize(
    "make",
    [
        lambda seed: SrcnnMethod(TrainingRecipe(epochs=1, seed=seed, threads=1)),
        lambda seed: LstmMethod(TrainingRecipe(epochs=1, seed=seed, threads=1)),
        lambda seed: RandomForest(seed),
    ],
)
def test_another_seed_gives_another_map(make, world):
    fields, samples = world
    few = samples.select(np.flatnonzero(samples.split == TRAIN)[:8])
    means = []
    for seed in (1, 2):
        method = make(seed)
        method.fit(fields, few)
        means.append(method.predict(fields, few).mean)
    assert not np.array_equal(*means)


@pytest.mark.parametrize("name", LEARNED_BASELINES)
def test_holes_and_overpasses_without_fine_field_or_history(name, world, fitted):
    fields, samples = world
    coarse = fields.coarse.copy()
    coarse[2] = np.nan
    coarse[3, :, 2:] = np.nan
    holed = replace(fields, coarse=coarse)
    mean = fitted(name).predict(holed, samples).mean
    assert (samples.fine_history[0] == MISSING).all() and (samples.fine[1] == MISSING).all()
    assert np.isfinite(mean[:2]).all() and np.isnan(mean[2]).all() and np.isnan(mean[3]).any()
    np.testing.assert_array_equal(np.isfinite(mean), np.isfinite(NearestNeighbour().predict(holed, samples).mean))
    row = replace(samples.select(slice(5, 6)), coarse=np.array([MISSING]))
    assert np.isnan(fitted(name).predict(fields, row).mean).all()


@pytest.mark.parametrize("name", LEARNED_BASELINES)
def test_each_map_is_made_by_itself(name, world, fitted):
    fields, samples = world
    mean = fitted(name).predict(fields, samples).mean
    np.testing.assert_array_equal(fitted(name).predict(fields, samples.select(slice(7, 8))).mean[0], mean[7])


@pytest.mark.parametrize("name", LEARNED_BASELINES)
def test_bad_input(name, world):
    fields, samples = world
    with pytest.raises(DataError, match="not fitted"):
        learned_baseline(name, 0, 1).predict(fields, samples)
    with pytest.raises(DataError, match=r"no (training date|half-orbit of the training period)"):
        learned_baseline(name, 0, 1).fit(fields, samples.select(samples.split == TEST))


@pytest.mark.parametrize("name", LEARNED_BASELINES)
def test_seed_and_threads_are_those_asked_for(name):
    method = learned_baseline(name, 7, 3)
    recipe = getattr(method, "training", method)
    assert (recipe.seed, recipe.threads) == (7, 3)


@pytest.mark.parametrize("name", ["random_forest", "lstm"])
def test_another_length_of_history_is_refused(name, world, fitted):
    fields, _ = world
    with pytest.raises(DataError, match="fitted on"):
        fitted(name).predict(fields, make_samples(fields, fine_history=2))
