"""Maps with two tiers of coarse retrievals: what they gain, what they say of it; other methods see one tier."""

from dataclasses import replace
from functools import cache

import numpy as np
from made_fields import make_samples
from made_fusion import fitted
from made_tiers import make_tiers

from smen.data.quality import QualityCode
from smen.methods.fusion.fusion_file import header_of, restore, tensors_of
from smen.methods.interpolation import Bilinear

ROWS = slice(180, 215)


@cache
def world():
    fields, truth = make_tiers(n=220)
    # A hole in the swath of one overpass, and the edge of the swath of another.
    coarse, second, flag = fields.coarse.copy(), fields.coarse_not_recommended.copy(), fields.coarse_flag.copy()
    coarse[200, :, 2:] = second[200, :, 2:] = np.nan
    coarse[206, :, 2:] = second[206, :, 2:] = np.nan
    flag[206, :, 2:] = 65534
    fields = replace(fields, coarse=coarse, coarse_not_recommended=second, coarse_flag=flag)
    pattern = 0.03 * np.sin(np.arange(72)[:, None] / 3) * np.cos(np.arange(72) / 4)
    rows = np.arange(0, 220, 2)
    fine = np.where(np.isnan(fields.fine), np.nan, fields.window.expand(truth[rows], fields.coarse_grid) + pattern)
    fields = replace(fields, fine=fine.astype(np.float32))
    samples = make_samples(fields)
    whole = fields.window.expand(truth, fields.coarse_grid) + pattern
    return fields, samples, whole, fitted(fields, samples)


def maps(fields, method, rows=ROWS):
    return method.predict(fields, world()[1].select(rows))


def test_every_cell_under_the_swath_is_mapped_and_says_what_it_rests_on():
    fields, _, _, method = world()
    prediction = maps(fields, method)
    hole, edge = prediction.quality[200 - ROWS.start], prediction.quality[206 - ROWS.start]
    assert (hole[:, 24:36] == QualityCode.FILLED).all() and (hole[:, 36:] == QualityCode.COMPLETED).all()
    assert (edge[:, 24:36] == QualityCode.FILLED).all() and (edge[:, 36:] == QualityCode.NODATA).all()
    assert np.isfinite(prediction.mean[200 - ROWS.start]).all()
    assert np.isnan(prediction.mean[206 - ROWS.start][:, 36:]).all()
    used = np.isfinite(fields.window.expand(fields.coarse_not_recommended[ROWS], fields.coarse_grid))
    assert ((prediction.quality == QualityCode.NOT_RECOMMENDED) == used).all() and used.any()


def test_maps_are_truer_with_both_tiers_and_less_certain_without():
    fields, _, truth, method = world()
    alone = replace(fields, coarse_not_recommended=None)
    rain = fields.window.expand(fields.coarse_flag[ROWS] == 16, fields.coarse_grid)
    rain &= np.isfinite(fields.window.expand(fields.coarse_not_recommended[ROWS], fields.coarse_grid))
    both, one = maps(fields, method), maps(alone, method)
    rain &= np.isfinite(one.mean)  # without the second tier some cells have no value
    error = [np.sqrt(np.mean((p.mean - truth[ROWS])[rain] ** 2)) for p in (both, one)]
    assert error[0] < 0.9 * error[1]
    assert both.standard_deviation[rain].mean() < one.standard_deviation[rain].mean()


def test_a_map_does_not_see_later_retrievals_of_either_tier():
    fields, _, _, method = world()
    later = np.arange(220)[:, None, None] > 190
    changed = replace(
        fields,
        coarse=np.where(later, np.float32(0.4), fields.coarse),
        coarse_not_recommended=np.where(later, np.float32(np.nan), fields.coarse_not_recommended),
    )
    rows = slice(180, 191)
    np.testing.assert_array_equal(maps(changed, method, rows).mean, maps(fields, method, rows).mean)


def test_the_completion_comes_back_from_a_file():
    fields, _, _, method = world()
    again = restore(tensors_of(method.parameters), header_of(method.parameters))
    assert again.completion is not None
    other = replace(method, parameters=again, _kept={})
    np.testing.assert_array_equal(maps(fields, other).mean, maps(fields, method).mean)


def test_other_methods_see_recommended_retrievals_alone():
    fields, samples, _, _ = world()
    alone = replace(fields, coarse_not_recommended=None)
    both, one = (Bilinear().predict(f, samples).mean for f in (fields, alone))
    np.testing.assert_array_equal(both, one)
