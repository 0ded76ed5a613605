"""Drought classes by percentile, as the United States Drought Monitor defines them."""

import numpy as np
import pytest

from smen.data.drought_classes import (
    DROUGHT_COLOURS,
    DROUGHT_NAMES,
    DROUGHT_NODATA,
    PERCENTILE_BELOW,
    DroughtClass,
    area_shares,
    drought_class,
)


@pytest.mark.parametrize(
    ("percentile", "name"),
    [(50, "NONE"), (30, "NONE"), (29.9, "D0"), (20, "D0"), (19.9, "D1"), (9.9, "D2"), (4.9, "D3"), (1.9, "D4")],
)  # fmt: skip
def test_a_percentile_has_the_monitors_class(percentile, name):
    assert drought_class(np.array([percentile]))[0] == DroughtClass[name]


def test_missing_has_no_class():
    assert drought_class(np.array([np.nan, 50.0])).tolist() == [DROUGHT_NODATA, 0]


def test_each_class_has_a_name_and_the_monitors_colour():
    assert set(DROUGHT_NAMES) == set(DROUGHT_COLOURS) == set(DroughtClass)
    assert set(PERCENTILE_BELOW) == set(DroughtClass) - {DroughtClass.NONE}
    monitor = {"D0": (255, 255, 0), "D1": (252, 211, 127), "D2": (255, 170, 0), "D3": (230, 0, 0), "D4": (115, 0, 0)}
    for name, rgb in monitor.items():
        assert tuple(bytes.fromhex(DROUGHT_COLOURS[DroughtClass[name]][1:])) == rgb


def test_shares_are_of_the_mapped_area():
    codes = np.array([[0, 0, 1, 5], [DROUGHT_NODATA] * 4], np.uint8)
    assert area_shares(codes) == [0.5, 0.25, 0, 0, 0, 0.25]
    assert np.isnan(area_shares(np.full((2, 2), DROUGHT_NODATA, np.uint8))).all()
