"""Chunks that serve maps and series."""

import h5py
import numpy as np
import pytest

from smen.outputs.cube_chunks import DATES, FEWEST_DATES, SIDE, blocks, chunk_shape, compressed_chunks


def read_by(part, shape, chunks):
    """How many chunks a part of an array touches, counted by their numbers."""
    touched = [np.unique(np.arange(size)[p] // chunk).size for p, size, chunk in zip(part, shape, chunks, strict=True)]
    return int(np.prod(touched))


@pytest.mark.parametrize("shape", [(455, 100, 100), (1400, 100, 100), (455, 40, 300), (120, 1000, 1000)])
def test_neither_a_map_nor_a_series_reads_much(shape):
    chunks = chunk_shape(*shape)
    series = read_by((slice(None), 7, 9), shape, chunks)
    field = read_by((5, slice(None), slice(None)), shape, chunks)
    assert series <= np.ceil(shape[0] / chunks[0]) and chunks[0] >= min(20, shape[0])
    assert field <= np.ceil(shape[1] / (SIDE * 0.7)) * np.ceil(shape[2] / (SIDE * 0.7))
    assert np.prod(chunks) * 4 < 1e6


def test_a_small_cube_is_one_chunk():
    assert chunk_shape(8, 40, 30) == (8, 40, 30)
    assert chunk_shape(1, 1, 1) == (1, 1, 1)


def test_of_a_large_region_fewer_dates_are_in_memory():
    assert chunk_shape(400, 1000, 1000)[0] == 20
    assert chunk_shape(400, 4000, 4000)[0] == FEWEST_DATES


@pytest.mark.parametrize("side", [40, 1000])
@pytest.mark.parametrize("dates", [1, DATES - 1, DATES, DATES + 1, 100])
def test_blocks_are_whole_chunks_and_hold_each_date_once(dates, side):
    parts = list(blocks(dates, side, side))
    step = chunk_shape(dates, side, side)[0]
    assert np.concatenate([np.arange(dates)[part] for part in parts]).tolist() == list(range(dates))
    assert all(part.start % step == 0 for part in parts)


@pytest.mark.parametrize("dtype", ["f4", "u1"])
def test_hdf5_reads_chunks_that_were_compressed_here(tmp_path, dtype):
    """Dates, rows and columns that do not fill their last chunks, read back through HDF5's own filters."""
    values = (np.arange(5 * 7 * 11) % 251).reshape(5, 7, 11).astype(dtype)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        made = file.create_dataset("a", values.shape, dtype, chunks=(3, 4, 6), compression="gzip", shuffle=True)
        for start in (0, 3):
            for (row, column), chunk in compressed_chunks(values[start : start + 3], (3, 4, 6), 9).items():
                made.id.write_direct_chunk((start, row, column), chunk.tobytes())
    with h5py.File(tmp_path / "a.h5") as file:
        np.testing.assert_array_equal(file["a"][...], values)
