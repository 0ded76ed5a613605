"""The disk fails at every n-th write: nothing half-written appears, what was there stays, and a rerun completes."""

import errno
import io
from pathlib import Path

import h5py
import numpy as np
import pytest

import smen.atomic
from smen.atomic import atomic_from_memory, atomic_hdf5, write_text
from smen.errors import OutputError

VALUES = np.random.default_rng(3).normal(size=(20, 40, 50)).astype("f4")


class FullAt:
    """Makes the n-th write into a file, or its renaming, fail as a full disk does.

    Attributes:
        calls: how many there were.
    """

    def __init__(self, monkeypatch, n):
        self.n, self.calls = n, 0
        for name in ("replace", "write_bytes", "write_text"):
            monkeypatch.setattr(Path, name, self._failing(getattr(Path, name)))
        outer = self

        class Disk(io.FileIO):
            def write(self, data):
                outer.count()
                return super().write(data)

        class Deaf(smen.atomic._Deaf, Disk):
            """As the package's, on this disk: its own `write` calls the disk's."""

        monkeypatch.setattr(smen.atomic, "_Deaf", Deaf)

    def count(self):
        self.calls += 1
        if self.calls == self.n:
            raise OSError(errno.ENOSPC, "No space left on device")

    def _failing(self, function):
        def call(path, *args, **options):
            self.count()
            return function(path, *args, **options)

        return call


def write_hdf5(path):
    with atomic_hdf5(path) as content, h5py.File(content, "w") as file:
        stack = file.create_dataset("field", VALUES.shape, "f4", chunks=(1, 40, 50), compression="gzip")
        for i, field in enumerate(VALUES):
            stack[i] = field


def write_memory(path):
    with atomic_from_memory(path) as content:
        content.write(VALUES.tobytes())


def write_words(path):
    write_text(path, "soil moisture\n")


@pytest.mark.parametrize("write", [write_hdf5, write_memory, write_words])
def test_a_disk_that_is_full_at_any_write_costs_nothing(tmp_path, monkeypatch, write):
    path = tmp_path / "series.nc"
    with monkeypatch.context() as patch:
        counted = FullAt(patch, 0)
        write(path)
    expected, number = path.read_bytes(), counted.calls
    assert number >= 2
    for n in range(1, number + 1):
        path.write_bytes(b"of an earlier run")
        with monkeypatch.context() as patch:
            FullAt(patch, n)
            with pytest.raises(OutputError, match=r"series\.nc cannot be written: No space left on device"):
                write(path)
        assert path.read_bytes() == b"of an earlier run"
        assert list(tmp_path.iterdir()) == [path]
    write(path)
    assert path.read_bytes() == expected
