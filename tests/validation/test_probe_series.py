"""Probes at overpasses: their values, the bias learnt before, and one left out."""

import numpy as np
import pytest
from made_stations import WINDOW, series

from smen.data.error_correlation import ErrorCorrelation, ErrorStructure
from smen.validation.probe_series import PASSING_DEPARTURE, ProbeSeries, leave_one_probe_out
from smen.validation.station_conditioning import WHOLE, leave_one_station_out, probe_bias
from smen.validation.station_points import locate_points

HOUR = np.timedelta64(1, "h")
TIMES = np.datetime64("2021-06-01T06:00", "s") + np.arange(40) * 12 * HOUR
CELLS = [(10, 10), (10, 12), (30, 30)]


@pytest.fixture(scope="module")
def made():
    """Three probes that read an hour before each overpass what the soil is, each with an offset of its own."""
    rng = np.random.default_rng(0)
    soil = 0.25 + 0.05 * np.sin(np.arange(40) / 6)[:, None] + np.zeros((1, 3))
    offsets = np.array([0.03, -0.02, 0.05])
    common = rng.normal(0, 0.04, 40)
    mean = soil + np.stack([common, common, rng.normal(0, 0.04, 40)], axis=1)
    made = [series(f"p{i}", *cell, time=TIMES - HOUR, value=soil[:, i] + offsets[i]) for i, cell in enumerate(CELLS)]
    points, problems = locate_points(made, WINDOW)
    assert not problems
    return points, mean, np.full(mean.shape, 0.04), soil, offsets


def test_values_biases_and_cells_are_those_of_the_probes(made):
    points, mean, deviation, soil, offsets = made
    probes = ProbeSeries.of(points, TIMES, 12.0, mean, deviation, only_before=True)
    np.testing.assert_allclose(probes.value, soil + offsets)
    expected = probe_bias(probes.value, mean, deviation)
    np.testing.assert_array_equal(probes.bias, expected[0])
    at = probes.at(7)
    assert list(zip(at.row.tolist(), at.column.tolist(), strict=True)) == CELLS
    np.testing.assert_array_equal(at.bias_deviation, expected[1][7])
    assert (at.representativeness == PASSING_DEPARTURE).all()


def test_a_causal_map_takes_nothing_measured_after_it(made):
    points, mean, deviation, *_ = made
    early = TIMES - 2 * HOUR  # the probes read an hour after these
    assert np.isnan(ProbeSeries.of(points, early, 4.0, mean, deviation, only_before=True).value).all()
    assert np.isfinite(ProbeSeries.of(points, early, 4.0, mean, deviation, only_before=False).value).all()


def test_a_probe_left_out_is_judged_by_the_others(made):
    points, mean, deviation, *_ = made
    structure = ErrorStructure(0.0, 0.0, (0.0, 0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 0.9, 0.0), 0.0, 10.0)
    correlation = ErrorCorrelation(structure, np.zeros(WINDOW.shape, np.float32), (0.02, 0.6))
    probes = ProbeSeries.of(points, TIMES, 12.0, mean, deviation, only_before=True)
    table = leave_one_probe_out(points, probes, mean, deviation, correlation)
    assert table["station"].tolist() == ["p0", "p1", "p2", ""]
    assert table["network"].tolist() == ["NET"] * 3 + ["all"]
    expected = leave_one_station_out(
        probes.value, mean, deviation, probes.row, probes.column, correlation, PASSING_DEPARTURE,
        (probes.bias, probes.bias_deviation),
    )  # fmt: skip
    assert expected["station"].tolist() == [0, 1, 2, WHOLE]
    np.testing.assert_array_equal(table["gain"], expected["gain"])
    assert table["gain"][0] > 0.005 and table["gain"][1] > 0.005  # neighbours share their error
    assert abs(table["gain"][2]) < 0.002  # nobody is near
