"""Fields of granules: the real half-orbit whole, and made ones."""

import h5py
import numpy as np
import pytest
from bad_granules import good
from true_granules import (
    COARSE_NAME,
    ENHANCED_NAME,
    FILL,
    FLAG_FILL,
    SCENE_NAME,
    SECONDS_2016,
    rectangle,
    write_coarse,
    write_scene,
)

from smen.errors import ArchiveError, GranuleError
from smen.grid import Window
from smen.products.read import read_coarse, read_scene
from smen.products.verify import verify_granule

GLOBE = Window(0, 0, 4872, 11568)


@pytest.fixture(scope="module")
def real_arrays(real_half_orbit):
    with h5py.File(real_half_orbit) as file:
        return {k: d[()] for k, d in file["Soil_Moisture_Retrieval_Data"].items() if d.ndim == 1}


# Counts of retrieval_qual_flag as found in the file when it was first opened: see the formats page.
# 0: 1727, 1: 2243, 5: 936, 7: 37, 8: 288, 9: 1119, 13: 336, 15: 10582; a number for all but 7 and 15.
@pytest.mark.parametrize(("quality", "cells"), [("recommended", 1727 + 288), ("successful", 1727 + 288 + 2243 + 1119)])
def test_counts_of_tiers(real_half_orbit, quality, cells):
    field = read_coarse(real_half_orbit, GLOBE, "SPL2SMP", quality)
    assert np.isfinite(field.soil_moisture).sum() == cells
    assert field.cells == 17268


def test_every_successful_retrieval_is_of_one_tier(real_half_orbit):
    field = read_coarse(real_half_orbit, GLOBE, "SPL2SMP")
    recommended, other = np.isfinite(field.soil_moisture), np.isfinite(field.not_recommended)
    assert other.sum() == 2243 + 1119 and not (recommended & other).any()
    everything = read_coarse(real_half_orbit, GLOBE, "SPL2SMP", "successful")
    both = np.where(recommended, field.soil_moisture, field.not_recommended)
    np.testing.assert_array_equal(both, everything.soil_moisture)
    assert np.isnan(everything.not_recommended).all()


def test_counts_of_flags(real_arrays):
    flags, counts = np.unique(real_arrays["retrieval_qual_flag"], return_counts=True)
    assert dict(zip(flags.tolist(), counts.tolist(), strict=True)) == {
        0: 1727, 1: 2243, 5: 936, 7: 37, 8: 288, 9: 1119, 13: 336, 15: 10582,
    }  # fmt: skip


def test_every_cell_where_it_belongs(real_half_orbit, real_arrays):
    field = read_coarse(real_half_orbit, GLOBE, "SPL2SMP", "successful")
    placed = 0
    for row, column, value, flag, surface in zip(
        *(real_arrays[k].tolist() for k in ("EASE_row_index", "EASE_column_index")),
        real_arrays["soil_moisture"],
        real_arrays["retrieval_qual_flag"].tolist(),
        real_arrays["surface_flag"].tolist(),
        strict=True,
    ):
        if flag in (0, 1, 8, 9):
            assert field.soil_moisture[row, column] == value
            placed += 1
        else:
            assert np.isnan(field.soil_moisture[row, column])
        assert field.surface_flag[row, column] == surface
    assert placed == 5377


def test_values_above_the_valid_maximum_are_kept(real_half_orbit, real_arrays):
    field = read_coarse(real_half_orbit, GLOBE, "SPL2SMP", "successful")
    succeeded = np.isin(real_arrays["retrieval_qual_flag"], [0, 1, 8, 9])
    above = np.sort(real_arrays["soil_moisture"][succeeded & (real_arrays["soil_moisture"] > 0.5)])
    assert len(above) > 0
    np.testing.assert_array_equal(np.sort(field.soil_moisture[field.soil_moisture > 0.5]), above)


