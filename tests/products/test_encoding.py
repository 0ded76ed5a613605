"""Packed and missing data by the CF conventions: the values of every dataset, in both products."""

import h5py
import numpy as np
import pytest
from bad_granules import good
from hypothesis import given
from hypothesis import strategies as st
from true_granules import COARSE_NAME, FILL, FLAG_FILL, SCENE_NAME, SECONDS_2016, rectangle, write_coarse, write_scene

from smen.errors import GranuleError
from smen.grid import Window
from smen.products.encoding import Encoding
from smen.products.read import read_coarse, read_scene
from smen.products.verify import verify_granule

COARSE_GROUP, FINE_GROUP = "Soil_Moisture_Retrieval_Data", "Soil_Moisture_Retrieval_Data_3km"
ROW = Window(120, 240, 1, 36)
VALUES = np.array([0.0213, 0.92, FILL], "f4")
"""A dry cell, the wettest good one that real granules hold, and none."""


def replace(path, name, stored, **attributes):
    """Store a dataset anew, with these attributes and no others."""
    with h5py.File(path, "a") as file:
        del file[name]
        file[name] = stored
        file[name].attrs.update(attributes)


def coarse(tmp_path, stored, name="soil_moisture", **attributes):
    """A half-orbit of three cells of `VALUES`, with one dataset as given."""
    path = write_coarse(tmp_path / COARSE_NAME, [10, 10, 10], [20, 21, 22], VALUES)
    replace(path, f"{COARSE_GROUP}/{name}", stored, **attributes)
    return path


def moisture(path):
    """Soil moisture of the three cells, after the check of `acquire`."""
    verify_granule(path, "SPL2SMP")
    return read_coarse(path, ROW, "SPL2SMP").soil_moisture[0]


@pytest.mark.parametrize(
    ("stored", "attributes"),
    [
        (np.array([213, 9200, -9999], "i2"), {"_FillValue": np.int16(-9999), "scale_factor": 1e-4, "add_offset": 0.0}),
        (np.array([213, 9200, -9999], ">i2"), {"_FillValue": np.int16(-9999), "scale_factor": np.float32(1e-4)}),
        (np.array([2.13, 92, -9999], "f4"), {"_FillValue": np.float32(-9999), "scale_factor": 0.01}),
        (np.array([2.13, 92, np.nan], "f4"), {"_FillValue": np.float32(np.nan), "scale_factor": 0.01}),
        (np.array([-4787, 4200, 0], "i2"), {"_FillValue": np.int16(0), "scale_factor": 1e-4, "add_offset": 0.5}),
        (np.array([213, 9200, -1], "i4"), {"missing_value": np.int32(-1), "scale_factor": [1e-4]}),
        (np.array([213, 9200, -2], "i2"), {"missing_value": np.array([-1, -2], "i2"), "scale_factor": "0.0001"}),
        (np.array([213, 9200, -9999], "i2"), {"scale_factor": 1e-4}),  # the fill value of the product's table
        (np.array([213, 9200, -1], "i2"), {"_FillValue": np.int16(-1), "_Unsigned": "true", "scale_factor": 1e-4}),
        (np.array([0.0213, 0.92, -1], "f4"), {"missing_value": np.float32(-1)}),
        (np.array([0.0213, 0.92, -1], "f4"), {"missing_value": "-1"}),
        (np.array([0.0213, 0.92, -1], "f4"), {"_FillValue": np.float32(-9999), "missing_value": [-2.0, -1.0]}),
        (VALUES, {"scale_factor": 1.0, "add_offset": 0.0, "_FillValue": np.float32(FILL)}),
        (VALUES.astype("f8"), {"_FillValue": FILL}),
        (VALUES, {"_FillValue": "-9999.0"}),
        (VALUES, {"_FillValue": np.bytes_("-9999")}),
        (VALUES, {"_FillValue": h5py.Empty("f4")}),
        (VALUES, {"_FillValue": np.array([], "f4")}),
        (VALUES, {"_FillValue": ""}),
        (VALUES, {"scale_factor": h5py.Empty("f4"), "add_offset": np.array([], "f8"), "missing_value": ""}),
    ],
)  # fmt: skip
def test_soil_moisture_however_it_is_stored(tmp_path, stored, attributes):
    np.testing.assert_allclose(moisture(coarse(tmp_path, stored, **attributes)), [0.0213, 0.92, np.nan], rtol=1e-6)


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"scale_factor": 0.0}, "soil_moisture is packed with scale_factor 0"),
        ({"scale_factor": np.nan}, "soil_moisture is packed with scale_factor nan"),
        ({"add_offset": np.inf}, "soil_moisture is packed with .*add_offset inf"),
        ({"scale_factor": [1.0, 2.0]}, "scale_factor of .*/soil_moisture is not one number"),
        ({"_FillValue": [1.0, 2.0]}, "_FillValue of .*/soil_moisture is not one number"),
        ({"_FillValue": "none"}, "_FillValue of .*/soil_moisture is not a number: 'none'"),
        ({"missing_value": ["a", "b"]}, "missing_value of .*/soil_moisture is not a number: 'a'"),
        ({"add_offset": np.array((1, 2), "i4,i4")}, "add_offset of .*/soil_moisture is not a number"),
    ],
)
def test_attributes_that_cannot_be_followed(tmp_path, attributes, words):
    path = coarse(tmp_path, VALUES, **attributes)
    for read in (lambda: verify_granule(path, "SPL2SMP"), lambda: read_coarse(path, ROW, "SPL2SMP")):
        with pytest.raises(GranuleError, match=rf"{COARSE_NAME}: .*{words}.*Fetch the file again"):
            read()


