"""How near the simulated observations come to what was measured on real data: ``python -m smen.simulation.statistics``.

The targets are the measured numbers (and, for Geneva, judgement) that `climate` is fitted to. Rows marked `stations`
hold sensors at 5 cm, which see less of the fast drying than SMAP: they are compared with the truth passed through an
exponential filter of `SENSOR_DAYS` (Albergel et al. 2008, Hydrol. Earth Syst. Sci. 12, 1323-1337).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import curve_fit

from smen.grid import M36, Window
from smen.simulation.climate import CLIMATES
from smen.simulation.overpasses import HalfOrbit
from smen.simulation.random_fields import stream
from smen.simulation.sensors import RING_CELLS, Radiometer
from smen.simulation.soil import World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from smen.simulation.climate import Climate

SENSOR_DAYS = 2.0
POINTS = 120
CELL_LAGS = (1, 2, 3, 4, 8)
DAY_LAGS = (1, 2, 3, 5, 8, 14)
SPELLS = (1, 3, 8)
KM_LAGS = (9, 18, 36, 72, 108, 180)
MEMORY_LAGS = (1, 3, 6, 12, 24)
DISTANCES = ((0, 50), (50, 100), (100, 150), (150, 200), (280, 320))

Numbers = tuple[float, ...]

TARGETS: dict[str, dict[str, Numbers]] = {
    "oklahoma": {
        "mean, sd in time": (0.208, 0.070),
        "semivariance at 1, 2, 3, 5, 8, 14 days": (0.00087, 0.00104, 0.00151, 0.00197, 0.00242, 0.00294),
        "semivariance at 1, 2, 3, 4, 8 cells of 36 km": (0.00062, 0.00136, 0.00185, 0.00231, 0.00418),
        "change over 1, 3, 8 dry days": (-0.012, -0.020, -0.035),
        "spread of that change": (0.016, 0.024, 0.032),
        "sd of 9 km values in a 36 km cell: mean, p10, p90": (0.046, 0.021, 0.070),
        "sd of 3 km values in a 36 km cell": (0.050,),
        "semivariance at 9, 18, 36, 72, 108, 180 km": (0.0018, 0.0026, 0.0034, 0.0043, 0.0045, 0.0048),
        "dry-down e-folding days: median, spread": (9.9, 1.9),
        "stations: autocorrelation at 1, 3, 6, 12, 24 days": (0.95, 0.80, 0.65, 0.45, 0.30),
        "stations: correlation 0-50, -100, -150, -200, 300 km apart": (0.82, 0.72, 0.67, 0.58, 0.50),
    },
    "arizona": {
        "mean, sd in time": (0.092, 0.045),
        "semivariance at 1, 2, 3, 5, 8, 14 days": (0.00047, 0.00069, 0.00096, 0.00118, 0.00134, 0.00140),
        "semivariance at 1, 2, 3, 4, 8 cells of 36 km": (0.00025, 0.00056, 0.00083, 0.00112, 0.00215),
        "sd of 9 km values in a 36 km cell: mean, p10, p90": (0.028, 0.008, 0.051),
        "sd of 3 km values in a 36 km cell": (0.032,),
        "semivariance at 9, 18, 36, 72, 108, 180 km": (0.0008, 0.0012, 0.0014, 0.0018, 0.0021, 0.0030),
        "dry-down e-folding days: median, spread": (4.9, 2.2),
        "stations: autocorrelation at 1, 3, 6, 12, 24 days": (0.91, 0.75, 0.62, 0.45, 0.30),
    },
    "geneva": {
        "mean, sd in time": (0.29, 0.06),
        "sd of 3 km values in a 36 km cell": (0.045,),
        "dry-down e-folding days: median, spread": (12.9, 3.6),
    },
}
"""What was measured, by climate and row; m3/m3 and (m3/m3)^2 where no unit is named."""


@dataclass(frozen=True)
class Sample:
    """What the statistics need of one world; T mornings.

    Attributes:
        coarse: 36 km retrievals of every morning, (T, rows, columns).
        rain: mm on the 36 km cells in the 24 hours before, likewise.
        medium: truth at 9 km, (T, 4 rows, 4 columns).
        within: sd of the 3 km truth within each 36 km cell, (T, rows, columns).
        points: truth at some 3 km cells, (T, n).
        places: their position in km from the corner, (n, 2).
        cell_km: north-south and east-west length of a 9 km cell on the ground.
    """

    coarse: NDArray[np.float32]
    rain: NDArray[np.float32]
    medium: NDArray[np.float32]
    within: NDArray[np.float32]
    points: NDArray[np.float32]
    places: NDArray[np.float64]
    cell_km: tuple[float, float]


def _blocks(field: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    rows, columns = field.shape[0] // size, field.shape[1] // size
    return field.reshape(rows, size, columns, size).swapaxes(1, 2).reshape(rows, columns, size * size)


def sample(climate: Climate, seed: int, size: int = 180, first: str = "2015-04-01", last: str = "2016-12-31") -> Sample:
    """Run a world and keep what the statistics need, as if SMAP passed every morning."""
    window = Window.centred_on(climate.longitude, climate.latitude, size, size)
    world = World(window, f"statistics-{climate.name}", climate, seed)
    radiometer = Radiometer(world)
    trim = slice(RING_CELLS, -RING_CELLS)
    ring = slice(1, -1)
    rng = stream(seed, "points")
    height, width = world.area.shape
    at = rng.integers(RING_CELLS, height - RING_CELLS, POINTS), rng.integers(RING_CELLS, width - RING_CELLS, POINTS)
    dy, dx = (float(lengths.mean()) for lengths in world.area.cell_lengths_km())
    coarse, rain, medium, within, points = [], [], [], [], []
    wet = np.zeros((height, width), np.float32)
    for number, state in enumerate(world.states(np.datetime64(first), np.datetime64(last))):
        if state.rain is not None:
            wet = wet + state.rain
        if state.evening:
            continue
        error = radiometer.error(_overpass(number))
        coarse.append((radiometer.moisture(state.moisture) + error)[ring, ring])
        rain.append(_blocks(wet, M36.nesting).mean(-1)[ring, ring])
        medium.append(_blocks(state.moisture[trim, trim], 3).mean(-1))
        within.append(_blocks(state.moisture[trim, trim], M36.nesting).std(-1))
        points.append(state.moisture[at])
        wet = np.zeros_like(wet)
    return Sample(
        coarse=np.array(coarse, np.float32),
        rain=np.array(rain, np.float32),
        medium=np.array(medium, np.float32),
        within=np.array(within, np.float32),
        points=np.array(points, np.float32),
        places=np.stack([at[0] * dy, at[1] * dx], 1),
        cell_km=(3 * dy, 3 * dx),
    )


def _overpass(number: int) -> HalfOrbit:
    """A morning overpass of which only the noise matters."""
    never = np.datetime64("NaT", "ms")
    empty = np.zeros((0, 0))
    return HalfOrbit(number, True, never, never, never, 0.0, never, never, empty > 0, empty)


def _variogram(fields: NDArray[np.float32], down: int, right: int) -> float:
    """Semivariance between cells, averaged over time and over both axes."""
    along = fields[:, down:] - fields[:, : fields.shape[1] - down]
    across = fields[:, :, right:] - fields[:, :, : fields.shape[2] - right]
    return float((np.mean(along**2) + np.mean(across**2)) / 4)


def _lagged(series: NDArray[np.float32], lag: int) -> float:
    return float(np.mean((series[lag:] - series[:-lag]) ** 2) / 2)


def _dry_changes(one: Sample, days: int) -> NDArray[np.float32]:
    """Changes over spells without rain (less than 0.2 mm a day)."""
    dry = one.rain < 0.2
    spell = np.all([dry[k + 1 : len(dry) - days + k + 1] for k in range(days)], axis=0)
    return (one.coarse[days:] - one.coarse[:-days])[spell]


def _decay(t: NDArray[np.float64], height: float, days: float, floor: float) -> NDArray[np.float64]:
    return height * np.exp(-t / days) + floor


def dry_downs(one: Sample, interval: int = 2) -> list[float]:
    """Median e-folding time of each 36 km cell's dry-downs, days, fitted as McColl et al. 2017 do.

    A dry-down is a falling run of at least five retrievals, taken every second morning, after a rise; the floor lies
    above the least value of the cell's series, and fits with R^2 < 0.7 are dropped.
    """
    series = one.coarse[::interval].reshape(len(one.coarse[::interval]), -1).astype(np.float64)
    medians = []
    for cell in series.T[::3]:
        least, span = cell.min(), np.ptp(cell)
        falling = np.diff(cell) < 0
        times = []
        start = 0
        while start < len(falling):
            end = start
            while end < len(falling) and falling[end]:
                end += 1
            run = cell[start : end + 1]
            if len(run) >= 5 and run[0] - run[-1] > 0.1 * span:
                t = interval * np.arange(len(run), dtype=float)
                bounds = ([0, 0.1, least - 1e-6], [2 * span, 100, run[-1]])
                guess = (run[0] - run[-1], 6.0, max((least + run[-1]) / 2, least))
                fitted, _ = curve_fit(_decay, t, run, guess, bounds=bounds, max_nfev=200)
                left = run - _decay(t, *fitted)
                if 1 - left.var() / run.var() >= 0.7:
                    times.append(float(fitted[1]))
            start = end + 1
        if len(times) >= 3:
            medians.append(float(np.median(times)))
    return medians


def _sensors(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """What sensors at 5 cm would see: a recursive exponential filter."""
    keep = np.exp(-1 / SENSOR_DAYS)
    seen = points.copy()
    for t in range(1, len(seen)):
        seen[t] = keep * seen[t - 1] + (1 - keep) * points[t]
    return seen


def _autocorrelation(series: NDArray[np.float32], lag: int) -> float:
    anomalies = series - series.mean(0)
    return float(np.mean((anomalies[lag:] * anomalies[:-lag]).mean(0) / anomalies.var(0)))


def _correlations(series: NDArray[np.float32], places: NDArray[np.float64]) -> list[float]:
    matrix = np.asarray(np.corrcoef(series.T))
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    pairs = np.triu(np.ones_like(apart, bool), 1)
    return [float(matrix[pairs & (apart >= low) & (apart < high)].mean()) for low, high in DISTANCES]


def measure(one: Sample) -> dict[str, Numbers]:
    """The statistics of one world, in the rows of `TARGETS`."""
    dy, dx = one.cell_km
    changes = [_dry_changes(one, days) for days in SPELLS]
    spread = [1.4826 * float(np.median(np.abs(c - np.median(c)))) for c in changes]
    folding = dry_downs(one)
    sensors = _sensors(one.points)
    cells = one.medium.reshape(len(one.medium), one.medium.shape[1] // 4, 4, one.medium.shape[2] // 4, 4)
    nine = cells.swapaxes(2, 3).reshape(*one.within.shape, 16).std(-1)
    return {
        "mean, sd in time": (float(one.coarse.mean()), float(one.coarse.std(0).mean())),
        "semivariance at 1, 2, 3, 5, 8, 14 days": tuple(_lagged(one.coarse, lag) for lag in DAY_LAGS),
        "semivariance at 1, 2, 3, 4, 8 cells of 36 km": tuple(_variogram(one.coarse, k, k) for k in CELL_LAGS),
        "change over 1, 3, 8 dry days": tuple(float(c.mean()) for c in changes),
        "spread of that change": tuple(spread),
        "sd of 9 km values in a 36 km cell: mean, p10, p90": (
            float(nine.mean()),
            float(np.quantile(nine, 0.1)),
            float(np.quantile(nine, 0.9)),
        ),
        "sd of 3 km values in a 36 km cell": (float(one.within.mean()),),
        "semivariance at 9, 18, 36, 72, 108, 180 km": tuple(
            _variogram(one.medium[::5], round(km / dy), round(km / dx)) for km in KM_LAGS
        ),
        "dry-down e-folding days: median, spread": (float(np.median(folding)), float(np.std(folding))),
        "stations: autocorrelation at 1, 3, 6, 12, 24 days": tuple(_autocorrelation(sensors, k) for k in MEMORY_LAGS),
        "stations: correlation 0-50, -100, -150, -200, 300 km apart": tuple(_correlations(sensors, one.places)),
    }


def compare(climate: str, seeds: Sequence[int], size: int = 180) -> dict[str, tuple[Numbers, Numbers]]:
    """Measured on real data and, averaged over worlds, in the simulation, by row."""
    found = [measure(sample(CLIMATES[climate], seed, size)) for seed in seeds]
    return {
        row: (target, tuple(float(np.mean([one[row][k] for one in found])) for k in range(len(target))))
        for row, target in TARGETS[climate].items()
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="How near the simulation comes to what was measured on real data")
    parser.add_argument("climates", nargs="*", default=list(CLIMATES), help="which climates (default: all)")
    parser.add_argument("--seeds", type=int, default=3, help="number of worlds to average over (default: 3)")
    arguments = parser.parse_args()
    for climate in arguments.climates:
        print(f"{CLIMATES[climate].name}\n{'':60s}  real -> simulated")
        for row, (target, simulated) in compare(climate, range(arguments.seeds)).items():
            pairs = "  ".join(f"{a:.4g} -> {b:.3g}" for a, b in zip(target, simulated, strict=True))
            print(f"{row:60s}  {pairs}")


if __name__ == "__main__":
    main()
