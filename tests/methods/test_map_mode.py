"""What maps of either mode rest on."""

import numpy as np
import pytest
from made_fields import DAY, make_fields, make_samples

from smen.data.records import MISSING
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.interpolation import Bilinear
from smen.methods.map_mode import SETTLED_AFTER, mode_of, predict_in_mode, provisional, scenes_behind

FIELDS = make_fields(n=24)
SAMPLES = make_samples(FIELDS)


def test_a_method_without_another_mode_maps_causally():
    assert mode_of(FusionMethod(), "retrospective") == "retrospective"
    assert mode_of(FusionMethod(), "causal") == "causal"
    assert mode_of(Bilinear(), "retrospective") == "causal"
    one, other = (predict_in_mode(Bilinear(), mode, FIELDS, SAMPLES, SAMPLES.fine) for mode in ("causal", "causal"))
    np.testing.assert_array_equal(one.mean, other.mean)


def test_scenes_before_at_and_after():
    row = SAMPLES.select(slice(10, 11))
    (found,) = scenes_behind("retrospective", FIELDS, row, SAMPLES.fine)
    times = FIELDS.coarse_time
    assert found.before.tolist() == times[[8, 6, 4, 2]].tolist()
    assert found.own.tolist() == times[[10]].tolist()
    assert found.after.tolist() == times[[12, 14, 16, 18]].tolist()
    (causal,) = scenes_behind("causal", FIELDS, row, SAMPLES.fine)
    assert causal.before.tolist() == found.before.tolist() and not len(causal.own) and not len(causal.after)


def test_an_overpass_without_a_scene_and_the_last_one():
    between, last = scenes_behind("retrospective", FIELDS, SAMPLES.select(np.array([11, 23])), SAMPLES.fine)
    assert not len(between.own) and between.after[0] == FIELDS.coarse_time[12]
    assert not len(last.after) and last.before[0] == FIELDS.coarse_time[22]
    (none,) = scenes_behind("retrospective", FIELDS, SAMPLES.select(slice(11, 12)), np.full(4, MISSING))
    assert not len(none.after)


@pytest.mark.parametrize("mode", ["causal", "retrospective"])
def test_maps_near_the_end_are_provisional(mode):
    end = FIELDS.coarse_time[-1]
    times = np.array([end - SETTLED_AFTER - DAY, end - SETTLED_AFTER + DAY, end])
    assert provisional(mode, times, end).tolist() == [False, mode == "retrospective", mode == "retrospective"]
