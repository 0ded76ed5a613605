"""The orbits against the real half-orbit and against real names of granules."""

import h5py
import numpy as np

from smen.grid import Window
from smen.simulation.climates import CLIMATES
from smen.simulation.overpasses import OverpassSchedule
from smen.simulation.smap_overpasses import HALF_SWATH_KM, LOOK_DELAY_S, SMAP
from smen.simulation.track_coordinates import Places


def test_the_real_half_orbit_is_passed_at_its_times(real_data):
    (path,) = real_data.glob("SMAP_L2_SM_P_NRT_*.h5")
    with h5py.File(path) as file:
        group = file["Soil_Moisture_Retrieval_Data"]
        latitude, longitude = group["latitude"][:].astype(float), group["longitude"][:].astype(float)
        seconds = group["tb_time_seconds"][:]
    crossing = np.datetime64("2019-08-22T23:15:38.138")  # /Metadata/OrbitMeasuredLocation
    since = (crossing - np.datetime64("2000-01-01T12:00:00")) / np.timedelta64(1, "ms") / 1000
    sight = Places(longitude, latitude).along_track(SMAP, SMAP.track(24342), descending=False)
    middle = np.abs(latitude) < 60
    assert np.abs(sight.seconds + LOOK_DELAY_S - (seconds - since))[middle].max() < 12
    assert np.mean(np.abs(sight.across_km[middle]) <= HALF_SWATH_KM) > 0.97


def test_half_orbits_have_the_names_of_real_ones():
    """The real one's own name; and 00872_D, which began at 2015-04-01T04:48:11, within three minutes."""
    here = OverpassSchedule(*(Window.centred_on(-90, 35, 20, 20),) * 2, "memphis", CLIMATES["oklahoma"], 0)
    (orbit,) = [o for o in here.smap(_m36(), *[np.datetime64("2019-08-22")] * 2) if not o.descending]
    assert orbit.number == 24342
    assert abs(orbit.begin - np.datetime64("2019-08-22T22:48:57.923")) < np.timedelta64(1, "s")
    assert abs(orbit.end - np.datetime64("2019-08-22T23:42:19.360")) < np.timedelta64(1, "s")
    begun = SMAP.crossing(872, descending=True) - (orbit.crossing - orbit.begin)
    assert abs(begun - np.datetime64("2015-04-01T04:48:11")) < np.timedelta64(3, "m")


def _m36():
    from smen.grid import M36

    return M36
