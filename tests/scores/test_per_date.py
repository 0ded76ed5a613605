import numpy as np
import pytest
from scipy import stats

from smen.grid import Window
from smen.scores.per_date import date_scores

WINDOW = Window(1013, 2657, 96, 108)  # 5 rows and 5 columns into a coarse cell
NAMES = {
    "ubRMSE", "ubRMSE_zeros", "bias", "RMSE", "R", "R_inside", "ubRMSE_inside", "deviation_ratio", "spectrum_ratio",
    "blockiness", "g_down",
}  # fmt: skip


def coarse_and_fine():
    """Three dates: coarse cells at their true places, and a fine field that keeps their means."""
    rng = np.random.default_rng(4)
    cells = np.kron(rng.normal(0.2, 0.05, (3, 10, 11)), np.ones((12, 12)))
    detail = rng.normal(0, 0.02, cells.shape)
    within = detail.reshape(3, 10, 12, 11, 12)
    detail = (within - within.mean(axis=(2, 4), keepdims=True)).reshape(cells.shape)
    cut = np.s_[:, 1013 % 12 : 1013 % 12 + 96, 2657 % 12 : 2657 % 12 + 108]
    return cells[cut], detail[cut]


def test_every_metric_of_each_date():
    coarse, detail = coarse_and_fine()
    target = coarse + detail
    target[1, :, 50:] = np.nan
    target[2] = np.nan
    estimate = coarse + 0.5 * detail + 0.01
    scores = date_scores(estimate, target, coarse, WINDOW)
    assert set(scores) == NAMES
    assert all(values.shape == (3,) for values in scores.values())
    whole, known = detail[0].ravel(), detail[1, :, :50].ravel()
    np.testing.assert_allclose(scores["ubRMSE"][:2], [0.5 * np.std(whole), 0.5 * np.std(known)], rtol=1e-9)
    np.testing.assert_allclose(scores["bias"][:2], [0.01 - 0.5 * np.mean(whole), 0.01 - 0.5 * np.mean(known)])
    r = stats.pearsonr(estimate[0].ravel(), target[0].ravel()).statistic
    assert scores["R"][0] == pytest.approx(r)
    assert scores["R_inside"][0] == pytest.approx(1)
    assert scores["deviation_ratio"][0] == pytest.approx(0.5)
    assert scores["ubRMSE_zeros"][0] == scores["ubRMSE"][0]
    assert scores["ubRMSE_zeros"][1] < scores["ubRMSE"][1]
    for name in NAMES - {"blockiness"}:  # which needs no target
        assert np.isnan(scores[name][2]), name


def test_the_coarse_field_is_blocky_at_its_place_and_gains_nothing():
    coarse, detail = coarse_and_fine()
    of_coarse = date_scores(coarse, coarse + detail, coarse, WINDOW)
    of_target = date_scores(coarse + detail, coarse + detail, coarse, WINDOW)
    assert (of_coarse["blockiness"] > 50).all()
    noise = np.random.default_rng(6).normal(0.2, 0.05, coarse.shape)
    assert (date_scores(noise, coarse + detail, coarse, WINDOW)["blockiness"] < 10).all()
    np.testing.assert_array_equal(of_coarse["g_down"], 0)
    np.testing.assert_allclose(of_target["g_down"], 1)
    np.testing.assert_allclose(of_target["spectrum_ratio"], 1)
    np.testing.assert_allclose(of_coarse["deviation_ratio"], 0, atol=1e-9)


def test_cells_of_nine_km_are_taken_where_the_coarse_product_has_them():
    coarse, detail = coarse_and_fine()
    target = coarse + detail
    fine, finer = (date_scores(coarse + 0.5 * detail, target, coarse, WINDOW, factor) for factor in (12, 3))
    for name in NAMES - {"R_inside", "ubRMSE_inside", "deviation_ratio", "blockiness"}:
        np.testing.assert_array_equal(fine[name], finer[name])
    # A part of the detail lies between the cells of 9 km: what is left within them is less.
    assert (finer["ubRMSE_inside"] < fine["ubRMSE_inside"]).all()


def test_no_dates_give_no_values():
    nothing = np.empty((0, 96, 108))
    scores = date_scores(nothing, nothing, nothing, WINDOW)
    assert set(scores) == NAMES
    assert all(values.shape == (0,) for values in scores.values())
