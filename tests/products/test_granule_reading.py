"""Reading granules: the real half-orbit whole, made ones against a naive placement, and every kind of bad file."""

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
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
from smen.grid import M03, M36, Window
from smen.products.read import read_coarse, read_scene
from smen.products.verify import verify_granule

GLOBE = Window(0, 0, 4872, 11568)
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def real_arrays(real_half_orbit):
    with h5py.File(real_half_orbit) as file:
        return {k: d[()] for k, d in file["Soil_Moisture_Retrieval_Data"].items() if d.ndim == 1}


class TestRealHalfOrbit:
    # Counts of retrieval_qual_flag as found in the file when it was first opened: see the formats page.
    # 0: 1727, 1: 2243, 5: 936, 7: 37, 8: 288, 9: 1119, 13: 336, 15: 10582; a number for all but 7 and 15.
    @pytest.mark.parametrize(
        ("quality", "cells"), [("recommended", 1727 + 288), ("successful", 1727 + 288 + 2243 + 1119)]
    )
    def test_counts_of_tiers(self, real_half_orbit, quality, cells):
        field = read_coarse(real_half_orbit, GLOBE, "SPL2SMP", quality)
        assert np.isfinite(field.soil_moisture).sum() == cells
        assert field.cells == 17268

    def test_counts_of_flags(self, real_arrays):
        flags, counts = np.unique(real_arrays["retrieval_qual_flag"], return_counts=True)
        assert dict(zip(flags.tolist(), counts.tolist(), strict=True)) == {
            0: 1727, 1: 2243, 5: 936, 7: 37, 8: 288, 9: 1119, 13: 336, 15: 10582,
        }  # fmt: skip

    def test_every_cell_where_it_belongs(self, real_half_orbit, real_arrays):
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

    def test_values_above_the_valid_maximum_are_kept(self, real_half_orbit, real_arrays):
        field = read_coarse(real_half_orbit, GLOBE, "SPL2SMP", "successful")
        succeeded = np.isin(real_arrays["retrieval_qual_flag"], [0, 1, 8, 9])
        above = np.sort(real_arrays["soil_moisture"][succeeded & (real_arrays["soil_moisture"] > 0.5)])
        assert len(above) > 0
        np.testing.assert_array_equal(np.sort(field.soil_moisture[field.soil_moisture > 0.5]), above)

    def test_time_direction_and_period(self, real_half_orbit, real_arrays):
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

    def test_check_accepts_it(self, real_half_orbit):
        granule = verify_granule(real_half_orbit, "SPL2SMP")
        assert len(granule.row) == 17268
        assert not granule.simulated
        assert granule.touches(Window.centred_on(-90, 35, 100, 100))
        assert not granule.touches(Window.centred_on(6.1, 46.2, 100, 100))

    def test_truncated(self, real_half_orbit, tmp_path):
        path = tmp_path / real_half_orbit.name
        path.write_bytes(real_half_orbit.read_bytes()[:900_000])
        for read in (lambda: verify_granule(path, "SPL2SMP"), lambda: read_coarse(path, GLOBE, "SPL2SMP")):
            with pytest.raises(GranuleError, match=r"truncated.*Fetch the file again"):
                read()

    def test_a_damaged_chunk_is_found_by_check(self, real_half_orbit, tmp_path):
        path = tmp_path / real_half_orbit.name
        shutil.copyfile(real_half_orbit, path)
        path.chmod(0o644)
        with h5py.File(path) as file:
            chunk = file["Soil_Moisture_Retrieval_Data/soil_moisture"].id.get_chunk_info(0)
        with path.open("r+b") as stream:
            stream.seek(chunk.byte_offset + chunk.size // 2)
            stream.write(b"\xff" * 64)
        with pytest.raises(GranuleError, match="damaged"):
            verify_granule(path, "SPL2SMP")

    def test_as_another_product(self, real_half_orbit, tmp_path):
        path = tmp_path / ENHANCED_NAME
        path.symlink_to(real_half_orbit)
        with pytest.raises(GranuleError, match="a granule of SPL2SMP, not of SPL2SMP_E"):
            read_coarse(path, GLOBE, "SPL2SMP_E")


windows = st.builds(
    Window,
    row=st.integers(0, 60),
    column=st.one_of(st.integers(11530, 11567), st.integers(0, 40)),
    height=st.integers(1, 70),
    width=st.integers(1, 80),
)
quality_flags = st.sampled_from([0, 1, 2, 4, 5, 7, 8, 9, 13, 15, FLAG_FILL])
numbers = st.one_of(st.just(FILL), st.just(float("nan")), st.floats(0, 0.9375, width=32))
# By the definitions: the first bit clear; the second and third clear. Real granules have no 2 and no 4.
KEPT = {"recommended": {0, 2, 4, 8}, "successful": {0, 1, 8, 9}}


@st.composite
def sparse_cells(draw, rows, columns, most):
    """Distinct cells near 180 degrees, some of them without an index, with values and flags."""
    row = st.one_of(st.integers(0, rows), st.just(FLAG_FILL))
    column = st.one_of(st.integers(0, 12), st.integers(columns - 12, columns - 1), st.just(FLAG_FILL))
    cells = draw(st.lists(st.tuples(row, column), max_size=most, unique=True))
    return [(r, c, draw(numbers), draw(quality_flags), draw(st.integers(0, 4095))) for r, c in cells]


def naive(window, cells, nesting, kept):
    """Place cells one window cell at a time, by looking each up."""
    table = {(r, c): (v, q, s) for r, c, v, q, s in cells if FLAG_FILL not in (r, c)}
    values = np.full(window.shape, np.nan, np.float32)
    flags = np.full(window.shape, FLAG_FILL, np.uint16)
    for i in range(window.height):
        for j in range(window.width):
            key = ((window.row + i) // nesting, ((window.column + j) % 11568) // nesting)
            if key in table:
                value, quality, surface = table[key]
                flags[i, j] = surface
                if quality in kept and value != FILL:
                    values[i, j] = value
    return values, flags


@pytest.mark.parametrize(
    ("product", "name", "nesting"), [("SPL2SMP", COARSE_NAME, 12), ("SPL2SMP_E", ENHANCED_NAME, 3)]
)
@QUICK
@given(data=st.data(), window=windows, quality=st.sampled_from(["recommended", "successful"]))
def test_coarse_against_naive_placement(tmp_path, product, name, nesting, data, window, quality):
    cells = data.draw(sparse_cells(150 // nesting, 11568 // nesting, 30))
    path = write_coarse(
        tmp_path / name, *(np.array(v) for v in (list(zip(*cells, strict=True)) or [[]] * 5)), product=product
    )
    field = read_coarse(path, window, product, quality)
    values, flags = naive(window, cells, nesting, KEPT[quality])
    assert field.grid.coarse_factor == nesting
    np.testing.assert_array_equal(window.expand(field.soil_moisture, field.grid), values)
    np.testing.assert_array_equal(window.expand(field.surface_flag, field.grid), flags)
    assert field.soil_moisture.dtype == np.float32
    assert field.surface_flag.dtype == np.uint16
    assert verify_granule(path, product).touches(window) == bool(field.cells)
    assert np.isnat(field.overpass_time) == (field.cells == 0)


@QUICK
@given(data=st.data(), window=windows, quality=st.sampled_from(["recommended", "successful"]))
def test_scene_against_naive_placement(tmp_path, data, window, quality):
    cells = data.draw(sparse_cells(140, 11568, 60))
    cells += [(FLAG_FILL, FLAG_FILL, FILL, FLAG_FILL, 0)] * (-len(cells) % 6 or (0 if cells else 6))
    columns = [np.array(v).reshape(6, -1) for v in zip(*cells, strict=True)]
    path = write_scene(tmp_path / SCENE_NAME, *columns, deviation=np.full(columns[0].shape, 0.02))
    scene = read_scene(path, window, quality=quality)
    values, flags = naive(window, cells, 1, KEPT[quality])
    np.testing.assert_array_equal(scene.soil_moisture, values)
    np.testing.assert_array_equal(scene.surface_flag, flags)
    np.testing.assert_array_equal(np.isfinite(scene.standard_deviation), np.isfinite(values))
    assert verify_granule(path, "SPL2SMAP_S").touches(window) == bool(scene.cells)


def test_a_window_around_the_whole_globe_from_within_a_coarse_cell(tmp_path):
    path = write_coarse(tmp_path / COARSE_NAME, [0, 0], [0, 963], [0.1, 0.2])
    window = Window(0, 5, 1, 11568)
    field = read_coarse(path, window, "SPL2SMP")
    assert field.soil_moisture.shape == (1, 965) and field.cells == 2  # the first one is seen at both ends
    expected = np.full(11568, np.nan, np.float32)
    expected[:7], expected[-5:], expected[-17:-5] = 0.1, 0.1, 0.2
    np.testing.assert_array_equal(window.expand(field.soil_moisture, M36)[0], expected)


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


@pytest.mark.parametrize("text", [np.bytes_, str, lambda s: np.array([s.encode()]), lambda s: np.array(s, "S24")])
def test_attribute_texts_of_any_kind(tmp_path, text):
    path = write_coarse(tmp_path / COARSE_NAME, [10], [20], 0.2, text=text)
    field = read_coarse(path, Window(120, 240, 12, 12), "SPL2SMP")
    assert field.begin == np.datetime64("2016-01-01T11:58:00.123")
    assert field.end == np.datetime64("2016-01-01T12:50:00.456")


def test_fill_is_what_the_attribute_says_and_may_be_missing(tmp_path):
    path = write_coarse(tmp_path / COARSE_NAME, [10, 10, 10], [20, 21, 22], [0.25, FILL, 0.5])
    with h5py.File(path, "a") as file:
        group = file["Soil_Moisture_Retrieval_Data"]
        del group["retrieval_qual_flag"].attrs["_FillValue"]
        group["soil_moisture"].attrs["_FillValue"] = np.array([0.25], "f4")
    field = read_coarse(path, Window(120, 240, 1, 36), "SPL2SMP")
    assert np.isnan(field.soil_moisture[0, 0])
    assert field.soil_moisture[0, 1] == np.float32(FILL)  # not fill, says the file
    with h5py.File(path, "a") as file:
        del file["Soil_Moisture_Retrieval_Data/soil_moisture"].attrs["_FillValue"]
    field = read_coarse(path, Window(120, 240, 1, 36), "SPL2SMP")
    np.testing.assert_array_equal(np.isfinite(field.soil_moisture[0]), [True, False, True])


def test_a_fill_that_its_type_cannot_hold_matches_nothing(tmp_path):
    path = good(tmp_path / COARSE_NAME)
    with h5py.File(path, "a") as file:
        file["Soil_Moisture_Retrieval_Data/retrieval_qual_flag"].attrs["_FillValue"] = np.int32(-9999)
    assert np.isfinite(read_coarse(path, Window(120, 240, 1, 1), "SPL2SMP").soil_moisture).all()
    with h5py.File(path, "a") as file:
        file["Soil_Moisture_Retrieval_Data/retrieval_qual_flag"].attrs["_FillValue"] = "none"
    with pytest.raises(GranuleError, match=r"_FillValue of .*quality_flag is not one number"):
        read_coarse(path, Window(120, 240, 1, 1), "SPL2SMP")


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


def bad_not_there(path):
    pass


def bad_empty(path):
    path.write_bytes(b"")


def bad_web_page(path):
    path.write_text("\n<!DOCTYPE html><html><head><title>Earthdata Login</title></head></html>")


def bad_text(path):
    path.write_text("404")


def bad_truncated(path):
    good(path)
    path.write_bytes(path.read_bytes()[:-200])


def bad_group(path):
    good(path)
    with h5py.File(path, "a") as file:
        file.move("Soil_Moisture_Retrieval_Data", "Soil_Moisture_Retrieval_Data_AM")


def bad_group_is_dataset(path):
    good(path)
    with h5py.File(path, "a") as file:
        del file["Soil_Moisture_Retrieval_Data"]
        file["Soil_Moisture_Retrieval_Data"] = [1.0]


def bad_dataset(path):
    good(path, leave_out=["retrieval_qual_flag"])


def bad_lengths(path):
    good(path, leave_out=["soil_moisture"])
    with h5py.File(path, "a") as file:
        file["Soil_Moisture_Retrieval_Data/soil_moisture"] = np.zeros(2, "f4")


def bad_strings(path):
    good(path, leave_out=["soil_moisture"])
    with h5py.File(path, "a") as file:
        file["Soil_Moisture_Retrieval_Data/soil_moisture"] = np.array([b"0.1"] * 3)


def bad_float_flags(path):
    good(path, leave_out=["retrieval_qual_flag"])
    with h5py.File(path, "a") as file:
        file["Soil_Moisture_Retrieval_Data/retrieval_qual_flag"] = np.zeros(3, "f4")


def bad_row(path):
    write_coarse(path, [10, 406, 65533], [20, 21, 22], 0.2)


def bad_column(path):
    write_coarse(path, [10, 11, 12], [20, 21, 964], 0.2)


def bad_product(path):
    good(path, product="SPL2SMP_E")


def bad_no_period(path):
    good(path)
    with h5py.File(path, "a") as file:
        del file["Metadata"]


def bad_period(path):
    good(path, period=("yesterday", "today"))


def bad_order(path):
    good(path, period=("2016-01-01T12:50:00Z", "2016-01-01T11:58:00Z"))


def good(path, **more):
    return write_coarse(path, [10, 11, 12], [20, 21, 22], 0.2, **more)


BAD = {
    bad_not_there: "No such file",
    bad_empty: "the file is empty",
    bad_web_page: "a web page, not HDF5",
    bad_text: "not an HDF5 file",
    bad_truncated: "truncated",
    bad_group: "no group Soil_Moisture_Retrieval_Data,.*it holds Metadata, Soil_Moisture_Retrieval_Data_AM",
    bad_group_is_dataset: "no group Soil_Moisture_Retrieval_Data,",
    bad_dataset: "Soil_Moisture_Retrieval_Data/retrieval_qual_flag is missing",
    bad_lengths: r"soil_moisture has shape \(2,\) where the other datasets have \(3,\)",
    bad_strings: "soil_moisture does not hold numbers",
    bad_float_flags: "integers are needed",
    bad_row: "2 row indices lie off the grid, e.g. 406 where M36 has 0 to 405",
    bad_column: "1 column indices lie off the grid, e.g. 964 where M36 has 0 to 963",
    bad_product: "a granule of SPL2SMP_E, not of SPL2SMP",
    bad_no_period: "has no rangeBeginningDateTime",
    bad_period: "is no time: 'yesterday'",
    bad_order: "ends before",
}


@pytest.mark.parametrize("spoil", BAD, ids=lambda f: f.__name__)
def test_bad_granules_name_the_file_and_the_remedy(tmp_path, spoil):
    path = tmp_path / COARSE_NAME
    spoil(path)
    for read in (
        lambda: verify_granule(path, "SPL2SMP"),
        lambda: read_coarse(path, Window(120, 240, 36, 36), "SPL2SMP"),
    ):
        with pytest.raises(GranuleError, match=BAD[spoil]) as caught:
            read()
        assert COARSE_NAME in str(caught.value)
        assert "Fetch the file again" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_places_must_belong_to_the_indices(tmp_path):
    # Centre of M36 (0, 0) as the real half-orbit has it.
    centre = ([-179.81327801], [83.63197528])
    verify_granule(write_coarse(tmp_path / COARSE_NAME, [0], [0], 0.2, places=centre), "SPL2SMP")
    path = write_coarse(tmp_path / COARSE_NAME, [0], [1], 0.2, places=centre)
    with pytest.raises(GranuleError, match=r"up to 1\.0 cells of M36 off"):
        verify_granule(path, "SPL2SMP")
    verify_granule(write_coarse(tmp_path / COARSE_NAME, [0], [1], 0.2, places=([FILL], [FILL])), "SPL2SMP")


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


def test_files_are_closed(tmp_path):
    path = good(tmp_path / COARSE_NAME)
    read_coarse(path, Window(120, 240, 1, 1), "SPL2SMP")
    verify_granule(path, "SPL2SMP")
    with h5py.File(path, "r+"):
        pass
    assert Path(path).exists()


@pytest.mark.parametrize("first", [2600, 11520])
def test_footprint_covers_the_cells_and_is_short(tmp_path, first):
    row, column = rectangle(1000, first, 72, 102)
    row = np.where(np.arange(102) + np.arange(72)[:, None] > 40, row, FLAG_FILL)  # a corner is missing
    footprint = verify_granule(write_scene(tmp_path / SCENE_NAME, row, column, 0.2), "SPL2SMAP_S").footprint()
    assert footprint.is_valid
    assert shapely.get_num_coordinates(footprint) <= 48
    longitude, latitude = M03.centres(row[row != FLAG_FILL], column[row != FLAG_FILL])
    assert shapely.covers(footprint, shapely.points(longitude, latitude)).all()
    # 102 columns of 360 / 11568 degrees and 72 rows of some 0.03 degrees, and no belt around the globe.
    assert 0.8 * 3.17 * 2.1 < shapely.area(footprint) < 1.3 * 3.17 * 2.6
    assert (footprint.bounds[0] == -180 and footprint.bounds[2] == 180) == (first == 11520)
