"""The statistics: each row on fields whose answer is known, the climates against what was measured, the command."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy import signal

from smen.simulation import statistics
from smen.simulation.climates import CLIMATES
from smen.simulation.measured_statistics import TARGETS, TIER_TARGETS
from smen.simulation.random_fields import PeriodicLattice, random_stream
from smen.simulation.statistics import _autocorrelation, _correlations, _sensors, compare, compare_tiers, measure
from smen.simulation.statistics_sample import WorldSample
from smen.simulation.tier_statistics import CellGrid

MEMORY = 0.9
"""Autocorrelation of the made series at one day."""


def red_noise(days, shape, sd, seed=1):
    """Series with exponential memory, (T, ...), of a standard deviation."""
    shocks = np.random.default_rng(seed).standard_normal((days + 200, *shape)) * np.sqrt(1 - MEMORY**2)
    return sd * signal.lfilter([1], [1, -MEMORY], shocks, axis=0)[200:]


def saw_tooth(days, cells):
    """Every 40 days a rise by .1, and a decay with 8 days to a floor of .1 that every cell reaches at first."""
    series = 0.1 + 0.1 * np.exp(-(np.arange(days) % 40) / 8)
    series[:6] = 0.1
    return np.broadcast_to(series[:, None, None], (days, cells, cells))


def make_sample(days=300, cells=12, **values):
    """A sample that is the same everywhere, but for the values given."""
    plain = {
        "coarse": saw_tooth(days, cells),
        "rain": np.zeros((days, cells, cells)),
        "medium": 0.2 + np.zeros((days, 4 * cells, 4 * cells)),
        "within": np.full((days, cells, cells), 0.05),
        "points": 0.2 + red_noise(days, (40,), 0.05),
        "places": np.random.default_rng(2).uniform(0, 400, (40, 2)),
    }
    arrays = {key: np.asarray(value, np.float32) for key, value in (plain | values).items()}
    return WorldSample(**arrays, cell_km=(9.0, 9.0))


@pytest.fixture
def rows(monkeypatch):
    """Rows of a made sample, without the fits of its dry-downs, which take a second."""
    monkeypatch.setattr(statistics, "dry_downs", lambda coarse: [8.0])
    return lambda **values: measure(make_sample(**values))


def test_all_rows_are_measured(rows):
    measured = rows()
    assert set(measured) == set().union(*TARGETS.values())
    for climate, targets in TARGETS.items():
        for row, numbers in targets.items():
            assert len(measured[row]) == len(numbers), (climate, row)


def test_mean_and_deviation_in_time(rows):
    """Cells of different means: the deviation is that in time alone."""
    series = 0.2 + 0.03 * np.where(np.arange(300) % 2, 1, -1)
    coarse = series[:, None, None] + np.linspace(-0.1, 0.1, 12)[None, :, None] + np.zeros((1, 1, 12))
    assert rows(coarse=coarse)["mean, sd in time"] == pytest.approx((0.2, 0.03), rel=1e-4)


def test_semivariance_in_time_of_red_noise(rows):
    """Variance (1 - r^lag) of a first-order autoregression."""
    coarse = 0.3 + red_noise(1500, (12, 12), 0.05)
    row = rows(days=1500, coarse=coarse)["semivariance at 1, 2, 3, 5, 8, 14 days"]
    np.testing.assert_allclose(row, [0.05**2 * (1 - MEMORY**lag) for lag in (1, 2, 3, 5, 8, 14)], rtol=0.05)


def test_semivariance_between_cells_of_white_noise_is_its_variance(rows):
    white = np.random.default_rng(3).standard_normal((300, 12, 12)) * 0.04
    row = rows(coarse=0.3 + white)["semivariance at 1, 2, 3, 4, 8 cells of 36 km"]
    np.testing.assert_allclose(row, 0.04**2, rtol=0.04)


def test_semivariance_between_cells_of_a_slope_grows_with_the_square(rows):
    """A slope of .01 a cell along rows only: half the squared difference along one axis, none along the other."""
    coarse = np.broadcast_to(0.2 + 0.01 * np.arange(12)[:, None], (300, 12, 12))
    row = rows(coarse=coarse)["semivariance at 1, 2, 3, 4, 8 cells of 36 km"]
    np.testing.assert_allclose(row, [(0.01 * lag) ** 2 / 4 for lag in (1, 2, 3, 4, 8)], rtol=1e-3)


def test_semivariance_over_kilometres_of_a_smooth_field(rows):
    """Variance (1 - exp(-(d / L)^2)) of a Gaussian covariance, with cells of 9 km."""
    lattice = PeriodicLattice(48, 48, 9.0, 9.0, margin=120)
    amplitudes = lattice.amplitudes([(0.003, 60.0)], smooth=True)
    fields = [field for seed in range(30) for field in lattice.two_fields(random_stream(seed, "x"), amplitudes)]
    row = rows(medium=0.2 + np.repeat(fields, 5, axis=0))["semivariance at 9, 18, 36, 72, 108, 180 km"]
    km = np.array([9, 18, 36, 72, 108, 180])
    np.testing.assert_allclose(row, 0.003 * (1 - np.exp(-((km / 60) ** 2))), rtol=0.15)


def test_changes_over_dry_spells(rows):
    """Soil that loses .002 a day: after 1, 3 and 8 dry days; wet days are left out."""
    coarse = saw_tooth(300, 12).copy()
    coarse[100:200] = (0.4 - 0.002 * np.arange(100))[:, None, None]
    rain = np.full((300, 12, 12), 5.0)
    rain[101:200] = 0.0
    measured = rows(coarse=coarse, rain=rain)
    np.testing.assert_allclose(measured["change over 1, 3, 8 dry days"], (-0.002, -0.006, -0.016), atol=1e-5)
    np.testing.assert_allclose(measured["robust sd of that change"], 0, atol=1e-5)


def test_the_robust_deviation_is_that_of_a_gaussian(rows):
    """Of a random walk: its steps' deviation times the root of the days."""
    steps = np.random.default_rng(4).standard_normal((300, 12, 12)) * 0.01
    row = rows(coarse=0.3 + np.cumsum(steps, 0))["robust sd of that change"]
    np.testing.assert_allclose(row, 0.01 * np.sqrt([1, 3, 8]), rtol=0.05)


