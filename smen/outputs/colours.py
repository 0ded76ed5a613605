"""Colours of maps: few ramps with fixed ranges, the same in figures and in GIS, so that dates can be compared.

Colours between two stops are interpolated linearly in sRGB, as QGIS, GDAL and matplotlib all do: the stops alone
define the colour of a value, in every program.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.colors import Colormap, Normalize

MISSING = "#f4f4f4"
"""Background where there is no value; figures hatch it, so that it is not taken for a value."""


@dataclass(frozen=True)
class Ramp:
    """Colours for the values of one quantity.

    Attributes:
        name: name of a style file and of the colour map.
        low: value of the first stop, in `units`.
        high: value of the last stop.
        units: as they are shown to a person, e.g. ``m³/m³``.
        stops: colours as ``#rrggbb``, evenly spaced from low to high.
    """

    name: str
    low: float
    high: float
    units: str
    stops: tuple[str, ...]

    def values(self) -> tuple[float, ...]:
        """Return the value of each stop."""
        return tuple(float(value) for value in np.linspace(self.low, self.high, len(self.stops)))

    def colormap(self) -> Colormap:
        """Return matplotlib's colour map: values beyond the range take the colour of its end, NaN is transparent."""
        from matplotlib.colors import LinearSegmentedColormap

        return LinearSegmentedColormap.from_list(self.name, list(self.stops), N=1024).with_extremes(bad=(0, 0, 0, 0))

    def norm(self) -> Normalize:
        """Return matplotlib's normalisation to the range."""
        from matplotlib.colors import Normalize

        return Normalize(self.low, self.high)


# Even steps of lightness in Oklab (Ottosson 2020) from .91 to .27, so that grey copies and colour-blind eyes read the
# same order; hue from sand over a grey green to blue, an axis that red-green blindness leaves alone.
SOIL_MOISTURE = Ramp(
    name="soil_moisture",
    low=0.0,
    high=0.5,
    units="m³/m³",
    stops=(
        "#f7ddb9",
        "#efc495",
        "#ddae7c",
        "#bd9f71",
        "#95936f",
        "#68857a",
        "#3b7485",
        "#225e84",
        "#16487b",
        "#133469",
        "#122056",
    ),
)
"""Volumetric soil moisture: dry is sand brown, wet is blue."""

# ColorBrewer's RdBu (Brewer and Harrower), which is safe for colour-blind eyes.
ERROR = Ramp(
    name="error",
    low=-0.15,
    high=0.15,
    units="m³/m³",
    stops=(
        "#67001f",
        "#b2182b",
        "#d6604d",
        "#f4a582",
        "#fddbc7",
        "#f7f7f7",
        "#d1e5f0",
        "#92c5de",
        "#4393c3",
        "#2166ac",
        "#053061",
    ),
)
"""A difference of two soil moistures: red is too dry, blue too wet."""

# ColorBrewer's Purples.
STANDARD_DEVIATION = Ramp(
    name="standard_deviation",
    low=0.0,
    high=0.1,
    units="m³/m³",
    stops=("#fcfbfd", "#efedf5", "#dadaeb", "#bcbddc", "#9e9ac8", "#807dba", "#6a51a3", "#54278f", "#3f007d"),
)
"""Standard deviation of the error: the darker the less certain."""

# ColorBrewer's YlOrBr.
AGE = Ramp(
    name="age",
    low=0.0,
    high=60.0,
    units="days",
    stops=("#ffffe5", "#fff7bc", "#fee391", "#fec44f", "#fe9929", "#ec7014", "#cc4c02", "#993404", "#662506"),
)
"""Days since a cell was last observed at 3 km: the browner the older."""

BAND_RAMPS = (SOIL_MOISTURE, STANDARD_DEVIATION, AGE)
"""The ramps of a map's bands, in their order."""

# ColorBrewer's BrBG, which is safe for colour-blind eyes.
_BROWN_TO_GREEN = (
    "#543005",
    "#8c510a",
    "#bf812d",
    "#dfc27d",
    "#f6e8c3",
    "#f5f5f5",
    "#c7eae5",
    "#80cdc1",
    "#35978f",
    "#01665e",
    "#003c30",
)

ANOMALY = Ramp(name="anomaly", low=-0.15, high=0.15, units="m³/m³", stops=_BROWN_TO_GREEN)
"""Departure from what is usual for place and season: brown is drier, green is wetter."""

PERCENTILE = Ramp(name="percentile", low=0.0, high=100.0, units="%", stops=_BROWN_TO_GREEN)
"""Share of the record in this season that was drier."""

# ColorBrewer's OrRd.
PROBABILITY = Ramp(
    name="drought_probability",
    low=0.0,
    high=1.0,
    units="",
    stops=("#fff7ec", "#fee8c8", "#fdd49e", "#fdbb84", "#fc8d59", "#ef6548", "#d7301f", "#b30000", "#7f0000"),
)
"""Probability of drought (D1 or worse): the redder the likelier."""

WATER_INDEX = Ramp(name="water_index", low=0.0, high=100.0, units="%", stops=SOIL_MOISTURE.stops)
"""Index of the root zone's water, as a share of the cell's range: dry is sand brown, wet is blue."""

GAIN = Ramp(name="gain", low=-0.04, high=0.04, units="m³/m³", stops=_BROWN_TO_GREEN)
"""How much smaller an error is than that of another product: green is better, brown is worse."""
