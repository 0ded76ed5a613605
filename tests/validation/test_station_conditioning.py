import numpy as np
import pytest

from smen.data.error_correlation import LENGTHS, ErrorCorrelation, ErrorStructure
from smen.data.error_fields import ErrorFields
from smen.errors import DataError
from smen.validation.station_conditioning import (
    WHOLE,
    Probes,
    condition_on_stations,
    leave_one_station_out,
    probe_bias,
)

SHAPE = (12, 15)
SHARES = (0.0, 0.0, 0.0, 1.0, 0.0)


def correlation(pattern=0.0, bias=0.0, detail=(0.0,) * 5, lasting=0.0):
    structure = ErrorStructure(bias, 0.0, SHARES, detail, lasting, 10.0)
    return ErrorCorrelation(structure, np.full(SHAPE, pattern, np.float32), (0.02, 0.6))


def probes(row, column, value, bias=0.0, bias_deviation=0.0, representativeness=0.0):
    row = np.atleast_1d(row)
    arrays = (
        np.broadcast_to(np.asarray(a, float), row.shape) for a in (value, bias, bias_deviation, representativeness)
    )
    return Probes(row, np.atleast_1d(column), *arrays)


MEAN, DEVIATION = np.full(SHAPE, 0.2), np.full(SHAPE, 0.05)
DETAIL = (0.0, 0.0, 0.0, 0.9, 0.0)


def conditioned(*numbers, mean=None, deviation=None, **errors):
    """Condition a map whose errors are detail of 8 cells on probes."""
    mean, deviation = (MEAN if mean is None else mean), (DEVIATION if deviation is None else deviation)
    return condition_on_stations(mean, deviation, correlation(detail=DETAIL), probes(*numbers, **errors))


def by_hand(model, place, noise):
    """The kriging equations with everything written out, for a map of one standard deviation."""
    rows, columns = np.indices(SHAPE)
    r, c = (np.asarray(p) for p in place)
    to_probes = np.hypot(rows.ravel()[:, None] - r, columns.ravel()[:, None] - c)
    among = np.hypot(r[:, None] - r, c[:, None] - c)
    weights = np.linalg.solve(model(among) + np.diag(noise), model(to_probes).T).T
    variance = model(np.zeros(1)) - (weights * model(to_probes)).sum(axis=1)
    return weights, variance.reshape(SHAPE)


def test_it_is_kriging_written_out():
    def model(distance):
        return 0.05**2 * (0.9 * np.exp(-distance / LENGTHS[3]) + 0.1 * (distance == 0))

    place, value = ([2, 7, 9], [3, 4, 14]), np.array([0.3, 0.25, 0.1])
    made = probes(*place, value, bias=0.01, bias_deviation=0.02, representativeness=0.03)
    mean, deviation = condition_on_stations(MEAN, DEVIATION, correlation(detail=DETAIL, lasting=0.4), made)
    weights, variance = by_hand(model, place, np.full(3, 0.02**2 + 0.03**2))
    assert np.allclose(mean, np.clip(0.2 + weights @ (value - 0.01 - 0.2), 0.02, 0.6).reshape(SHAPE), atol=1e-6)
    assert np.allclose(deviation, np.sqrt(variance), atol=1e-6)


def test_a_perfect_probe_is_followed_and_an_unsure_one_is_not():
    sure, certain = conditioned(5, 6, 0.3)
    assert sure[5, 6] == pytest.approx(0.3, abs=1e-3)
    assert certain[5, 6] < 0.001
    assert 0.2 < sure[5, 9] < sure[5, 7] < 0.3
    unsure, _ = conditioned(5, 6, 0.3, representativeness=5.0)
    assert np.allclose(unsure, 0.2, atol=1e-4)


def test_two_probes_in_one_cell_and_a_probe_without_a_value():
    one = conditioned(5, 6, 0.3, representativeness=0.04 / np.sqrt(2))
    two = conditioned([5, 5, 8], [6, 6, 2], [0.29, 0.31, np.nan], representativeness=0.04)
    assert np.allclose(one, two, atol=1e-6)


def test_missing_cells_stay_missing_and_the_rest_is_as_before():
    mean = MEAN.copy()
    mean[:, :4] = np.nan
    deviation = np.where(np.isnan(mean), np.nan, 0.05)
    made, errors = conditioned([1, 5], [2, 8], [0.5, 0.3], mean=mean, deviation=deviation)
    assert np.array_equal(np.isnan(made), np.isnan(mean))
    assert np.array_equal(np.isnan(errors), np.isnan(mean))
    alone, _ = conditioned(5, 8, 0.3, mean=mean, deviation=deviation)
    assert np.array_equal(made, alone, equal_nan=True)
    same, _ = conditioned(1, 2, 0.5, mean=mean, deviation=deviation)
    assert np.array_equal(same, mean.astype(np.float32), equal_nan=True)


def test_probes_have_to_fit():
    with pytest.raises(DataError, match="negative"):
        probes(1, 1, 0.2, representativeness=-0.1)
    with pytest.raises(DataError, match="needs a cell"):
        Probes(np.array([1]), np.array([1, 2]), *(np.zeros(1) for _ in range(4)))


