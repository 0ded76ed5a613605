"""What it costs that granules are first read in a process of their own: acquire on 500 good granules.

The same search in the same folder, with the readings in the kept process and in this one, in turn; the process starts
anew in each round. Granules are written here: half-orbits of 30 x 30 cells of 36 km, or larger ones with `--cells 120`.

Run from the repository's root::

    python tests/benchmarks/bench_first_reading.py [--rounds 5] [--granules 500] [--cells 30]
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from measuring import ROOT

from smen.products.verify import verify_granule
from smen.sources import directory, first_reading

sys.path.append(str(ROOT / "tests/support"))
from made_granules import BEGIN, END, WINDOW, add_coarse, coarse_name


class Direct:
    """Reads in this process."""

    def read_each(self, readings):
        return (verify_granule(*reading[:3]) for reading in readings)


def search(root):
    """Return how long a search takes, and how many granules it finds."""
    begin = time.perf_counter()
    found = directory.find(root, "SPL2SMP", WINDOW, BEGIN, END)
    return time.perf_counter() - begin, len(found)


def main(arguments):
    with tempfile.TemporaryDirectory() as folder:
        half = arguments.cells // 2
        for i in range(arguments.granules):
            name = coarse_name(day=1 + i % 28, month=1 + i // 28 % 12, direction="DA"[i // 336 % 2], orbit=3000 + i)
            add_coarse(Path(folder), name, (89 - half, 89 + half), (224 - half, 224 + half))
        own, kept = [], []
        for _ in range(arguments.rounds + 1):
            directory.READER = Direct()
            own.append(search(folder)[0])
            directory.READER = first_reading.READER
            directory.READER.close()
            seconds, number = search(folder)
            kept.append(seconds)
        ratios = np.array(kept[1:]) / np.array(own[1:])
        print(f"{number} granules of {arguments.cells} x {arguments.cells} cells, median of {arguments.rounds} rounds")
        print(f"in this process {statistics.median(own[1:]):.2f} s, in its own {statistics.median(kept[1:]):.2f} s")
        print(f"ratio {np.median(ratios):.3f} ({ratios.min():.3f} to {ratios.max():.3f})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--granules", type=int, default=500)
    parser.add_argument("--cells", type=int, default=30)
    main(parser.parse_args())
