"""A simulated world from which rain is kept for a known time: the classes find this drought, and little else."""

from dataclasses import replace

import numpy as np
import pytest
from made_normals import SHAPE, WINDOW

from smen.data.drought_classes import DroughtClass, drought_class
from smen.grid import M36
from smen.indices.percentile import estimate_percentile
from smen.indices.region_normals import Normals
from smen.indices.season import CENTRES, season_of, season_years
from smen.indices.wetness_transfer import WetnessTransfer
from smen.simulation import world
from smen.simulation.climates import CLIMATES

FIRST, LAST = np.datetime64("2015-04-01", "D"), np.datetime64("2025-03-31", "D")
START, END = np.datetime64("2018-05-10", "D"), np.datetime64("2018-08-20", "D")
"""No rain falls from the one day to the other, the wettest months of these plains."""

DELAY = np.timedelta64(30, "D")
"""Soil needs so long until it is drier than in one year of ten, and again until it has recovered."""

ERROR, COARSE_ERROR = 0.015, 0.02
"""Standard deviations of maps and coarse fields, m3/m3."""


class DryWeather(world.WeatherGenerator):
    """The weather of the world without rain in the drought."""

    def days(self):
        for weather in super().days():
            yield replace(weather, rain=(None, None)) if START <= weather.day <= END else weather


@pytest.fixture(scope="module")
def judged():
    """Times of 2018 and 2019; true percentile, class and chance of D1 or worse at each of them, (T, H, W) each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world, "WeatherGenerator", DryWeather)
        made = world.World(WINDOW, "plains", CLIMATES["oklahoma"], 7)
        states = [state for number, state in enumerate(made.states(FIRST, LAST)) if number % 5 == 0]
    rng = np.random.default_rng(1)
    times = np.array([s.day.astype("datetime64[s]") + np.timedelta64(18 if s.evening else 6, "h") for s in states])
    truth = np.stack([state.moisture[made.inner] for state in states])
    maps = truth + ERROR * rng.standard_normal(truth.shape)
    rows, columns = WINDOW.rows(M36), WINDOW.columns(M36)
    cells = np.zeros((len(times), *SHAPE))
    for r in range(SHAPE[0]):
        for c in range(SHAPE[1]):
            inside = np.ix_(rows - rows[0] == r, columns - columns[0] == c)
            cells[:, r, c] = truth[:, *inside].mean(axis=(1, 2))
    coarse = cells + COARSE_ERROR * rng.standard_normal(cells.shape)
    learnt = slice(0, len(times), 8)
    deviation = np.full(maps.shape, ERROR)
    transfer = WetnessTransfer.fit(maps[learnt], deviation[learnt], coarse[learnt], np.zeros(WINDOW.shape), WINDOW, M36)
    normals = Normals.of_record(coarse, times, transfer, WINDOW, M36, simulated=True)
    found = []
    for i in np.flatnonzero((times >= np.datetime64("2018-01-01")) & (times < np.datetime64("2019-06-01")))[::2]:
        estimate = estimate_percentile(normals, times[i], maps[i], deviation[i], coarse[i])
        season, _ = season_years(times, int(CENTRES[season_of(times[i])]))
        true = 100 * (truth[season] < truth[i]).mean(axis=0)
        found.append((times[i], true, drought_class(estimate.percentile), estimate.probability_of(DroughtClass.D1)))
    return np.array([f[0] for f in found]), *(np.stack(part) for part in list(zip(*found, strict=True))[1:])


def parts(judged):
    """Whether a time lies in the drought, soils being dry, or apart from it; and what is dry and what is called dry."""
    times, true, classes, chance = judged
    within = (times >= START + DELAY) & (times <= END)
    apart = (times < START) | (times > END + DELAY)
    return within, apart, true < 20, (classes >= DroughtClass.D1) & (classes <= DroughtClass.D4), chance


def test_the_drought_is_as_deep_as_it_was_made(judged):
    """Three months without rain: nothing in ten years was drier for the season in most of the cells."""
    within, _, dry, _, _ = parts(judged)
    assert dry[within].mean() > 0.97 and np.median(judged[1][within]) < 10


def test_the_classes_find_it(judged):
    within, _, dry, called, chance = parts(judged)
    assert called[within][dry[within]].mean() > 0.9
    assert chance[within].mean() > 0.6
    assert (judged[2][within] >= DroughtClass.D2).mean() > 0.4


def test_it_begins_when_the_rain_stops_and_ends_when_it_comes(judged):
    times, called = judged[0], parts(judged)[3]
    of_region = called.mean(axis=(1, 2)) > 0.5
    begun = times[of_region & (times >= START)][0]
    assert START <= begun <= START + DELAY
    assert of_region[(times >= begun) & (times <= END)].mean() > 0.9
    before = (times >= START - np.timedelta64(28, "D")) & (times < START)
    after = (times > END) & (times <= END + 2 * DELAY)
    assert not of_region[before].any() and not of_region[after].all()


def test_apart_from_it_there_are_no_more_false_alarms_than_the_chances_say(judged):
    _, apart, dry, called, chance = parts(judged)
    false = (called & ~dry)[apart].sum()
    stated = (1 - chance)[apart][called[apart]].sum()
    assert false <= stated
    assert false / (~dry)[apart].sum() < 0.08
    assert called[apart].mean() == pytest.approx(dry[apart].mean(), abs=0.06)
