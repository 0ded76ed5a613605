"""A small archive in the true layout: half-orbits and scenes on and beside one window."""

import numpy as np
from true_granules import rectangle, write_coarse, write_scene

from smen.grid import Window

WINDOW = Window(1020, 2640, 100, 100)  # at Oklahoma City: M36 rows 85..93, columns 220..228
BEGIN, END = np.datetime64("2016-01-01"), np.datetime64("2017-01-01")


def coarse_name(day=1, direction="D", version="R19240_001", month=1, orbit=None):
    orbit = orbit or 4000 + month * 62 + day * 2 + (direction == "A")
    return f"SMAP_L2_SM_P_{orbit:05d}_{direction}_2016{month:02d}{day:02d}T120000_{version}.h5"


def scene_name(day=1, version="R18290_001", place="097W35N"):
    return f"SMAP_L2_SM_SP_1AIWDV_201601{day:02d}T121000_201601{day:02d}T003000_{place}_{version}.h5"


def add_coarse(tree, name, rows=(70, 110), columns=(205, 235), **options):
    """A half-orbit of noise over some rows and columns of M36."""
    row, column = (v.ravel() for v in np.mgrid[slice(*rows), slice(*columns)])
    stamp = name.split("_D_" if "_D_" in name else "_A_")[1][:8]
    day = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:]}"
    random = np.random.default_rng(abs(hash(name)) % 2**32)
    path = tree / "SPL2SMP.009" / day.replace("-", ".") / name
    moisture = random.uniform(0.05, 0.4, row.size).astype("f4")
    seconds = 504_964_800.0 + random.uniform(0, 900, row.size)
    period = (f"{day}T11:58:00.123Z", f"{day}T12:50:00.456Z")
    return write_coarse(path, row, column, moisture, seconds=seconds, period=period, **options)


def add_scene(tree, name, row=1030, column=2650, **options):
    """A scene of noise on a rectangle of M03."""
    day = name.split("_")[5][:8]
    rows, columns = rectangle(row, column, 72, 102)
    moisture = np.random.default_rng(7).uniform(0.05, 0.4, rows.shape).astype("f4")
    path = tree / "SPL2SMAP_S.003" / f"{day[:4]}.{day[4:6]}.{day[6:]}" / name
    return write_scene(path, rows, columns, moisture, deviation=0.03, **options)
