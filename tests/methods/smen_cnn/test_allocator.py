"""Freed memory is kept: counted in pages that the system has to clear."""

import platform
import subprocess
import sys

import pytest

COUNT = """
import ctypes, resource, sys
from smen.methods.smen_cnn.fast.allocator import keep_freed_memory
if sys.argv[1] == "kept":
    assert keep_freed_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
size = 48 << 20  # above the 32 MB from which glibc gives memory back at once, whatever came before
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
    faults = {
        case: int(
            subprocess.run([sys.executable, "-c", COUNT, case], check=True, capture_output=True, text=True).stdout
        )
        for case in ("kept", "usual")
    }
    assert faults["kept"] < 0.1 * faults["usual"]
