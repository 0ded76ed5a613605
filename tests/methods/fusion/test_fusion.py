from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_fields import make_fields, make_samples

from smen.data.records import MISSING, TEST, TRAIN, VALIDATION
from smen.errors import DataError, SettingsError
from smen.grid import M09
from smen.methods.baselines.filtered import FilteredMeanResidual
from smen.methods.baselines.mean_residual import MeanResidual
from smen.methods.checkpoint import load_checkpoint, read_header, save_checkpoint
from smen.methods.fusion.coarse_history import CoarseHistory
from smen.methods.fusion.error_model import ErrorModel
from smen.methods.fusion.features import CAUSES, FEATURES, FeatureBuilder
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.fusion.parameters import bounded
from smen.methods.fusion.pattern import Pattern
from smen.methods.fusion.random_features import skip
from smen.methods.interpolation import Bilinear

FIELDS = make_fields(n=60)
SAMPLES = make_samples(FIELDS)
OWN_COARSE = FIELDS.coarse_at(slice(None, None, 2))  # of the half-orbits with a fine field


def fitted(fields=FIELDS, samples=SAMPLES, **options):
    method = FusionMethod(options=options)
    method.fit(fields, samples)
    return method


@pytest.fixture(scope="module")
def method():
    return fitted()


def example(fields, row, pattern):
    state = CoarseHistory.of(fields, np.zeros((3, 4)))
    usual = np.full(state.cells.shape[1:], 0.2)
    builder = FeatureBuilder(fields, state, usual, np.ones(fields.window.shape, np.float32), (-0.1, 0.1))
    return builder.example(SAMPLES, row, pattern)


PATTERN = Pattern.of(FIELDS.fine - OWN_COARSE, OWN_COARSE - 0.2)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, len(SAMPLES) - 1), st.integers(0, 2**32 - 1))
def test_no_future_or_target_field_reaches_the_inputs(row, seed):
    t = SAMPLES.time[row]
    rng = np.random.default_rng(seed)
    fine, coarse = FIELDS.fine.copy(), FIELDS.coarse.copy()
    late = FIELDS.fine_ready >= t
    fine[late] = rng.uniform(0, 1, fine[late].shape)
    coarse[FIELDS.coarse_time > t] = rng.uniform(0, 1)
    changed = example(replace(FIELDS, fine=fine, coarse=coarse), row, PATTERN)
    whole = example(FIELDS, row, PATTERN)
    for name in ("base", "features", "masks", "causes", "beyond"):
        np.testing.assert_array_equal(getattr(changed, name), getattr(whole, name))


def test_the_last_fine_and_coarse_fields_do_reach_them():
    row = int(np.flatnonzero(SAMPLES.fine_history[:, 0] != MISSING)[-1])
    fine, coarse = FIELDS.fine.copy(), FIELDS.coarse.copy()
    fine[SAMPLES.fine_history[row, 3]] += 0.01
    coarse[SAMPLES.coarse[row] - 3] += 0.01
    before = example(FIELDS, row, PATTERN).features
    residual = [i for i, n in enumerate(FEATURES) if n.startswith("residual")]
    assert (example(replace(FIELDS, fine=fine), row, PATTERN).features[residual] != before[residual]).any()
    assert (example(replace(FIELDS, coarse=coarse), row, PATTERN).features[0] != before[0]).any()


def test_fitting_looks_at_no_test_date(method):
    fine, coarse = FIELDS.fine.copy(), FIELDS.coarse.copy()
    later = SAMPLES.time[SAMPLES.split == TEST][0]
    fine[FIELDS.fine_time >= later] = 0.9
    coarse[FIELDS.coarse_time >= later] = 0.01
    other = fitted(replace(FIELDS, fine=fine, coarse=coarse)).learnt
    for name in ("warm", "cold", "usual", "offset", "noise"):
        np.testing.assert_array_equal(getattr(other, name), getattr(method.learnt, name))
    np.testing.assert_array_equal(other.pattern.sums, method.learnt.pattern.sums)
    np.testing.assert_array_equal(other.spread.shares, method.learnt.spread.shares)
    assert other.bounds == method.learnt.bounds and other.climate == method.learnt.climate


