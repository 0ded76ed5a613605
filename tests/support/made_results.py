"""Results as the workflow makes them, quickly: fields that look like soil, without granules and learning."""

import json
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from made_validation import write_validation
from safetensors.numpy import save_file
from scipy.ndimage import gaussian_filter

from smen.data.quality import COLOURS, MEANING
from smen.data.samples import MISSING, Samples
from smen.data.samples_file import sample_table, write_samples
from smen.data.series import AlignedField
from smen.data.series_file import write_series
from smen.grid import M03, M36, Window
from smen.methods.checkpoint import FORMAT
from smen.outputs.geotiff import write_map
from smen.outputs.map_names import map_path, quality_path
from smen.outputs.quality_raster import write_quality
from smen.outputs.tables import write_table
from smen.outputs.year_folder import digest_of
from smen.plan.plan import Plan
from smen.scores.by_class import UNITS as CLASS_UNITS
from smen.scores.comparison import UNITS
from smen.settings.file import check_settings
from smen.stages import index, publish

PLACES = {"tucson": (-110.9747, 32.2226), "geneva": (6.1432, 46.2044), "oklahoma_city": (-97.5164, 35.4676)}
NAMES = {int(code): text for code, text in MEANING.items()}
CODE_COLOURS = {int(code): colour for code, colour in COLOURS.items()}
HOUR = np.timedelta64(1, "h")


def make_results(folder, regions=("tucson",), maps=40, size=40, simulated=True, polygon=None):
    """Make results and publish them; returns the plan. One year, 2018; every sixth overpass has a 3 km product.

    With a polygon the first region is the only one, and given by it in a file of regions.
    """
    settings = {
        "method": "smen",
        "regions": {
            name: {"longitude": PLACES[name][0], "latitude": PLACES[name][1], "size": size} for name in regions
        },
        "periods": {"training": ["2017-01-01", "2017-12-31"], "test": ["2018-01-01", "2018-12-31"]},
        "folders": {"results": str(folder / "results"), "resources": str(folder / "resources")},
        "source": {"kind": "simulated" if simulated else "directory", "directory": str(folder)},
    }
    if polygon is not None:
        file = folder / "basins.gpkg"
        gpd.GeoDataFrame({"name": regions[:1]}, geometry=[polygon], crs="EPSG:4326").to_file(file)
        settings = {key: value for key, value in settings.items() if key != "regions"}
        settings["regions_file"] = {"path": str(file), "column": "name"}
    plan = Plan(check_settings(settings), date(2018, 12, 31))
    for number, name in enumerate(plan.regions):
        _region(plan, name, maps, simulated, np.random.default_rng(number))
        publish.run(plan.publish(name))
    index.run(plan.index())
    return plan


def _region(plan, name, count, simulated, rng):
    layout, window = plan.layout, plan.regions[name].window
    time, descending = times(count)
    coarse, fine, estimate, deviation = _fields(window, count, rng)
    dates = np.arange(2, count, 6)
    _series(layout, name, window, time, descending, coarse, fine, dates, simulated)
    _samples(layout, name, time, dates)
    _maps(layout, name, window, time, descending, estimate, deviation, dates, simulated)
    _model(layout, name)
    _scores(layout, name, len(dates), simulated)
    if plan.validated(name):
        write_validation(layout, name, window, time, estimate, coarse, simulated)


def times(count):
    """Overpasses in the morning and in the evening by turns, evenly over the year."""
    hours = (np.linspace(0, 364, count).astype(int) * 24).astype("timedelta64[h]")
    descending = np.arange(count) % 2 == 0
    time = np.datetime64("2018-01-01T00:00:00") + hours + np.where(descending, 12 * HOUR, 23 * HOUR)
    return time.astype("datetime64[s]"), descending


