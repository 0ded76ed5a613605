"""Words and numbers of a validation."""

from typing import get_args

import pytest

from smen.outputs.validation_words import KIND_TITLES, METRIC_TITLES, with_interval
from smen.settings.validation_section import PointMetric, ValueKind


def test_all_that_can_be_asked_for_has_a_title():
    assert set(KIND_TITLES) == set(get_args(ValueKind))
    assert set(METRIC_TITLES) == {*get_args(PointMetric), "g_down"}


@pytest.mark.parametrize(
    ("numbers", "plain", "signed"),
    [
        ((0.0204, 0.01, 0.0306), "0.020 [0.010, 0.031]", "+0.020 [+0.010, +0.031]"),
        ((-0.5, -1.0, 0.0), "-0.500 [-1.000, 0.000]", "-0.500 [-1.000, +0.000]"),
        ((0.25, float("nan"), 0.3), "0.250", "+0.250"),
        ((float("nan"), 0.1, 0.3), "–", "–"),
    ],
)
def test_numbers_stand_with_their_interval_as_far_as_it_is_known(numbers, plain, signed):
    assert with_interval(*numbers) == plain
    assert with_interval(*numbers, signed=True) == signed