@pytest.mark.filterwarnings("ignore:.*empty slice:RuntimeWarning", "ignore:invalid value:RuntimeWarning")
def test_a_day_with_two_tenths_of_a_millimetre_is_not_dry(rows):
    """Every second day is dry, so there are spells of one day and none of three."""
    rain = np.full((300, 12, 12), 0.19)
    rain[::2] = 0.21
    coarse = np.broadcast_to(np.where(np.arange(300) % 2, 0.22, 0.2)[:, None, None], (300, 12, 12))
    row = rows(coarse=coarse, rain=rain)["change over 1, 3, 8 dry days"]
    assert row[0] == pytest.approx(0.02, rel=1e-3)  # rises into odd days, whose day was dry
    assert np.isnan(row[1:]).all()


def test_deviations_within_coarse_cells(rows):
    """9 km values of a chessboard of +-.03; the 3 km row is the sample's own."""
    board = 0.2 + 0.03 * (-1.0) ** np.indices((48, 48)).sum(0)
    measured = rows(medium=np.broadcast_to(board, (300, 48, 48)))
    np.testing.assert_allclose(measured["sd of 9 km values in a 36 km cell: mean, p10, p90"], 0.03, rtol=1e-4)
    assert measured["sd of 3 km values in a 36 km cell"] == pytest.approx((0.05,))


def test_deviations_within_cells_are_not_those_between_them(rows):
    steps = np.kron(np.random.default_rng(5).uniform(0.1, 0.4, (12, 12)), np.ones((4, 4)))
    row = rows(medium=np.broadcast_to(steps, (300, 48, 48)))["sd of 9 km values in a 36 km cell: mean, p10, p90"]
    np.testing.assert_allclose(row, 0, atol=1e-6)


def test_dry_downs_of_the_retrievals():
    """All cells decay with 8 days."""
    row = measure(make_sample(days=160, cells=9))["dry-down e-folding days: median, sd over cells"]
    assert row == pytest.approx((8, 0), abs=0.2)


def test_autocorrelation_of_red_noise():
    series = red_noise(6000, (40,), 0.05)
    for lag in (1, 3, 6):
        assert _autocorrelation(series, lag) == pytest.approx(MEMORY**lag, abs=0.02)


def test_sensors_remember_longer_than_the_surface():
    """A recursive exponential filter of two days, against scipy's."""
    points = red_noise(500, (8,), 0.05).astype(np.float32)
    keep = np.exp(-0.5)
    expected = signal.lfilter([1 - keep], [1, -keep], points, axis=0, zi=keep * points[:1])[0]
    np.testing.assert_allclose(_sensors(points), expected, atol=1e-6)
    assert _autocorrelation(_sensors(points), 3) > _autocorrelation(points, 3)


def test_sensors_of_a_constant_are_constant():
    np.testing.assert_allclose(_sensors(np.full((50, 3), 0.25, np.float32)), 0.25)


