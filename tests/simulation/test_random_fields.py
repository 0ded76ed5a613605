"""Random fields: variance, correlation length, isotropy on the ground; streams: repeatable and independent."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from smen.grid import Window
from smen.simulation.random_fields import PeriodicLattice, Stream, random_stream

LATTICE = PeriodicLattice(160, 120, 3.0, 3.0)


def draw(lattice, parts, number=6, **options):
    """Draw fields of one kind, (n, height, width)."""
    amplitudes = lattice.amplitudes(parts, **options)
    pairs = [lattice.two_fields(random_stream(seed, "fields"), amplitudes) for seed in range(number)]
    return np.array(list(itertools.chain(*pairs)))


def correlation(fields, lag, axis):
    """Return the correlation of values `lag` cells apart; the fields have the mean 0."""
    size = fields.shape[axis]
    ahead, behind = (np.take(fields, range(start, start + size - lag), axis) for start in (lag, 0))
    return float((ahead * behind).mean() / fields.var())


@pytest.fixture(scope="module")
def exponential():
    """Fields of variance 4 and a correlation length of 30 km on cells of 3 km."""
    return draw(LATTICE, [(4.0, 30.0)], number=15)


def test_fields_have_their_variance_and_mean(exponential):
    assert exponential.shape == (30, 160, 120)
    assert exponential.dtype == np.float32
    assert exponential.var() == pytest.approx(4.0, rel=0.1)
    assert abs(exponential.mean()) < 3 * 2.0 / np.sqrt(30 * 160 * 120 * 9 / (2 * np.pi * 30**2))


@pytest.mark.parametrize("axis", [1, 2])
@pytest.mark.parametrize("km", [6, 15, 30, 60])
def test_the_covariance_is_exponential(exponential, axis, km):
    """The variogram of an exponential covariance at d is variance (1 - exp(-d / L))."""
    assert correlation(exponential, km // 3, axis) == pytest.approx(np.exp(-km / 30), abs=0.08)


def test_a_smooth_field_has_a_gaussian_covariance():
    fields = draw(LATTICE, [(1.0, 40.0)], number=12, smooth=True)
    for km in (12, 30, 48):
        assert correlation(fields, km // 3, 1) == pytest.approx(np.exp(-((km / 40) ** 2)), abs=0.09)
    assert np.diff(fields, axis=1).std() < 0.12  # exp(-(3/40)^2): an sd of .106 from cell to cell


def test_the_exponent_of_two_gives_a_smoother_field_than_the_exponential_one():
    rough, smooth = (draw(LATTICE, [(1.0, 30.0)], number=4, exponent=exponent) for exponent in (1.5, 2.0))
    steps = [np.diff(fields, axis=2).std() / fields.std() for fields in (rough, smooth)]
    assert steps[1] < 0.7 * steps[0]


def test_lengths_are_in_km_where_cells_are_not_square():
    """At Geneva a cell measures 2.4 km by 3.8 km: the correlation at 24 km is the same along both axes."""
    lattice = PeriodicLattice(160, 120, 2.4, 4.0)
    fields = draw(lattice, [(1.0, 24.0)], number=15)
    assert correlation(fields, 10, 1) == pytest.approx(correlation(fields, 6, 2), abs=0.08)
    assert correlation(fields, 10, 1) == pytest.approx(np.exp(-1), abs=0.08)


def test_parts_add_up_to_a_nested_structure():
    fields = draw(LATTICE, [(0.5, 4.0), (1.5, 60.0)], number=15)
    assert fields.var() == pytest.approx(2.0, rel=0.15)
    assert correlation(fields, 5, 1) == pytest.approx((0.5 * np.exp(-15 / 4) + 1.5 * np.exp(-15 / 60)) / 2, abs=0.1)


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.floats(0.01, 10), st.floats(1, 400)), min_size=1, max_size=3),
    st.booleans(),
    st.sampled_from([1.5, 1.7, 2.0]),
)
def test_the_power_of_all_waves_is_the_variance(parts, smooth, exponent):
    amplitudes = PeriodicLattice(20, 30, 3.0, 2.5, margin=10).amplitudes(parts, smooth, exponent)
    assert (amplitudes.astype(float) ** 2).sum() == pytest.approx(sum(variance for variance, _ in parts), rel=1e-4)


def test_the_two_fields_of_a_draw_are_independent(exponential):
    pairs = exponential.reshape(15, 2, -1)
    correlations = [np.corrcoef(*pair)[0, 1] for pair in pairs]
    assert abs(np.mean(correlations)) < 0.05
    assert np.max(np.abs(correlations)) < 0.35


def test_values_are_gaussian(exponential):
    """Far enough apart to be independent: every 40th cell."""
    values = exponential[:, ::40, ::40].ravel()
    assert stats.kstest(values / 2, "norm").pvalue > 0.01


def test_opposite_edges_are_not_correlated(exponential):
    """The margin keeps the period of the lattice out of the field."""
    first, last = exponential[:, 0], exponential[:, -1]
    assert abs(np.mean(first * last)) / 4 < 0.15


def test_the_lattice_holds_field_and_margin():
    lattice = PeriodicLattice(100, 37, 3.0, 3.0, margin=16)
    rows, columns = lattice.shape
    assert rows >= 116
    assert columns >= 53
    for size in lattice.shape:  # only small prime factors
        for prime in (2, 3, 5, 7, 11):
            while size % prime == 0:
                size //= prime
        assert size == 1


def test_a_lattice_over_a_window_has_the_lengths_of_its_cells():
    """EASE-Grid cells have the area 9.016 km2 everywhere; at 46.2 N they are 1 / cos narrower than at 30 N."""
    lattice = PeriodicLattice.over(Window.centred_on(6.14, 46.2, 20, 30), margin=40)
    assert (lattice.height, lattice.width, lattice.margin) == (20, 30, 40)
    assert lattice.dy * lattice.dx == pytest.approx(3.0026850700487**2, rel=1e-3)
    assert lattice.dy / lattice.dx == pytest.approx(2.4 / 3.8, rel=0.02) or lattice.dx == pytest.approx(2.41, abs=0.02)
    assert lattice.dy == pytest.approx(3.745, abs=0.02)


@given(st.integers(0, 2**32), st.sampled_from(["", "tucson", "Genève"]), st.lists(st.integers(0, 2**31), max_size=3))
def test_a_stream_is_repeatable(seed, name, key):
    first, second = (random_stream(seed, name, *key).integers(0, 2**63, 4) for _ in range(2))
    assert (first == second).all()


def test_streams_differ_by_seed_name_and_key():
    keys = [(1, "a"), (2, "a"), (1, "b"), (1, "a", 1), (1, "a", 2), (1, "a", 0, 1), (1, "a", 1, 1), (1, "a", 1, 2)]
    numbers = {random_stream(*key).integers(2**63) for key in keys}
    assert len(numbers) == len(keys)


def test_zeros_at_the_end_of_a_key_do_not_count():
    """So keys of one purpose must have one length: numpy fills its seed sequences with zeros."""
    assert random_stream(1, "a", 3).integers(2**63) == random_stream(1, "a", 3, 0).integers(2**63)


def test_streams_of_neighbouring_keys_are_independent():
    """Days are keyed by consecutive numbers: their first draws must look like one random sequence."""
    draws = np.array([random_stream(1, "region", Stream.WEATHER, day).standard_normal(2) for day in range(800)])
    assert stats.kstest(draws[:, 0], "norm").pvalue > 0.001
    assert abs(np.corrcoef(draws[1:, 0], draws[:-1, 0])[0, 1]) < 0.12
    assert abs(np.corrcoef(draws.T)[0, 1]) < 0.12


def test_a_stream_has_one_purpose():
    assert len({int(member) for member in Stream}) == len(Stream)
    first = {random_stream(1, "region", member).integers(2**63) for member in Stream}
    assert len(first) == len(Stream)


def test_a_stream_does_not_depend_on_what_was_drawn_before():
    expected = random_stream(4, "x", 9).random(3)
    random_stream(4, "x", 8).random(1000)
    np.testing.assert_array_equal(random_stream(4, "x", 9).random(3), expected)
