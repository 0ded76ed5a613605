"""One dataset as it is stored: type, chunk, attributes, fill."""

import h5py
import numpy as np
import pytest

from smen.products.coarse_datasets import COARSE_DATASETS
from smen.products.dataset import category, integer, position, real
from smen.products.flags import RETRIEVAL_FLAGS
from smen.simulation.dataset_writer import write_dataset

COORDINATES = np.bytes_("/group/latitude /group/longitude")


@pytest.fixture
def write(tmp_path):
    """Write a dataset and give it back as h5py reads it."""
    with h5py.File(tmp_path / "file.h5", "w", libver="earliest") as file:
        group = file.create_group("group")

        def run(dataset, values=None, shape=(3,)):
            write_dataset(group, dataset, values, shape, COORDINATES)
            return group[dataset.name]

        yield run


def test_values_type_and_storage(write):
    stored = write(real(name="moisture", long_name="Moisture"), np.array([0.1, 0.2, -9999.0]))
    assert stored.dtype == np.float32
    np.testing.assert_array_equal(stored[:], np.array([0.1, 0.2, -9999.0], "f4"))
    assert (stored.chunks, stored.compression, stored.compression_opts) == ((3,), "gzip", 2)


def test_attributes_of_a_measurement(write):
    dataset = real(name="moisture", long_name="Moisture", units="cm**3/cm**3", valid=(0.02, 0.5))
    attributes = dict(write(dataset, np.zeros(3)).attrs)
    assert attributes == {
        "long_name": b"Moisture",
        "units": b"cm**3/cm**3",
        "_FillValue": np.float32(-9999),
        "valid_min": np.float32(0.02),
        "valid_max": np.float32(0.5),
        "coordinates": COORDINATES,
    }
    assert attributes["_FillValue"].dtype == np.float32


def test_attributes_of_a_flag(write):
    attributes = write(integer(name="flag", long_name="", flags=RETRIEVAL_FLAGS), np.zeros(3)).attrs
    assert attributes["flag_masks"] == b"1s, 2s, 4s, 8s"
    assert len(attributes["flag_meanings"].split()) == 4
    assert "units" not in attributes
    assert "valid_min" not in attributes


def test_positions_have_neither_fill_nor_coordinates(write):
    attributes = write(position(name="latitude", long_name="", units="degrees_north"), np.zeros(3)).attrs
    assert set(attributes) == {"long_name", "units"}


def test_without_values_all_is_fill(write):
    assert (write(integer(name="flag", long_name=""))[:] == 65534).all()
    assert (write(category(name="class", long_name="", columns=3), shape=(2, 3))[:] == 254).all()
    assert (write(real(name="value", long_name=""), shape=(2, 2))[:] == -9999).all()


def test_texts(write):
    (utc,) = (dataset for dataset in COARSE_DATASETS if dataset.dtype == "S24")
    stored = write(utc, np.array([b"2016-01-01T12:00:00.000Z"] * 3))
    assert stored.dtype == "S24"
    assert stored[0] == b"2016-01-01T12:00:00.000Z"
    assert "_FillValue" not in stored.attrs


def test_nothing_tells_when_it_was_written(tmp_path):
    contents = []
    for name in ("a.h5", "b.h5"):
        with h5py.File(tmp_path / name, "w", libver="earliest") as file:
            write_dataset(file.create_group("group"), COARSE_DATASETS[2], np.ones(4), (4,), COORDINATES)
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1]