def test_the_bias_rests_on_earlier_overpasses_alone():
    rng = np.random.default_rng(0)
    estimate = rng.uniform(0.15, 0.3, (300, 2))
    value = estimate + np.array([0.04, -0.02]) + rng.normal(0, 0.03, estimate.shape)
    value[10:20, 0] = np.nan
    bias, deviation = probe_bias(value, estimate, np.full(estimate.shape, 0.03))
    assert bias[0].tolist() == [0, 0]
    assert np.allclose(deviation[0], 0.05)
    assert np.allclose(bias[-1], [0.04, -0.02], atol=0.01)
    assert (np.diff(deviation, axis=0) <= 1e-12).all()
    later = value.copy()
    later[150:] = 0.9
    assert np.array_equal(probe_bias(later, estimate, np.full(estimate.shape, 0.03))[0][:151], bias[:151])


def simulated(seed, overpasses=150, stations=10, common=0.04):
    """Maps whose error is the same all over the region, and stations that see the truth."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(0.15, 0.35, (overpasses, stations))
    error = rng.normal(0, common, (overpasses, 1)) + rng.normal(0, 0.015, truth.shape)
    value = truth + rng.normal(0, 0.02, truth.shape)
    place = rng.permutation(SHAPE[0])[:stations], rng.permutation(SHAPE[1])[:stations]  # no two in one cell
    deviation = np.full(truth.shape, np.hypot(common, 0.015))
    return value, truth + error, deviation, *place


def test_leaving_a_station_out_shows_the_gain_where_errors_are_shared():
    value, mean, deviation, rows, columns = simulated(0)
    model = correlation(bias=0.04**2)
    bias = np.zeros(value.shape), np.zeros(value.shape)
    table = leave_one_station_out(value, mean, deviation, rows, columns, model, 0.02, bias, resamples=200)
    whole = table[table["station"] == WHOLE].iloc[0]
    assert whole["n"] == value.size
    assert whole["gain"] > 0.01
    assert whole["low"] > 0
    assert whole["gain"] == pytest.approx(table["gain"][:-1].mean())
    first = table.iloc[0]
    assert first["ubrmsd_before"] == pytest.approx(np.std(mean[:, 0] - value[:, 0]), rel=1e-6)


def test_the_left_out_station_has_no_say():
    value, mean, deviation, rows, columns = simulated(1, 40, 5)
    model = correlation(bias=0.04**2)
    table = leave_one_station_out(value, mean, deviation, rows, columns, model, 0.02, resamples=5)
    moved = value.copy()
    moved[:, 2] += 0.1  # its error changes by what it moved, not its estimate
    shifted = leave_one_station_out(moved, mean, deviation, rows, columns, model, 0.02, resamples=5)
    assert shifted["ubrmsd_after"][2] == pytest.approx(table["ubrmsd_after"][2], rel=1e-9)


def test_no_gain_where_errors_are_not_shared():
    value, mean, deviation, rows, columns = simulated(2, common=0.0)
    table = leave_one_station_out(value, mean, deviation, rows, columns, correlation(), 0.02, resamples=50)
    assert np.allclose(table["gain"], 0, atol=1e-9)


def test_stations_without_values_are_left_out():
    value, mean, deviation, rows, columns = simulated(3, 30, 4)
    value[:, 1] = np.nan
    mean[3] = np.nan
    table = leave_one_station_out(value, mean, deviation, rows, columns, correlation(bias=0.04**2), 0.02, resamples=5)
    assert table["station"].tolist() == [0, 2, 3, WHOLE]
    assert table["n"].tolist() == [29, 29, 29, 87]
    nothing = leave_one_station_out(value * np.nan, mean, deviation, rows, columns, correlation(), 0.02)
    assert nothing.empty


def test_what_is_left_of_drawn_errors_is_what_it_states():
    """Errors drawn by the module that makes members of maps, with all their parts, and probes that see the truth."""
    structure = ErrorStructure(3e-4, 1e-4, (0.1, 0.2, 0.2, 0.3, 0.2), (0.1, 0.2, 0.2, 0.2, 0.1), 0.5, 10.0)
    rng = np.random.default_rng(0)
    variance = rng.uniform(2e-4, 6e-4, SHAPE).astype(np.float32)
    model = ErrorCorrelation(structure, variance, (-9.0, 9.0))
    deviation = rng.uniform(0.03, 0.06, SHAPE).astype(np.float32)
    drawn = ErrorFields(model, "here")
    time = np.datetime64("2021-01-01", "s")
    place = [2, 3, 9], [3, 12, 6]
    left, noise = [], 0.015
    for member in range(500):
        truth = drawn.draw(member, time, deviation)
        value = truth[place] + rng.normal(0, noise, 3)
        made = probes(*place, value, representativeness=noise)
        mean, stated = condition_on_stations(np.zeros(SHAPE), deviation, model, made)
        left.append(mean - truth)
    actual = np.sqrt(np.mean(np.square(left), axis=0))
    ratio = actual / stated
    assert ratio.mean() == pytest.approx(1, abs=0.03)
    assert np.all((ratio > 0.85) & (ratio < 1.15))  # a standard deviation of 500 draws is good to 3 %
    assert stated[2, 3] < 0.4 * deviation[2, 3]
    assert (stated <= deviation + 1e-6).all()
