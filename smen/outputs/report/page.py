"""The page itself: HTML, style and scripts joined, with the values that it needs before it loads a region."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from smen import __version__
from smen.atomic import write_text
from smen.outputs.colours import (
    AGE,
    ERROR,
    GAIN,
    PERCENTILE,
    PROBABILITY,
    SOIL_MOISTURE,
    STANDARD_DEVIATION,
    WATER_INDEX,
    Ramp,
)
from smen.outputs.report.field_codec import script
from smen.outputs.report.places import CREDIT

SCRIPTS = (
    "codec.js", "state.js", "anomaly.js", "map.js", "zoom.js", "areas.js", "series.js", "calendar.js", "indices.js",
    "stations.js", "tools.js", "charts.js", "page.js",
)  # fmt: skip
"""Parts of the page's script, each after those that it uses."""

_HERE = Path(__file__).parent


def write_page(path: Path, regions: Sequence[str], *, folder: str, simulated: bool) -> None:
    """Write the page that shows the regions.

    Args:
        path: the ``index.html`` to write.
        regions: their names, in the order of the tabs.
        folder: the folder of their scripts, relative to the page; each has a folder of its name in it.
        simulated: whether any data are simulated; the page is then labelled at its top.

    Raises:
        OutputError: the file cannot be written.
    """
    shown = (SOIL_MOISTURE, STANDARD_DEVIATION, AGE, ERROR, PERCENTILE, PROBABILITY, WATER_INDEX, GAIN)
    ramps = {ramp.name: _ramp(ramp) for ramp in shown}
    start = {"regions": list(regions), "folder": folder, "ramps": ramps, "version": __version__, "simulated": simulated,
             "townsCredit": CREDIT}  # fmt: skip
    scripts = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    page = (_HERE / "page.html").read_text(encoding="utf-8")
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    page = page.replace("/* style */", style).replace("/* script */", f"{scripts}\n{script('smen.start', start)}")
    write_text(path, page)


def _ramp(ramp: Ramp) -> dict[str, Any]:
    return {"low": ramp.low, "high": ramp.high, "units": ramp.units, "stops": list(ramp.stops)}
