"""How near the simulated observations come to what was measured on real data: ``python -m smen.simulation.statistics``.

With ``--flags`` it compares retrievals of uncertain quality with the recommended ones beside them, by flag.

Rows that begin with `stations` hold sensors at 5 cm, which respond less to the fast drying of the surface than SMAP
does: they are compared with the truth after an exponential filter of `SENSOR_DAYS` (Albergel et al. 2008, Hydrol. Earth
Syst. Sci. 12, 1323-1337).
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import numpy as np

from smen.simulation.climates import CLIMATES
from smen.simulation.dry_downs import dry_downs
from smen.simulation.measured_statistics import TARGETS, TIER_TARGETS, Numbers
from smen.simulation.statistics_sample import WorldSample, sample_half_orbits, sample_world
from smen.simulation.tier_statistics import tier_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SENSOR_DAYS = 2.0
"""e-folding time of the filter that turns soil moisture at the surface into that of sensors at 5 cm."""

DRY_MM = 0.2
"""Days with less rain than this are dry."""

CELL_LAGS = (1, 2, 3, 4, 8)
DAY_LAGS = (1, 2, 3, 5, 8, 14)
SPELLS = (1, 3, 8)
KM_LAGS = (9, 18, 36, 72, 108, 180)
MEMORY_LAGS = (1, 3, 6, 12, 24)
DISTANCES = ((0, 50), (50, 100), (100, 150), (150, 200), (280, 320))
"""The lags of the rows: in 36 km cells, days, dry days, km, days; and classes of distance in km."""


def measure(world: WorldSample) -> dict[str, Numbers]:
    """Compute the statistics of one world, in the rows of `TARGETS`."""
    dy, dx = world.cell_km
    changes = [_dry_changes(world, days) for days in SPELLS]
    robust_sd = [1.4826 * float(np.median(np.abs(c - np.median(c)))) for c in changes]
    e_folding = dry_downs(world.coarse)
    sensors = _sensors(world.points)
    nine_km = _within_coarse_cells(world)
    return {
        "mean, sd in time": (float(world.coarse.mean()), float(world.coarse.std(0).mean())),
        "semivariance at 1, 2, 3, 5, 8, 14 days": tuple(_semivariance_in_time(world.coarse, k) for k in DAY_LAGS),
        "semivariance at 1, 2, 3, 4, 8 cells of 36 km": tuple(_semivariance(world.coarse, k, k) for k in CELL_LAGS),
        "change over 1, 3, 8 dry days": tuple(float(c.mean()) for c in changes),
        "robust sd of that change": tuple(robust_sd),
        "sd of 9 km values in a 36 km cell: mean, p10, p90": (
            float(nine_km.mean()),
            float(np.quantile(nine_km, 0.1)),
            float(np.quantile(nine_km, 0.9)),
        ),
        "sd of 3 km values in a 36 km cell": (float(world.within.mean()),),
        "semivariance at 9, 18, 36, 72, 108, 180 km": tuple(
            _semivariance(world.medium[::5], round(km / dy), round(km / dx)) for km in KM_LAGS
        ),
        "dry-down e-folding days: median, sd over cells": (float(np.median(e_folding)), float(np.std(e_folding))),
        "stations: autocorrelation at 1, 3, 6, 12, 24 days": tuple(_autocorrelation(sensors, k) for k in MEMORY_LAGS),
        "stations: correlation 0-50, -100, -150, -200, 300 km apart": tuple(_correlations(sensors, world.places)),
    }


def _within_coarse_cells(world: WorldSample) -> NDArray[np.float32]:
    """Return the standard deviation of the 9 km values within each 36 km cell, (T, rows, columns)."""
    medium = world.medium
    cells = medium.reshape(len(medium), medium.shape[1] // 4, 4, medium.shape[2] // 4, 4)
    return np.asarray(cells.swapaxes(2, 3).reshape(*world.within.shape, 16).std(-1))


def _semivariance(fields: NDArray[np.float32], down: int, right: int) -> float:
    """Return the semivariance between cells `down` rows or `right` columns apart, the mean over both axes and time."""
    along = fields[:, down:] - fields[:, : fields.shape[1] - down]
    across = fields[:, :, right:] - fields[:, :, : fields.shape[2] - right]
    return float((np.mean(along**2) + np.mean(across**2)) / 4)


def _semivariance_in_time(series: NDArray[np.float32], lag: int) -> float:
    return float(np.mean((series[lag:] - series[:-lag]) ** 2) / 2)


def _dry_changes(world: WorldSample, days: int) -> NDArray[np.float32]:
    """Return the changes of all cells over all spells of `days` dry days, (n,)."""
    dry = world.rain < DRY_MM
    spell = np.all([dry[k + 1 : len(dry) - days + k + 1] for k in range(days)], axis=0)
    return (world.coarse[days:] - world.coarse[:-days])[spell]


def _sensors(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Filter series (T, n) exponentially, recursively: what sensors at 5 cm would measure."""
    keep = np.exp(-1 / SENSOR_DAYS)
    filtered = points.copy()
    for t in range(1, len(filtered)):
        filtered[t] = keep * filtered[t - 1] + (1 - keep) * points[t]
    return filtered


