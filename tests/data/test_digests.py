"""Digests of what maps rest on: changed by all that a map may know, and by nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from made_fields import DAY, make_fields, make_samples

from smen.data.digests import OF_COARSE, OF_FINE, map_digests

FIELDS = make_fields()
SAMPLES = make_samples(FIELDS)
AHEAD = 10 * DAY


def digests(fields=FIELDS, samples=SAMPLES, targets=SAMPLES.fine, ahead=AHEAD, text="settings"):
    return np.array(map_digests(fields, samples, targets, ahead, text))


def test_each_overpass_has_its_own_and_they_come_again():
    assert len(set(digests())) == len(SAMPLES)
    assert (digests() == digests()).all()
    assert (digests(text="others") != digests()).all()
    assert (digests(ahead=0 * DAY) != digests()).any()


@pytest.mark.parametrize("name", [*OF_COARSE, *OF_FINE])
def test_a_change_shows_in_all_maps_that_may_know_of_it(name):
    values = getattr(FIELDS, name)
    if values is None:
        values = np.zeros_like(FIELDS.coarse if name in OF_COARSE else FIELDS.fine)
        values = values.astype(np.uint16) if "flag" in name else values
    with_it = replace(FIELDS, **{name: values})
    times = FIELDS.coarse_time if name in OF_COARSE else FIELDS.fine_time
    index = len(times) // 2
    if name == "fine_sentinel1":
        other = (*values[:index], frozenset([times[0]]), *values[index + 1 :])
    else:
        other = values.copy()
        other[index] = ~other[index] if other.dtype == bool else other[index] + 1
    changed = digests(replace(FIELDS, **{name: other})) != digests(with_it)
    np.testing.assert_array_equal(changed, SAMPLES.time + AHEAD >= times[index])


def test_a_field_that_comes_later_changes_only_maps_that_may_know_of_it():
    short = {name: value[:-2] for name in OF_FINE if (value := getattr(FIELDS, name)) is not None}
    known = np.where(len(FIELDS.fine) - 2 > SAMPLES.fine, SAMPLES.fine, -1)
    before = replace(SAMPLES, fine=known)
    changed = digests(replace(FIELDS, **short), before, known) != digests()
    np.testing.assert_array_equal(changed, SAMPLES.time + AHEAD >= FIELDS.fine_time[-2])


def test_which_fields_may_count_and_the_row_of_a_sample_count():
    fewer = SAMPLES.fine.copy()
    fewer[20] = -1
    assert SAMPLES.fine[20] >= 0
    changed = digests(targets=fewer) != digests()
    np.testing.assert_array_equal(changed, SAMPLES.time + AHEAD >= SAMPLES.time[20])
    age = SAMPLES.age.copy()
    age[7] += 1
    np.testing.assert_array_equal(digests(samples=replace(SAMPLES, age=age)) != digests(), np.arange(len(SAMPLES)) == 7)
