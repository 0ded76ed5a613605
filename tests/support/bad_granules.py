"""Bad half-orbits: functions that write one each, and the words that its error must hold."""

import h5py
import numpy as np
from true_granules import write_coarse


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
