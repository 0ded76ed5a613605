"""A whole archive: the same bytes again, no look ahead, times and directions that fit, pairs and progress."""

import hashlib
import re

import h5netcdf
import h5py
import numpy as np
import pytest
from made_world import make_half_orbit, make_overpass, make_state, make_world
from pyproj import CRS

from smen.grid import M36, Window
from smen.simulation.climates import OKLAHOMA
from smen.simulation.overpasses import PAIR_HOURS
from smen.simulation.write import REACH, PairQueue, schedule_of, simulate

SMALL = Window.centred_on(-97.52, 35.47, 20, 20)
DAY = np.timedelta64(1, "D")


def digests(archive):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in archive.granules.rglob("*.h5")}


def times(path):
    """The times in a file name."""
    stamps = re.findall(r"\d{8}T\d{6}", path.name)
    return [np.datetime64(f"{t[:4]}-{t[4:6]}-{t[6:8]}T{t[9:11]}:{t[11:13]}:{t[13:]}") for t in stamps]


def solar_hour(time, longitude):
    return ((time - time.astype("datetime64[D]")) / np.timedelta64(1, "h") + longitude / 15) % 24


def test_the_same_arguments_give_the_same_bytes(build_archive, tmp_path):
    options = {"first": "2015-04-01", "last": "2015-04-10", "window": SMALL}
    one, two = (build_archive(tmp_path / name, **options) for name in ("one", "two"))
    other = build_archive(tmp_path / "other", seed=2, **options)
    assert len(digests(one)) > 8
    assert digests(one) == digests(two)
    assert not set(digests(one).values()) & set(digests(other).values())
    assert (one.truth / "truth_2015.nc").read_bytes() == (two.truth / "truth_2015.nc").read_bytes()


def test_a_longer_period_leaves_earlier_granules_alone(build_archive, simulated, tmp_path):
    """Neither a later end nor an earlier beginning may touch a granule of the days between."""
    later = digests(build_archive(tmp_path / "part", first="2016-04-11", last="2016-05-02"))
    whole = digests(simulated)
    assert len(later) > 20
    assert later == {name: whole[name] for name in later}


def test_granules_lie_in_the_folders_of_their_days(simulated):
    for path in simulated.granules.rglob("*.h5"):
        assert path.parent.name == str(times(path)[0].astype("datetime64[D]")).replace("-", ".")
    assert {p.parent.parent.name for p in simulated.granules.rglob("*.h5")} == {"SPL2SMP.009", "SPL2SMAP_S.003"}


def test_directions_fit_the_local_solar_time(simulated):
    for path in simulated.files("SPL2SMP"):
        with h5py.File(path) as file:
            group = file["Soil_Moisture_Retrieval_Data"]
            seconds, longitude = group["tb_time_seconds"][:], group["longitude"][:]
            direction = file["Metadata/OrbitMeasuredLocation"].attrs["orbitDirection"]
        over = np.datetime64("2000-01-01T12:00") + np.timedelta64(int(np.median(seconds)), "s")
        descending = re.search(r"_\d{5}_([AD])_", path.name)[1] == "D"
        assert direction == ("Descending" if descending else "Ascending")
        assert solar_hour(over, np.median(longitude)) == pytest.approx(6 if descending else 18, abs=1.2)


def test_half_orbits_return_after_eight_days_and_pass_every_two_or_three(simulated):
    begins = {letter: [] for letter in "AD"}
    for path in simulated.files("SPL2SMP"):
        with h5py.File(path) as file:
            rows = file["Soil_Moisture_Retrieval_Data/EASE_row_index"].shape[0]
        begins[path.name.split("_")[5]].append((times(path)[0], rows))
    for passes in begins.values():
        at = dict(passes)
        again = [(t + np.timedelta64(8, "D") + np.timedelta64(s, "s"), n) for t, n in at.items() for s in (-1, 0, 1)]
        assert {at[t] == n for t, n in again if t in at} == {True}
        full = max(at.values())
        good = np.array([t for t, n in passes if n > 0.7 * full])
        gaps = np.diff(good) / np.timedelta64(1, "D")
        assert 1.5 <= np.mean(gaps) <= 3.5
        assert np.max(gaps) < 6


def test_scenes_lie_in_their_half_orbits(simulated):
    spans = []
    for path in simulated.files("SPL2SMP"):
        with h5py.File(path) as file:
            extent = file["Metadata/Extent"].attrs
            begin, end = (np.datetime64(extent[f"range{k}DateTime"].removesuffix("Z")) for k in ("Beginning", "Ending"))
            spans.append((begin, end, file["Metadata/OrbitMeasuredLocation"].attrs["orbitDirection"]))
        assert abs(begin - times(path)[0]) <= np.timedelta64(500, "ms")
    scenes = simulated.files("SPL2SMAP_S")
    assert len(scenes) >= 8
    for path in scenes:
        smap, sentinel1 = times(path)
        with h5py.File(path) as file:
            direction = file["Metadata/OrbitMeasuredLocation"].attrs["orbitDirection"]
            difference = file["Soil_Moisture_Retrieval_Data_3km/SMAP_Sentinel-1_overpass_timediff_hr_3km"][:]
        assert len([s for s in spans if s[0] <= smap <= s[1] and s[2] == direction]) == 1
        hours = (smap - sentinel1) / np.timedelta64(1, "h")
        assert 0.4 <= abs(hours) <= 36.1
        np.testing.assert_allclose(difference[difference > -9999], hours, atol=0.01)


