"""Names of features: unique, grouped without overlap, and each that of a time constant where it says so."""

import pytest

from smen.methods.fusion.coarse_history import BASE, TIME_CONSTANTS_DAYS
from smen.methods.fusion.feature_names import (
    FEATURE_GROUPS,
    FEATURES,
    MASKS,
    RESIDUAL_TIME_CONSTANTS_DAYS,
    VARIANCE_PREDICTORS,
    features_of,
)


@pytest.mark.parametrize("names", [FEATURES, MASKS, VARIANCE_PREDICTORS])
def test_names_are_unique(names):
    assert len(set(names)) == len(names)


def test_groups_do_not_overlap_and_leave_out_what_no_ablation_asks_for():
    members = [k for group in FEATURE_GROUPS for k in features_of(group)]
    assert len(members) == len(set(members))
    assert {FEATURES[k] for k in set(range(len(FEATURES))) - set(members)} == {"pattern", "direction"}


@pytest.mark.parametrize(
    ("group", "number"),
    [
        # five filters, the innovation, and wetness with its smooth, mean and absolute value
        ("coarse history", 10),
        ("coarse shape", 6),
        # four products with wetness, the innovation, one smoothed product, two slopes
        ("pattern by wetness", 8),
        ("smoothed pattern", 2),
        ("recent residuals", 9),
    ],
)
def test_how_many_features_a_group_has(group, number):
    assert len(features_of(group)) == number


def test_an_unknown_group_is_an_error():
    with pytest.raises(KeyError, match="magic"):
        features_of("magic")


def test_each_time_constant_but_the_bases_has_a_filter():
    filters = [float(name.removeprefix("filter_")) for name in FEATURES if name.startswith("filter_")]
    assert filters == [days for k, days in enumerate(TIME_CONSTANTS_DAYS) if k != BASE]


def test_each_residual_time_constant_has_a_feature():
    for days in RESIDUAL_TIME_CONSTANTS_DAYS:
        assert f"residual_{days:g}" in FEATURES


def test_the_constant_comes_first_among_the_variance_predictors():
    assert VARIANCE_PREDICTORS[0] == "constant"
