"""Days without a value: filled, flagged, and with a deviation that grows and holds."""

import numpy as np
import pandas as pd
import pytest

from smen.outputs.daily_series import (
    FEWEST_CHANGES,
    FILLED_MEANING,
    MEMORY_DAYS,
    USUAL_SILL,
    change_sill,
    fill_days,
    interpolate_days,
)
from smen.outputs.extraction import COLUMNS

NAN = float("nan")


def row(feature, time, moisture, **fields):
    base = {
        "feature": feature, "region": "tucson", "time": time, "direction": "ascending", "soil_moisture": moisture,
        "standard_deviation": NAN if np.isnan(moisture) else 0.02, "age": 3.0, "quality": 1, "quality_meaning": "seen",
        "valid_share": 1.0, "cells": 4, "simulated": "no",
    }  # fmt: skip
    return base | fields


def table(*rows):
    return pd.DataFrame(list(rows), columns=list(COLUMNS))


def process(days, sill, rng):
    """A series with the semivariogram of the module, day by day."""
    keep = np.exp(-1 / MEMORY_DAYS)
    series = np.empty(days)
    series[0] = rng.normal()
    for i in range(1, days):
        series[i] = keep * series[i - 1] + np.sqrt(1 - keep**2) * rng.normal()
    return 0.2 + np.sqrt(sill) * series


def test_every_day_has_a_row_and_filled_ones_say_so():
    days = fill_days(table(row("a", "2018-01-01", 0.1), row("a", "2018-01-05", 0.3), row("b", "2018-01-03", 0.2)))
    a = days[days["feature"] == "a"]
    assert a["time"].tolist() == [f"2018-01-0{i}" for i in range(1, 6)]
    assert a["soil_moisture"].tolist() == pytest.approx([0.1, 0.15, 0.2, 0.25, 0.3])
    assert a["filled"].tolist() == ["no", "yes", "yes", "yes", "no"]
    assert a["quality"].tolist() == [1, 255, 255, 255, 1]
    assert a["quality_meaning"].tolist() == ["seen", *[FILLED_MEANING] * 3, "seen"]
    assert a["age"].isna().tolist() == [False, True, True, True, False]
    assert set(a["cells"]) == {4} and set(days["simulated"]) == {"no"}
    b = days[days["feature"] == "b"]  # the region's days are those of all its features
    assert b["soil_moisture"].tolist() == [0.2] * 5 and b["filled"].tolist() == ["yes", "yes", "no", "yes", "yes"]


def test_a_day_whose_map_has_no_value_is_filled_and_keeps_its_code():
    values = [row("a", "2018-01-01", 0.1), row("a", "2018-01-02", NAN, quality=12), row("a", "2018-01-03", 0.2)]
    days = fill_days(table(*values))
    assert days["soil_moisture"].tolist() == pytest.approx([0.1, 0.15, 0.2])
    assert days["filled"].tolist() == ["no", "yes", "no"] and days["quality"].tolist() == [1, 12, 1]


def test_a_feature_without_any_value_stays_without():
    days = fill_days(table(row("a", "2018-01-01", NAN), row("a", "2018-01-03", NAN)))
    assert days["soil_moisture"].isna().all() and set(days["filled"]) == {"no"} and len(days) == 3


def test_the_deviation_grows_with_the_distance_and_is_that_of_the_values_at_them():
    moisture = np.array([0.1, *[NAN] * 9, 0.1, *[NAN] * 5])
    deviation = np.where(np.isnan(moisture), NAN, 0.02)
    filled, spread = interpolate_days(moisture, deviation)
    assert not np.isnan(filled).any() and spread[0] == spread[10] == 0.02
    assert (np.diff(spread[:6]) > 0).all() and (np.diff(spread[5:11]) < 0).all() and (np.diff(spread[10:]) > 0).all()
    # By hand for the day in the middle: weights of a half, five days on either side.
    g = USUAL_SILL * (1 - np.exp(-np.array([5, 10]) / MEMORY_DAYS))
    assert spread[5] == pytest.approx(np.sqrt(0.02**2 + 2 * g[0] - 0.5 * g[1]))
    assert spread[12] == pytest.approx(np.sqrt(0.02**2 + 2 * USUAL_SILL * (1 - np.exp(-2 / MEMORY_DAYS))))


def test_the_sill_is_that_of_the_series_where_there_are_changes_enough():
    rng = np.random.default_rng(1)
    found = [change_sill(process(365, 0.001, rng)) for _ in range(20)]
    assert np.mean(found) == pytest.approx(0.001, rel=0.1)
    assert change_sill(np.linspace(0, 1, FEWEST_CHANGES)) == USUAL_SILL
    assert change_sill(np.linspace(0, 1, FEWEST_CHANGES + 1)) != USUAL_SILL


@pytest.mark.parametrize("gap", [1, 4, 12])
def test_stated_intervals_hold(gap):
    """90 % intervals of filled days hold the value nine times of ten, whatever the gap."""
    rng = np.random.default_rng(gap)
    held = []
    for _ in range(40):
        truth = process(400, 0.002, rng)
        error = 0.015
        moisture, hidden = truth + error * rng.normal(), np.arange(400) % (gap + 4) >= 4
        seen = np.where(hidden, NAN, moisture)
        filled, spread = interpolate_days(seen, np.where(hidden, NAN, error))
        inside = slice(4, 380)
        held.append((np.abs(filled - truth) < 1.645 * spread)[inside][hidden[inside]].mean())
    assert 0.86 < np.mean(held) < 0.94


def test_deviations_that_are_not_known_stay_so():
    filled, spread = interpolate_days(np.array([0.1, NAN, 0.2]), np.full(3, NAN))
    assert filled[1] == pytest.approx(0.15) and np.isnan(spread).all()
