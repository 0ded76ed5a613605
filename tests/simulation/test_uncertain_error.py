"""Errors of uncertain retrievals as drawn: mean, spread and noise by flag, correlation, failures, streams."""

import numpy as np
import pytest
from made_world import make_world

from smen.products.flags import RetrievalFlag, SurfaceFlag
from smen.simulation.uncertain_causes import terms_by_cause
from smen.simulation.uncertain_error import Overpass, UncertainError

NAMES = ("water", "urban", "mountains", "frozen", "snow", "rain", "vegetation")
SHAPE = 12, 12
CASES = {
    "water": (SurfaceFlag.STATIC_WATER, 0.15),
    "vegetation": (SurfaceFlag.DENSE_VEGETATION, 8.0),
    "mountains": (SurfaceFlag.MOUNTAINS, 0.6),
    "urban": (SurfaceFlag.URBAN, 0.4),
    "rain": (SurfaceFlag.PRECIPITATION, 12.0),
    "frozen": (SurfaceFlag.FROZEN_MODEL, 0.3),
    "snow": (SurfaceFlag.SNOW, 0.4),
}


def places(coarse_factor=12):
    rows, columns = np.indices(tuple(size * 12 // coarse_factor for size in SHAPE))
    return rows.ravel(), columns.ravel()


def ground(cause, amount, coarse_factor=12, quality=1, flag=None):
    """Arguments of `misfit` for an area that is the same everywhere."""
    n = places(coarse_factor)[0].size
    shares = {name: np.full(n, amount if name == cause else 0, np.float32) for name in NAMES}
    surface = np.full(n, int(CASES[cause][0]) if flag is None else flag, np.uint16)
    return np.full(n, 0.25, np.float32), shares, surface, np.full(n, quality, np.uint16)


def draw(errors, number, arguments, descending=True, coarse_factor=12):
    return errors.misfit(Overpass(number, descending, coarse_factor, places(coarse_factor)), *arguments)


def series(cause, seed=1, overpasses=120, **options):
    """Errors of many overpasses, (T, n), of one kind of ground."""
    errors = UncertainError(make_world(size=90, name="uncertain", seed=seed))
    arguments = ground(cause, CASES[cause][1], **options)
    return np.array([draw(errors, number, arguments) for number in range(2000, 2000 + overpasses)])


@pytest.mark.parametrize("cause", CASES)
def test_bias_spread_and_noise_are_those_of_the_cause(cause):
    """Over fourteen worlds, whose cells are correlated; the world is not the area of one cell."""
    flag, amount = CASES[cause]
    drawn = np.array([series(cause, seed, 24) for seed in range(14)])
    moisture, shares, surface, _ = ground(cause, amount)
    bias, spread, noise = (float(x[0]) for x in terms_by_cause(shares, surface, moisture)[flag])
    means = drawn.mean(1)
    assert means.mean() == pytest.approx(bias, abs=0.15 * spread + 0.05 * noise + 1e-6)
    static = np.sqrt(max(means.var() - noise**2 / 24, 0))
    assert static == pytest.approx(spread, rel=0.12, abs=0.15 * noise)
    assert drawn.std(1, ddof=1).mean() == pytest.approx(noise, rel=0.06)


def test_evenings_are_noisier():
    errors = UncertainError(make_world(size=90, name="uncertain"))
    arguments = ground("vegetation", 8.0)
    by_direction = [
        np.array([draw(errors, n, arguments, descending) for n in range(150)]).std(0).mean()
        for descending in (True, False)
    ]
    assert by_direction[1] / by_direction[0] == pytest.approx(1.2, abs=0.06)


def test_overpasses_are_independent():
    """Mornings and evenings of one number too."""
    errors = UncertainError(make_world(size=90, name="uncertain"))
    arguments = ground("rain", 12.0)
    mornings, evenings = (np.array([draw(errors, n, arguments, d) for n in range(60)]) for d in (True, False))
    for one, other in ((mornings, evenings), (mornings[1:], mornings[:-1])):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.15


def test_static_errors_are_correlated_as_in_the_real_half_orbit():
    """Excess semivariance of cells of dense vegetation and of water: at one cell .60 and .67 of that at four cells."""
    fields = np.array([series("vegetation", seed, 30).mean(0).reshape(SHAPE) for seed in range(30)])

    def semivariance(lag):
        steps = fields[:, :, lag:] - fields[:, :, :-lag], fields[:, lag:] - fields[:, :-lag]
        return np.mean([np.mean(step**2) for step in steps]) / 2

    assert semivariance(1) / semivariance(4) == pytest.approx(0.63, abs=0.08)


def test_causes_add_up_with_static_errors_of_their_own():
    errors = UncertainError(make_world(size=90, name="uncertain"))
    moisture, shares, surface, quality = ground("water", 0.15)
    shares["vegetation"] = np.full_like(moisture, 8.0)
    both = surface | int(SurfaceFlag.DENSE_VEGETATION)
    mean = {
        flag: np.mean([draw(errors, n, (moisture, shares, flags, quality)) for n in range(200)], 0)
        for flag, flags in (("water", surface), ("dense", both & ~surface), ("both", both))
    }
    np.testing.assert_allclose(mean["both"], mean["water"] + mean["dense"], atol=0.012)
    assert abs(np.corrcoef(mean["water"], mean["dense"])[0, 1]) < 0.6


def test_recommended_retrievals_do_not_err_more():
    """Whatever covers the ground: quality decides."""
    for quality in (0, RetrievalFlag.FREEZE_THAW_UNSUCCESSFUL):
        assert not series("water", overpasses=3, quality=int(quality)).any()


def test_failed_retrievals_have_values_like_real_ones():
    """Quantiles of the 108 failed retrievals of the real half-orbit that lie beside recommended ones."""
    values = 0.25 + series("water", overpasses=60, quality=5)
    np.testing.assert_allclose(
        np.quantile(values, [0.1, 0.25, 0.5, 0.75, 0.9]), [0.484, 0.503, 0.539, 0.592, 0.690], atol=0.03
    )
    assert values.min() >= 0.48


def test_an_error_depends_on_nothing_but_its_own_half_orbit():
    first, again = (UncertainError(make_world(size=90, name="uncertain")) for _ in range(2))
    arguments = ground("vegetation", 8.0)
    draw(first, 7, ground("water", 0.15))
    np.testing.assert_array_equal(draw(first, 8, arguments), draw(again, 8, arguments))
    assert not np.array_equal(draw(first, 8, arguments), draw(first, 9, arguments))
    assert not np.array_equal(draw(first, 8, arguments), draw(first, 8, arguments, descending=False))
    other = UncertainError(make_world(size=90, name="uncertain", seed=2))
    assert not np.array_equal(draw(first, 8, arguments), draw(other, 8, arguments))


def test_both_products_share_the_errors():
    """The 9 km cells of a 36 km cell have its error in the mean, but for the interpolation."""
    errors = UncertainError(make_world(size=90, name="uncertain"))
    coarse = draw(errors, 5, ground("vegetation", 8.0)).reshape(SHAPE)
    fine = draw(errors, 5, ground("vegetation", 8.0, 3), coarse_factor=3).reshape(SHAPE[0], 4, SHAPE[1], 4).mean((1, 3))
    assert np.corrcoef(coarse.ravel(), fine.ravel())[0, 1] > 0.95
