"""Scenes: the rectangle around a frame's cells, fill outside, indices and places, times, the edge."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_world import make_half_orbit, make_overpass
from pyproj import Transformer

from smen.grid import M03, Window
from smen.products.flags import SurfaceFlag
from smen.simulation.scene_cutting import cut_scene

AREA = Window(1000, 2400, 48, 60)
EDGE = int(SurfaceFlag.NADIR_OR_SCENE_EDGE)
INDICES = ("EASE_row_index_3km", "EASE_column_index_3km")


def cut(mask, area=AREA, fields=None, time="2016-05-01T13:00:00", **options):
    """Cut a scene out of an area; the fields number their cells."""
    number = np.arange(area.height * area.width, dtype=np.float32).reshape(area.shape)
    plain = {"soil_moisture_3km": number, "surface_flag_3km": np.zeros(area.shape, np.uint16)}
    orbit = make_half_orbit(area, seconds=options.pop("orbit_seconds", 700.0))
    return cut_scene(mask, plain | (fields or {}), make_overpass(area, time, **options), orbit, area)


def disc(area=AREA, radius=9.0):
    row, column = np.indices(area.shape)
    return np.hypot(row - 20, column - 30) <= radius


def test_the_rectangle_is_the_smallest_one():
    scene = cut(disc())
    for values in scene.values.values():
        assert values.shape == (19, 19)
    inside = scene.values["EASE_row_index_3km"] != 65534
    assert inside.any(0).all()
    assert inside.any(1).all()
    np.testing.assert_array_equal(inside, disc()[11:30, 21:40])


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 47), st.integers(0, 59)), min_size=1, max_size=25),
    st.integers(0, 2000),
    st.integers(0, M03.columns - 1),
)
def test_cells_are_at_their_indices_wherever_the_area_lies(cells, row, column):
    """Also across 180 degrees: each cell of the mask once, with its value, nothing else."""
    area = Window(row, column, 48, 60)
    mask = np.zeros(area.shape, bool)
    mask[tuple(np.array(cells).T)] = True
    scene = cut(mask, area)
    rows, columns = (scene.values[name] for name in INDICES)
    inside = rows != 65534
    np.testing.assert_array_equal(inside, columns != 65534)
    assert inside.sum() == mask.sum()
    _, r, c = area.locate(rows[inside], columns[inside])
    assert mask[r, c].all()
    np.testing.assert_array_equal(scene.values["soil_moisture_3km"][inside], r * 60 + c)
    assert (scene.values["soil_moisture_3km"][~inside] == -9999).all()


def test_flags_are_filled_with_their_own_fill_and_keep_their_type():
    flag = np.full(AREA.shape, 5, np.uint16)
    scene = cut(disc(), fields={"retrieval_qual_flag_3km": flag})
    values = scene.values["retrieval_qual_flag_3km"]
    inside = scene.values["EASE_row_index_3km"] != 65534
    assert values.dtype == np.uint16
    assert (values[inside] == 5).all()
    assert (values[~inside] == 65534).all()


def test_the_edge_of_the_scene_is_marked():
    """Cells with a neighbour outside, counted by hand on a square: 4 x 8 - 4 of 64."""
    mask = np.zeros(AREA.shape, bool)
    mask[5:13, 7:15] = True
    surface = np.full(AREA.shape, int(SurfaceFlag.URBAN), np.uint16)
    marked = cut(mask, fields={"surface_flag_3km": surface}).values["surface_flag_3km"]
    assert ((marked & EDGE) > 0).sum() == 28
    assert (marked & int(SurfaceFlag.URBAN)).all()
    assert not (marked[1:-1, 1:-1] & EDGE).any()


def test_outside_the_strip_a_flag_is_fill_and_nothing_else():
    """The fill of flags has the bit of the edge set: it must not be made into another number."""
    marked = cut(disc()).values["surface_flag_3km"]
    inside = cut(disc()).values["EASE_row_index_3km"] != 65534
    assert (marked[~inside] == 65534).all()
    assert set(marked[inside].tolist()) == {0, EDGE}


def test_places_belong_to_their_indices():
    """Against pyproj, in cells of M03."""
    scene = cut(disc())
    project = Transformer.from_crs("EPSG:4326", "EPSG:6933", always_xy=True)
    x, y = project.transform(scene.values["longitude_3km"], scene.values["latitude_3km"])
    row, column = (scene.values[name].astype(float) for name in INDICES)
    inside = row != 65534
    assert np.abs((7314540.8306386 - y) / 3002.6850700487 - 0.5 - row)[inside].max() < 1e-6
    assert np.abs((x + 17367530.4451615) / 3002.6850700487 - 0.5 - column)[inside].max() < 1e-6


def test_the_corner_is_the_south_western_one():
    scene = cut(disc())
    assert scene.longitude == scene.values["longitude_3km"].min()
    assert scene.latitude == scene.values["latitude_3km"].min()
    assert scene.values["latitude_3km"][0, 0] > scene.values["latitude_3km"][-1, 0]


def test_times_are_those_over_the_scenes_middle():
    """SMAP flies over its cells at 700 s and later, Sentinel-1 over its own at +5 s."""
    orbit = make_half_orbit(AREA, seconds=700.0)
    scene = cut(disc(), seconds=5.0)
    assert scene.smap_time == (orbit.crossing + np.timedelta64(700, "s")).astype("datetime64[s]")
    assert scene.sentinel1_time == np.datetime64("2016-05-01T13:00:05")
    assert scene.platform == "1AIWDV"
    hours = scene.values["SMAP_Sentinel-1_overpass_timediff_hr_3km"]
    inside = scene.values["EASE_row_index_3km"] != 65534
    apart = orbit.crossing + np.timedelta64(700, "s") - np.datetime64("2016-05-01T13:00:05")
    expected = apart / np.timedelta64(1, "h")
    np.testing.assert_allclose(hours[inside], expected, rtol=1e-9)
    assert (hours[~inside] == -9999).all()


def test_seconds_are_those_of_smap_over_each_cell():
    seconds = np.arange(20.0).reshape(4, 5)
    mask = np.zeros(AREA.shape, bool)
    mask[10:30, 20:50] = True
    values = cut(mask, orbit_seconds=seconds).values["spacecraft_overpass_time_seconds_3km"]
    crossing = make_half_orbit(AREA).crossing
    since = (crossing - np.datetime64("2000-01-01T12:00")) / np.timedelta64(1, "ms") / 1000
    np.testing.assert_allclose(values, since + np.kron(seconds, np.ones((12, 12)))[10:30, 20:50])


def test_the_median_time_is_rounded_to_milliseconds():
    seconds = np.zeros(AREA.shape, np.float32)
    seconds[:, 30:] = 8.0
    mask = np.zeros(AREA.shape, bool)
    mask[10:12, 25:45] = True  # a quarter at 0 s, three quarters at 8 s
    assert cut(mask, seconds=seconds).sentinel1_time == np.datetime64("2016-05-01T13:00:08")


def test_one_cell_is_a_scene():
    mask = np.zeros(AREA.shape, bool)
    mask[3, 4] = True
    scene = cut(mask)
    assert scene.values["soil_moisture_3km"].tolist() == [[3 * 60 + 4]]
    assert scene.values["surface_flag_3km"].tolist() == [[EDGE]]
    assert scene.longitude == pytest.approx(AREA.longitudes[4])
