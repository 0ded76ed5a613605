"""Time of a validation: 20 stations, a year of hourly values, 4 products, 3 kinds of values.

python tests/benchmarks/bench_validation.py [--stations 20]
"""

import argparse
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from made_ismn import hours, write_ismn, zip_folder

from smen.grid import Window
from smen.validation.ismn_archive import read_ismn
from smen.validation.point_metrics import station_metrics
from smen.validation.point_products import PointProduct
from smen.validation.station_matching import match_stations
from smen.validation.station_points import locate_points
from smen.validation.station_records import StationSelection
from smen.validation.station_summary import paired_differences, summary_metrics

WINDOW = Window.centred_on(10.0, 50.0, 60, 60)
PERIODS = ("all", "season", "year", "sentinel1b")


def archive(folder, stations):
    """Write an archive of hourly series; return its zip."""
    rng = np.random.default_rng(0)
    for number in range(stations):
        value = np.clip(0.25 + np.cumsum(rng.normal(0, 0.002, 8760)), 0.02, 0.6)
        place = float(WINDOW.longitudes[rng.integers(60)]), float(WINDOW.latitudes[rng.integers(60)])
        write_ismn(folder, f"NET{number % 2}", f"s{number}", *place, hours("2021-06-01", 8760), value)
    return zip_folder(folder)


def main():
    """Print the seconds of each step."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--stations", type=int, default=20)
    stations = parser.parse_args().stations
    import pytesmo.metrics  # their import, some seconds, is not what is measured
    import pytesmo.temporal_matching  # noqa: F401

    with tempfile.TemporaryDirectory() as folder:
        path = archive(Path(folder) / "archive", stations)
        steps = [("start", time.perf_counter())]
        reading = read_ismn(path, StationSelection(), WINDOW)
        steps.append(("reading", time.perf_counter()))
    points, _ = locate_points(reading.series, WINDOW)
    truth = np.array([p.value[6::24] for p in points]).T
    rng = np.random.default_rng(1)
    products = [
        PointProduct(f"p{i}", points[0].time[6::24], truth + rng.normal(0, 0.03, truth.shape)) for i in range(4)
    ]
    pairs = match_stations(points, products)
    steps.append(("matching", time.perf_counter()))
    for kind in pairs.values():
        station_metrics(kind, periods=PERIODS)
    steps.append(("tables of stations", time.perf_counter()))
    for kind in pairs.values():
        summary_metrics(kind, periods=PERIODS)
        paired_differences(kind, "p1", periods=PERIODS)
    steps.append(("tables of networks, differences, intervals", time.perf_counter()))
    for (_, before), (name, after) in pairwise(steps):
        print(f"{name}: {after - before:.1f} s")


if __name__ == "__main__":
    main()
