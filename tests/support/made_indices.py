"""Small rasters of indices on disk with known values: two weeks of the window of `made_maps`."""

import numpy as np
from made_maps import WINDOW

from smen.atomic import write_text
from smen.data.drought_classes import area_shares, drought_class
from smen.outputs.index_files import SHARES, IndexFile, index_path, list_table
from smen.outputs.index_rasters import KINDS, Period, water_index_bands, write_drought, write_index

WEEK = np.timedelta64(7, "D")
FIRST = np.datetime64("2018-07-02T00:00:00", "s")
CONSTANTS = (5, 20)


def percentile(number):
    """The percentile of a week: 1 in the first row, 3 more a row; the second week without its first row."""
    field = np.repeat(1.0 + 3 * np.arange(WINDOW.height)[:, None], WINDOW.width, axis=1)
    if number:
        field[0] = np.nan
    return field


def two_weeks(folder, region="tucson"):
    """Write the rasters of two weeks and their list; return them."""
    files = []
    for number in range(2):
        start = FIRST + number * WEEK
        period, middle = Period(start, start + WEEK), percentile(number)
        paths = {kind: index_path(folder, region, start, "week", kind) for kind in ("drought", *KINDS)}
        about = {"period": period, "tags": {"SIMULATED": "yes"}}
        codes = drought_class(middle)
        write_drought(paths["drought"], WINDOW, codes, **about)
        values = {
            "anomaly": np.stack([middle / 1000 - 0.05, middle / 100]),
            "percentile": np.stack([middle, middle / 2, np.minimum(1.5 * middle, 100)]),
            "drought_probability": (1 - middle / 100)[None],
            "water_index": np.stack([middle, middle / 2, np.full_like(middle, 60.0), np.full_like(middle, 80.0)]),
        }
        for kind, stack in values.items():
            bands = KINDS[kind].bands or water_index_bands(CONSTANTS)
            write_index(paths[kind], WINDOW, kind, bands, stack, **about)
        shares = dict(zip(SHARES, area_shares(codes), strict=True))
        files.append(IndexFile(start, start + WEEK, "week", 4, paths, shares))
    write_text(folder.parent / f"{folder.name}.csv", list_table(files, [3, 2]).to_csv(index=False))
    return files
