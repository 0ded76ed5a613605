"""Worlds that SMEN's own simulator did not make: other climates, noise and coverage, written as a tree of granules.

    python tests/benchmarks/other_worlds.py --world pampas --seed 7 OUT

writes OUT/granules (in the true layout, marked as simulated in /Metadata), OUT/truth (CF NetCDF, both overpasses of
each day) and OUT/config.yaml, with which `snakemake --configfile config.yaml` runs in OUT. The physics and the code
are independent of `smen/simulation`: what SMEN's default network gains there, it should gain here too.
"""

import argparse
import zlib
from pathlib import Path

import numpy as np
import xarray as xr
import yaml
from other_ground import Plain, history
from other_places import WORLDS, World
from other_sky import Pass, Radar, Radiometer, passes

from smen.grid import M03, Window

MARGIN = 24  # cells of 3 km around the window's coarse cells: two footprints


def make(world, out, seed=1, size=100, first="2016-01-01", last="2018-12-31", marked=True):
    """Write a world; returns its configuration."""
    place = WORLDS[world]
    first, last = np.datetime64(first), np.datetime64(last)
    days = int((last - first).astype(int)) + 1
    rng = np.random.default_rng([seed, zlib.crc32(world.encode())])
    window = Window.centred_on(place.longitude, place.latitude, size, size)
    domain = around(window)
    north_south, east_west = domain.cell_lengths_km()
    plain = Plain(domain.shape, (float(north_south.mean()), float(east_west.mean())), rng)
    soil, moisture, frozen = history(place.ground, plain, place.latitude < 0, first, days)
    mark = f"another world than SMEN's: {world}, seed {seed}" if marked else False
    observe(place, out / "granules", plain, soil, moisture, frozen, domain, (first, days), mark)
    write_truth(out / "truth", place, window, domain, soil, moisture, first)
    config = settings(world, place, size, first, last)
    (out / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    return config


def around(window):
    """The rectangle of whole coarse cells around a window and its margin."""
    top, left = ((v - MARGIN) // 12 * 12 for v in (window.row, window.column))
    bottom = -(-(window.row + window.height + MARGIN) // 12) * 12
    right = -(-(window.column + window.width + MARGIN) // 12) * 12
    return Window(top, left % M03.columns, bottom - top, right - left)


def observe(place, folder, plain, soil, moisture, frozen, domain, span, mark):
    """All half-orbits, and for each pass of Sentinel-1 the scenes with the half-orbit next to it."""
    first, days = span
    sky, origin = place.sky, (domain.row, domain.column)
    radiometer = Radiometer(sky, plain, soil, origin)
    radar = Radar(sky, plain, soil, origin, MARGIN - 6)
    found = passes(first, days, place.longitude, place.latitude, sky.outages)
    found = [p for p in found if first <= p.begins < first + np.timedelta64(days, "D")]
    wanted = {}
    for date, hour, satellite, strip in radar.dates(first, days):
        time = date.astype("datetime64[s]") + np.timedelta64(round(3600 * (hour - place.longitude / 15)), "s")
        near = [p for p in found if abs(p.over - time) < np.timedelta64(36, "h") and central(p, place)]
        if near:
            wanted.setdefault(min(near, key=lambda p: abs(p.over - time)), []).append((time, satellite, strip))
    for over in found:
        step = step_of(over, place, first)
        if not 0 <= step < len(moisture):
            continue
        value, quality, surface, error = radiometer.look(moisture[step], frozen[step], over)
        radiometer.write(folder, over, value, quality, surface, mark)
        if over in wanted:
            fields = radar.fields(moisture[step], frozen[step], value, error, over)
            for time, satellite, strip in wanted[over]:
                radar.write(folder, over, time, satellite, strip, fields, mark)


def central(over: Pass, place: World):
    """Whether the half-orbit's track passes near enough to cover most of the region."""
    degrees = abs((over.longitude - place.longitude + 180) % 360 - 180)
    return degrees * 111.3 * np.cos(np.radians(place.latitude)) < 430


def step_of(over, place, first):
    """Which half day an overpass is of, in local solar time: morning or evening."""
    local = over.over + np.timedelta64(round(240 * place.longitude), "s")
    return 2 * int((local.astype("datetime64[D]") - first).astype(int)) + (not over.descending)


def write_truth(folder, place, window, domain, soil, moisture, first):
    """The moisture of the window as CF NetCDF, at both local times of each day, a file a year; water has none."""
    folder.mkdir(parents=True, exist_ok=True)
    top, left = window.row - domain.row, (window.column - domain.column) % M03.columns
    cut = (slice(top, top + window.height), slice(left, left + window.width))
    x = window.transform.c + (np.arange(window.width) + 0.5) * window.transform.a
    y = window.transform.f + (np.arange(window.height) + 0.5) * window.transform.e
    hours = np.arange(len(moisture)) * 12 + 6
    shift = np.timedelta64(round(-240 * place.longitude), "s")
    times = first.astype("datetime64[s]") + hours.astype("timedelta64[h]") + shift
    values = np.where(soil.water[cut], np.nan, moisture[(slice(None), *cut)])
    about = {"units": "m3 m-3", "long_name": "true soil moisture", "standard_name": "volume_fraction_of_water_in_soil"}
    packed = {"dtype": "int16", "scale_factor": 1e-4, "_FillValue": -1, "zlib": True, "complevel": 2,
              "chunksizes": (1, *window.shape)}  # fmt: skip
    for year in np.unique(times.astype("datetime64[Y]")):
        rows = times.astype("datetime64[Y]") == year
        truth = xr.Dataset(
            {"soil_moisture": (("time", "y", "x"), values[rows], about)},
            {"time": times[rows].astype("datetime64[ns]"), "y": y, "x": x},
            {"Conventions": "CF-1.11", "title": "Truth of another world", "crs": "EPSG:6933"},
        )
        time = {"units": "seconds since 2000-01-01", "dtype": "int64"}
        truth.to_netcdf(folder / f"truth_{year}.nc", engine="h5netcdf",
                        encoding={"soil_moisture": packed, "time": time})  # fmt: skip


def settings(world, place, size, first, last):
    """A configuration: the last third of the time is the test."""
    year = str(last.astype("datetime64[Y]"))
    split = np.datetime64(f"{year}-01-01") if int((last - first).astype(int)) > 800 else last - (last - first) // 3
    return {
        "method": "fusion",
        "source": {"kind": "directory", "directory": "granules", "truth": "truth"},
        "regions": {world: {"longitude": place.longitude, "latitude": place.latitude, "size": size}},
        "periods": {"training": [str(first), str(split - 1)], "test": [str(split), str(last)]},
        "smen": {"threads": 1},
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--world", choices=WORLDS, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=100, help="cells of 3 km, rows and columns")
    parser.add_argument("--first", default="2016-01-01")
    parser.add_argument("--last", default="2018-12-31")
    parser.add_argument("--unmarked", action="store_true", help="as real granules are: nothing says that it is made")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    if (chosen.out / "granules").exists():  # another world's would remain among those of this one
        parser.error(f"{chosen.out / 'granules'} exists: delete it, or choose another folder")
    make(chosen.world, chosen.out, chosen.seed, chosen.size, chosen.first, chosen.last, not chosen.unmarked)
