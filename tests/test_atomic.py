"""Files appear whole or not at all, on a full disk too."""

import subprocess
import sys

import h5py
import numpy as np
import pytest

from smen.atomic import atomic_hdf5, empty_folder
from smen.errors import OutputError

SCRIPT = """
import resource, sys
import h5py, numpy as np
from pathlib import Path
from smen.errors import OutputError
from smen.atomic import atomic_hdf5

limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
chance = np.random.default_rng(1)
try:
    with atomic_hdf5(Path(sys.argv[1])) as content, h5py.File(content, "w") as file:
        stack = file.create_dataset("field", (200, 50, 50), "f4", chunks=(1, 50, 50), compression="gzip")
        for i in range(200):
            stack[i] = chance.normal(size=(50, 50))
            file.attrs[f"field {i}"] = "x" * 500
except OutputError as error:
    print("refused:", error)
"""


@pytest.mark.parametrize("limit", [0, 700, 5_000, 200_000, 1_000_000])
def test_hdf5_survives_a_full_disk(tmp_path, limit):
    """A limit on the size of files stands in for the disk's end: the error comes from the same calls."""
    path = tmp_path / "folder" / "series.nc"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, path, str(limit)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"refused: {path} cannot be written: File too large")
    assert not list(path.parent.iterdir())


def test_with_room_the_file_holds_what_was_written(tmp_path):
    path = tmp_path / "series.nc"
    values = np.random.default_rng(1).normal(size=(30, 40, 50)).astype("f4")
    with atomic_hdf5(path) as content, h5py.File(content, "w") as file:
        stack = file.create_dataset("field", values.shape, "f4", chunks=(1, 40, 50), compression="gzip")
        for i, field in enumerate(values):
            stack[i] = field
        assert not path.exists()
    with h5py.File(path) as file:
        assert np.array_equal(file["field"][:], values)
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_of_the_body_is_its_own(tmp_path):
    with pytest.raises(KeyError, match="no such"), atomic_hdf5(tmp_path / "a.nc") as content, h5py.File(content, "w"):
        raise KeyError("no such")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"), atomic_hdf5(tmp_path / "file" / "a.nc"):
        pass


def test_a_folder_is_made_or_emptied(tmp_path):
    folder = tmp_path / "maps" / "2018"
    empty_folder(folder)
    assert folder.is_dir()
    (folder / "old.tif").write_bytes(b"x")
    (folder / "deeper").mkdir()
    empty_folder(folder)
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "maps").write_text("a file")
    with pytest.raises(OutputError, match=r"maps/2018 cannot be made anew: .*Close what uses it"):
        empty_folder(tmp_path / "maps" / "2018")
    with pytest.raises(OutputError, match="maps cannot be made anew"):
        empty_folder(tmp_path / "maps")
