"""Percentiles and drought classes against the truth's own ten-year climatology, ours beside those of coarse fields.

Each folder given holds a config.yaml of the simulated source whose series are aligned, as for `bench_networks.py`; the
coarse record of ten years and the truth behind it are made here, and kept in --cache with the maps. Judged are the test
year's maps (2018). With records of 10, 5 and 3 years: several of the shorter ones, with and without the judged year,
because the years of one record err alike in all of a region and through all of a year.

    python tests/benchmarks/bench_indices.py --cache /tmp/bench --out indices.json seeds/1 seeds/2
"""

import argparse
import json
import pathlib
import time
from collections import deque

import numpy as np
from bench_networks import world
from scipy.special import ndtr
from sklearn.isotonic import IsotonicRegression

from smen.cli_options import plan_of
from smen.data.drought_classes import DroughtClass
from smen.data.records import TEST, TRAIN, VALIDATION
from smen.grid import M36
from smen.grid.bilinear import bilinear
from smen.indices.percentile import estimate_percentile
from smen.indices.region_normals import Normals
from smen.indices.season import CENTRES, season_of, season_years
from smen.indices.season_score import season_score
from smen.indices.wetness_transfer import WetnessTransfer
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.map_mode import predict_in_mode
from smen.simulation.climates import CLIMATES, nearest_climate
from smen.simulation.radiometer import Radiometer
from smen.simulation.smap_overpasses import half_orbits_over
from smen.simulation.world import World

FIRST, LAST = np.datetime64("2015-04-01", "D"), np.datetime64("2025-03-31", "D")
RECORDS = {10: (2015,), 5: (2015, 2017, 2020), 3: (2015, 2017, 2019, 2022)}
"""First years of the records by their length; they begin in April."""
DRY = 20.0
FILTER_DAYS = 6.0
"""Time constant of the time-filtered coarse field, that of the filtered baseline in most regions."""


def record(folder, region):
    """Coarse fields of ten years, and the truth at each of them: the world is run once, in memory."""
    plan = plan_of(folder / "config.yaml")
    place = plan.regions[region]
    window = place.window
    made = World(window, region, CLIMATES[nearest_climate(*place.centre)], plan.settings.source.seed)
    radiometer, shape = Radiometer(made), window.coarse_shape(M36)
    orbits = deque(sorted(half_orbits_over(made.area, M36, FIRST, LAST), key=lambda o: (o.half_day, o.begin)))
    row, column = window.rows(M36)[0], window.columns(M36)[0]
    coarse, times, truth = [], [], []
    for state in made.states(FIRST - 1, LAST + 1):
        while orbits and orbits[0].half_day <= state.half_day:
            orbit = orbits.popleft()
            seen = radiometer.observe(orbit, state)
            if seen is None:
                continue
            field = np.full(shape, np.nan, np.float32)
            r, c, good = seen.row - row, seen.column - column, seen.values["retrieval_qual_flag"] & 1 == 0
            good &= (r >= 0) & (r < shape[0]) & (c >= 0) & (c < shape[1]) & (seen.values["soil_moisture"] >= 0)
            field[r[good], c[good]] = seen.values["soil_moisture"][good]
            if np.isfinite(field).any():
                coarse.append(field)
                times.append((orbit.begin + np.timedelta64(500, "ms")).astype("datetime64[s]"))
                truth.append(state.moisture[made.inner].astype(np.float16))
    return {
        "coarse": np.array(coarse), "time": np.array(times), "truth": np.array(truth),
        "water": made.land.water[made.inner],
    }  # fmt: skip


def maps(folder, region):
    """Maps of the training dates and of the test year, as the workflow makes them by default."""
    fields, samples, truth = world(folder, region)
    method = FusionMethod(retrospective=True)
    method.fit(fields, samples)
    errors = method.error_correlation(fields, retrospective=True)
    found = {"bias": errors.structure.bias_variance, "pat": errors.pattern_variance}
    chosen = {"train": (TRAIN, VALIDATION), "test": (TEST,)}
    for name, splits in chosen.items():
        rows = np.flatnonzero(np.isin(samples.split, splits))[:: 5 if name == "train" else 2]
        parts = [samples.select(rows[i : i + 32]) for i in range(0, len(rows), 32)]
        made = [predict_in_mode(method, "retrospective", fields, part, samples.fine) for part in parts]
        found[f"{name}_mean"] = np.concatenate([part.mean for part in made])
        found[f"{name}_sd"] = np.concatenate([part.standard_deviation for part in made])
        found |= {f"{name}_time": samples.time[rows], f"{name}_truth": truth[rows]}
        found[f"{name}_coarse"] = fields.coarse[samples.coarse[rows]]
    return found


def kept(cache, name, make, *arguments):
    """What a function returned, from the cache where it is there."""
    path = cache / f"{name}.npz"
    if not path.is_file():
        np.savez(path, **make(*arguments))
    with np.load(path) as file:
        return dict(file)


