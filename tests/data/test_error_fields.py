"""Drawn errors: their covariance against the full matrix, and that each overpass can be made by itself."""

import numpy as np
import pytest
from made_errors import deviations, full_covariance, made_correlation

from smen.data import error_fields
from smen.data.error_fields import ErrorFields

TIME = np.datetime64("2018-05-01T06:00:00", "s")
DAY = np.timedelta64(1, "D")
NUMBER = 3000


def drawn(days, seed, number=NUMBER):
    """Errors of so many members at TIME and some days later, (number, H W)."""
    fields, stated = ErrorFields(made_correlation(), "tucson"), deviations(seed=seed)
    time = TIME + np.timedelta64(int(days * 86400), "s")
    return np.array([fields.draw(m, time, stated).ravel() for m in range(number)], np.float64)


@pytest.fixture(scope="module")
def first():
    return drawn(0, seed=1)


def test_the_covariance_in_space_is_that_of_the_model(first):
    expected = full_covariance(deviations(seed=1), deviations(seed=1), 0)
    found = first.T @ first / NUMBER
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    difference = (found - expected) / scale  # sampling: 1 / sqrt(3000), .018
    assert np.sqrt(np.mean(difference**2)) < 0.022
    assert np.abs(np.diag(difference)).max() < 0.12
    assert abs(difference.mean()) < 0.02
    np.testing.assert_allclose(first.mean(axis=0) / np.sqrt(np.diag(expected)), 0, atol=0.08)


@pytest.mark.parametrize("days", [0.5, 6.0, 60.0])
def test_the_covariance_between_overpasses_is_that_of_the_model(first, days):
    later = drawn(days, seed=2)
    expected = full_covariance(deviations(seed=1), deviations(seed=2), days)
    found = first.T @ later / NUMBER
    scale = np.outer(first.std(axis=0), later.std(axis=0))
    difference = (found - expected) / scale
    assert np.sqrt(np.mean(difference**2)) < 0.025
    own = np.diag(found).sum() / np.diag(scale).sum(), np.diag(expected).sum() / np.diag(scale).sum()
    assert own[0] == pytest.approx(own[1], abs=0.03)  # steps of a day: half a day apart may be one step


def test_any_overpass_can_be_made_by_itself(monkeypatch):
    stated = deviations()
    whole = ErrorFields(made_correlation(), "tucson")
    series = [whole.draw(1, TIME + k * DAY, stated) for k in range(5)]
    alone = ErrorFields(made_correlation(), "tucson").draw(1, TIME + 3 * DAY, stated)
    assert alone.tobytes() == series[3].tobytes()
    monkeypatch.setattr(error_fields, "KEPT_BYTES", 1e4)  # nothing stays in memory
    assert ErrorFields(made_correlation(), "tucson").draw(1, TIME + 3 * DAY, stated).tobytes() == alone.tobytes()


def test_regions_members_and_seeds_have_draws_of_their_own():
    stated, model = deviations(), made_correlation()
    fields = [ErrorFields(model, "tucson"), ErrorFields(model, "geneva"), ErrorFields(model, "tucson", 1)]
    draws = [f.draw(0, TIME, stated) for f in fields] + [fields[0].draw(1, TIME, stated)]
    correlation = np.corrcoef([d.ravel() for d in draws])
    assert np.abs(correlation[np.triu_indices(4, 1)]).max() < 0.9


def test_members_are_the_map_plus_errors_within_bounds():
    value, stated = np.full((12, 14), 0.02), deviations()
    value[0, 0] = stated[0, 0] = np.nan
    fields = ErrorFields(made_correlation(bounds=(0.01, 0.05)), "tucson")
    members = fields.members(4, TIME, value, stated)
    assert (members.shape, members.dtype) == ((4, 12, 14), np.float32)
    assert np.isnan(members[:, 0, 0]).all()
    assert np.isfinite(members).sum() == 4 * (12 * 14 - 1)
    assert (np.nanmin(members), np.nanmax(members)) == pytest.approx((0.01, 0.05))
    free = value + fields.draw(2, TIME, stated)
    np.testing.assert_allclose(members[2], np.clip(free, 0.01, 0.05), rtol=1e-5)


def test_no_members():
    fields = ErrorFields(made_correlation(), "tucson")
    assert fields.members(0, TIME, np.full((12, 14), 0.2), deviations()).shape == (0, 12, 14)
