"""Ways of damaging a file's bytes; each draws what it does from a generator, so that a case follows from its number."""

import re

import numpy as np

SIGNATURES = re.compile(rb"\x89HDF|TREE|HEAP|SNOD|OHDR|OCHK|FRHP|FHDB|FHIB|GCOL|BTHD|BTLF|BTIN|FSHD|FSSE|SMTB|SMLI")
"""Where HDF5's own structures begin (HDF5 file format specification, version 3)."""

LARGE = [
    0x7F,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x7FFFFFFF,
    0xFFFFFFFF,
    0x7FFFFFFFFFFFFFFF,
    0xFFFFFFFFFFFFFFFF,
    1 << 31,
    1 << 40,
    0,
    1,
]


def flip(data, rng):
    """Turn one to eight bits anywhere."""
    for place in rng.integers(0, len(data), rng.integers(1, 9)):
        data[place] ^= 1 << int(rng.integers(8))


def overwrite(data, rng):
    """Put random bytes over some."""
    place, length = int(rng.integers(len(data))), int(rng.integers(1, 33))
    data[place : place + length] = rng.bytes(min(length, len(data) - place))


def metadata(data, rng):
    """Change one to four bytes within 256 of the beginning of one of HDF5's structures."""
    starts = [m.start() for m in SIGNATURES.finditer(bytes(data))] or [0]
    for _ in range(int(rng.integers(1, 5))):
        place = starts[int(rng.integers(len(starts)))] + int(rng.integers(256))
        if place < len(data):
            data[place] = int(rng.integers(256))


def blow_up(data, rng):
    """Write extreme integers of one to eight bytes over aligned places near HDF5's structures, or anywhere."""
    starts = [m.start() for m in SIGNATURES.finditer(bytes(data))] or [0]
    for _ in range(int(rng.integers(1, 4))):
        size = int(rng.choice([1, 2, 4, 8]))
        near = starts[int(rng.integers(len(starts)))] + int(rng.integers(512))
        place = near if rng.random() < 0.7 else int(rng.integers(len(data)))
        place -= place % size
        value = LARGE[int(rng.integers(len(LARGE)))] & ((1 << 8 * size) - 1)
        if place + size <= len(data):
            data[place : place + size] = value.to_bytes(size, "little")


def cut(data, rng):
    """Drop the end, or a piece in the middle."""
    place = int(rng.integers(len(data)))
    del data[place : None if rng.random() < 0.6 else place + int(rng.integers(1, 4097))]


def swap(data, rng):
    """Exchange two blocks."""
    size = int(rng.choice([8, 64, 512]))
    if len(data) < 2 * size:
        return
    a, b = (int(p) // size * size for p in rng.integers(0, len(data) - size, 2))
    if abs(a - b) >= size:
        data[a : a + size], data[b : b + size] = data[b : b + size], data[a : a + size]


def zero(data, rng):
    """Set a range to zero, as a disk gives what it has not written."""
    place = int(rng.integers(len(data)))
    length = int(rng.choice([16, 512, 4096]))
    data[place : place + length] = bytes(len(data[place : place + length]))


def repeat(data, rng):
    """Write a block twice, or put foreign bytes in."""
    place, length = int(rng.integers(len(data))), int(rng.integers(1, 513))
    data[place:place] = data[place : place + length] if rng.random() < 0.5 else rng.bytes(length)


ALL = (flip, overwrite, metadata, blow_up, cut, swap, zero, repeat)


def mutate(original, rng):
    """Return damaged bytes and the names of what was done to them."""
    data = bytearray(original)
    done = []
    for _ in range(1 if rng.random() < 0.7 else 2):
        if data:
            how = ALL[int(rng.integers(len(ALL)))]
            how(data, rng)
            done.append(how.__name__)
    return bytes(data), "+".join(done)


def generator(kind, number):
    """Return the generator of a case."""
    return np.random.default_rng([sum(kind.encode()), number])
