"""The choice among estimates: what is told apart wins, what is not leaves it to the first."""

import numpy as np
import pytest

from smen.scores.intervals import mean_interval
from smen.scores.paired_choice import LEAST_DATES, best_of

RNG = np.random.default_rng(3)
BASE = 0.03 + 0.01 * RNG.random(30)


def test_a_later_one_that_is_clearly_better_wins():
    best, differences = best_of({"quick": BASE, "slow": BASE - 0.002 - 0.001 * RNG.random(30)})
    assert best == "slow"
    assert differences.keys() == {"quick"} and differences["quick"].low > 0


def test_a_tie_goes_to_the_first():
    errors = {"quick": BASE, "slow": BASE + RNG.normal(0, 0.003, 30) - 0.0001}
    best, differences = best_of(errors)
    assert best == "quick"
    assert differences["slow"] == mean_interval(errors["slow"] - errors["quick"])
    assert differences["slow"].low < 0 < differences["slow"].high


def test_the_best_of_three_is_the_one_that_beats_the_best_so_far():
    best, differences = best_of({"a": BASE, "b": BASE - 0.003, "c": BASE - 0.002})
    assert (
        best == "b"
        and differences["a"].value == pytest.approx(0.003)
        and differences["c"].value == pytest.approx(0.001)
    )


def test_few_dates_say_nothing_against_the_first():
    few = BASE[: LEAST_DATES - 1]
    assert best_of({"quick": few, "slow": few - 0.01})[0] == "quick"
    enough = BASE[:LEAST_DATES]
    assert best_of({"quick": enough, "slow": enough - 0.01})[0] == "slow"


def test_the_order_of_rows_is_paired():
    """Errors that vary much from date to date, the difference little: only paired it is seen."""
    wide = 0.03 + 0.02 * RNG.random(20)
    assert best_of({"quick": wide, "slow": wide - 0.0005})[0] == "slow"