def _autocorrelation(series: NDArray[np.float32], lag: int) -> float:
    """Return the autocorrelation of series (T, n) at a lag in days, the mean over the series."""
    anomalies = series - series.mean(0)
    return float(np.mean((anomalies[lag:] * anomalies[:-lag]).mean(0) / anomalies.var(0)))


def _correlations(series: NDArray[np.float32], places: NDArray[np.float64]) -> list[float]:
    """Return the mean correlation of pairs of series (T, n) by the classes of their distance in `DISTANCES`."""
    matrix = np.asarray(np.corrcoef(series.T))
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    pairs = np.triu(np.ones_like(apart, bool), 1)
    return [float(matrix[pairs & (apart >= low) & (apart < high)].mean()) for low, high in DISTANCES]


def compare(climate: str, seeds: Sequence[int], size: int = 180) -> dict[str, tuple[Numbers, Numbers]]:
    """Compare what was measured on real data with the simulation.

    Args:
        climate: name of the climate, a key of `CLIMATES`.
        seeds: of the worlds whose statistics are averaged.
        size: rows and columns of their windows, cells of M03.

    Returns:
        Row to (real numbers, simulated numbers).
    """
    worlds = [measure(sample_world(CLIMATES[climate], seed, size)) for seed in seeds]
    return {
        row: (target, tuple(float(np.mean([world[row][k] for world in worlds])) for k in range(len(target))))
        for row, target in TARGETS[climate].items()
    }


def compare_tiers(
    climates: Sequence[str], seeds: Sequence[int], size: int = 180
) -> dict[str, tuple[tuple[int, float, float], tuple[int, float, float]]]:
    """Compare retrievals of uncertain quality with the recommended ones beside them, in real and simulated data.

    Args:
        climates: names of climates, keys of `CLIMATES`; their worlds are pooled.
        seeds: of the worlds of each climate.
        size: rows and columns of their windows, cells of M03.

    Returns:
        Row to (real, simulated): number, and mean and sd of the difference, m3/m3.
    """
    simulated = tier_table(
        grid for name in climates for seed in seeds for grid in sample_half_orbits(CLIMATES[name], seed, size)
    )
    return {row: (real, simulated[row]) for row, real in TIER_TARGETS.items()}


def _print_climate(name: str, seeds: Sequence[int]) -> None:
    print(f"{CLIMATES[name].name}\n{'':60s}  real -> simulated")
    for row, (target, simulated) in compare(name, seeds).items():
        pairs = "  ".join(f"{a:.4g} -> {b:.3g}" for a, b in zip(target, simulated, strict=True))
        print(f"{row:60s}  {pairs}")


def _print_tiers(climates: Sequence[str], seeds: Sequence[int]) -> None:
    print(f"difference from recommended neighbours, m3/m3\n{'':30s}  number  mean, sd: real -> simulated")
    for row, (real, simulated) in compare_tiers(climates, seeds).items():
        pairs = "  ".join(f"{a:+.3f} -> {b:+.3f}" for a, b in zip(real[1:], simulated[1:], strict=True))
        print(f"{row:30s}  {real[0]} -> {simulated[0]}  {pairs}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="How near the simulation comes to what was measured on real data")
    parser.add_argument("climates", nargs="*", default=list(CLIMATES), help="which climates (default: all)")
    parser.add_argument("--seeds", type=int, default=3, help="number of worlds to average over (default: 3)")
    parser.add_argument(
        "--flags", action="store_true", help="retrievals of uncertain quality by flag, all climates pooled"
    )
    arguments = parser.parse_args()
    if arguments.flags:
        _print_tiers(arguments.climates, range(arguments.seeds))
        return
    for climate in arguments.climates:
        _print_climate(climate, range(arguments.seeds))


if __name__ == "__main__":
    main()
