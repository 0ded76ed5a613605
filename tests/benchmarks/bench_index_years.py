"""Intervals of the coarse field's own percentile, year by year: how far one year's coverage is from that of all.

Maps are judged in their one test year (`bench_indices.py`), in which errors go together: those of the record, and those
of the year's rain. The coarse field alone can be judged in all ten years of the record, for every record of 10, 5 and 3
years. What it says of the 3 km cells is stated as in the product, without the map.

    python tests/benchmarks/bench_index_years.py --cache /tmp/bench --every 12 --step 4 seeds/1 seeds/2
"""

import dataclasses

import numpy as np
from bench_indices import DRY, RECORDS, command_line, of_region, true_percentile

from smen.grid import M36
from smen.grid.bilinear import bilinear
from smen.indices.percentile import in_the_long_run
from smen.indices.region_normals import Normals
from smen.indices.score_errors import coarse_variance, unevenness
from smen.indices.season import season_of
from smen.indices.season_score import season_score
from smen.indices.wetness_transfer import WetnessTransfer


def thinned(parts, step):
    """Some rows and columns of all fields of a dataclass."""
    names = [field.name for field in dataclasses.fields(parts)]
    return dataclasses.replace(parts, **{name: getattr(parts, name)[..., ::step, ::step] for name in names})


def of_date(normals, transfer, now, coarse, step):
    """The coarse field's percentile at some 3 km cells, with its interval."""
    cells = season_score(coarse, normals.moments.season(season_of(now)))
    score, around, uneven = (
        field[::step, ::step].astype(float)
        for field in (
            bilinear(cells, normals.window, M36), bilinear(coarse, normals.window, M36),
            unevenness(cells, normals.window, M36),
        )
    )  # fmt: skip
    season = thinned(normals.season(now), step)
    own = coarse_variance(around, season, transfer, uneven)
    climate = season.mean_error + 2 * score * season.joint_error + score**2 * season.spread_error
    return in_the_long_run(score, own, np.maximum(climate, 0), season.years)


def judge(history, made, window, every, step):
    """Rows of years of the record, its first year, judged year, coverage, cells called D1 or worse, cells in it."""
    times, some = history["time"], np.s_[::step, ::step]
    month, chosen = times.astype("datetime64[M]"), range(0, len(times), every)
    staying = made["pat"] + made["bias"]
    transfer = WetnessTransfer.fit(made["train_mean"], made["train_sd"], made["train_coarse"], staying, window, M36)
    truth, few = history["truth"][:, *some], thinned(transfer, step)
    true = {i: true_percentile(truth, times, times[i], truth[i]) for i in chosen}
    land = ~history["water"][some]
    rows = []
    for years in RECORDS:
        for first in range(2015, 2026 - years):
            within = (month >= np.datetime64(f"{first}-04")) & (month < np.datetime64(f"{first + years}-04"))
            normals = Normals.of_record(history["coarse"][within], times[within], transfer, window, M36)
            counts = {}
            for i in chosen:
                found = of_date(normals, few, times[i], history["coarse"][i], step)
                low, high = found.interval()
                good = np.isfinite(found.score) & land & np.isfinite(truth[i])
                held = (true[i] >= low) & (true[i] <= high)
                year = int((month[i] - np.datetime64("1970-04")).astype(int) // 12 + 1970)
                own = held[good].sum(), (found.percentile < DRY)[good].sum(), (true[i] < DRY)[good].sum(), good.sum()
                counts[year] = counts.get(year, 0) + np.array(own)
            rows += [(years, first, year, n[0] / n[3], n[1], n[2]) for year, n in counts.items()]
    return np.array(rows)


if __name__ == "__main__":
    chosen = command_line(__doc__, every=12, step=4).parse_args()
    tables = []
    for folder in [f.resolve() for f in chosen.folders]:
        for region in chosen.regions:
            tables.append(judge(*of_region(chosen.cache, folder, region), chosen.every, chosen.step))
            for years in RECORDS:
                own = tables[-1][tables[-1][:, 0] == years]
                by_year = " ".join(f"{own[own[:, 2] == y, 3].mean():.2f}" for y in np.unique(own[:, 2]))
                print(
                    f"{folder.name} {region} {years} years: holds {own[:, 3].mean():.3f}, by year {by_year}; D1 or "
                    f"worse {own[:, 4].sum() / own[:, 5].sum():.2f} times as often",
                    flush=True,
                )
    for years in RECORDS:
        own = np.concatenate(tables)
        own = own[own[:, 0] == years]
        print(f"{years} years: {len(own)} years and records, {(own[:, 3] < 0.85).mean():.3f} of them below .85")