def filtered(coarse, times):
    """The coarse record, filtered in time by exp(-days / FILTER_DAYS) over earlier overpasses."""
    total, weight = np.zeros(coarse.shape[1:]), np.zeros(coarse.shape[1:])
    result, before = np.empty_like(coarse), times[0]
    for i, (field, now) in enumerate(zip(coarse, times, strict=True)):
        fade, seen = np.exp(-((now - before) / np.timedelta64(1, "D")) / FILTER_DAYS), np.isfinite(field)
        total, weight, before = fade * total + np.where(seen, field, 0), fade * weight + seen, now
        result[i] = np.where(seen, total / np.maximum(weight, 1e-9), np.nan)
    return result


def true_percentile(history, days, now, value):
    """Percentile of the truth among all its values of the season, by rank."""
    inside, _ = season_years(days, int(CENTRES[season_of(now)]))
    past = history[inside].astype(np.float32)
    value = value.astype(np.float16).astype(np.float32)
    below = (past < value).sum(axis=0) + 0.5 * (past == value).sum(axis=0)
    return 100 * (below + 0.5) / (len(past) + 1)


def own_percentile(normals, now, field):
    """Percentile of a coarse field in its own climatology, interpolated."""
    moments = normals.moments.season(season_of(now))
    score = season_score(field, moments)
    return 100 * ndtr(bilinear(score, normals.window, normals.grid))


def judge(history, made, window, first, years, truths, every=1, step=1):
    """Percentiles of each judged date and cell, by method, beside the true ones, with a record from April of a year."""
    some = np.s_[::step, ::step]
    times = history["time"]
    month = times.astype("datetime64[M]")
    within = (month >= np.datetime64(f"{first}-04")) & (month < np.datetime64(f"{first + years}-04"))
    staying = made["pat"] + made["bias"]
    transfer = WetnessTransfer.fit(made["train_mean"], made["train_sd"], made["train_coarse"], staying, window, M36)
    start = time.process_time()
    normals = Normals.of_record(history["coarse"][within], times[within], transfer, window, M36)
    seconds = time.process_time() - start
    smooth = filtered(history["coarse"], times)
    of_filter = Normals.of_record(smooth[within], times[within], transfer, window, M36)
    rows, new_day = [], []
    for i in range(0, len(made["test_time"]), every):
        now, coarse = made["test_time"][i], made["test_coarse"][i]
        mapped = now, made["test_mean"][i], made["test_sd"][i]
        start = time.process_time()
        ours = estimate_percentile(normals, *mapped, coarse)
        low, high = ours.interval()
        chance = ours.probability_of(DroughtClass.D1)
        new_day.append(time.process_time() - start)
        alone = estimate_percentile(
            normals, now, made["test_mean"][i], made["test_sd"][i], np.full_like(coarse, np.nan)
        )
        if i not in truths:
            past = history["truth"][:, *some]
            truths[i] = true_percentile(past, times, now, made["test_truth"][i][some])
        slow = smooth[np.argmin(np.abs(times - now))]
        estimates = [
            ours.percentile, low, high, chance, alone.percentile, own_percentile(normals, now, coarse),
            own_percentile(of_filter, now, slow), np.sqrt(ours.variance),
        ]  # fmt: skip
        rows.append(np.stack([truths[i], *(field[some] for field in estimates)]))
    table = np.array(rows)
    good = np.isfinite(table).all(axis=1) & ~history["water"][some] & np.isfinite(made["test_truth"][::every, *some])
    return table.transpose(1, 0, 2, 3)[:, good], seconds, float(np.mean(new_day))


def scores(truth, estimate):
    """Root mean square error of a percentile; hits, false alarms and frequency bias of D1 or worse."""
    dry, said = truth < DRY, estimate < DRY
    return {
        "rmse": float(np.sqrt(np.mean((estimate - truth) ** 2))), "hit": float((dry & said).sum() / dry.sum()),
        "false_alarm": float((said & ~dry).sum() / max(said.sum(), 1)), "frequency": float(said.sum() / dry.sum()),
        "dry": int(dry.sum()), "said": int(said.sum()), "both": int((dry & said).sum()),
    }  # fmt: skip


def curve(truth, dryness):
    """Numbers of cells in drought and of others by how dry they are said to be, from 0 to 1, in 200 bins."""
    dry, edges = truth < DRY, np.linspace(0, 1, 201)
    return [np.histogram(dryness[chosen], edges)[0].tolist() for chosen in (dry, ~dry)]


def pooled_curve(rows, name):
    """The curve of several regions, each with the same weight: hits and false calls, driest first, and cells said."""
    both = sum(np.array(row["curves"][name]) / row["cells"] for row in rows)[:, ::-1]
    return np.cumsum(both, axis=1)


