"""Aligned series of a small archive, cell by cell against the granules."""

import dataclasses
import logging
from pathlib import Path

import h5py
import numpy as np
import pytest
from made_granules import WINDOW, add_coarse, add_scene, coarse_name, scene_name
from made_project import make_plan
from made_region import REGION

from smen.data.series_file import read_series
from smen.errors import ArchiveError, DataError, GranuleError
from smen.sources import manifest
from smen.stages import acquire, align


@pytest.fixture
def project(tmp_path):
    """A plan whose granules are listed: three half-orbits, a scene of the first, and one without a half-orbit."""
    tree = tmp_path / "archive"
    for day, direction in ((1, "D"), (2, "A"), (3, "D")):
        add_coarse(tree, coarse_name(day, direction))
    for day in (1, 4):
        add_scene(tree, scene_name(day))
    plan = make_plan(tmp_path, WINDOW, source={"kind": "directory", "directory": str(tree)})
    acquire.run(plan.acquire(REGION, 2016))
    return plan


def series_of(plan, role):
    return read_series(Path(plan.layout.aligned(REGION, role, 2016)))


def records_of(plan, role):
    return manifest.read(Path(plan.layout.manifest(REGION, role, 2016)))


def granule_cells(path, group, suffix=""):
    with h5py.File(path) as file:
        data = file[group]
        names = (f"EASE_row_index{suffix}", f"EASE_column_index{suffix}", f"soil_moisture{suffix}")
        return [data[name][:].ravel() for name in names]


def test_coarse_fields_are_the_values_of_their_granules(project):
    align.run(project.align(REGION, 2016))
    coarse = series_of(project, "coarse")
    assert coarse.window == WINDOW and coarse.product == "SPL2SMP" and not coarse.simulated
    assert coarse.time.astype("datetime64[D]").astype(str).tolist() == ["2016-01-01", "2016-01-02", "2016-01-03"]
    assert coarse.descending.tolist() == [True, False, True]
    assert coarse.granules == tuple(record.name for record in records_of(project, "coarse"))
    for field, record in zip(coarse.soil_moisture, records_of(project, "coarse"), strict=True):
        rows, columns, moisture = granule_cells(record.path, "Soil_Moisture_Retrieval_Data")
        value = {(r, c): m for r, c, m in zip(rows, columns, moisture, strict=True)}
        expected = {value[r // 12, c // 12] for r in WINDOW.rows() for c in WINDOW.columns()}
        assert set(np.unique(field)) == expected
        assert field.flat[0] == value[WINDOW.row // 12, WINDOW.column // 12]
        assert field.flat[-1] == value[WINDOW.rows()[-1] // 12, WINDOW.columns()[-1] // 12]


def test_coarse_retrievals_that_are_not_recommended_are_kept_apart(tmp_path):
    tree = tmp_path / "archive"
    add_coarse(tree, coarse_name(1), quality=1)
    add_coarse(tree, coarse_name(3), quality=5)
    plan = make_plan(tmp_path, WINDOW, source={"kind": "directory", "directory": str(tree)})
    acquire.run(plan.acquire(REGION, 2016))
    align.run(plan.align(REGION, 2016))
    coarse = series_of(plan, "coarse")
    assert np.isnan(coarse.soil_moisture).all()
    assert np.isfinite(coarse.not_recommended[0]).all() and np.isnan(coarse.not_recommended[1]).all()


def test_fine_fields_are_the_values_of_their_scenes(project):
    align.run(project.align(REGION, 2016))
    fine = series_of(project, "fine")
    assert fine.time.tolist() == series_of(project, "coarse").time[:1].tolist()
    assert fine.granules == (scene_name(1),)
    record = records_of(project, "fine")[0]
    rows, columns, moisture = granule_cells(record.path, "Soil_Moisture_Retrieval_Data_3km", "_3km")
    expected = np.full(WINDOW.shape, np.nan, np.float32)
    r, c = rows.astype(int) - WINDOW.row, columns.astype(int) - WINDOW.column
    inside = (r >= 0) & (r < WINDOW.height) & (c >= 0) & (c < WINDOW.width)
    expected[r[inside], c[inside]] = moisture[inside]
    np.testing.assert_array_equal(fine.soil_moisture[0], expected)
    assert fine.standard_deviation is not None
    assert np.nanmax(fine.standard_deviation[0]) == np.float32(0.03)
    assert fine.sentinel1_times == ((np.datetime64("2016-01-01T00:30:00"),),)


def test_a_scene_without_a_half_orbit_is_left_out_and_named(project, caplog):
    with caplog.at_level(logging.INFO):
        align.run(project.align(REGION, 2016))
    assert f"{scene_name(4)} is left out: no half-orbit contains" in caplog.text
    assert "3 half-orbits and 1 fine fields on 100 x 100 cells" in caplog.text


def test_skipped_granules_are_not_read(project):
    path = Path(project.layout.manifest(REGION, "coarse", 2016))
    records = records_of(project, "coarse")
    records[1] = dataclasses.replace(records[1], state="skipped", reason="damaged")
    Path(records[1].path).unlink()
    manifest.write(path, records)
    align.run(project.align(REGION, 2016))
    assert series_of(project, "coarse").granules == (coarse_name(1), coarse_name(3))


def test_a_year_without_scenes_has_an_empty_fine_series(project):
    manifest.write(Path(project.layout.manifest(REGION, "fine", 2016)), [])
    align.run(project.align(REGION, 2016))
    assert series_of(project, "fine").time.size == 0
    assert series_of(project, "coarse").time.size == 3


def test_simulated_granules_make_a_series_that_says_so(tmp_path):
    tree = tmp_path / "archive"
    add_coarse(tree, coarse_name(1), simulated=True)
    plan = make_plan(tmp_path, WINDOW, source={"kind": "directory", "directory": str(tree)})
    acquire.run(plan.acquire(REGION, 2016))
    align.run(plan.align(REGION, 2016))
    assert series_of(plan, "coarse").simulated
    with h5py.File(plan.layout.aligned(REGION, "coarse", 2016)) as file:
        assert "(simulated)" in str(file.attrs["title"])


def test_the_same_again_gives_the_same_values(project):
    align.run(project.align(REGION, 2016))
    before = series_of(project, "coarse"), series_of(project, "fine")
    align.run(project.align(REGION, 2016))
    for first, second in zip(before, (series_of(project, "coarse"), series_of(project, "fine")), strict=True):
        np.testing.assert_array_equal(first.soil_moisture, second.soil_moisture)
        np.testing.assert_array_equal(first.overpass_time, second.overpass_time)


def test_two_half_orbits_of_the_same_time_are_refused(project):
    records = records_of(project, "coarse")
    records[1] = dataclasses.replace(records[1], time=records[0].time)
    manifest.write(Path(project.layout.manifest(REGION, "coarse", 2016)), records)
    with pytest.raises(DataError, match="two half-orbits of the same time"):
        align.run(project.align(REGION, 2016))


def test_a_missing_manifest_is_named(project):
    Path(project.layout.manifest(REGION, "fine", 2016)).unlink()
    with pytest.raises(ArchiveError, match=r"fine_2016\.geojson"):
        align.run(project.align(REGION, 2016))


def test_a_granule_that_was_damaged_since_it_was_listed_is_named(project):
    record = records_of(project, "coarse")[1]
    Path(record.path).write_bytes(b"no HDF5 any more")
    with pytest.raises(GranuleError, match=coarse_name(2, "A")):
        align.run(project.align(REGION, 2016))
    assert not Path(project.layout.aligned(REGION, "coarse", 2016)).exists()
