from dataclasses import replace

import numpy as np
from made_stations import made_pairs

from smen.validation.station_samples import ALL, station_samples


def test_groups_come_after_all_and_each_has_its_pairs():
    pairs = made_pairs(4, 120)
    samples = list(station_samples(pairs, 10, ("all", "season"), "network", 20, 0))
    assert [(s.period, s.group) for s in samples[:2]] == [("all", ALL), ("all", "NET")]
    assert sum(s.pairs for s in samples if s.group == ALL and s.period != "all") == samples[0].pairs == 480
    assert {s.group for s in station_samples(pairs, 10, ("all",), None, 5, 0)} == {ALL}


def test_one_network_is_computed_once():
    first, second = station_samples(made_pairs(3, 50), 10, ("all",), "network", 20, 0)
    assert first.metric("bias", "p0")[1] is not None
    assert first.moments is second.moments


def test_ranks_share_ties():
    pairs = made_pairs(1, 40)
    pairs.table["p0"] = np.round(pairs.table["p0"], 1)
    from scipy.stats import spearmanr

    (sample,) = station_samples(pairs, 10, ("all",), None, 5, 0)
    expected = spearmanr(pairs.table["p0"], pairs.table["station"]).statistic
    assert np.isclose(sample.metric("spearman_r", "p0")[0][0, 0], expected)


def test_stations_below_the_minimum_are_left_out():
    assert list(station_samples(made_pairs(2, 9), 10, ("all",), "network", 5, 0)) == []


def test_a_network_that_is_called_all_is_not_taken_for_all():
    """Sensors of one's own in all.csv beside an archive: the first sample is that of both networks."""
    pairs = made_pairs(4, 40)
    networks = [ALL, "NET", "NET", "NET"]
    named = [
        replace(p, station=replace(p.station, network=network))
        for p, network in zip(pairs.points, networks, strict=True)
    ]
    samples = list(station_samples(replace(pairs, points=tuple(named)), 10, ("all",), "network", 5, 0))
    assert [(s.group, len(s.stations)) for s in samples] == [(ALL, 4), ("NET", 3), ("network all", 1)]
