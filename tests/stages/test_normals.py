"""The climatology of a made region, and the indices of its maps."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
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


KINDS = ("anomaly", "percentile", "drought", "drought_probability", "water_index")


def reprocessed(own, days):
    """The fields of a series, those between two days a little wetter."""
    return [
        AlignedField(
            time=time, descending=bool(own.descending[i]), overpass_time=time,
            soil_moisture=own.soil_moisture[i] + np.float32(0.02 * (days[0] <= time <= days[1])),
            standard_deviation=None, surface_flag=own.surface_flag[i], granules=f"coarse_{i}", sentinel1_times=(),
        )
        for i, time in enumerate(own.time)
    ]  # fmt: skip


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


def state(plan):
    """Bytes and times of the rasters of 2016, by name."""
    folder = Path(plan.layout.indices(REGION, 2016))
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in sorted(folder.glob("*.tif"))}


def test_rasters_that_come_out_as_they_are_keep_their_bytes_and_times(copied):
    """Made again, nothing is written; with a few other days in the record, only that season's anomalies are."""
    plan = copied(indices={**WANTED, "which": ["anomaly", "percentile", "drought"], "every": "overpass"})
    longer_record(plan)
    downscale.run(plan.downscale(REGION, 2016))
    normals.run(plan.normals(REGION))
    indicators.run(plan.indicators(REGION, 2016))
    before, listed = state(plan), Path(plan.layout.index_list(REGION, 2016)).read_bytes()
    normals.run(plan.normals(REGION))
    indicators.run(plan.indicators(REGION, 2016))
    assert state(plan) == before and Path(plan.layout.index_list(REGION, 2016)).read_bytes() == listed
    path = Path(plan.layout.aligned(REGION, "coarse", 2017))
    own = read_series(path)
    changed = reprocessed(own, (np.datetime64("2017-03-01"), np.datetime64("2017-03-08")))
    write_series(path, own.window, own.grid, own.product, len(changed), changed, simulated=True, title="made")
    normals.run(plan.normals(REGION))
    indicators.run(plan.indicators(REGION, 2016))
    after = {name: held for name, held in state(plan).items() if name.endswith("_anomaly.tif")}
    new = {name for name, held in after.items() if held != before[name]}
    assert new and all(name.split("_")[1] < "20160403" for name in new)
    assert any(name.split("_")[1] >= "20160403" for name in after)


@pytest.mark.parametrize("every", ["day", "week"])
def test_a_new_day_makes_its_own_period_alone(copied, caplog, every):
    """The rasters and the list are those that come out where all is made at once."""
    plan = copied(indices={**WANTED, "every": every})
    longer_record(plan)
    downscale.run(plan.downscale(REGION, 2016))
    normals.run(plan.normals(REGION))
    maps, list_path = Path(plan.layout.map_list(REGION, 2016)), Path(plan.layout.index_list(REGION, 2016))
    whole = maps.read_text().splitlines(keepends=True)
    maps.write_text("".join(whole[:-1]))
    indicators.run(plan.indicators(REGION, 2016))
    before = state(plan)
    maps.write_text("".join(whole))
    indicators.run(plan.indicators(REGION, 2016))
    after, listed = state(plan), list_path.read_bytes()
    assert f"{len(pd.read_csv(list_path))} x" in caplog.messages[-1] and " 1 of them made now" in caplog.messages[-1]
    new = {name for name in after if after[name] != before.get(name)}
    assert new and new <= set(pd.read_csv(list_path).iloc[-1][list(KINDS)])
    shutil.rmtree(plan.layout.kept(REGION, "indicators_2016"))
    for path in Path(plan.layout.indices(REGION, 2016)).iterdir():
        path.unlink()
    indicators.run(plan.indicators(REGION, 2016))
    assert {name: held[0] for name, held in state(plan).items()} == {name: held[0] for name, held in after.items()}
    assert list_path.read_bytes() == listed


def test_a_damaged_raster_and_the_periods_after_a_changed_map_are_made_again(copied, caplog):
    plan = copied(indices={**WANTED, "every": "day"})
    longer_record(plan)
    downscale.run(plan.downscale(REGION, 2016))
    normals.run(plan.normals(REGION))
    indicators.run(plan.indicators(REGION, 2016))
    before = state(plan)
    name = sorted(before)[len(before) // 2]
    (Path(plan.layout.indices(REGION, 2016)) / name).write_bytes(b"damaged")
    indicators.run(plan.indicators(REGION, 2016))
    assert " 1 of them made now" in caplog.messages[-1]
    assert {n: held[0] for n, held in state(plan).items()} == {n: held[0] for n, held in before.items()}
    path = Path(plan.layout.map_list(REGION, 2016))
    maps = pd.read_csv(path, dtype=str, keep_default_na=False)
    maps.loc[len(maps) - 3, "digest"] = "another"
    maps.to_csv(path, index=False)
    indicators.run(plan.indicators(REGION, 2016))
    assert " 3 of them made now" in caplog.messages[-1]


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