def test_a_training_date_is_not_shown_its_own_target():
    residual, wetness = (
        FIELDS.fine - OWN_COARSE,
        OWN_COARSE - 0.2,
    )
    left = Pattern.of(residual, wetness).without(residual[3:5], wetness[3:5])
    rest = [i for i in range(len(residual)) if i not in (3, 4)]
    alone = Pattern.of(residual[rest], wetness[rest])
    np.testing.assert_allclose(left.sums, alone.sums, atol=1e-6)


def test_a_pattern_by_hand():
    # One cell, three dates; one of the two sums that a regression needs is worth ten dates of the common spread.
    d, a = np.array([0.1, 0.2, 0.3]), np.array([-0.1, 0.0, 0.1])
    pattern = Pattern.of(d[:, None, None], a[:, None, None])
    assert pattern.count.item() == 3 and pattern.prior == pytest.approx(0.2)
    assert pattern.mean.item() == pytest.approx(0.2)
    assert pattern.slope.item() == pytest.approx(0.02 / (0.02 + 10 * 0.02 / 3))


def errors(prediction, fields, samples):
    difference = prediction.mean - fields.fine[samples.fine]
    return np.nanmean(np.nanstd(difference, axis=(1, 2))), np.nanmean(difference)


def test_better_than_simple_methods_and_without_bias(method):
    test = SAMPLES.with_target(TEST)
    ours, level = errors(method.predict(FIELDS, test), FIELDS, test)
    for baseline in (Bilinear(), MeanResidual(), FilteredMeanResidual()):
        baseline.fit(FIELDS, SAMPLES)
        assert ours < errors(baseline.predict(FIELDS, test), FIELDS, test)[0]
    assert abs(level) < 0.005


def test_the_same_for_the_same_seed():
    first, second = fitted(), fitted()
    assert first.learnt.hidden is not None and first.training_summary() == second.training_summary()
    a, b = first.predict(FIELDS, SAMPLES), second.predict(FIELDS, SAMPLES)
    np.testing.assert_array_equal(a.mean, b.mean)
    np.testing.assert_array_equal(a.standard_deviation, b.standard_deviation)


def test_a_checkpoint_gives_the_same_maps_and_bytes(tmp_path):
    method = fitted()
    save_checkpoint(tmp_path / "a.safetensors", method, {"region": "somewhere"})
    loaded = load_checkpoint(tmp_path / "a.safetensors", FIELDS.window)
    ours, theirs = method.predict(FIELDS, SAMPLES), loaded.predict(FIELDS, SAMPLES)
    np.testing.assert_array_equal(ours.mean, theirs.mean)
    np.testing.assert_array_equal(ours.standard_deviation, theirs.standard_deviation)
    np.testing.assert_array_equal(ours.quality, theirs.quality)
    save_checkpoint(tmp_path / "b.safetensors", loaded, {"region": "somewhere"})
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    assert read_header(tmp_path / "a.safetensors")["method"] == "fusion"


def test_a_damaged_linear_part_is_found(tmp_path, method):
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, method)
    whole = path.read_bytes()
    at = whole.index(method.learnt.warm.tobytes())
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    with pytest.raises(DataError, match="damaged"):
        load_checkpoint(path)


def test_in_another_region_it_is_less_certain(tmp_path, method):
    save_checkpoint(tmp_path / "a.safetensors", method)
    other = make_fields(n=60, shape=(30, 48), origin=(1000, 2600), seed=3)
    there = make_samples(other)
    prediction = load_checkpoint(tmp_path / "a.safetensors", other.window).predict(other, there)
    assert np.isfinite(prediction.mean).all() and (prediction.standard_deviation > 0).all()
    here = method.predict(FIELDS, SAMPLES)
    assert prediction.standard_deviation.mean() > 1.1 * here.standard_deviation.mean()


