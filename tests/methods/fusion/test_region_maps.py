"""Maps of a region: without gaps, independent of each other, and less certain where less is known."""

from dataclasses import replace

import numpy as np
from made_fields import make_fields, make_samples
from made_fusion import FIELDS, SAMPLES, default_method

from smen.data.records import MISSING
from smen.methods.fusion.region_maps import RegionMaps

ONE = SAMPLES.select(slice(50, 51))
PARAMETERS = default_method().parameters
MAPS = RegionMaps.of(FIELDS, PARAMETERS)
OTHER = make_fields(n=60, shape=(30, 48), origin=(1000, 2600), seed=3)


def predict(fields=FIELDS, samples=ONE, parameters=PARAMETERS):
    return RegionMaps.of(fields, parameters).predict(samples)


def deviation(fields=FIELDS, samples=ONE, parameters=PARAMETERS):
    return predict(fields, samples, parameters).standard_deviation


def with_unknown(unknown):
    return replace(PARAMETERS, pattern=replace(PARAMETERS.pattern, unknown=unknown.astype(np.float32)))


def test_maps_without_gaps():
    prediction = MAPS.predict(SAMPLES)
    assert SAMPLES.fine_history[0, 0] == MISSING
    assert np.isfinite(prediction.mean).all() and np.isfinite(prediction.standard_deviation).all()
    assert prediction.mean.dtype == prediction.standard_deviation.dtype == np.float32
    low, high = PARAMETERS.bounds
    assert prediction.mean.min() >= low and prediction.mean.max() <= high


def test_holes_of_the_coarse_field():
    coarse = FIELDS.coarse.copy()
    coarse[50, 1, 1] = np.nan
    coarse[51] = np.nan
    prediction = predict(replace(FIELDS, coarse=coarse), SAMPLES.select(slice(50, 52)))
    assert np.isfinite(prediction.mean[0]).all() and np.isnan(prediction.mean[1]).all()
    assert np.isnan(prediction.standard_deviation[1]).all()


def test_an_overpass_without_a_coarse_field_has_no_map():
    prediction = MAPS.predict(replace(ONE, coarse=np.array([MISSING])))
    assert np.isnan(prediction.mean).all() and np.isnan(prediction.standard_deviation).all()


def test_a_map_does_not_depend_on_the_others():
    whole, alone = MAPS.predict(SAMPLES), MAPS.predict(SAMPLES.select(slice(37, 38)))
    np.testing.assert_array_equal(alone.mean[0], whole.mean[37])
    np.testing.assert_array_equal(alone.quality[0], whole.quality[37])


def test_no_samples_give_no_maps():
    assert MAPS.predict(SAMPLES.select(slice(0, 0))).mean.shape == (0, *FIELDS.window.shape)


def test_uncertainty_grows_with_the_age_of_the_last_fine_observation():
    deviations = [deviation(samples=replace(ONE, age=ONE.age + np.float32(days))).mean() for days in (0, 3, 40, 400)]
    none = replace(ONE, fine_history=np.full_like(ONE.fine_history, MISSING))
    assert (np.diff(deviations) > 0).all() and deviation(samples=none).mean() >= deviations[-1]


def test_uncertainty_grows_off_the_training_climate():
    deviations = []
    for wetter in (0.2, 0.3, 0.4):
        coarse = FIELDS.coarse.copy()
        coarse[50] += wetter
        deviations.append(deviation(replace(FIELDS, coarse=coarse)).mean())
    usual = deviation(samples=SAMPLES).mean(axis=(1, 2)).max()
    assert usual < deviations[0] < deviations[1] < deviations[2]


def test_where_less_of_the_pattern_is_known_maps_are_less_certain():
    unknown = PARAMETERS.pattern.unknown.copy()
    unknown[:, :10] += 0.3
    assert (deviation(parameters=with_unknown(unknown))[0, :, :10] > deviation()[0, :, :10]).all()
    np.testing.assert_array_equal(deviation(parameters=with_unknown(unknown))[0, :, 10:], deviation()[0, :, 10:])


def test_where_none_of_the_pattern_is_known_the_estimate_is_that_of_unseen_cells():
    unknown = PARAMETERS.pattern.unknown.copy()
    unknown[:, :10] = 1
    none = with_unknown(np.ones_like(unknown))
    part, whole = (predict(parameters=p).mean[0] for p in (with_unknown(unknown), none))
    np.testing.assert_array_equal(part[:, :10], whole[:, :10])
    assert (part[:, 10:] != whole[:, 10:]).any()
    seen = np.full_like(PARAMETERS.seen_coefficients, 9.0)
    np.testing.assert_allclose(predict(parameters=replace(none, seen_coefficients=seen)).mean[0], whole, atol=1e-5)


def test_in_another_region_it_is_less_certain():
    maps = RegionMaps.of(OTHER, PARAMETERS)
    assert maps.parameters.transferred and maps.builder.mean_coarse is None
    prediction = maps.predict(make_samples(OTHER).select(slice(0, 60, 6)))
    assert np.isfinite(prediction.mean).all() and (prediction.standard_deviation > 0).all()
    assert prediction.standard_deviation.mean() > 1.1 * deviation(samples=SAMPLES).mean()


def test_maps_of_another_region_do_not_change_with_what_comes_later():
    row = make_samples(OTHER).select(slice(20, 21))
    coarse, fine = OTHER.coarse.copy(), OTHER.fine.copy()
    coarse[21:], fine[11:] = 0.45, 0.9
    changed = predict(replace(OTHER, coarse=coarse, fine=fine), row)
    np.testing.assert_array_equal(changed.mean, predict(OTHER, row).mean)


def test_before_enough_was_observed_a_region_varies_as_the_training_does():
    first = make_samples(OTHER).select(slice(0, 1))
    wider = replace(PARAMETERS, variability=3 * PARAMETERS.variability)
    np.testing.assert_allclose(deviation(OTHER, first, wider), 3 * deviation(OTHER, first), rtol=1e-5)
    # With twelve and more values of twenty coarse cells each it is the region's own that counts.
    late = make_samples(OTHER).select(slice(40, 41))
    np.testing.assert_array_equal(deviation(OTHER, late, wider), deviation(OTHER, late))


def test_the_own_region_needs_no_transfer():
    assert MAPS.parameters is PARAMETERS
    np.testing.assert_array_equal(MAPS.builder.mean_coarse, PARAMETERS.mean_coarse)
