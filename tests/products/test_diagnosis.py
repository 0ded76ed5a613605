"""What is wrong with a file, by its first bytes."""

import pytest

from smen.products.diagnosis import diagnose
from smen.products.hdf5 import SIGNATURE, summary

PROBLEM = OSError("Unable to synchronously open file (truncated file: eof = 96)\nsecond line")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (SIGNATURE + b"rest", f"truncated or damaged HDF5 ({summary(PROBLEM)})"),
        (b"<!DOCTYPE html>", "a web page, not HDF5: the download was answered by a login or error page"),
        (b"\xef\xbb\xbf\r\n  <html>", "a web page, not HDF5: the download was answered by a login or error page"),
        (b"404 page not found", "not an HDF5 file"),
        (b"CDF\x01", "not an HDF5 file"),
        (b" " * 600 + b"<html>", "not an HDF5 file"),
    ],
)  # fmt: skip
def test_files(tmp_path, content, words):
    path = tmp_path / "granule.h5"
    path.write_bytes(content)
    assert diagnose(path, PROBLEM) == words


def test_files_that_cannot_be_read(tmp_path):
    assert diagnose(tmp_path / "none.h5", PROBLEM) == "cannot be read (No such file or directory)"
    assert diagnose(tmp_path, PROBLEM) == "cannot be read (Is a directory)"


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (PROBLEM, "Unable to synchronously open file (truncated file: eof = 96)"),
        (KeyError("a 'name'"), "a 'name"),
        (OSError(2, "why"), "[Errno 2] why"),
        (RuntimeError("x" * 500), "x" * 160),
        (MemoryError(), "MemoryError"),
        (KeyError(" '"), "KeyError"),
    ],
)
def test_summaries_are_one_short_line(problem, text):
    assert summary(problem) == text
