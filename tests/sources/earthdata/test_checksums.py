"""Checksums against values of published test vectors, and their comparison with a record."""

import hashlib
from types import SimpleNamespace

import pytest

from smen.sources.earthdata.checksums import Digest

TEXT = b"123456789"
"""The usual check input of CRC catalogues."""


def digest(checksum, *parts):
    result = Digest(checksum)
    for part in parts:
        result.update(part)
    return result


def record(size=9, *, exact=True):
    return SimpleNamespace(size=size, exact=exact)


@pytest.mark.parametrize(
    ("algorithm", "value"),
    [
        ("MD5", "25f9e794323b453885f5181f1b624d0b"),
        ("SHA-1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
        ("SHA-256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
        ("SHA-2", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
        ("CRC-32", "cbf43926"),
        ("Adler-32", "091e01de"),
        ("Adler-32", "91e01de"),  # a record that drops the leading zero
    ],
)
def test_algorithms_of_records(algorithm, value):
    agreeing = digest((algorithm, value), TEXT[:4], TEXT[4:])
    assert agreeing.verifiable
    assert agreeing.mismatch(record()) is None
    other = digest((algorithm, value), b"123456780")
    error = other.mismatch(record())
    assert error.kind == "content"
    assert error.retryable
    assert f"its {algorithm} is " in error.reason
    assert value in error.reason


@pytest.mark.parametrize("checksum", [None, ("SHA-2", "12"), ("BLAKE9", "00"), ("SHAKE_128", "00")])
def test_without_a_known_algorithm_the_size_alone_counts(checksum):
    unknown = digest(checksum, TEXT)
    assert not unknown.verifiable
    assert unknown.mismatch(record()) is None
    assert unknown.mismatch(record(10)).reason == "9 bytes came where the record says 10"
    assert unknown.mismatch(record(10, exact=False)) is None


def test_size_and_sha256_of_what_came():
    empty = Digest(None)
    assert (empty.size, empty.sha256) == (0, hashlib.sha256().hexdigest())
    assert digest(None, b"ab", b"", b"c").sha256 == hashlib.sha256(b"abc").hexdigest()
    assert digest(None, b"ab", b"", b"c").size == 3
