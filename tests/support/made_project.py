"""Plans whose region is that of `made_region`: the jobs of the stages for its files."""

from datetime import date

from made_region import REGION, TEST, TRAINING

from smen.grid import Window
from smen.plan.plan import Plan
from smen.settings.file import check_settings

WINDOW = Window(1020, 2652, 48, 48)
"""The cells of `made_region.make_region`."""


def make_plan(folder, window=WINDOW, region=REGION, today=date(2016, 12, 31), **sections):
    """A plan of one region on some day; `sections` of the settings come on top."""
    height, width = window.shape
    settings = {
        "method": "fusion",
        "regions": {
            region: {
                "longitude": float(window.longitudes[width // 2]),
                "latitude": float(window.latitudes[height // 2]),
                "size": [height, width],
            }
        },
        "periods": {"training": [str(day) for day in TRAINING], "test": [str(day) for day in TEST]},
        "folders": {"results": str(folder / "results"), "resources": str(folder / "resources")},
    }
    plan = Plan(check_settings(settings | sections), today)
    assert plan.regions[region].window == window
    return plan
