from types import SimpleNamespace

import numpy as np

from smen.data.lineage import granules_behind

DAYS = np.datetime64("2016-01-01T12:00:00", "s") + np.arange(6) * np.timedelta64(1, "D")
COARSE = SimpleNamespace(time=DAYS[:5], granules=("c0", "c1", "c2", "c3", "c4"))
FINE = SimpleNamespace(time=DAYS[[0, 2]], granules=("f0a f0b", "f2"))


def test_an_overpass_has_its_own_granule_and_those_of_its_history():
    history = [[], [DAYS[0]], [DAYS[2], DAYS[0]]]
    names = granules_behind(DAYS[[0, 1, 3]], history, COARSE, FINE)
    assert list(names) == list(DAYS[[0, 1, 3]])
    assert names[DAYS[0]] == ["c0"]
    assert names[DAYS[1]] == ["c1", "f0a", "f0b", "c0"]
    assert names[DAYS[3]] == ["c3", "f2", "c2", "f0a", "f0b", "c0"]


def test_a_granule_is_named_once():
    history = [[DAYS[0], DAYS[0]]]
    assert granules_behind(DAYS[[1]], history, COARSE, FINE)[DAYS[1]] == ["c1", "f0a", "f0b", "c0"]


def test_what_the_series_do_not_have_is_left_out():
    history = [[DAYS[3]]]  # a half-orbit without a fine field
    assert granules_behind(DAYS[[5]], history, COARSE, FINE)[DAYS[5]] == ["c3"]
    assert granules_behind([], [], COARSE, FINE) == {}
