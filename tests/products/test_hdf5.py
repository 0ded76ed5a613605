"""Attributes and texts, whatever HDF5 type they have."""

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.products.hdf5 import SIGNATURE, UnreadableError, as_text, open_object, read_attribute, read_text


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


@pytest.mark.parametrize("value", [h5py.Empty("S10"), h5py.Empty("f4"), np.array([], "S4"), np.array([], "f8")])
def test_attributes_without_a_value(group, value):
    group.attrs["name"] = value
    assert read_attribute(group.id, "name").size == 0
    assert as_text(read_attribute(group.id, "name")) == ""
    assert read_text(group.id, "name") is None


@pytest.mark.parametrize("value", [h5py.Empty("S10"), np.array([], "S4"), "", "  ", b""])
def test_empty_texts_in_a_dataset_are_none(group, value):
    group["name"] = value
    assert read_text(group.id, "name") is None


@given(text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), dataset=st.booleans())
def test_any_text_comes_back_without_blanks_around_it(text, dataset):
    with h5py.File.in_memory() as file:
        (file if dataset else file.attrs)["name"] = text
        assert read_text(file.id, "name") == (text.strip() or None)


def foreign_type():
    """A floating-point type that numpy lacks: 256 bits."""
    kind = h5py.h5t.IEEE_F64LE.copy()
    kind.set_size(32)
    kind.set_precision(256)
    kind.set_fields(255, 236, 19, 0, 236)
    return kind


def test_data_types_that_numpy_lacks(group):
    h5py.h5a.create(group.id, b"name", foreign_type(), h5py.h5s.create(h5py.h5s.SCALAR))
    with pytest.raises(UnreadableError, match="the attribute name of group cannot be read"):
        read_attribute(group.id, "name")
    h5py.h5d.create(group.id, b"text", foreign_type(), h5py.h5s.create_simple((3,)))
    with pytest.raises(UnreadableError, match="the dataset text of group cannot be read"):
        read_text(group.id, "text")


def test_texts_that_claim_to_be_very_large(group):
    group.create_dataset("name", (3_000_000_000,), "S10", chunks=(1_000_000,))
    with pytest.raises(UnreadableError, match="the dataset name of group claims 3000000000 values"):
        read_text(group.id, "name")
    with h5py.File.in_memory(libver="latest") as file:  # attributes beyond 64 kB need the newer format
        file.attrs["name"] = np.zeros(200_000)
        with pytest.raises(UnreadableError, match="claims 200000 values"):
            read_attribute(file.id, "name")


def test_objects_that_are_there_damaged_and_missing(tmp_path):
    """The messages of an object header, overwritten: HDF5 cannot tell what it is, and its error is no OSError."""
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as file:
        file["data"], file["other"] = [1.0], [2.0]
        where = h5py.h5o.get_info(file["other"].id).addr
    with path.open("r+b") as stream:
        for _ in range(4):  # dataspace, data type, fill value, layout: their types become 0, which is no message
            stream.seek(where + 16)
            kind, size = (int.from_bytes(stream.read(2), "little") for _ in range(2))
            stream.seek(where + 16)
            stream.write(b"\0\0")
            where += 8 + size
            assert kind < 9
    with h5py.File(path) as file:
        assert isinstance(open_object(file.id, "data"), h5py.h5d.DatasetID)
        assert open_object(file.id, "nothing") is None
        assert open_object(file.id, "nowhere/nothing") is None
        with pytest.raises(UnreadableError, match=r"the file is damaged: other cannot be opened \(Unable"):
            open_object(file.id, "other")
