"""Granules in the true layout, written from plain arrays: independent of the package, spellings and fills by hand."""

import h5py
import numpy as np

FILL, FLAG_FILL = -9999.0, 65534
SECONDS_2016 = 5844 * 86400.0  # 2016-01-01T12:00:00Z: 16 years, four of them leap years, after the epoch
RANGE = ("2016-01-01T11:58:00.123Z", "2016-01-01T12:50:00.456Z")

COARSE_NAME = "SMAP_L2_SM_P_04872_D_20160101T115800_R19240_001.h5"
ENHANCED_NAME = "SMAP_L2_SM_P_E_04872_D_20160101T115800_R19240_001.h5"
SCENE_NAME = "SMAP_L2_SM_SP_1AIWDV_20160101T121000_20160101T003000_097W35N_R18290_001.h5"


def _put(group, name, values, dtype, fill, **more):
    values = np.asarray(values, dtype)
    # HDF5 refuses chunks of nothing: a granule without any cell is stored plainly.
    packing = {"compression": "gzip", "compression_opts": 2, "chunks": values.shape} if values.size else {}
    data = group.create_dataset(name, data=values, **packing)
    if fill is not None:
        data.attrs["_FillValue"] = np.asarray(fill, dtype)
    for key, value in more.items():
        data.attrs[key] = value
    return data


def _metadata(file, short_name, simulated, text=np.bytes_, period=RANGE):
    metadata = file.create_group("Metadata")
    metadata.create_group("DatasetIdentification").attrs["shortName"] = text(short_name)
    extent = metadata.create_group("Extent")
    extent.attrs["rangeBeginningDateTime"], extent.attrs["rangeEndingDateTime"] = map(text, period)
    if simulated:
        metadata.attrs["simulated"] = simulated if isinstance(simulated, str) else "SMEN simulation, seed 1"


def write_coarse(
    path,
    row,
    column,
    soil_moisture,
    quality=0,
    surface=0,
    seconds=SECONDS_2016,
    *,
    product="SPL2SMP",
    simulated=False,
    text=np.bytes_,
    places=None,
    leave_out=(),
    period=RANGE,
):
    """An SPL2SMP or SPL2SMP_E granule. `places`: (longitude, latitude) of the cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    n = len(row)
    with h5py.File(path, "w") as file:
        _metadata(file, product, simulated, text, period)
        group = file.create_group("Soil_Moisture_Retrieval_Data")
        datasets = {
            "EASE_row_index": (row, "u2", FLAG_FILL),
            "EASE_column_index": (column, "u2", FLAG_FILL),
            "soil_moisture": (np.broadcast_to(soil_moisture, n), "f4", FILL),
            "retrieval_qual_flag": (np.broadcast_to(quality, n), "u2", FLAG_FILL),
            "surface_flag": (np.broadcast_to(surface, n), "u2", FLAG_FILL),
            "tb_time_seconds": (np.broadcast_to(seconds, n), "f8", FILL),
        }
        if places is not None:
            datasets |= {"longitude": (places[0], "f4", None), "latitude": (places[1], "f4", None)}
        for name, (values, dtype, fill) in datasets.items():
            if name not in leave_out:
                _put(group, name, values, dtype, fill, valid_max=0.5)
    return path


def write_scene(
    path,
    row,
    column,
    soil_moisture,
    quality=0,
    surface=0,
    deviation=None,
    *,
    apm=None,
    apm_name="soil_moisture_apm_3km",
    seconds=None,
    simulated=False,
    leave_out=(),
    extra=(),
):
    """An SPL2SMAP_S granule of 2-D arrays. `extra`: further (name, values, dtype, fill)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = np.shape(row)
    with h5py.File(path, "w") as file:
        _metadata(file, "SPL2SMAP_S", simulated, str)
        group = file.create_group("Soil_Moisture_Retrieval_Data_3km")
        file.create_group("Soil_Moisture_Retrieval_Data_1km")
        datasets = [
            ("EASE_row_index_3km", row, "u2", FLAG_FILL),
            ("EASE_column_index_3km", column, "u2", FLAG_FILL),
            ("soil_moisture_3km", soil_moisture, "f4", FILL),
            ("retrieval_qual_flag_3km", quality, "u2", FLAG_FILL),
            ("surface_flag_3km", surface, "u2", FLAG_FILL),
            *extra,
        ]
        if deviation is not None:
            datasets.append(("soil_moisture_std_dev_3km", deviation, "f4", FILL))
        if apm is not None:
            datasets.append((apm_name, apm, "f4", FILL))
        if seconds is not None:
            datasets.append(("spacecraft_overpass_time_seconds_3km", seconds, "f8", FILL))
        for name, values, dtype, fill in datasets:
            if name not in leave_out:
                _put(group, name, np.broadcast_to(values, shape), dtype, fill)
    return path


def rectangle(row, column, height, width, columns=11568):
    """Row and column indices of a dense rectangle, (height, width) each, wrapping at the grid's edge."""
    r, c = np.mgrid[row : row + height, column : column + width]
    return r, c % columns
