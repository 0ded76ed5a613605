"""What a simulated archive must hold to: the same bytes again, no look ahead, times and directions that fit."""

import hashlib
import re

import h5netcdf
import h5py
import numpy as np
import pytest
from pyproj import CRS

from smen.grid import Window


def digests(archive):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in archive.granules.rglob("*.h5")}


def times(path):
    """The times in a file name."""
    stamps = re.findall(r"\d{8}T\d{6}", path.name)
    return [np.datetime64(f"{t[:4]}-{t[4:6]}-{t[6:8]}T{t[9:11]}:{t[11:13]}:{t[13:]}") for t in stamps]


def solar_hour(time, longitude):
    return ((time - time.astype("datetime64[D]")) / np.timedelta64(1, "h") + longitude / 15) % 24


def test_the_same_arguments_give_the_same_bytes(build_archive, tmp_path):
    period = {"first": "2016-04-01", "last": "2016-04-20"}
    one, two = (build_archive(tmp_path / name, **period) for name in ("one", "two"))
    other = build_archive(tmp_path / "other", seed=2, **period)
    assert digests(one) == digests(two)
    assert not set(digests(one).values()) & set(digests(other).values())
    assert (one.truth / "truth_2016.nc").read_bytes() == (two.truth / "truth_2016.nc").read_bytes()


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
    correlations = []
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
        assert np.std(values - there) < 0.06
    assert np.median(correlations) > 0.75


def test_the_enhanced_product_lies_on_nine_kilometres(build_archive, tmp_path):
    archive = build_archive(tmp_path, first="2016-04-01", last="2016-04-08", product="SPL2SMP_E")
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
    archive = build_archive(tmp_path, first="2016-04-01", last="2016-04-06", window=Window(1000, 11550, 40, 40))
    longitudes = set()
    for path in archive.files("SPL2SMP"):
        with h5py.File(path) as file:
            group = file["Soil_Moisture_Retrieval_Data"]
            longitudes |= set(group["longitude"][:].tolist())
            assert group["EASE_column_index"][:].max() < 964
    assert min(longitudes) < -179
    assert max(longitudes) > 179