def test_maps_abroad_do_not_change_with_what_comes_later(method):
    other = make_fields(n=40, shape=(30, 48), origin=(1000, 2600), seed=3)
    samples = make_samples(other)
    coarse, fine = other.coarse.copy(), other.fine.copy()
    coarse[21:], fine[11:] = 0.45, 0.9
    changed = method.predict(replace(other, coarse=coarse, fine=fine), samples.select(slice(20, 21)))
    np.testing.assert_array_equal(changed.mean, method.predict(other, samples.select(slice(20, 21))).mean)


def test_another_coarse_product_is_refused(method):
    with pytest.raises(DataError, match="coarse cells of M36"):
        method.predict(make_fields(n=60, grid=M09), SAMPLES)
    with pytest.raises(DataError, match="not trained"):
        FusionMethod().predict(FIELDS, SAMPLES)
    with pytest.raises(DataError, match="2 earlier fields"):
        FusionMethod().fit(FIELDS, make_samples(FIELDS, fine_history=2))
    with pytest.raises(DataError, match="no half-orbit of the training period"):
        FusionMethod().fit(FIELDS, SAMPLES.with_split(np.zeros(len(SAMPLES), np.uint8)))


def test_uncertainty_grows_with_the_age_of_the_last_fine_observation(method):
    row = SAMPLES.select(slice(50, 51))
    deviations = []
    for days in (0, 3, 10, 40, 400):
        aged = replace(row, age=row.age + np.float32(days))
        deviations.append(method.predict(FIELDS, aged).standard_deviation.mean())
    none = replace(row, fine_history=np.full_like(row.fine_history, MISSING))
    deviations.append(method.predict(FIELDS, none).standard_deviation.mean())
    assert (np.diff(deviations[:5]) > 0).all() and deviations[5] >= deviations[4]


def test_uncertainty_grows_off_the_training_climate(method):
    row = SAMPLES.select(slice(50, 51))
    deviations = []
    for wetter in (0.2, 0.3, 0.4):
        coarse = FIELDS.coarse.copy()
        coarse[50] += wetter
        deviations.append(method.predict(replace(FIELDS, coarse=coarse), row).standard_deviation.mean())
    usual = method.predict(FIELDS, SAMPLES).standard_deviation.mean(axis=(1, 2)).max()
    assert usual < deviations[0] < deviations[1] < deviations[2]


def test_few_dates_are_less_certain_than_many(method):
    count = method.learnt.pattern.count
    sums = method.learnt.pattern.sums.copy()
    sums[:, :, :10] /= 10
    poorer = replace(method, learnt=replace(method.learnt, pattern=replace(method.learnt.pattern, sums=sums)))
    rich, poor = (m.predict(FIELDS, SAMPLES.select(slice(50, 51))).standard_deviation[0] for m in (method, poorer))
    assert count.min() > 5 and (poor[:, :10] > rich[:, :10]).all()


def test_maps_without_gaps(method):
    prediction = method.predict(FIELDS, SAMPLES)
    assert SAMPLES.fine_history[0, 0] == MISSING
    assert np.isfinite(prediction.mean).all() and np.isfinite(prediction.standard_deviation).all()
    low, high = method.learnt.bounds
    assert prediction.mean.min() >= low and prediction.mean.max() <= high


def test_holes_of_the_coarse_field(method):
    coarse = FIELDS.coarse.copy()
    coarse[50, 1, 1] = np.nan
    coarse[51] = np.nan
    prediction = method.predict(replace(FIELDS, coarse=coarse), SAMPLES)
    assert np.isfinite(prediction.mean[50]).all() and np.isnan(prediction.mean[51]).all()
    assert np.isnan(prediction.standard_deviation[51]).all()


def test_a_map_does_not_depend_on_the_others(method):
    whole = method.predict(FIELDS, SAMPLES)
    alone = method.predict(FIELDS, SAMPLES.select(slice(37, 38)))
    np.testing.assert_array_equal(alone.mean[0], whole.mean[37])