def test_time_direction_and_period(real_half_orbit, real_arrays):
    window = Window.centred_on(-90, 35, 100, 100)
    field = read_coarse(real_half_orbit, window, "SPL2SMP")
    assert field.direction == "A"
    assert field.name.time == np.datetime64("2019-08-22T22:48:58")
    assert field.begin == np.datetime64("2019-08-22T22:48:57.923")
    assert field.end == np.datetime64("2019-08-22T23:42:19.360")
    rows, columns = set(window.rows() // 12), set(window.columns() // 12)
    inside = [
        text
        for r, c, text in zip(
            *(real_arrays[k].tolist() for k in ("EASE_row_index", "EASE_column_index")),
            real_arrays["tb_time_utc"],
            strict=True,
        )
        if r in rows and c in columns
    ]
    assert field.cells == len(inside)
    # The product's own UTC strings, an independent statement of the same times; some lack their milliseconds.
    utc = np.array([text.decode()[:19] for text in inside], "datetime64[s]").astype(np.int64).mean()
    assert abs(field.overpass_time.astype(np.int64) - utc) <= 1.5


def test_as_another_product(real_half_orbit, tmp_path):
    path = tmp_path / ENHANCED_NAME
    path.symlink_to(real_half_orbit)
    with pytest.raises(GranuleError, match="a granule of SPL2SMP, not of SPL2SMP_E"):
        read_coarse(path, GLOBE, "SPL2SMP_E")


def test_zero_is_a_value_and_all_fill_is_valid(tmp_path):
    row, column = rectangle(1000, 2600, 20, 30)
    window = Window(1000, 2600, 20, 30)
    zero = write_scene(tmp_path / SCENE_NAME, row, column, 0.0)
    assert (read_scene(zero, window).soil_moisture == 0).all()
    empty = write_scene(tmp_path / SCENE_NAME, row, column, FILL, FLAG_FILL, FLAG_FILL)
    assert np.isnan(read_scene(empty, window).soil_moisture).all()
    assert (read_scene(empty, window).surface_flag == FLAG_FILL).all()
    assert len(verify_granule(empty, "SPL2SMAP_S").row) == 600
    nowhere = write_scene(tmp_path / SCENE_NAME, np.full((4, 5), FLAG_FILL), np.full((4, 5), FLAG_FILL), FILL)
    assert read_scene(nowhere, window).cells == 0
    granule = verify_granule(nowhere, "SPL2SMAP_S")
    assert granule.footprint() is None
    assert not granule.touches(GLOBE)


def test_coarse_times_are_the_mean_of_cells_in_the_window(tmp_path):
    seconds = SECONDS_2016 + np.array([0.0, 10.0, 1000.0, FILL - SECONDS_2016])
    path = write_coarse(tmp_path / COARSE_NAME, [10, 10, 50, 11], [20, 21, 50, 20], 0.2, seconds=seconds)
    field = read_coarse(path, Window(120, 240, 24, 24), "SPL2SMP")
    assert field.overpass_time == np.datetime64("2016-01-01T12:00:05")
    assert field.cells == 3
    assert np.isnat(read_coarse(path, Window(132, 240, 12, 12), "SPL2SMP").overpass_time)


class TestScenes:
    window = Window(1000, 2600, 4, 6)

    def write(self, tmp_path, **more):
        row, column = rectangle(1000, 2600, 4, 6)
        return write_scene(tmp_path / SCENE_NAME, row, column, 0.2, **more)

    def test_either_variable_under_either_spelling(self, tmp_path):
        for name in ("soil_moisture_apm_3km", "disagg_soil_moisture_apm_3km"):
            path = self.write(tmp_path, apm=0.3, apm_name=name)
            assert (read_scene(path, self.window).soil_moisture == np.float32(0.2)).all()
            assert (read_scene(path, self.window, "soil_moisture_apm_3km").soil_moisture == np.float32(0.3)).all()

    def test_own_flags_of_the_apm_retrieval(self, tmp_path):
        flags = ("retrieval_qual_flag_apm_3km", np.arange(24).reshape(4, 6) % 2, "u2", FLAG_FILL)
        path = self.write(tmp_path, apm=0.3, extra=[flags])
        valid = np.isfinite(read_scene(path, self.window, "soil_moisture_apm_3km").soil_moisture)
        np.testing.assert_array_equal(valid, np.arange(24).reshape(4, 6) % 2 == 0)
        assert np.isfinite(read_scene(path, self.window).soil_moisture).all()

    def test_a_missing_variable_and_an_unknown_one(self, tmp_path):
        path = self.write(tmp_path)
        with pytest.raises(GranuleError, match="soil_moisture_apm_3km or disagg_soil_moisture_apm_3km is missing"):
            read_scene(path, self.window, "soil_moisture_apm_3km")
        with pytest.raises(GranuleError, match="soil_moisture_apm_3km"):
            verify_granule(path, "SPL2SMAP_S", "soil_moisture_apm_3km")
        verify_granule(path, "SPL2SMAP_S")
        with pytest.raises(ArchiveError, match="choose soil_moisture_3km or soil_moisture_apm_3km"):
            read_scene(path, self.window, "soil_moisture_1km")

    def test_deviation_time_and_marker(self, tmp_path):
        scene = read_scene(self.write(tmp_path), self.window)
        assert scene.standard_deviation is None
        assert np.isnat(scene.overpass_time)
        assert not scene.simulated
        deviation = np.where(np.arange(24).reshape(4, 6) < 6, FILL, 0.03)
        path = self.write(tmp_path, deviation=deviation, seconds=SECONDS_2016 + 7, simulated=True)
        scene = read_scene(path, self.window)
        np.testing.assert_array_equal(np.isnan(scene.standard_deviation[0]), True)
        assert (scene.standard_deviation[1:] == np.float32(0.03)).all()
        assert scene.overpass_time == np.datetime64("2016-01-01T12:00:07")
        assert scene.simulated
        assert verify_granule(path, "SPL2SMAP_S").simulated
        assert scene.name.time == np.datetime64("2016-01-01T12:10:00")
        assert scene.name.sentinel1_time == np.datetime64("2016-01-01T00:30:00")


def test_a_foreign_name_or_product_is_refused(tmp_path):
    path = good(tmp_path / "granule.h5")
    with pytest.raises(GranuleError, match="not the name of a granule of SPL2SMP"):
        read_coarse(path, GLOBE, "SPL2SMP")
    path = path.rename(tmp_path / SCENE_NAME)
    with pytest.raises(GranuleError, match="a granule of SPL2SMAP_S where one of SPL2SMP is needed"):
        verify_granule(path, "SPL2SMP")
    with pytest.raises(ArchiveError, match="not a coarse product"):
        read_coarse(path, GLOBE, "SPL2SMAP_S")
    with pytest.raises(ArchiveError, match="choose soil_moisture_3km or soil_moisture_apm_3km"):
        verify_granule(path, "SPL2SMAP_S", "soil_moisture")
    with pytest.raises(ArchiveError, match="'SPL3SMP' is not a product that SMEN reads"):
        verify_granule(path, "SPL3SMP")


def test_times_are_rounded_to_a_whole_second(tmp_path):
    path = write_coarse(tmp_path / COARSE_NAME, [10, 10], [20, 21], 0.2, seconds=SECONDS_2016 + np.array([0.0, 1.2]))
    field = read_coarse(path, Window(120, 240, 12, 24), "SPL2SMP")
    assert field.overpass_time == np.datetime64("2016-01-01T12:00:01")
    assert field.overpass_time.dtype == "datetime64[s]"


def test_a_half_orbit_without_seconds_is_not_whole(tmp_path):
    path = write_coarse(tmp_path / COARSE_NAME, [10], [20], 0.2, leave_out=["tb_time_seconds"])
    with pytest.raises(GranuleError, match="tb_time_seconds is missing"):
        read_coarse(path, Window(120, 240, 12, 12), "SPL2SMP")


@pytest.mark.parametrize(
    ("flag", "recommended", "successful"),
    [(0, True, True), (1, False, True), (4, True, False), (8, True, True), (9, False, True), (FLAG_FILL, False, False)],
)
def test_tiers_of_quality(tmp_path, flag, recommended, successful):
    path = write_coarse(tmp_path / COARSE_NAME, [10], [20], 0.2, quality=flag)
    window = Window(120, 240, 1, 1)
    for tier, kept in {"recommended": recommended, "successful": successful}.items():
        field = read_coarse(path, window, "SPL2SMP", tier)
        assert np.isfinite(field.soil_moisture).item() is kept
        # Successful retrievals that the tier leaves out are told apart, failed ones never.
        assert np.isfinite(field.not_recommended).item() is (successful and not kept)


def test_the_surface_flag_does_not_depend_on_the_retrieval(tmp_path):
    path = write_coarse(tmp_path / COARSE_NAME, [10, 10], [20, 21], FILL, quality=7, surface=[384, FLAG_FILL])
    field = read_coarse(path, Window(120, 240, 1, 36), "SPL2SMP")
    np.testing.assert_array_equal(field.surface_flag, [[384, FLAG_FILL, FLAG_FILL]])
    assert np.isnan(field.soil_moisture).all()
    assert field.cells == 2


def test_a_deviation_without_a_retrieval_is_missing(tmp_path):
    row, column = rectangle(1000, 2600, 1, 2)
    path = write_scene(tmp_path / SCENE_NAME, row, column, 0.2, quality=[[0, 7]], deviation=0.03)
    scene = read_scene(path, Window(1000, 2600, 1, 2))
    np.testing.assert_array_equal(np.isfinite(scene.standard_deviation), [[True, False]])
