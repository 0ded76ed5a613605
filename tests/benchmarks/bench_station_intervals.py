"""How often the 95 % interval of a difference in ubRMSD holds it, in made worlds of few or many stations.

The errors of two products last some days, are in part common to all stations, and differ in size between stations.

python tests/benchmarks/bench_station_intervals.py [--worlds 150]
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from made_stations import made_pairs

from smen.validation.station_summary import paired_differences

DAYS = 180
COMMON, SIZES, SPREAD = 0.02, (0.03, 0.025), 0.25
"""Standard deviation of the common error; of the products' own at the middle station; of the latter's logarithm."""


def lasting(rng, number, deviation, memory=0.6):
    """Draw series of first order, (DAYS, number)."""
    noise = rng.normal(0, 1, (DAYS, number)) * np.sqrt(1 - memory**2)
    series = np.empty((DAYS, number))
    series[0] = rng.normal(0, 1, number)
    for day in range(1, DAYS):
        series[day] = memory * series[day - 1] + noise[day]
    return series * deviation


def expected():
    """Return the mean difference over all stations that there might be."""
    factor = np.exp(np.random.default_rng(99).normal(0, SPREAD, 400_000))
    first, second = (np.sqrt((size * factor) ** 2 + COMMON**2).mean() for size in SIZES)
    return second - first


def main():
    """Print share and mean width for each number of stations."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=150)
    worlds = parser.parse_args().worlds
    truth = expected()
    for stations in (5, 20, 60):
        pairs = made_pairs(stations, DAYS, cells=[(i % 48, i * 7 % 48) for i in range(stations)])
        held, widths = [], []
        for seed in range(worlds):
            rng = np.random.default_rng(seed)
            station = 0.25 + 0.05 * np.sin(np.arange(DAYS) / 15)[:, None] + lasting(rng, stations, 0.03, 0.8)
            common = lasting(rng, 1, COMMON)
            own = [lasting(rng, stations, size * np.exp(rng.normal(0, SPREAD, stations))) for size in SIZES]
            columns = {f"p{i}": (station + common + error).T.ravel() for i, error in enumerate(own)}
            table = pairs.table.assign(station=station.T.ravel(), **columns)
            found = paired_differences(replace(pairs, table=table), "p0", ("ubrmsd",), resamples=400, seed=seed)
            row = found[found["group"] == "all"].iloc[0]
            held.append(row["low"] <= truth <= row["high"])
            widths.append(row["high"] - row["low"])
        print(f"{stations} stations: {np.mean(held):.0%} hold {truth:.4f}, width {np.mean(widths):.4f}")


if __name__ == "__main__":
    main()
