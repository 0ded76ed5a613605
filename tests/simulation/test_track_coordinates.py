"""Where places lie beside ground tracks: distances against great circles, sides, times; which tracks come near."""

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smen.grid import Window
from smen.simulation.orbits import unit_vectors
from smen.simulation.sentinel1_overpasses import SENTINEL1
from smen.simulation.smap_overpasses import HALF_SWATH_KM, LOOK_DELAY_S, SMAP
from smen.simulation.track_coordinates import EARTH_RADIUS_KM, Places, middle_of, tracks_near

OKLAHOMA = Window.centred_on(-97.52, 35.47, 20, 20)


def track_point(orbit, track, descending, seconds):
    """Longitude and latitude, degrees, of a ground track at a time."""
    times, points = orbit.ground_track(track, descending)
    x, y, z = points[np.argmin(np.abs(times - seconds))]
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arcsin(z))


@settings(max_examples=25)
@given(st.integers(0, 116), st.booleans(), st.floats(-1000, 1000))
def test_a_place_on_the_track_is_seen_when_the_satellite_is_there(track, descending, seconds):
    longitude, latitude = track_point(SMAP, track, descending, seconds)
    position = Places(np.array([longitude]), np.array([latitude])).along_track(SMAP, track, descending)
    assert position.seconds[0] == pytest.approx(seconds, abs=SMAP.period_s / 3600)
    assert abs(position.across_km[0]) < 1e-3


@pytest.mark.parametrize(("descending", "eastwards"), [(False, 1), (True, -1)])
def test_the_right_of_the_flight_is_positive(descending, eastwards):
    """Northwards the right is the east, southwards the west."""
    longitude, latitude = track_point(SENTINEL1, 20, descending, 0.0)
    east, west = (
        Places(np.array([longitude + 3, longitude - 3]), np.full(2, latitude))
        .along_track(SENTINEL1, 20, descending)
        .across_km
    )
    assert np.sign(east) == eastwards
    assert np.sign(west) == -eastwards


def test_distances_are_those_of_great_circles():
    """Against the arc to each point of a denser track."""
    rng = np.random.default_rng(1)
    longitude0, latitude0 = track_point(SMAP, 9, False, 500.0)
    longitude, latitude = longitude0 + rng.uniform(-6, 6, 40), latitude0 + rng.uniform(-6, 6, 40)
    _, points = SMAP.ground_track(9, False)
    dense = np.concatenate([points[:-1] * (1 - f) + points[1:] * f for f in np.linspace(0, 1, 20, endpoint=False)])
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    arcs = np.arccos(np.clip(unit_vectors(longitude, latitude) @ dense.T, -1, 1)).min(1) * EARTH_RADIUS_KM
    position = Places(longitude, latitude).along_track(SMAP, 9, False)
    step = 40000 / 3600  # km from point to point of the track: the error of the nearest one is part of it
    beside = np.abs(position.across_km)
    assert (beside >= arcs - 0.01).all()
    assert (beside <= np.hypot(arcs, step / 2) + 0.05).all()


def test_the_distance_along_the_track_grows_with_time():
    """A circle's 40030 km in one period, made longer or shorter by the Earth's rotation at most by 8 %."""
    longitude, latitude = np.array([track_point(SMAP, 3, True, s) for s in (-900.0, 0.0, 900.0)]).T
    position = Places(longitude, latitude).along_track(SMAP, 3, True)
    speed = np.diff(position.along_km) / np.diff(position.seconds)
    np.testing.assert_allclose(speed, 2 * np.pi * EARTH_RADIUS_KM / SMAP.period_s, rtol=0.08)
    assert position.along_km[1] == pytest.approx(0, abs=12)


def test_arrays_keep_the_shape_of_the_places():
    longitude, latitude = np.meshgrid(np.linspace(-100, -95, 5), np.linspace(33, 37, 3))
    position = Places(longitude, latitude).along_track(SMAP, 0, False)
    assert position.seconds.shape == position.across_km.shape == position.along_km.shape == (3, 5)


def test_vectors_are_one_list():
    vectors = Places(np.array([[0.0, 90.0]]), np.array([[0.0, 0.0]])).vectors
    np.testing.assert_allclose(vectors, [[1, 0, 0], [0, 1, 0]], atol=1e-15)


def test_the_middle_is_a_cell_of_the_area():
    longitude, latitude = middle_of(OKLAHOMA)
    assert longitude == OKLAHOMA.longitudes[10]
    assert latitude == OKLAHOMA.latitudes[10]
    assert middle_of(Window(1000, 11560, 4, 20))[0] < -179


@pytest.mark.parametrize("orbit", [SMAP, SENTINEL1], ids=["SMAP", "Sentinel-1"])
def test_tracks_that_come_near_are_those_within_ten_degrees(orbit):
    """Against the distance of the middle from every track, by arc cosines."""
    centre = unit_vectors(*(np.array(v) for v in middle_of(OKLAHOMA)))
    near = tracks_near(orbit, OKLAHOMA)
    dy, dx = OKLAHOMA.cell_lengths_km()
    reach = 10 + np.degrees(np.hypot(dy.sum(), dx.max() * 20) / 2 / 6371)
    for track in range(orbit.revolutions):
        for descending in (False, True):
            _, points = orbit.ground_track(track, descending)
            degrees = np.degrees(np.arccos(np.clip((points @ centre).max(), -1, 1)))
            assert ((track, descending) in near) == (degrees < reach)


def test_no_track_is_missed_that_sees_the_area():
    longitude, latitude = np.meshgrid(OKLAHOMA.longitudes[::4], OKLAHOMA.latitudes[::4])
    places = Places(longitude, latitude)
    near = set(tracks_near(SENTINEL1, OKLAHOMA))
    for track in range(0, SENTINEL1.revolutions, 3):
        for descending in (False, True):
            if (np.abs(places.along_track(SENTINEL1, track, descending).across_km) < 605).any():
                assert (track, descending) in near


def test_the_real_half_orbit_is_passed_at_its_times(real_data):
    """Times and swath of all 17268 cells of a real granule."""
    (path,) = real_data.glob("SMAP_L2_SM_P_NRT_*.h5")
    with h5py.File(path) as file:
        group = file["Soil_Moisture_Retrieval_Data"]
        latitude, longitude = group["latitude"][:].astype(float), group["longitude"][:].astype(float)
        seconds = group["tb_time_seconds"][:]
    crossing = np.datetime64("2019-08-22T23:15:38.138")  # /Metadata/OrbitMeasuredLocation
    since = (crossing - np.datetime64("2000-01-01T12:00:00")) / np.timedelta64(1, "ms") / 1000
    position = Places(longitude, latitude).along_track(SMAP, SMAP.track(24342), descending=False)
    middle = np.abs(latitude) < 60
    assert np.abs(position.seconds + LOOK_DELAY_S - (seconds - since))[middle].max() < 12
    assert np.mean(np.abs(position.across_km[middle]) <= HALF_SWATH_KM) > 0.97
