"""A region made up whole: its aligned series and its truth, as files where the stages look for them."""

import datetime as dt
from pathlib import Path

import numpy as np
import xarray as xr
from made_fields import make_fields

from smen.data.series import AlignedField
from smen.data.series_file import write_series
from smen.grid import M03
from smen.plan.paper_jobs import CompareJob, ExperimentJob
from smen.settings.paper_section import PaperDates, PaperSizes, PaperTraining

TRAINING = (dt.date(2016, 1, 1), dt.date(2016, 3, 10))
TEST = (dt.date(2016, 3, 11), dt.date(2016, 12, 31))
RECIPE = PaperTraining(epochs=2, precision="float32")
SEEDS = (1, 2)
REGION = "plains"


class Made:
    """A region of made fields.

    Attributes:
        folder: of all results.
        fields: what its series hold.
        truth: what the soil was at each coarse overpass.
    """

    def __init__(self, folder, fields):
        self.folder, self.fields = folder, fields
        self.truth = fields.coarse_at(slice(None)) + np.float32(0.01) * np.sin(
            np.arange(fields.window.width) / 3
        ).astype(np.float32)
        self.given = {
            "region": REGION,
            "results": str(folder / "results"),
            "years": (2016,),
            "training": TRAINING,
            "test": TEST,
            "threads": 1,
            "dates": PaperDates(),
            "sizes": PaperSizes(sizes_test=4),
        }

    def experiment(self, case="both", seed=1, **changes):
        return ExperimentJob(**self.given | {"case": case, "seed": seed, "recipe": RECIPE} | changes)

    def compare(self, cases=("both",), truth=None, **changes):
        w = self.fields.window
        own = {
            "cases": cases,
            "seeds": SEEDS,
            "donor_regions": {},
            "learned_baselines": False,
            "coarse_history": 6,
            "truth": truth,
        }
        return CompareJob(**self.given | own | {"cells": (w.row, w.column, w.height, w.width)} | changes)

    def write(self):
        layout = self.compare().layout
        for role, product, grid, times in (
            ("coarse", "SPL2SMP", self.fields.coarse_grid, self.fields.coarse_time),
            ("fine", "SPL2SMAP_S", M03, self.fields.fine_time),
        ):
            made = [self._field(role, i) for i in range(len(times))]
            path = Path(layout.aligned(REGION, role, 2016))
            path.parent.mkdir(parents=True, exist_ok=True)
            write_series(path, self.fields.window, grid, product, len(made), made, simulated=True, title="made up")
        (self.folder / "truth").mkdir()
        w = self.fields.window
        axes = {"time": self.fields.coarse_time.astype("datetime64[ns]"), "y": w.y, "x": w.x}
        truth = xr.DataArray(self.truth, dims=("time", "y", "x"), coords=axes, name="soil_moisture")
        truth.to_dataset().to_netcdf(self.folder / "truth/truth_2016.nc", engine="h5netcdf")

    def _field(self, role, i):
        stack, times = getattr(self.fields, role), getattr(self.fields, f"{role}_time")
        return AlignedField(
            time=times[i],
            descending=bool(self.fields.coarse_descending[np.searchsorted(self.fields.coarse_time, times[i])]),
            overpass_time=times[i],
            soil_moisture=stack[i],
            standard_deviation=None,
            surface_flag=np.zeros(stack[i].shape, np.uint16),
            granules=f"{role}_{i}",
            sentinel1_times=tuple(self.fields.fine_sentinel1[i]) if role == "fine" else (),
        )


def make_region(folder):
    """48 x 48 cells, 80 overpasses from January to April, a 3 km field at every second."""
    region = Made(folder, make_fields(n=80, shape=(48, 48), origin=(1020, 2652)))
    region.write()
    return region