def summary(rows, name):
    """Area under the curve of hits by false calls, the Brier score of calibrated chances, and calls at three points."""
    hits, false = pooled_curve(rows, name)
    dry, calm = hits[-1], false[-1]
    area = float(np.trapezoid(np.r_[0, hits] / dry, np.r_[0, false] / calm))
    # Chances as good as these numbers can give on these very cells: the share of drought in each bin, made to rise.
    parts = np.diff(np.r_[0, hits]), np.diff(np.r_[0, false])
    share = IsotonicRegression(increasing=False).fit(
        range(len(hits)), parts[0] / np.maximum(parts[0] + parts[1], 1e-12), sample_weight=parts[0] + parts[1] + 1e-12
    ).predict(range(len(hits)))  # fmt: skip
    brier = float((parts[0] * (1 - share) ** 2 + parts[1] * share**2).sum() / (dry + calm))
    alike = np.interp(dry, hits + false, hits) / dry
    wrong = false / np.maximum(hits + false, 1e-12)
    few, many = ((hits / dry)[wrong <= share].max(initial=0.0) for share in (0.2, 0.3))
    return {"area": area, "brier": brier, "as_often": float(alike), "hits_at_20": float(few), "hits_at_30": float(many)}


def stated_brier(rows):
    """Brier score of our stated chances as they are."""
    both = sum(np.array(row["curves"]["chance"]) / row["cells"] for row in rows)
    chance = (np.arange(both.shape[1]) + 0.5) / both.shape[1]
    return float((both[0] * (1 - chance) ** 2 + both[1] * chance**2).sum() / both.sum())


NAMES = {"ours": 1, "map alone": 5, "coarse": 6, "filtered": 7}


def command_line(doc, every, step):
    """A parser of worlds and regions, and of which dates and cells are judged."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--regions", nargs="+", default=["oklahoma_city", "tucson", "geneva"])
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path("bench_indices"))
    parser.add_argument("--every", type=int, default=every, help="judge each so many of the dates")
    parser.add_argument("--step", type=int, default=step, help="judge every so manyth row and column of the cells")
    return parser


def of_region(cache, folder, region):
    """Ten years of a region, its maps, and its window."""
    history = kept(cache, f"rec_{folder.name}_{region}", record, folder, region)
    made = kept(cache, f"maps_{folder.name}_{region}", maps, folder, region)
    return history, made, plan_of(folder / "config.yaml").regions[region].window


if __name__ == "__main__":
    parser = command_line(__doc__, every=1, step=1)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("indices.json"))
    chosen = parser.parse_args()
    cache, out = chosen.cache.resolve(), chosen.out.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    found = []
    for folder in [f.resolve() for f in chosen.folders]:
        for region in chosen.regions:
            history, made, window = of_region(cache, folder, region)
            truths = {}
            for years, firsts in RECORDS.items():
                judged = [
                    judge(history, made, window, first, years, truths, chosen.every, chosen.step) for first in firsts
                ]
                table = np.concatenate([one[0] for one in judged], axis=1)
                seconds, new_day = (max(one[part] for one in judged) for part in (1, 2))
                truth = table[0]
                row = {"world": folder.name, "region": region, "years": years, "cells": truth.size}
                row["methods"] = {name: scores(truth, table[i]) for name, i in NAMES.items()}
                row["curves"] = {name: curve(truth, 1 - table[i] / 100) for name, i in NAMES.items()}
                row["curves"]["chance"] = curve(truth, table[4])
                row["coverage"] = float(((truth >= table[2]) & (truth <= table[3])).mean())
                row["coverages"] = [
                    float(((one[0][0] >= one[0][2]) & (one[0][0] <= one[0][3])).mean()) for one in judged
                ]
                row["width"] = float((table[3] - table[2]).mean())
                missed = np.maximum(table[2] - truth, 0) + np.maximum(truth - table[3], 0)
                row["interval_score"] = float((table[3] - table[2] + 20 * missed).mean())
                row["coverage_dry"] = float((missed == 0)[table[1] < DRY].mean())
                bins = np.minimum((table[4] * 10).astype(int), 9)
                row["reliability"] = [
                    [int((bins == b).sum()), float(table[4][bins == b].sum()), int((truth < DRY)[bins == b].sum())]
                    for b in range(10)
                ]
                row["seconds"], row["new_day"] = seconds, new_day
                found.append(row)
                line = " ".join(f"{n} {s['rmse']:.1f}/{s['hit']:.2f}" for n, s in row["methods"].items())
                print(
                    f"{folder.name} {region} {years} years: {line}; coverage {row['coverage']:.3f}, width "
                    f"{row['width']:.1f}, {seconds:.1f} s, new day {new_day:.2f} s",
                    flush=True,
                )
                bins = [
                    f"{made_of[1] / max(made_of[0], 1):.2f}:{made_of[2] / max(made_of[0], 1):.2f}"
                    for made_of in row["reliability"]
                ]
                print("   reliability", *bins)
    for years in RECORDS:
        rows = [row for row in found if row["years"] == years]
        for name in ("chance", *NAMES):
            print(years, "years,", name, *(f"{what} {value:.3f}" for what, value in summary(rows, name).items()))
        print(years, "years, Brier score of the stated chances", f"{stated_brier(rows):.3f}")
    out.write_text(json.dumps(found, indent=1))