@pytest.mark.filterwarnings("ignore:.*empty slice:RuntimeWarning", "ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize(("km", "number"), [(25, 0.9), (75, 0.7), (125, 0.5), (175, 0.3), (300, 0.1)])
def test_correlations_by_distance(km, number):
    """A pair of series with a known correlation: it counts in the class of its distance, and in no other."""
    rng = np.random.default_rng(6)
    first = rng.standard_normal(20000)
    other = number * first + np.sqrt(1 - number**2) * rng.standard_normal(20000)
    row = _correlations(np.stack([first, other], 1), np.array([[0.0, 0.0], [0.6 * km, 0.8 * km]]))
    (place,) = np.flatnonzero(np.isfinite(row))
    assert place == (25, 75, 125, 175, 300).index(km)
    assert row[place] == pytest.approx(number, abs=0.02)


@pytest.mark.parametrize("name", CLIMATES)
def test_simulated_observations_come_near_to_real_ones(name):
    """Two worlds of 72 x 72 cells; the table over several worlds is `python -m smen.simulation.statistics`."""
    off = {}
    for row, (real, simulated) in compare(name, [0, 1], size=72).items():
        tolerance = 0.25 if row.startswith("mean") else 0.3 if row.startswith("stations") else 0.6
        off |= {(row, a): b for a, b in zip(real, simulated, strict=True) if abs(b - a) > tolerance * abs(a)}
    assert not off


def test_the_comparison_averages_over_worlds(rows, monkeypatch):
    samples = [make_sample(), make_sample(within=np.full((300, 12, 12), 0.03))]
    calls = []

    def sample(climate, seed, size):
        calls.append((climate, seed, size))
        return samples[seed]

    monkeypatch.setattr(statistics, "sample_world", sample)
    table = statistics.compare("geneva", [0, 1], size=90)
    assert list(table) == list(TARGETS["geneva"])
    real, simulated = table["sd of 3 km values in a 36 km cell"]
    assert real == (0.045,)
    assert simulated == pytest.approx((0.04,))
    assert calls == [(CLIMATES["geneva"], 0, 90), (CLIMATES["geneva"], 1, 90)]


def test_the_command_prints_a_row_each(rows, monkeypatch, capsys):
    sample = replace(make_sample(), within=np.full((300, 12, 12), 0.0321, np.float32))
    monkeypatch.setattr(statistics, "sample_world", lambda climate, seed, size: sample)
    monkeypatch.setattr(sys, "argv", ["statistics", "geneva", "--seeds", "1"])
    statistics.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Geneva"
    assert lines[1].endswith("real -> simulated")
    assert len(lines) == 2 + len(TARGETS["geneva"])
    (line,) = (line for line in lines if line.startswith("sd of 3 km values"))
    assert line.endswith("0.045 -> 0.0321")


def test_uncertain_retrievals_differ_from_recommended_ones_as_in_the_real_half_orbit():
    """Small worlds; the table over larger ones is `python -m smen.simulation.statistics --flags`.

    Of rain the half-orbit has 13 cells of one storm; failed retrievals lie at the same values, beside drier neighbours.
    """
    table = compare_tiers(list(CLIMATES), [0, 1], size=72)
    for row in ("recommended", "uncertain, successful", "  water alone, 5-10 %", "  mountains alone"):
        (_, mean, sd), (number, simulated_mean, simulated_sd) = table[row]
        assert number > 30, row
        assert simulated_mean == pytest.approx(mean, abs=0.035), row
        assert sd / 2.5 < simulated_sd < 2.5 * sd, row
    assert table["uncertain, successful"][1][2] > 1.5 * table["recommended"][1][2]
    assert table["uncertain, failed"][1][1] > 0.2


def test_the_command_prints_the_flags(monkeypatch, capsys):
    calls = []

    def sample(climate, seed, size):
        calls.append((climate.name, seed))
        moisture = np.full((3, 3), 0.2)
        moisture[1, 1] = 0.25
        quality = np.zeros((3, 3), int)
        quality[1, 1] = 1
        yield CellGrid(moisture, quality, np.where(quality, 8, 0), np.zeros((3, 3)))

    monkeypatch.setattr(statistics, "sample_half_orbits", sample)
    monkeypatch.setattr(sys, "argv", ["statistics", "geneva", "arizona", "--seeds", "2", "--flags"])
    statistics.main()
    lines = capsys.readouterr().out.splitlines()
    assert calls == [("Geneva", 0), ("Geneva", 1), ("Tucson", 0), ("Tucson", 1)]
    assert len(lines) == 2 + len(TIER_TARGETS)
    (line,) = (line for line in lines if line.strip().startswith("urban alone"))
    assert line.endswith("134 -> 4  +0.006 -> +0.050  +0.028 -> +0.000")
