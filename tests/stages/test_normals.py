"""The climatology of a made region, and the indices of its maps."""

from pathlib import Path

import numpy as np
import pandas as pd
from made_region import REGION

from smen.data.series import AlignedField
from smen.data.series_file import read_series, write_series
from smen.indices.normals_file import read_normals
from smen.outputs.index_files import read_index, read_index_lists
from smen.stages import downscale, indicators, normals

WANTED = {
    "which": ["anomaly", "percentile", "drought", "water_index"], "record_from": "2015-04-01",
    "record_until": "2018-12-31", "time_constants": [5, 10],
}  # fmt: skip


def longer_record(plan):
    """Lay the coarse series of 2016 into other years, a little drier or wetter."""
    layout = plan.layout
    own = read_series(Path(layout.aligned(REGION, "coarse", 2016)))
    for year, more in ((2015, -0.01), (2017, 0.02), (2018, 0.0)):
        first = np.datetime64(f"{year}-01-01T12:00:00", "s")
        times = first + (np.arange(len(own.time)) * 4.5 * 24).astype("timedelta64[h]")  # through all of the year
        fields = [
            AlignedField(
                time=times[i], descending=bool(own.descending[i]), overpass_time=times[i],
                soil_moisture=own.soil_moisture[i] + np.float32(more), standard_deviation=None,
                surface_flag=own.surface_flag[i], granules=f"coarse_{i}", sentinel1_times=(),
            )
            for i in range(len(own.time))
        ]  # fmt: skip
        path = Path(layout.aligned(REGION, "coarse", year))
        write_series(path, own.window, own.grid, own.product, len(fields), fields, simulated=True, title="made")


def test_indices_are_made_of_maps_and_their_climatology(copied):
    plan = copied(indices=WANTED)
    longer_record(plan)
    downscale.run(plan.downscale(REGION, 2016))
    normals.run(plan.normals(REGION))
    known = read_normals(Path(plan.layout.normals(REGION)))
    assert known.years in (3, 4) and known.few
    indicators.run(plan.indicators(REGION, 2016))
    csv, folder = Path(plan.layout.index_list(REGION, 2016)), Path(plan.layout.indices(REGION, 2016))
    files = read_index_lists([(csv, folder)])
    assert pd.read_csv(csv)["maps"].sum() == len(pd.read_csv(plan.layout.map_list(REGION, 2016)))
    for file in files:
        middle, low, high = read_index(file.paths["percentile"])
        valid = np.isfinite(middle)
        assert valid.any() and ((low <= middle) & (middle <= high))[valid].all()
        water, quality = np.split(read_index(file.paths["water_index"]), 2)
        assert water.shape[0] == 2 and 0 <= np.nanmin(quality) <= np.nanmax(quality) <= 100
        assert np.isfinite(quality[np.isfinite(water)]).all()
