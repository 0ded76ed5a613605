"""Attributes and texts, whatever HDF5 type they have."""

import h5py
import numpy as np
import pytest

from smen.products.hdf5 import SIGNATURE, as_text, read_attribute


@pytest.fixture
def group(tmp_path):
    with h5py.File(tmp_path / "file.h5", "w") as file:
        yield file.create_group("group")


@pytest.mark.parametrize(
    "value", [np.float32(-9999), np.uint16(65534), np.array([1.5]), np.array([[1, 2], [3, 4]], "i8"), np.bytes_("text")]
)
def test_attributes_come_back_as_written(group, value):
    group.attrs["name"] = value
    result = read_attribute(group.id, "name")
    np.testing.assert_array_equal(result, value)
    assert result.dtype == np.asarray(value).dtype


def test_attributes_of_datasets_and_missing_ones(group):
    data = group.create_dataset("data", data=[1.0])
    data.attrs["units"] = np.bytes_("m")
    assert as_text(read_attribute(data.id, "units")) == "m"
    assert read_attribute(data.id, "nothing") is None


@pytest.mark.parametrize(
    "value",
    ["Größe", "Größe".encode(), np.bytes_("Größe".encode()), np.array(["Größe".encode()]), np.array("Größe", object)],
)
def test_texts(value):
    assert as_text(value) == "Größe"


@pytest.mark.parametrize("value", ["Größe", np.bytes_("Größe".encode())], ids=["variable", "fixed"])
def test_texts_of_either_storage(group, value):
    group.attrs["name"] = value
    assert as_text(read_attribute(group.id, "name")) == "Größe"


def test_bytes_that_are_no_utf_8_are_replaced():
    assert as_text(b"a\xff") == "a\ufffd"


def test_the_signature_is_that_of_the_files(group):
    group.file.flush()
    with open(group.file.filename, "rb") as stream:  # noqa: PTH123  (as written by HDF5)
        assert stream.read(8) == SIGNATURE