def test_scenes_are_slanted_strips_of_250_km(simulated):
    """Their edges move to the west northwards when Sentinel-1 ascends (evening) and to the east when it descends."""
    looked_at = 0
    for path in simulated.files("SPL2SMAP_S"):
        with h5py.File(path) as file:
            group = file["Soil_Moisture_Retrieval_Data_3km"]
            column, moisture = group["EASE_column_index_3km"][:], group["soil_moisture_3km"][:]
            longitude = group["longitude_3km"][:]
        inside = column != 65534
        evening, smap_evening = (solar_hour(t, longitude.mean()) > 12 for t in reversed(times(path)))
        assert (moisture[~inside] == -9999).all()
        if inside.shape[0] < 40 or evening != smap_evening:
            # a swath of SMAP that slants the other way may cut such a scene
            continue
        east = np.array([np.flatnonzero(row)[-1] for row in inside[15:-15]])
        west = np.array([np.flatnonzero(row)[0] for row in inside[15:-15]])
        edge = east if np.ptp(east) > np.ptp(west) else west
        if np.ptp(edge) < 3:
            continue
        looked_at += 1
        slope = np.polyfit(np.arange(edge.size), edge, 1)[0]
        assert 0.05 < (slope if evening else -slope) < 0.4
    assert looked_at >= 1


def test_the_truth_is_what_the_fine_product_scatters_about(simulated):
    with h5netcdf.File(simulated.truth / "truth_2016.nc") as file:
        assert file.attrs["simulated"].startswith("SMEN simulation")
        assert CRS.from_cf(dict(file["crs"].attrs)).to_epsg() == 6933
        assert file["soil_moisture"].dimensions == ("time", "y", "x")
        assert file["soil_moisture"].dtype == np.float32
        np.testing.assert_allclose(file["x"][:], simulated.window.x)
        time = file["time"][:].astype("datetime64[s]")
        truth = file["soil_moisture"][:]
    assert len(time) == 2 * 61
    hours = solar_hour(time, simulated.window.longitudes[30])
    np.testing.assert_allclose(hours[::2], hours[0], atol=1e-3)
    assert {round(float(h)) for h in hours} == {6, 18}
    correlations, deviations = [], []
    for path in simulated.files("SPL2SMAP_S"):
        with h5py.File(path) as file:
            group = file["Soil_Moisture_Retrieval_Data_3km"]
            row, column = group["EASE_row_index_3km"][:], group["EASE_column_index_3km"][:]
            good = (row != 65534) & (group["retrieval_qual_flag_3km"][:] == 0)
            inside, r, c = simulated.window.locate(row[good], column[good])
            values = group["soil_moisture_3km"][:][good][inside]
        if values.size < 500:
            continue
        there = truth[np.argmin(np.abs(time - times(path)[0]))][r, c]
        assert np.isfinite(there).all()
        correlations.append(np.corrcoef(there, values)[0, 1])
        deviations.append(np.std(values - there))
    assert np.median(correlations) > 0.75
    assert np.median(deviations) < 0.05
    assert np.max(deviations) < 0.06


def test_the_enhanced_product_lies_on_nine_kilometres(build_archive, tmp_path):
    archive = build_archive(tmp_path, first="2015-04-01", last="2015-04-08", product="SPL2SMP_E")
    path = archive.files("SPL2SMP_E")[1]
    assert path.parent.parent.name == "SPL2SMP_E.006"
    with h5py.File(path) as file:
        group = file["Soil_Moisture_Retrieval_Data"]
        rows, x = group["EASE_row_index"][:], group["longitude"][:]
        column = group["EASE_column_index"][:].astype(float)
    np.testing.assert_allclose(x, -180 + (column + 0.5) * 360 / 3856, atol=2e-5)
    assert rows.max() < 1624
    assert archive.window.row // 3 in rows


def test_a_window_across_the_antimeridian(build_archive, tmp_path):
    archive = build_archive(tmp_path, first="2015-04-01", last="2015-04-06", window=Window(1000, 11550, 40, 40))
    longitudes = set()
    for path in archive.files("SPL2SMP"):
        with h5py.File(path) as file:
            group = file["Soil_Moisture_Retrieval_Data"]
            longitudes |= set(group["longitude"][:].tolist())
            assert group["EASE_column_index"][:].max() < 964
    assert min(longitudes) < -179
    assert max(longitudes) > 179


