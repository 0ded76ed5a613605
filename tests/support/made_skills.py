"""Errors of made-up methods, and examples of made-up regions, for the paper's figures."""

import numpy as np

from smen.grid import Window
from smen.paper.panels import Panel
from smen.paper.skill_chart import Skill
from smen.scores.intervals import Interval

PLACES = {"oklahoma_city": (-97.5, 35.5), "tucson": (-111.0, 32.2), "geneva": (6.14, 46.2)}
METHODS = ["coarse", "smen", "fusion", "filtered_residual", "a_method_with_quite_a_long_name"]
LABEL, SUBTITLE = "ubRMSE (m³/m³)", "test dates, against the 3 km product; mean over dates and 95 % interval"


def panel(region, **fields):
    window = Window.centred_on(*PLACES[region], 100, 90)
    made = np.random.default_rng(1).uniform(0.05, 0.45, (3, *window.shape))
    made[1, :, :20] = np.nan
    names = ("coarse", "target", "estimate")
    values = dict(zip(names, made, strict=True)) | {k: np.full(window.shape, v) for k, v in fields.items()}
    return Panel(region=region, time="2018-07-04T11:59:59.000000000", window=window, simulated=True, **values)


def skill(method, value, low=0.002, high=0.003, dates=438):
    gap = value - 0.037
    around = (0, 0) if method == "smen" else (gap - low, gap + high)
    return Skill(method, Interval(value, value - low, value + high, dates), Interval(gap, *around, dates))


def skills():
    return [skill(m, v) for m, v in zip(METHODS, (0.0588, 0.037, 0.0298, 0.0365, 0.0412), strict=True)]