@pytest.mark.parametrize("name", ["EASE_row_index", "EASE_column_index", "retrieval_qual_flag", "surface_flag"])
def test_packed_integers_are_refused_and_an_attribute_that_changes_nothing_is_not(tmp_path, name):
    with h5py.File(good(tmp_path / COARSE_NAME)) as file:
        stored = file[f"{COARSE_GROUP}/{name}"][()]
    path = coarse(tmp_path, stored, name, scale_factor=2.0)
    with pytest.raises(GranuleError, match=rf"{name} is packed \(scale_factor 2, add_offset 0\)"):
        verify_granule(path, "SPL2SMP")
    assert len(verify_granule(coarse(tmp_path, stored, name, scale_factor=1, add_offset=0), "SPL2SMP").row) == 3


def test_seconds_and_places_may_be_packed(tmp_path):
    path = write_coarse(tmp_path / COARSE_NAME, [0], [0], 0.2, seconds=SECONDS_2016, places=([0], [0]))
    with pytest.raises(GranuleError, match="off their row and column"):
        verify_granule(path, "SPL2SMP")
    # Centre of M36 (0, 0) as the real half-orbit has it: 83.63197528 N, 179.81327801 W.
    replace(path, f"{COARSE_GROUP}/latitude", np.array([836320], "i4"), scale_factor=1e-4)
    replace(path, f"{COARSE_GROUP}/longitude", np.array([1867], "i2"), scale_factor=1e-4, add_offset=-180.0)
    replace(path, f"{COARSE_GROUP}/tb_time_seconds", np.array([7], "i2"), add_offset=SECONDS_2016)
    verify_granule(path, "SPL2SMP")
    assert read_coarse(path, Window(0, 0, 1, 1), "SPL2SMP").overpass_time == np.datetime64("2016-01-01T12:00:07")


def test_signed_integers_meant_as_unsigned(tmp_path):
    """NetCDF's older formats have no unsigned integers: 65534 is kept as -2."""
    path = good(tmp_path / COARSE_NAME)
    for name, values in {"retrieval_qual_flag": [0, FLAG_FILL, 9], "surface_flag": [0x8001, FLAG_FILL, 3]}.items():
        stored = np.array(values, "u2").view("i2")
        replace(path, f"{COARSE_GROUP}/{name}", stored, _Unsigned="true", _FillValue=np.int16(-2))
    verify_granule(path, "SPL2SMP")
    field = read_coarse(path, Window(120, 240, 36, 36), "SPL2SMP", "successful")
    np.testing.assert_array_equal(np.diag(field.surface_flag), [0x8001, FLAG_FILL, 3])
    np.testing.assert_array_equal(np.isfinite(np.diag(field.soil_moisture)), [True, False, True])
    replace(path, f"{COARSE_GROUP}/surface_flag", stored)  # without the attributes it cannot be known
    with pytest.raises(GranuleError, match="surface_flag holds -32767, which is no flag of 16 bits"):
        verify_granule(path, "SPL2SMP")


def test_packed_scenes(tmp_path):
    window = Window(1000, 2600, 1, 3)
    path = write_scene(tmp_path / SCENE_NAME, *rectangle(1000, 2600, 1, 3), 0.2, deviation=0.1, apm=0.2)
    for name in ("soil_moisture_3km", "soil_moisture_apm_3km"):
        stored, fill = np.array([[213, 9200, -9999]], "i2"), np.int16(-9999)
        replace(path, f"{FINE_GROUP}/{name}", stored, scale_factor=1e-4, _FillValue=fill)
    stored = np.array([[3, 255, 9]], "u1")
    replace(path, f"{FINE_GROUP}/soil_moisture_std_dev_3km", stored, scale_factor=0.01, _FillValue=np.uint8(255))
    for variable in ("soil_moisture_3km", "soil_moisture_apm_3km"):
        verify_granule(path, "SPL2SMAP_S", variable)
        scene = read_scene(path, window, variable)
        np.testing.assert_allclose(scene.soil_moisture, [[0.0213, 0.92, np.nan]], rtol=1e-6)
        np.testing.assert_allclose(scene.standard_deviation, [[0.03, np.nan, np.nan]], rtol=1e-6)


@given(
    values=st.lists(st.one_of(st.none(), st.integers(0, 9999)), min_size=1, max_size=8),
    offset=st.integers(-5000, 5000),
    fill=st.integers(-(2**15), -15001),
)
def test_packing_and_unpacking(values, offset, fill):
    """Ten-thousandths, shifted by any offset: what was packed comes back, and fill where nothing was."""
    stored = np.array([fill if value is None else value - offset for value in values], "i2")
    encoding = Encoding((fill,), 1e-4, offset * 1e-4)
    decoded = encoding.decode(stored)
    expected = [np.nan if value is None else value / 10_000 for value in values]
    np.testing.assert_allclose(decoded, expected, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(encoding.present(decoded), [value is not None for value in values])