def _fields(window, count, rng):
    """Soil with a pattern that stays, a level that moves, water at one place and a missing corner."""
    pattern = 0.07 * _smooth(window.shape, 2.5, rng) + 0.03 * _smooth(window.shape, 8, rng)
    level = 0.2 + 0.07 * np.sin(np.arange(count) / 11) + 0.04 * _smooth((count,), 3, rng)
    storms = np.stack([0.04 * _smooth(window.shape, 14, rng) for _ in range(count)])
    soil = np.clip(level[:, None, None] + storms + pattern, 0.02, 0.6).astype(np.float32)
    columns = window.coarse_index(M36)[1]
    coarse = np.stack([window.cell_means(one, M36) for one in soil])
    fine = (soil + rng.normal(0, 0.03, soil.shape)).astype(np.float32)
    strip = np.add.outer(np.arange(window.height) // 3, np.arange(window.width))
    estimate = np.clip(soil + 0.01 * np.stack([_smooth(window.shape, 1, rng) for _ in range(count)]), 0.02, None)
    for i in range(count):
        fine[i][(strip + 17 * i) % (2 * window.width) > 1.1 * window.width] = np.nan
        if i % 5 == 4:
            coarse[i][:, : columns[window.width // 4 - 1] + 1] = np.nan
            estimate[i][:, : window.width // 4] = np.nan
    estimate[:, 5:9, 5:12] = np.nan  # a lake
    deviation = (0.02 + 0.02 * np.abs(_smooth(window.shape, 4, rng)))[None] * np.ones((count, 1, 1))
    return coarse.astype(np.float32), fine, estimate.astype(np.float32), deviation.astype(np.float32)


def _smooth(shape, cells, rng):
    field = gaussian_filter(rng.normal(size=shape), cells, mode="wrap")
    return field / field.std()


def granule(role, time):
    """A name that tells what it belongs to."""
    return f"{role}_{time}.h5"


def _series(layout, name, window, time, descending, coarse, fine, dates, simulated):
    for role, product, grid, chosen, stack in (
        ("coarse", "SPL2SMP", M36, np.arange(len(time)), coarse),
        ("fine", "SPL2SMAP_S", M03, dates, fine),
    ):
        flags = np.zeros(stack.shape[1:], np.uint16)
        for year in (2017, 2018):
            wanted = [i for i in chosen if year == 2018]
            fields = (
                AlignedField(time[i], descending[i], time[i], stack[i], None, flags, granule(role, time[i]),
                             (time[i] + HOUR,) if role == "fine" else ())
                for i in wanted
            )  # fmt: skip
            path = layout.aligned(name, role, year)
            write_series(path, window, grid, product, len(wanted), fields, simulated=simulated, title=f"{name} {role}")


def _samples(layout, name, time, dates):
    count = len(time)
    history = np.full((count, 4), MISSING)
    for i in range(count):
        earlier = np.flatnonzero(dates < i)[::-1][:4]
        history[i, : len(earlier)] = earlier
    fine = np.full(count, MISSING)
    fine[dates] = np.arange(len(dates))
    samples = Samples(
        time=time, coarse=np.arange(count), fine=fine, fine_history=history, fine_history_coarse=history,
        age=np.zeros((count, 4), np.float32), coarse_history=np.full((count, 0), MISSING),
        split=np.full(count, 3, np.uint8),
    )  # fmt: skip
    path = layout.samples(name, 2018)
    _folder(path).mkdir(parents=True, exist_ok=True)
    write_samples(Path(path), sample_table(samples, time[dates]))


def _folder(path):
    return Path(path).parent


def _maps(layout, name, window, time, descending, estimate, deviation, dates, simulated):
    folder = _folder(layout.maps(name, 2018))
    rows = []
    for i, t in enumerate(time):
        direction = "D" if descending[i] else "A"
        path = map_path(folder, name, t, direction)
        known = np.isfinite(estimate[i])
        earlier = dates[dates < i]
        age = np.nan if not len(earlier) else (t - time[earlier[-1]]) / np.timedelta64(1, "D")
        codes = np.where(known, 1 if len(earlier) else 3, 0).astype(np.uint8)
        codes[5:9, 5:12] = 10
        tags = {"SIMULATED": "yes" if simulated else "no", "MODEL_DIGEST": "0123456789abcdef", "REGION": name}
        ages = np.where(known, age, np.nan).astype(np.float32)
        write_map(path, window, estimate[i], np.where(known, deviation[i], np.nan), ages, time=t, direction=direction,
                  tags=tags)  # fmt: skip
        write_quality(quality_path(path), window, codes, names=NAMES, colours=CODE_COLOURS, time=t,
                      direction=direction, tags=tags)  # fmt: skip
        before = " ".join(f"{time[j]}Z" for j in earlier[::-1][:4])
        rows.append({"time": f"{t}Z", "direction": direction, "map": path.name, "quality": quality_path(path).name,
                     "mode": "causal", "provisional": "no", "scenes_before": before, "scenes_at": "",
                     "scenes_after": "", "digest": digest_of([path, quality_path(path)])})  # fmt: skip
    pd.DataFrame(rows).to_csv(layout.map_list(name, 2018), index=False)


def _model(layout, name):
    epochs = [
        {"epoch": e, "train": 0.06 / e**0.4, "validation": 0.05 / e**0.25, "learning_rate": 1e-3, "best": e < 25}
        for e in range(1, 31)
    ]
    summary = {"train": epochs[23]["train"], "validation": epochs[23]["validation"], "epochs": epochs}
    header = {"method": "smen", "weights_digest": "0123456789abcdef" * 4, "training_summary": summary}
    path = layout.model(name, "smen")
    _folder(path).mkdir(parents=True, exist_ok=True)
    save_file({"weight": np.zeros(3, np.float32)}, path, {FORMAT: json.dumps(header)})


def _scores(layout, name, dates, simulated):
    rows = [
        {"region": name, "split": split, "against": against, "method": method, "dates": dates, "ubRMSE": value,
         "ubRMSE_low": value - 0.002, "ubRMSE_high": value + 0.003, "ubRMSE_median": value, "ubRMSE_pooled": value,
         "ubRMSE_per_cell": value, "bias": 0.004, "RMSE": value + 0.001, "R": 0.8,
         "coverage_90": 0.88 if method == "smen" else None, "crps": 0.017 if method == "smen" else None,
         "spread_skill": 0.95 if method == "smen" else None}
        for split in ("train", "validation", "test")
        for against in ("3 km product", "truth")
        for method, value in (
            ("smen", 0.031), ("nearest_neighbour", 0.048), ("bilinear", 0.046), ("mean_residual", 0.033)
        )
    ]  # fmt: skip
    write_table(layout.scores(name, "scores.csv"), rows, units=UNITS, simulated=simulated)
    classes = [
        {"region": name, "method": method, "against": "truth", "class": kind, "share": share, "dates": dates,
         "ubRMSE": value, "RMSE": value + 0.001, "bias": 0.004, "coverage_90": 0.88, "crps": 0.017,
         "spread_skill": 0.95}
        for method, value in (("smen", 0.031), ("bilinear", 0.046))
        for kind, share in (("everywhere mapped", 100.0), ("no 3 km product on that date", 40.0))
    ]  # fmt: skip
    write_table(layout.scores(name, "classes.csv"), classes, units=CLASS_UNITS, simulated=simulated)


def window_of(plan, name) -> Window:
    """The region's cells."""
    return plan.regions[name].window
