"""Freed memory is kept: counted in pages that the system has to clear."""

import ctypes
import platform
import subprocess
import sys

import pytest

from smen.methods.smen_cnn.fast import allocator

COUNT = """
import ctypes, importlib.util, resource, sys
spec = importlib.util.spec_from_file_location("allocator", sys.argv[2])  # without torch, which takes seconds
allocator = importlib.util.module_from_spec(spec)
spec.loader.exec_module(allocator)
if sys.argv[1] == "kept":
    assert allocator.keep_freed_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
size = 48 << 20  # above the 32 MB from which glibc returns memory at once, whatever came before
def use():
    place = libc.malloc(size)
    ctypes.memset(place, 1, size)
    libc.free(place)
use()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(3):
    use()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
def test_memory_that_was_freed_is_not_fetched_anew():
    def faults(case):
        command = [sys.executable, "-c", COUNT, case, allocator.__file__]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert faults("kept") < 0.1 * faults("usual")


@pytest.fixture
def fresh():
    """The function as if it had not been called in this process."""
    allocator.keep_freed_memory.cache_clear()
    yield allocator.keep_freed_memory
    allocator.keep_freed_memory.cache_clear()


class Library:
    """A C library whose `mallopt` notes its calls."""

    def __init__(self, status=1):
        self.status, self.calls = status, []

    def mallopt(self, parameter, value):
        self.calls.append((parameter, value))
        return self.status


def test_both_thresholds_are_set_once(fresh, monkeypatch):
    library = Library()
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    assert fresh() and fresh()
    assert library.calls == [(-1, 1 << 30), (-3, 1 << 28)]


def test_a_library_that_refuses_is_reported(fresh, monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: Library(status=0))
    assert fresh() is False


@pytest.mark.parametrize("error", [OSError, TypeError])
def test_without_a_c_library_nothing_is_done(fresh, monkeypatch, error):
    def fail(name):
        raise error

    monkeypatch.setattr(ctypes, "CDLL", fail)
    assert fresh() is False


def test_another_c_library_is_left_alone(fresh, monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())  # e.g. musl, which has no mallopt
    assert fresh() is False
