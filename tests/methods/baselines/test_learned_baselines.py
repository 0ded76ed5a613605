from dataclasses import replace

import numpy as np
import pytest
import torch
from made_fields import make_fields, make_samples

from smen.data.climatology import Climatology
from smen.data.fill import residuals_of
from smen.data.records import MISSING, TEST, TRAIN
from smen.errors import DataError
from smen.methods.baselines import lstm, random_forest
from smen.methods.baselines.cell_features import UNSEEN, cell_features
from smen.methods.baselines.lstm import LstmMethod
from smen.methods.baselines.random_forest import RandomForest
from smen.methods.baselines.srcnn import Srcnn, SrcnnMethod
from smen.methods.interpolation import NearestNeighbour, smooth
from smen.methods.registry import LEARNED_BASELINES, learned_baseline
from smen.methods.smen_cnn.inputs import InputBuilder
from smen.methods.smen_cnn.interface import Inputs
from smen.methods.smen_cnn.normalisation import Normalisation
from smen.methods.smen_cnn.recipe import TrainingRecipe


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(lstm, "CELLS", 128)
    monkeypatch.setattr(random_forest, "CELLS", 10_000)


@pytest.fixture(scope="module")
def world():
    """The fine field is the interpolated coarse one, which an image alone tells, plus a weak pattern of the ground."""
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
        lambda seed: SrcnnMethod(TrainingRecipe(epochs=1, seed=seed)),
        lambda seed: LstmMethod(TrainingRecipe(epochs=1, seed=seed)),
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


@pytest.mark.parametrize("name", ["random_forest", "lstm"])
def test_another_length_of_history_is_refused(name, world, fitted):
    fields, _ = world
    with pytest.raises(DataError, match="fitted on"):
        fitted(name).predict(fields, make_samples(fields, fine_history=2))


def test_srcnn_has_the_published_size_and_reach():
    torch.manual_seed(0)
    network = Srcnn()
    # 8 032 weights: Dong et al. 2016; and a bias for each of 64 + 32 + 1 filters.
    assert network.weights == 8032 + 97
    image = torch.rand(1, 30, 30)
    other = image.clone()
    other[0, 15, 15] += 1
    maps = [network(Inputs(*[i] * 6)) for i in (image, other)]
    rows, columns = np.nonzero((maps[0] != maps[1])[0].numpy())
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (9, 21, 9, 21)  # 4 + 0 + 2 on each side


def builder_of(fields, samples, normalisation=None):
    climatology = Climatology.of(residuals_of(fields, samples.with_target(TRAIN).fine))
    return InputBuilder(fields, samples, climatology, normalisation or Normalisation())


def test_lstm_inputs_by_hand(world):
    fields, samples = world
    norm = Normalisation(0.2, 0.05, 0.03)
    coarse = fields.coarse.copy()
    coarse[18] = np.nan
    holed = replace(fields, coarse=coarse)
    inputs = LstmMethod().inputs(builder_of(holed, samples, norm), 20)
    now, before = smooth(fields.coarse[20], fields), smooth(fields.coarse[19], fields)
    np.testing.assert_allclose(inputs.coarse[0], (now - 0.2) / 0.05, atol=1e-5)
    np.testing.assert_allclose(inputs.residual[0, 4], (before - now) / 0.05, atol=1e-5)
    assert not inputs.residual[0, 5].any() and not inputs.residual_valid[0, 5].any()
    np.testing.assert_allclose(inputs.age[0, 4:], 1.5 * np.arange(1, 7))
    # Fine fields at every second overpass, ready within hours: the latest is that of 3 days ago.
    np.testing.assert_allclose(inputs.age[0, :4], [3, 6, 9, 12])
    frame = (fields.fine[9] - fields.coarse_at(18)) / 0.03
    whole = LstmMethod().inputs(builder_of(fields, samples, norm), 20)
    valid = whole.residual_valid[0, 0].numpy()
    np.testing.assert_array_equal(valid, np.isfinite(frame))
    np.testing.assert_allclose(whole.residual[0, 0].numpy()[valid], frame[valid], atol=1e-5)


def test_lstm_knows_no_neighbours(world, fitted):
    fields, samples = world
    method = fitted("lstm")
    fine = fields.fine.copy()
    fine[:, :, :10] += 0.1
    row = samples.select(samples.time == samples.time[-1])
    before, after = (method.predict(f, row).mean[0] for f in (fields, replace(fields, fine=fine)))
    np.testing.assert_allclose(before[:, 10:], after[:, 10:], atol=1e-6)
    assert (before != after)[:, :10].any()


def test_features_by_hand(world):
    fields, samples = world
    row = 20
    found = cell_features(builder_of(fields, samples).history, row)
    assert found.shape == (6 + 4 + 4 + 1 + 5, 36, 48) and np.isfinite(found).all()
    between = smooth(fields.coarse[row], fields)
    coarse = fields.coarse_at(row)
    np.testing.assert_array_equal(found[0], coarse)
    np.testing.assert_allclose(found[1], between - coarse, atol=1e-7)
    np.testing.assert_allclose(found[2, 5, 7], (between[6, 7] - between[4, 7]) / 2, atol=1e-7)
    residual = fields.fine[9] - fields.coarse_at(18)
    seen = np.isfinite(residual)
    np.testing.assert_allclose(found[6][seen], residual[seen], atol=1e-7)
    np.testing.assert_array_equal(found[6][~seen], found[4][~seen])
    np.testing.assert_array_equal(found[10], np.where(seen, 3.0, UNSEEN))
    angle = 2 * np.pi * (20 * 1.5 + 0.5) / 365.2425  # days since 1 January 2016; the first overpass is at noon
    np.testing.assert_allclose(found[15:17, 0, 0], [np.sin(angle), np.cos(angle)], rtol=1e-5)
    assert (found[17] == 1).all()  # every second overpass descends
    # The window begins in row 1 and column 10 of a coarse cell.
    np.testing.assert_array_equal(found[18, :13, 0], [*range(1, 12), 0, 1])
    np.testing.assert_array_equal(found[19, 0, :4], [10, 11, 0, 1])


def test_features_of_a_training_date_leave_its_target_out(world):
    fields, samples = world
    known = samples.with_target(TRAIN)
    fine = fields.fine.copy()
    fine[known.fine[3]] += 0.3
    count = np.isfinite(np.delete(fields.fine[known.fine], 3, axis=0)).sum(axis=0)
    totals = []
    for changed in (fields, replace(fields, fine=fine)):
        builder = builder_of(changed, known)
        mean = cell_features(builder.history, 3, leave_out=True)[4]
        prior, weight = builder.climatology.prior, builder.climatology.prior_dates
        totals.append(mean * (count + weight) - weight * prior)  # what all cells share still has it, the cell has not
    np.testing.assert_allclose(*totals, atol=2e-5)
