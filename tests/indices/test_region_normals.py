"""The climatology of a region: anomalies as pytesmo's, water, and what is said of a short record."""

import numpy as np
import pandas as pd
import pytest
from made_normals import JULY, WINDOW, made_normals
from pytesmo.time_series.anomaly import calc_anomaly

from smen.indices.season import CENTRES, season_of


def test_an_anomaly_is_pytesmos_with_the_same_climatology():
    normals, record, times = made_normals()
    climatology = pd.Series(
        np.interp(np.arange(1, 367), CENTRES, normals.moments.mean[:, 0, 0]), index=np.arange(1, 367)
    )
    chosen = np.flatnonzero((times > np.datetime64("2018-02-01")) & (times < np.datetime64("2018-11-30")))
    series = pd.Series(record[chosen, 0, 0].astype(float), index=pd.DatetimeIndex(times[chosen]).normalize())
    theirs = calc_anomaly(series, climatology=climatology, respect_leap_years=False).to_numpy()
    ours = [normals.anomaly(times[i], np.full(WINDOW.shape, record[i, 0, 0]))[0][0, 0] for i in chosen]
    np.testing.assert_allclose(ours, theirs, atol=0.006)  # theirs is interpolated between seasons


def test_an_anomaly_is_in_the_cells_own_units_and_deviations():
    normals, _, _ = made_normals(gain=0.5, offset=0.1)
    season = normals.season(JULY)
    usual = 0.1 + 0.5 * season.mean
    departure, standardised = normals.anomaly(JULY, usual - 0.5 * np.sqrt(season.variance))
    np.testing.assert_allclose(departure, -0.5 * np.sqrt(season.variance), rtol=1e-4)
    np.testing.assert_allclose(standardised, -1, rtol=1e-4)


def test_a_season_has_the_coarse_values_interpolated():
    normals, _, _ = made_normals()
    cells = normals.moments.mean[season_of(JULY)]
    field = normals.season(JULY).mean
    assert cells.min() - 1e-6 <= field.min() and field.max() <= cells.max() + 1e-6
    assert field.shape == WINDOW.shape


@pytest.mark.parametrize(("years", "few"), [(10, False), (5, False), (4, True)])
def test_a_short_record_is_said_to_be_short(years, few):
    normals, _, _ = made_normals(years)
    assert normals.years == years and normals.few is few
    assert ("fewer than 5 years" in normals.note) is few and str(years) in normals.note


def test_saturation_goes_from_the_dry_to_the_wet_end_of_the_record():
    normals, record, _ = made_normals()
    dry, wet = (np.quantile(record.astype(float), share, axis=0) for share in (0.02, 0.98))
    low, high = (np.full(WINDOW.shape, end.mean()) for end in (dry, wet))
    assert abs(normals.saturation_of(low).mean()) < 8 and abs(normals.saturation_of(high).mean() - 100) < 8
    middle = normals.saturation_of(normals.moved((dry + wet) / 2))
    np.testing.assert_allclose(middle, 50, atol=2)
