from dataclasses import replace

import numpy as np
import pytest
from made_fields import make_fields, make_samples

from smen.data.coarse_support import CoarseSupport, SupportState
from smen.data.quality import ALWAYS, COLOURS, MEANING, QualityCode, cell_age, flagged, quality_codes, static_surface

CLIMATE = (0.0, 1.0)
DAY = np.timedelta64(1, "D")


def codes(fields, samples, row, count=None, climate=CLIMATE):
    everything = np.arange(len(fields.coarse_time)), np.arange(len(fields.fine_time))
    count = np.ones(fields.window.shape, int) if count is None else count
    return quality_codes(fields, samples, row, static_surface(fields, *everything), count, climate)


def test_every_code_has_a_meaning_and_a_colour_of_its_own():
    assert set(MEANING) == set(COLOURS) == set(QualityCode)
    assert len(set(COLOURS.values())) == len(set(MEANING.values())) == len(QualityCode)
    assert all(0 <= code <= 255 for code in QualityCode)


def test_flags_by_bit_and_fill():
    # 2 = radar water only; 1 = static water; 128 and 256 = frozen by radiometer and by model; 65534 = fill.
    flag = np.array([0, 1, 2, 128, 256, 1 << 9, 65534], np.uint16)
    assert flagged(flag, QualityCode.WATER).tolist() == [False, True, False, False, False, False, False]
    assert flagged(flag, QualityCode.FROZEN).tolist() == [False, False, False, True, True, False, False]
    assert flagged(flag, QualityCode.MOUNTAINS).tolist() == [False] * 5 + [True, False]


def test_history_climatology_and_never_observed(fields, samples):
    row = 9
    count = np.zeros(fields.window.shape, int)
    count[:, :20] = 3
    code = codes(fields, samples, row, count)
    seen = np.isfinite(fields.fine[samples.fine_history[row]]).any(axis=0)
    assert (code[seen] == QualityCode.OBSERVED_HISTORY).all()
    first = codes(fields, samples, 0, count)
    assert (first[:, :20] == QualityCode.CLIMATOLOGY_ONLY).all() and (first[:, 20:] == QualityCode.COARSE_ONLY).all()


def test_off_the_training_climate(fields, samples):
    coarse = fields.coarse_at(4)
    limit = float(np.median(coarse))
    code = codes(fields, samples, 4, climate=(0.0, limit))
    assert ((code == QualityCode.EXTRAPOLATED) == (coarse > limit)).all()


def test_codes_of_what_the_coarse_field_rests_on(fields, samples):
    state = np.full(fields.window.shape, SupportState.OBSERVED, np.uint8)
    state[:4] = [
        [SupportState.NOT_RECOMMENDED],
        [SupportState.FILLED],
        [SupportState.COMPLETED],
        [SupportState.UNKNOWN],
    ]
    surface = {code: np.full(state.shape, code == QualityCode.MOUNTAINS) for code in ALWAYS}
    support = CoarseSupport(np.full(state.shape, 0.9, np.float32), state)
    code = quality_codes(fields, samples, 4, surface, np.ones(state.shape, int), (0.0, 0.5), support)
    expected = ("NOT_RECOMMENDED", "FILLED", "COMPLETED", "NODATA")
    assert [(code[i] == QualityCode[name]).all() for i, name in enumerate(expected)] == [True] * 4
    assert (code[4:] == QualityCode.EXTRAPOLATED).all()  # the values of the completed field, off the climate


def test_surfaces_of_the_coarse_flag_of_the_day(fields, samples):
    flag = fields.coarse_flag.copy()
    flag[6, :2] = 1 << 5  # the window's rows 0 to 10 and 11 to 22
    flag[6, 1] |= 1 << 8
    flag[6, 2] = 65534
    code = codes(replace(fields, coarse_flag=flag), samples, 6)
    assert (code[:11] == QualityCode.SNOW).all() and (code[11:23] == QualityCode.FROZEN).all()
    assert np.isin(code[23:], (QualityCode.OBSERVED_HISTORY, QualityCode.CLIMATOLOGY_ONLY)).all()
    assert (codes(replace(fields, coarse_flag=flag), samples, 7)[:23] != QualityCode.SNOW).all()


def test_the_ground_from_the_fine_flags_cell_by_cell(fields, samples):
    flag = np.zeros(fields.fine.shape, np.uint16)
    flag[:, 0, :] = 1  # a river, never retrieved
    flag[:, 1, :] = 1  # wet, but retrieved
    flag[:, 2, :] = 1 << 9
    flag[:3, 3, :] = 1 << 3  # on three dates only
    flag[:, 4, :] = 65534
    fine = fields.fine.copy()
    fine[:, 0] = np.nan
    code = codes(replace(fields, fine=fine, fine_flag=flag), samples, 20)
    assert (code[0] == QualityCode.WATER).all()
    assert (code[1] != QualityCode.WATER).all()
    assert (code[2] == QualityCode.MOUNTAINS).all()
    assert not np.isin(code[3:], (QualityCode.URBAN, QualityCode.WATER)).any()


def test_without_fine_flags_the_coarse_ones_tell_water_where_nothing_is_ever_retrieved(fields, samples):
    flag, coarse, fine = fields.coarse_flag.copy(), fields.coarse.copy(), fields.fine.copy()
    flag[:, :, :2] = 1  # columns 0 to 13
    coarse[:, :, :1] = np.nan  # columns 0 and 1
    fine[:, :, :2] = np.nan
    code = codes(replace(fields, coarse_flag=flag, coarse=coarse, fine=fine), samples, 20)
    assert (code[:, :2] == QualityCode.WATER).all() and (code[:, 2:] != QualityCode.WATER).all()


def test_age_by_hand():
    fields = make_fields(n=8, every=2)
    samples = make_samples(fields)
    fine = np.full_like(fields.fine, np.nan)
    fine[0, 0, 0] = fine[2, 0, 0] = fine[1, 1, 1] = 0.2  # overpasses 0, 4 and 2; one every 1.5 days
    age = cell_age(replace(fields, fine=fine), samples)
    np.testing.assert_allclose(age[:, 0, 0], [np.nan, 1.5, 3, 4.5, 6, 1.5, 3, 4.5])
    np.testing.assert_allclose(age[:, 1, 1], [np.nan, np.nan, np.nan, 1.5, 3, 4.5, 6, 7.5])
    assert np.isnan(age[:, 2, 2]).all() and age.dtype == np.float32


def test_age_waits_for_sentinel1_and_counts_from_smap():
    fields = make_fields(n=6, every=6)
    late = replace(fields, fine=np.full_like(fields.fine, 0.2), fine_ready=fields.fine_time + 2 * DAY)
    age = cell_age(late, make_samples(late))
    np.testing.assert_allclose(age[:, 3, 3], [np.nan, np.nan, 3, 4.5, 6, 7.5])


def test_age_of_any_selection(fields, samples):
    whole = cell_age(fields, samples)
    part = np.array([30, 11, 2])
    np.testing.assert_array_equal(cell_age(fields, samples.select(part)), whole[part])


@pytest.mark.parametrize("row", [0, 12, 39])
def test_age_is_never_from_the_future(fields, samples, row):
    fine = fields.fine.copy()
    fine[fields.fine_ready >= samples.time[row]] = 0.5
    np.testing.assert_array_equal(cell_age(replace(fields, fine=fine), samples)[row], cell_age(fields, samples)[row])
