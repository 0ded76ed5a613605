"""An open granule: datasets, fill values, cells."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from bad_granules import good
from true_granules import COARSE_NAME, FILL, FLAG_FILL, SCENE_NAME, rectangle, write_coarse, write_scene

from smen.errors import GranuleError
from smen.grid import Window
from smen.products.granule_file import open_granule
from smen.products.product_tables import product
from smen.products.read import read_coarse
from smen.products.verify import verify_granule

COARSE, SCENE = product("SPL2SMP"), product("SPL2SMAP_S")


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
    with pytest.raises(GranuleError, match=r"_FillValue of .*/retrieval_qual_flag is not a number: 'none'"):
        read_coarse(path, Window(120, 240, 1, 1), "SPL2SMP")


def test_files_are_closed(tmp_path):
    path = good(tmp_path / COARSE_NAME)
    read_coarse(path, Window(120, 240, 1, 1), "SPL2SMP")
    verify_granule(path, "SPL2SMP")
    with h5py.File(path, "r+"):
        pass
    assert Path(path).exists()


def change(path, name, values, **attributes):
    """Replace a dataset of a half-orbit."""
    with h5py.File(path, "a") as file:
        group = file["Soil_Moisture_Retrieval_Data"]
        del group[name]
        group[name] = values
        group[name].attrs.update(attributes)


def test_numbers_of_a_variable(tmp_path):
    path = write_coarse(tmp_path / COARSE_NAME, [10, 11], [20, 21], [0.25, 0.5], seconds=[1.5, 2.5])
    with open_granule(path, COARSE) as file:
        np.testing.assert_array_equal(file.read("soil_moisture"), [0.25, 0.5])
        assert (file.read("seconds").dtype, file.read("row").dtype) == (np.float64, np.uint16)
        assert file.dataset("latitude") is None
        with pytest.raises(GranuleError, match="dataset Soil_Moisture_Retrieval_Data/latitude is missing"):
            file.read("latitude")


def test_rectangles_are_flattened(tmp_path):
    path = write_scene(tmp_path / SCENE_NAME, *rectangle(1000, 2600, 2, 3), [[1, 2, 3], [4, 5, 6]])
    with open_granule(path, SCENE) as file:
        np.testing.assert_array_equal(file.read("soil_moisture_3km"), [1, 2, 3, 4, 5, 6])


def test_a_granule_without_cells(tmp_path):
    path = write_coarse(tmp_path / COARSE_NAME, [], [], [])
    with open_granule(path, COARSE) as file:
        indexed, row, column = file.cells()
        assert len(indexed) == len(row) == len(column) == 0


@pytest.mark.parametrize(
    ("fill", "values", "present"),
    [
        (np.float32(-9999), [0.1, -9999, np.nan, np.inf, 0.0], [True, False, False, False, True]),
        (np.float32(np.nan), [0.1, -9999, np.nan, np.inf, 0.0], [True, True, False, False, True]),
        (None, [0.1, -9999, np.nan, -np.inf, 0.0], [True, False, False, False, True]),  # that of the table
    ],
)
def test_present_values(tmp_path, fill, values, present):
    path = write_coarse(tmp_path / COARSE_NAME, range(5), range(5), 0.2)
    change(path, "soil_moisture", np.array(values, "f4"), **({} if fill is None else {"_FillValue": fill}))
    with open_granule(path, COARSE) as file:
        numbers = file.read("soil_moisture")
        np.testing.assert_array_equal(file.present("soil_moisture", numbers), present)


def test_cells_without_a_row_or_a_column(tmp_path):
    path = write_coarse(tmp_path / COARSE_NAME, [10, FLAG_FILL, 12, FLAG_FILL], [20, 21, FLAG_FILL, FLAG_FILL], 0.2)
    with open_granule(path, COARSE) as file:
        indexed, row, _ = file.cells()
    np.testing.assert_array_equal(indexed, [True, False, False, False])
    assert row[0] == 10


def test_signed_indices(tmp_path):
    path = write_coarse(tmp_path / COARSE_NAME, [10, 11], [20, 21], 0.2)
    change(path, "EASE_row_index", np.array([10, -1], "i4"), _FillValue=np.int32(-9999))
    with (
        open_granule(path, COARSE) as file,
        pytest.raises(GranuleError, match=r"1 row indices lie off the grid, e\.g\. -1"),
    ):
        file.cells()


def test_the_short_name_of_the_fine_product_may_be_another(tmp_path):
    """That of a real SPL2SMAP_S has not been seen, so only that of another known product refuses the file."""
    path = write_scene(tmp_path / SCENE_NAME, *rectangle(1000, 2600, 2, 3), 0.2)
    with h5py.File(path, "a") as file:
        file["Metadata/DatasetIdentification"].attrs["shortName"] = "L2_SM_SP"
    with open_granule(path, SCENE) as file:
        assert file.product is SCENE
    with h5py.File(path, "a") as file:
        file["Metadata/DatasetIdentification"].attrs["shortName"] = "SPL2SMP"
    with pytest.raises(GranuleError, match="a granule of SPL2SMP, not of SPL2SMAP_S"), open_granule(path, SCENE):
        pass


@pytest.mark.parametrize("problem", [OSError("x y"), RuntimeError("x y"), KeyError("x y")])
def test_errors_of_hdf5_name_the_file(tmp_path, problem):
    path = good(tmp_path / COARSE_NAME)
    with (
        pytest.raises(GranuleError, match=rf"{COARSE_NAME}: the file is damaged \(x y\)\. Fetch"),
        open_granule(path, COARSE),
    ):
        raise problem
    with h5py.File(path, "r+"):  # and it is closed
        pass


def test_other_errors_pass_through(tmp_path):
    with pytest.raises(ZeroDivisionError), open_granule(good(tmp_path / COARSE_NAME), COARSE):
        raise ZeroDivisionError


@pytest.mark.parametrize(("product", "cells"), [(COARSE, 406 * 964), (SCENE, 4872 * 11568)], ids=["coarse", "fine"])
def test_more_cells_than_the_grid_has_are_refused_before_anything_is_allocated(tmp_path, product, cells):
    name, prefix = (COARSE_NAME, "") if product is COARSE else (SCENE_NAME, "_3km")
    path = good(tmp_path / name) if product is COARSE else write_scene(tmp_path / name, *rectangle(9, 9, 2, 3), 0.2)
    with h5py.File(path, "a") as file:
        index = f"{product.group}/EASE_row_index{prefix}"
        del file[index]
        file.create_dataset(index, (3_000_000_000,), "u2", chunks=(1_000_000,), compression="gzip")
    with pytest.raises(GranuleError, match=rf"{index} claims 3000000000 cells where all of M\d\d has {cells}\."):
        verify_granule(path, product.short_name)
    assert path.stat().st_size < 100_000


@pytest.mark.parametrize("values", [h5py.Empty("f4"), np.float32(0.2)], ids=["null", "scalar"])
def test_a_dataset_without_cells_of_its_own(tmp_path, values):
    path = good(tmp_path / COARSE_NAME)
    change(path, "soil_moisture", values)
    with pytest.raises(GranuleError, match="soil_moisture does not hold one number for each cell"):
        verify_granule(path, "SPL2SMP")
    change(path, "EASE_row_index", h5py.Empty("u2"))
    with pytest.raises(GranuleError, match="EASE_row_index does not hold one number for each cell"):
        verify_granule(path, "SPL2SMP")


def test_a_data_type_that_numpy_lacks(tmp_path):
    path = good(tmp_path / COARSE_NAME)
    kind = h5py.h5t.IEEE_F64LE.copy()  # 256 bits
    kind.set_size(32)
    kind.set_precision(256)
    kind.set_fields(255, 236, 19, 0, 236)
    with h5py.File(path, "a") as file:
        group = file["Soil_Moisture_Retrieval_Data"]
        del group["soil_moisture"]
        h5py.h5d.create(group.id, b"soil_moisture", kind, h5py.h5s.create_simple((3,)))
    with pytest.raises(GranuleError, match=r"soil_moisture has a data type that numpy lacks .*Fetch"):
        verify_granule(path, "SPL2SMP")


@pytest.mark.parametrize("text", [h5py.Empty("S10"), np.array([], "S4"), "", np.bytes_(b" ")])
def test_an_empty_short_name_is_as_good_as_none(tmp_path, text):
    path = good(tmp_path / COARSE_NAME)
    with h5py.File(path, "a") as file:
        file["Metadata/DatasetIdentification"].attrs["shortName"] = text
    assert len(verify_granule(path, "SPL2SMP").row) == 3


def test_attributes_that_cannot_be_read_name_the_file(tmp_path):
    path = good(tmp_path / COARSE_NAME)
    with h5py.File(path, "a") as file:
        extent = file["Metadata/Extent"]
        del extent.attrs["rangeEndingDateTime"]
        h5py.h5a.create(extent.id, b"rangeEndingDateTime", h5py.h5t.UNIX_D32LE, h5py.h5s.create(h5py.h5s.SCALAR))
    words = rf"{COARSE_NAME}: the attribute rangeEndingDateTime of Metadata/Extent cannot be read .*Fetch"
    with pytest.raises(GranuleError, match=words):
        verify_granule(path, "SPL2SMP")


def test_names_of_groups_that_are_no_utf_8(tmp_path):
    path = good(tmp_path / COARSE_NAME)
    with h5py.File(path, "a") as file:
        file.move("Soil_Moisture_Retrieval_Data", b"Bod\xe9n")
    with pytest.raises(GranuleError, match="it holds Bod\ufffdn, Metadata"):
        verify_granule(path, "SPL2SMP")


def test_a_compression_that_is_not_installed_is_no_damage(tmp_path):
    path = good(tmp_path / COARSE_NAME)
    with h5py.File(path, "a") as file:
        group = file["Soil_Moisture_Retrieval_Data"]
        del group["soil_moisture"]
        plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plan.set_chunk((3,))
        plan.set_filter(40_000, h5py.h5z.FLAG_OPTIONAL)  # a number that no filter has
        space = h5py.h5s.create_simple((3,))
        h5py.h5d.create(group.id, b"soil_moisture", h5py.h5t.IEEE_F32LE, space, plan).write_direct_chunk((0,), b"abc")
    with pytest.raises(
        GranuleError, match=r"soil_moisture cannot be read, it is compressed with filter 40000, which HDF5 here"
    ):
        verify_granule(path, "SPL2SMP")