def test_bounds_bend_and_do_not_clip():
    inside = np.linspace(0.1, 0.3, 5)
    np.testing.assert_allclose(bounded(inside, (0.02, 0.5), 0.02), inside, atol=1e-6)
    near = bounded(np.linspace(-0.1, 0.6, 200), (0.02, 0.5), 0.02)
    assert near.min() >= 0.02 and near.max() <= 0.5 and (np.diff(near) >= 0).all()
    # ln(1 + 1/e) = 0.31326 widths above the bound what lies one width below it
    assert bounded(np.array([0.018]), (0.02, 0.5), 0.02)[0] == pytest.approx(0.02 + 0.31326 * 0.002, abs=1e-6)


def test_conformal_intervals_hold_on_exchangeable_dates():
    rng = np.random.default_rng(5)
    causes = np.ones((len(CAUSES), 60 * 80))
    causes[1:] = rng.uniform(0, 1, causes[1:].shape)
    # Heavy tails, which a normal distribution does not have: the factor has to make up for them.
    error = rng.standard_t(3, causes.shape[1]) * np.sqrt(0.0001 + 0.0009 * causes[2])
    half = error.size // 2
    dates = np.repeat(np.arange(30), 80)
    spread = ErrorModel.fit(causes[:, :half], error[:half], dates)
    held = np.abs(error[half:]) <= 1.6449 * spread.deviation(causes[:, half:])
    assert 0.88 <= held.mean() <= 0.92
    quiet = causes[2, half:] < 0.2
    assert abs(held[quiet].mean() - held[~quiet].mean()) < 0.05
    assert spread.shares.argmax() == 2 and (spread.shares > 0).all()


def test_few_training_dates_are_enough():
    known = SAMPLES.with_target(TRAIN, VALIDATION)
    for number in (1, 2, 7):
        split = SAMPLES.split.copy()
        split[np.isin(split, (TRAIN, VALIDATION)) & ~np.isin(SAMPLES.time, known.time[:number])] = 0
        prediction = fitted(FIELDS, SAMPLES.with_split(split)).predict(FIELDS, SAMPLES.select(slice(40, 60)))
        assert np.isfinite(prediction.mean).all() and (prediction.standard_deviation > 0).all()


OTHER = make_fields(n=60, seed=9)


def test_a_region_without_dates_learns_from_others_and_says_how_far_it_may_err():
    nothing = SAMPLES.with_split(np.where(SAMPLES.split == TEST, TEST, 0).astype(np.uint8))
    method = FusionMethod()
    method.fit(FIELDS, nothing, [(OTHER, make_samples(OTHER))])
    assert method.learnt.abroad and (method.learnt.pattern.count == 0).all()
    test = SAMPLES.with_target(TEST)
    found, home = method.predict(FIELDS, test), fitted().predict(FIELDS, test)
    bilinear = Bilinear().predict(FIELDS, test)
    assert errors(found, FIELDS, test)[0] < 1.05 * errors(bilinear, FIELDS, test)[0]
    assert np.nanmedian(found.standard_deviation) > np.nanmedian(home.standard_deviation)


def test_without_any_date_there_is_an_error():
    nothing = SAMPLES.with_split(np.zeros_like(SAMPLES.split))
    with pytest.raises(DataError, match="widen the period"):
        FusionMethod().fit(FIELDS, nothing)


def test_dates_of_others_do_not_spoil_what_the_own_dates_teach(method):
    helped = FusionMethod()
    helped.fit(FIELDS, SAMPLES, [(OTHER, make_samples(OTHER))])
    np.testing.assert_array_equal(helped.learnt.pattern.sums, method.learnt.pattern.sums)
    test = SAMPLES.with_target(TEST)
    ours = errors(method.predict(FIELDS, test), FIELDS, test)[0]
    assert errors(helped.predict(FIELDS, test), FIELDS, test)[0] < 1.1 * ours


def test_others_of_another_coarse_product_are_refused():
    with pytest.raises(DataError, match="another coarse product"):
        FusionMethod().fit(FIELDS, SAMPLES, [(make_fields(n=40, grid=M09), make_samples(OTHER))])


