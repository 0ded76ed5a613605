"""Several scenes become one field, whatever their order."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.products.names import scene_name
from smen.products.read import NOT_A_TIME, Scene
from smen.products.scene_mosaic import mosaic

NAN, FILL = np.nan, 65534
SMAP = np.datetime64("2016-01-01T12:00:00")


def scene(minute, values, deviation, flags, *, seconds=None, cells=2, simulated=False):
    name = scene_name(SMAP, np.datetime64("2016-01-01T00:00:00") + np.timedelta64(minute, "m"), -97, 35)
    time = NOT_A_TIME if seconds is None else SMAP + np.timedelta64(seconds, "s")
    return Scene(
        name,
        np.array([values], np.float32),
        None if deviation is None else np.array([deviation], np.float32),
        np.array([flags], np.uint16),
        time,
        cells,
        simulated,
    )


FIRST = scene(1, [0.1, 0.2, NAN, NAN, NAN], [0.01, 0.02, NAN, NAN, NAN], [1, 2, 4, FILL, 8], seconds=10, cells=3)
SECOND = scene(2, [NAN, 0.4, 0.3, NAN, NAN], [NAN, 0.04, 0.03, NAN, NAN], [16, 4, FILL, FILL, 32], cells=9)
THIRD = scene(3, [NAN, 0.6, NAN, NAN, NAN], None, [FILL, 2048, 64, FILL, 1], seconds=50, cells=1, simulated=True)


@pytest.mark.parametrize("scenes", list(itertools.permutations([FIRST, SECOND, THIRD])))
def test_three_scenes(scenes):
    field = mosaic(scenes)
    np.testing.assert_allclose(field.soil_moisture, [[0.1, 0.4, 0.3, NAN, NAN]], rtol=1e-6)
    np.testing.assert_allclose(field.standard_deviation, [[0.01, 0.03, 0.03, NAN, NAN]], rtol=1e-6)
    # Valid scenes' flags where there are any (the third cell's valid scene has fill, so all flags that are there).
    np.testing.assert_array_equal(field.surface_flag, [[1, 2 | 4 | 2048, 4 | 64, FILL, 8 | 32 | 1]])
    assert field.overpass_time == SMAP + np.timedelta64(20, "s")  # (10 * 3 + 50 * 1) / 4
    assert field.sentinel1_time == [s.name.sentinel1_time for s in (FIRST, SECOND, THIRD)]
    assert field.names == [s.name.filename for s in (FIRST, SECOND, THIRD)]
    assert field.cells == 13
    assert field.simulated
    assert field.soil_moisture.dtype == np.float32
    assert field.surface_flag.dtype == np.uint16


def test_the_same_bytes_in_any_order():
    rng = np.random.default_rng(1)
    scenes = [scene(i, rng.random(50), rng.random(50), rng.integers(0, 4096, 50)) for i in range(4)]
    fields = [mosaic(order).soil_moisture.tobytes() for order in itertools.permutations(scenes)]
    assert len(set(fields)) == 1


def test_one_scene_is_itself():
    field = mosaic([SECOND])
    np.testing.assert_array_equal(field.soil_moisture, SECOND.soil_moisture)
    np.testing.assert_array_equal(field.surface_flag, SECOND.surface_flag)
    np.testing.assert_array_equal(field.standard_deviation, SECOND.standard_deviation)
    assert np.isnat(field.overpass_time)
    assert not field.simulated
    assert mosaic([THIRD]).standard_deviation is None


def test_nothing_or_unlike_windows():
    with pytest.raises(ValueError, match="needs scenes"):
        mosaic([])
    with pytest.raises(ValueError, match="same window"):
        mosaic([FIRST, scene(4, [0.1], None, [0])])


cells = st.sampled_from([float("nan"), 0.0, 0.125, 0.25, 0.5])  # exact in float32, and so are their sums


@given(st.lists(st.tuples(cells, cells, st.integers(0, 4095)), min_size=1, max_size=6))
def test_against_the_definition(values):
    field = mosaic([scene(i, [v], [d], [f]) for i, (v, d, f) in enumerate(values)])
    valid = [v for v, _, _ in values if not np.isnan(v)]
    np.testing.assert_allclose(field.soil_moisture.item(), np.mean(valid) if valid else NAN, rtol=1e-7)
    deviations = [d for _, d, _ in values if not np.isnan(d)]
    np.testing.assert_allclose(field.standard_deviation.item(), np.mean(deviations) if deviations else NAN, rtol=1e-7)
    joined = 0
    for v, _, flag in values:
        if not valid or not np.isnan(v):
            joined |= flag
    assert field.surface_flag.item() == joined


def test_a_time_shared_by_scenes_is_named_once():
    twin = scene(1, [0.3] * 5, None, [0] * 5)
    assert mosaic([FIRST, twin]).sentinel1_time == [FIRST.name.sentinel1_time]


def test_times_are_weighted_by_cells_and_need_some():
    early, late = (scene(i, [0.1], None, [0], seconds=s, cells=n) for i, s, n in [(1, 0, 1), (2, 100, 3)])
    assert mosaic([early, late]).overpass_time == SMAP + np.timedelta64(75, "s")
    empty = scene(3, [NAN], None, [FILL], seconds=10**6, cells=0)
    assert mosaic([early, empty]).overpass_time == SMAP
    assert np.isnat(mosaic([empty]).overpass_time)