def test_progress_counts_days(tmp_path):
    """From 0 to all of them, each evening one more, never back."""
    calls = []
    days = np.datetime64("2015-04-01"), np.datetime64("2015-04-05")

    def progress(done, number):
        calls.append((done, number))

    simulate(
        Window.centred_on(-97.52, 35.47, 4, 4),
        "small",
        OKLAHOMA,
        1,
        *days,
        "SPL2SMP",
        tmp_path / "g",
        tmp_path / "t",
        tmp_path / "s",
        progress,
    )
    done = [call[0] for call in calls]
    assert {call[1] for call in calls} == {5}
    assert done == sorted(done)
    assert done[0] == 0
    assert done[-1] == 5
    assert set(range(6)) == set(done)


class MadeSchedule:
    """A schedule of made overpasses: lists what the period holds."""

    def __init__(self, orbits, passes):
        self.orbits, self.passes = orbits, passes
        self.asked = []

    def smap(self, grid, first, last):
        self.asked.append((grid, first, last))
        return [orbit for orbit in self.orbits if first <= orbit.start_day <= last]

    def sentinel1(self, first, last):
        return [p for p in self.passes if first <= p.time.astype("datetime64[D]") <= last]


@pytest.fixture(scope="module")
def pairing():
    """A half-orbit, and overpasses 20 hours before and after it."""
    world = make_world(size=12)
    orbit = make_half_orbit(world.area)
    apart = np.timedelta64(20, "h")
    passes = [make_overpass(world.area, orbit.over - apart), make_overpass(world.area, orbit.over + apart)]
    return world, orbit, MadeSchedule([orbit], passes)


def states_between(world, first, last):
    days = np.arange(first, last + DAY)
    return [make_state(world, day=day, evening=evening) for day in days for evening in (False, True)]


def test_a_pair_waits_for_the_later_of_its_two_times(pairing):
    world, orbit, schedule = pairing
    queue = PairQueue(schedule, orbit.start_day, orbit.start_day)
    states = states_between(world, orbit.day - 2 * DAY, orbit.day + 2 * DAY)
    released = {}
    for k in range(len(states)):
        for overpass, at, smap, sentinel1 in queue.ready(states[max(k - 7, 0) : k + 1]):
            released[overpass.time] = states[k].half_day
            assert at is orbit
            assert smap.half_day == orbit.half_day
            assert sentinel1.half_day == overpass.half_day
    before, after = schedule.passes
    assert released == {before.time: orbit.half_day, after.time: after.half_day}


def test_a_pair_is_released_once(pairing):
    world, orbit, schedule = pairing
    queue = PairQueue(schedule, orbit.start_day, orbit.start_day)
    states = states_between(world, orbit.day - 2 * DAY, orbit.day + 2 * DAY)
    assert len(list(queue.ready(states))) == 2
    assert list(queue.ready(states)) == []


def test_pairs_of_half_orbits_outside_the_period_are_left_to_others(pairing):
    world, orbit, schedule = pairing
    states = states_between(world, orbit.day - 2 * DAY, orbit.day + 2 * DAY)
    for offset, number in ((-1, 0), (0, 2), (1, 0)):
        day = orbit.start_day + offset * DAY
        assert len(list(PairQueue(schedule, day, day).ready(states))) == number


def test_half_orbits_beyond_the_period_take_part_in_the_pairing(pairing):
    """So that the period does not decide the pair; its reach exceeds the greatest time apart."""
    _, orbit, schedule = pairing
    PairQueue(schedule, orbit.start_day, orbit.start_day)
    grid, first, last = schedule.asked[-1]
    assert grid is M36
    assert orbit.start_day - first == last - orbit.start_day == REACH
    assert REACH / np.timedelta64(1, "h") > PAIR_HOURS[1] + 24


def test_a_nearer_half_orbit_outside_the_period_keeps_its_overpass(pairing):
    world, orbit, _ = pairing
    near = make_half_orbit(world.area, number=orbit.number + 44)  # three days later
    overpass = make_overpass(world.area, near.over - np.timedelta64(10, "h"))
    far = make_half_orbit(world.area, number=orbit.number + 22)
    states = states_between(world, orbit.day - 2 * DAY, orbit.day + 6 * DAY)
    schedule = MadeSchedule([orbit, far, near], [overpass])
    assert list(PairQueue(schedule, far.start_day, far.start_day).ready(states)) == []
    assert len(list(PairQueue(schedule, near.start_day, near.start_day).ready(states))) == 1


def test_the_schedule_of_a_world_is_of_its_region():
    world = make_world(size=12)
    schedule = schedule_of(world)
    assert (schedule.window, schedule.area, schedule.name, schedule.seed) == (world.window, world.area, "made", 1)
    assert schedule.climate is world.climate
    np.testing.assert_array_equal(schedule.recommended, world.land.recommended[world.inner])
