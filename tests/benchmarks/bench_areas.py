"""What intervals of means over areas hold: blocks of 6 to 36 km, polygons, changes between dates, shares below a value.

Each folder given holds a config.yaml whose series are aligned (`snakemake` or `smen simulate`, `acquire`, `align` for
every region and year), e.g. one for each `source.seed`. Areas are drawn at random places of each region, the same for
every world; the reference is the truth at all overpasses of the test period. `held` is the share of 90 % intervals
that hold the truth, `ratio` the mean square of error over stated standard deviation (1 if it is honest), `bound` what
intervals held when the mean of the cells' standard deviations was taken for that of the mean.

    python tests/benchmarks/bench_areas.py [--json FILE] seeds/1 seeds/2 seeds/3
"""

import argparse
import json
import pathlib
import time

import numpy as np
import pandas as pd
from bench_networks import world
from tabulate import tabulate

from smen.data.area_errors import AreaErrors
from smen.data.error_fields import ErrorFields
from smen.data.records import MISSING, TEST
from smen.methods.fusion.error_model import Z
from smen.methods.fusion.fusion_method import FusionMethod
from smen.outputs.feature_errors import share_interval

LAGS = {"12 h to 2 days": (0.3, 2), "2 to 8 days": (2, 8), "8 to 30 days": (8, 30), "over a month": (30, 365)}
BLOCKS = {"cell": 1, "block of 6 km": 2, "block of 12 km": 4, "block of 36 km": 12}
AREAS, EVERY, PAIRS, LEAST_VALID = 20, 8, 24, 0.5
"""Areas of a kind; every so many overpasses; pairs of them for each lag; least share of cells with a value."""


def areas(shape, rng):
    """Name, rows and columns of areas: squares, and ellipses of 12 to 150 km along an axis."""
    height, width = shape
    for name, size in BLOCKS.items():
        for _ in range(AREAS):
            row, column = rng.integers(0, height - size + 1), rng.integers(0, width - size + 1)
            yield name, *(part.ravel() for part in np.mgrid[row : row + size, column : column + size])
    y, x = np.mgrid[:height, :width]
    for _ in range(AREAS):
        (a, b), angle = rng.uniform(2, 25, 2), rng.uniform(0, np.pi)
        dy, dx = y - rng.uniform(0.1, 0.9) * height, x - rng.uniform(0.1, 0.9) * width
        along, across = dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)
        yield "polygon", *np.nonzero((along / a) ** 2 + (across / b) ** 2 < 1)


def rows_of(folder, region):
    """Errors and standard deviations of one region of one world, and the seconds that they took."""
    fields, samples, truth = world(folder, region)
    method, start = FusionMethod(), time.process_time()
    method.fit(fields, samples)
    seconds = {"fit": time.process_time() - start}
    chosen = (samples.split == TEST) & (samples.coarse != MISSING)
    test, true = samples.select(chosen), truth[chosen]
    start = time.process_time()
    found = method.predict(fields, test)
    seconds["map"] = (time.process_time() - start) / len(test)
    correlation = method.error_correlation(fields)
    draws, start = ErrorFields(correlation, region), time.process_time()
    for i in range(10):
        draws.members(20, test.time[i], found.mean[i], found.standard_deviation[i])
    seconds["20 members"] = (time.process_time() - start) / 10
    days = (test.time - test.time[0]) / np.timedelta64(1, "D")
    rng, rows = np.random.default_rng(1), []
    about = {"world": str(folder), "region": region}
    for name, r, c in areas(fields.window.shape, rng):
        if not len(r):
            continue
        area = AreaErrors(correlation, r, c, np.ones(len(r)))
        value, deviation, target = (a[:, r, c] for a in (found.mean, found.standard_deviation, true))
        if not np.isfinite(value).any():
            continue
        threshold = float(np.nanmedian(value))
        for i in range(0, len(test), EVERY):
            valid = np.isfinite(value[i] + target[i])
            if valid.mean() < LEAST_VALID:
                continue
            stated = np.where(valid, deviation[i], np.nan)
            error = float((target[i] - value[i])[valid].mean())
            row = {**about, "area": name, "of": "mean", "error": error}
            rows.append(row | {"stated": area.mean_variance(stated) ** 0.5, "bound": float(np.nanmean(stated))})
            share, spread = area.share_below(np.where(valid, value[i], np.nan), stated, threshold)
            low, high = share_interval(share, spread, int(valid.sum()))
            observed = float((target[i][valid] < threshold).mean())
            row = {**about, "area": name, "of": "share", "error": observed - share, "stated": spread}
            rows.append(row | {"held": bool(low - 1e-6 <= observed <= high + 1e-6)})
        for lag, (least, most) in LAGS.items():
            apart = days[None] - days[:, None]
            pairs = np.argwhere((apart >= least) & (apart < most))
            for i, j in rng.choice(pairs, PAIRS, replace=False):
                valid = np.isfinite(value[i] + target[i] + value[j] + target[j])
                if valid.mean() < LEAST_VALID:
                    continue
                error = float((target[j] - value[j] - target[i] + value[i])[valid].mean())
                first, second = (np.where(valid, deviation[k], np.nan) for k in (i, j))
                stated = area.change_variance(first, second, days[j] - days[i]) ** 0.5
                rows.append({**about, "area": name, "of": f"change, {lag}", "error": error, "stated": stated})
    return rows, {**about, **seconds}


def summary(table):
    """Shares held, by what and by area."""
    table = table.copy()
    inside = (table["error"].abs() < Z * table["stated"]).where(table["of"] != "share", table.get("held"))
    table["held"] = inside.astype(float) * 100
    table["ratio"] = (table["error"] / table["stated"]).where(table["stated"] > 1e-6) ** 2
    table["in bound"] = (table["error"].abs() < Z * table["bound"]).where(table["bound"].notna()).astype(float) * 100
    order = [*BLOCKS, "polygon"]
    for column in ("held", "in bound", "ratio"):
        wide = table.pivot_table(index="area", columns="of", values=column).reindex(order)
        print(f"\n{column}\n{tabulate(wide, headers='keys', floatfmt='.2f' if column == 'ratio' else '.1f')}")
    wide = table.pivot_table(index=["region", "area"], columns="of", values="held")
    print(f"\nheld, by region\n{tabulate(wide, headers='keys', floatfmt='.1f')}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--regions", nargs="+", default=["oklahoma_city", "tucson", "geneva"])
    parser.add_argument("--json", type=pathlib.Path, help="also write the means to this file")
    arguments = parser.parse_args()
    folders, target = [f.resolve() for f in arguments.folders], arguments.json and arguments.json.resolve()
    every, clocks = [], []
    for one in folders:
        for place in arguments.regions:
            rows, clock = rows_of(one, place)
            every += rows
            clocks.append(clock)
            print(one.name, place, {k: round(v, 3) for k, v in clock.items() if isinstance(v, float)}, flush=True)
    frame = pd.DataFrame(every)
    summary(frame)
    if target:
        target.write_text(json.dumps({"seconds": clocks, "rows": len(frame)}, indent=1))
