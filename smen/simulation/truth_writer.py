"""The truth of a simulated world as CF NetCDF, one file per UTC year, for evaluation only.

Two values a day, at 6 am and 6 pm local solar time of the window's middle, given in UTC: an overpass is compared with
the value nearest in time. The values are those that the simulated satellites observe, before footprint, bias and
noise. Open water is NaN. Values are rounded to 1e-4 m3/m3, which halves the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import h5netcdf
import numpy as np

from smen.atomic import atomic_hdf5
from smen.data import netcdf
from smen.simulation.state_writer import StateWriter

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from smen.simulation.world import World, WorldState

MOISTURE = netcdf.FieldVariable(
    "soil_moisture",
    np.float32,
    np.nan,
    {"long_name": "true volumetric soil moisture at 3 km", **netcdf.SOIL_MOISTURE},
)


class TruthWriter(StateWriter):
    """Collect the states of a world, and write a year's file when the year is complete.

    A context manager: the last year's file is written on leaving, unless an error ended the block.

    Args:
        world: the world.
        first_day: first UTC day to keep.
        last_day: last one, included.
        root: folder of `truth_{year}.nc`.
        simulated: text of the attribute `simulated`, which marks the files.

    Raises:
        OutputError: a file cannot be written.
    """

    def __init__(
        self, world: World, first_day: np.datetime64, last_day: np.datetime64, root: Path, simulated: str
    ) -> None:
        super().__init__(world, first_day, last_day, root, simulated)
        self.water = world.land.water[world.inner]
        self.fields: list[NDArray[np.float32]] = []

    def add(self, state: WorldState) -> None:
        """Keep a state if its time (UTC) lies on a day of the period; write the year's file when another one begins."""
        time = self.time_of(state)
        if not self.first <= time.astype("datetime64[D]") <= self.last:
            return
        if self.times and time.astype("datetime64[Y]") != self.times[-1].astype("datetime64[Y]"):
            self._finish()
        self.times.append(time)
        field = np.round(state.moisture[self.world.inner], 4)
        field[self.water] = np.nan
        self.fields.append(field)

    def _finish(self) -> None:
        """Write the file of the year that was collected, if there is anything in it."""
        if not self.times:
            return
        window = self.world.window
        year = str(self.times[0].astype("datetime64[Y]"))
        attributes = {"simulated": self.simulated, "title": "Simulated truth"}
        with atomic_hdf5(self.root / f"truth_{year}.nc") as content, h5netcdf.File(content, "w") as file:
            netcdf.write_header(file, netcdf.axes(window), len(self.times), "time of the values, UTC", attributes)
            netcdf.add_fields(file, MOISTURE, compression=2)
            file.variables["time"][:] = netcdf.seconds_of(self.times)
            file.variables[MOISTURE.name][:] = np.stack(self.fields)
        self.times, self.fields = [], []