def test_a_network_that_learnt_abroad_comes_back_from_its_file(tmp_path):
    nothing = SAMPLES.with_split(np.where(SAMPLES.split == TEST, TEST, 0).astype(np.uint8))
    method = FusionMethod()
    method.fit(FIELDS, nothing, [(OTHER, make_samples(OTHER))])
    save_checkpoint(tmp_path / "a.safetensors", method)
    test = SAMPLES.with_target(TEST).select(slice(0, 3))
    again = load_checkpoint(tmp_path / "a.safetensors", FIELDS.window).predict(FIELDS, test)
    expected = method.predict(FIELDS, test)
    np.testing.assert_array_equal(again.mean, expected.mean)
    np.testing.assert_array_equal(again.standard_deviation, expected.standard_deviation)


def test_an_ablation_leaves_out_what_it_names():
    whole, part = fitted(), fitted(without=["recent residuals"])
    test = SAMPLES.with_target(TEST).select(slice(0, 2))
    assert (whole.predict(FIELDS, test).mean != part.predict(FIELDS, test).mean).any()
    column = [k for k, name in enumerate(FEATURES) if name.startswith("residual_")]
    assert np.abs(part.learnt.warm[:, column]).max() < 1e-9 < np.abs(whole.learnt.warm[:, column]).max()
    with pytest.raises(SettingsError, match="coarse shape"):
        fitted(without=["magic"])


def test_what_stands_out_from_its_neighbours_by_hand():
    state = CoarseHistory.of(FIELDS, np.zeros((3, 4)))
    cells = np.zeros((3, 4))
    cells[1, 1] = 1.0
    # The cell stands out by 1, each of its four neighbours by -1/4; elsewhere nothing does.
    expected = np.zeros((3, 4))
    expected[1, 1] = 1.0
    expected[[0, 2, 1, 1], [1, 1, 0, 2]] = -0.25
    np.testing.assert_allclose(state.bend(cells), state.spread_out(expected), atol=1e-6)
    assert (state.bend(np.full((3, 4), 0.3)) == 0).all() and (state.bend(np.full((3, 4), np.nan)) == 0).all()
    assert np.abs(state.step(np.full((3, 4), 0.3))).max() < 1e-6


def test_hidden_units_by_hand():
    """Units of one example against a loop in plain Python, and what they feed against a sum over them."""
    method = fitted()
    hidden = method.learnt.hidden
    one = example(FIELDS, 40, PATTERN)
    inputs = np.concatenate([one.features, one.masks])[:, 5, 7]
    found = hidden.units(one)[:, 5, 7]
    for k in (0, 77, len(found) - 1):
        total = float(hidden.bias[k])
        for i, value in enumerate(inputs):
            total += float(hidden.weights[k, i]) * min(max((value - hidden.centre[i]) / hidden.scale[i], -4), 4)
        assert found[k] == pytest.approx(hidden.size * np.tanh(total), abs=1e-6)
    coefficients = method.learnt.warm.mean(axis=0)
    assert len(coefficients) == len(FEATURES) + len(found)
    by_hand = coefficients[: len(FEATURES)] @ one.features[:, 5, 7] + coefficients[len(FEATURES) :] @ found
    assert skip(one, coefficients, hidden)[5, 7] == pytest.approx(by_hand, abs=1e-6)


def test_hidden_units_learn_what_a_linear_skip_cannot():
    """A pattern that holds in dry soil and not in wet soil, with a threshold between."""
    rng = np.random.default_rng(5)
    fields = make_fields(n=120, seed=5)
    pattern = rng.normal(0, 0.04, fields.window.shape)
    coarse = fields.coarse_at(slice(None, None, 2))
    level = coarse.mean(axis=(1, 2), keepdims=True)
    there = np.isfinite(fields.fine)
    fine = np.where(
        there,
        fields.coarse_at(slice(None, None, 2)) + pattern * (level < 0.2) + rng.normal(0, 0.003, fields.fine.shape),
        np.nan,
    )
    fields = replace(fields, fine=fine.astype(np.float32))
    samples = make_samples(fields)
    test = samples.with_target(TEST)
    scores = []
    for hidden in (True, False):
        method = fitted(fields, samples, hidden=hidden)
        scores.append(errors(method.predict(fields, test), fields, test)[0])
    assert scores[0] < 0.95 * scores[1]
