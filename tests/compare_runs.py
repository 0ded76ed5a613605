"""Compare two folders of results: ``python tests/compare_runs.py BEFORE AFTER``.

Maps must agree in every band, pixel, type, transform and colour table; scores in every number. Names of methods and
columns may differ by the renamings given below; provenance (tags, times of writing) is left aside.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio

RENAMED = {"blocky": "nearest_neighbour"}
"""Methods that bore another name before."""


def differences_of_rasters(before: Path, after: Path) -> list[str]:
    """Describe how two rasters differ in anything but their tags."""
    with rasterio.open(before) as a, rasterio.open(after) as b:
        if (a.count, a.dtypes, a.shape, a.transform, a.crs, a.nodata, a.descriptions) != (
            b.count, b.dtypes, b.shape, b.transform, b.crs, b.nodata, b.descriptions,
        ):  # fmt: skip
            return [f"{after}: another layout"]
        found = [
            f"{after}: band {band} differs in {int((a.read(band) != b.read(band)).sum())} pixels"
            for band in a.indexes
            if not np.array_equal(a.read(band), b.read(band), equal_nan=a.dtypes[0].startswith("float"))
        ]
        if a.count == 1 and a.dtypes[0] == "uint8" and a.colormap(1) != b.colormap(1):
            found.append(f"{after}: another colour table")
        return found


def table(path: Path) -> pd.DataFrame:
    """Read a table of scores with today's names, sorted by what identifies a row."""
    scores = pd.read_csv(path).rename(columns=lambda name: name.replace("uRMSE", "ubRMSE"))
    scores["method"] = scores["method"].replace(RENAMED)
    return scores.sort_values(["region", "split", "against", "method"]).reset_index(drop=True)


def differences_of_scores(before: Path, after: Path) -> list[str]:
    """Describe how two tables of scores differ in the columns that both have."""
    a, b = table(before), table(after)
    if missing := sorted(set(a.columns) - set(b.columns)):
        return [f"{after}: no column {', '.join(missing)}"]
    common = [name for name in b.columns if name in a.columns]
    return [] if a[common].equals(b[common]) else [f"{after}: other numbers\n{a[common].compare(b[common])}"]


def compare(before: Path, after: Path) -> tuple[int, list[str]]:
    """Compare all maps and scores below two folders.

    Returns:
        How many files were compared, and what differs.
    """
    kinds = (("*/maps/*/*.tif", differences_of_rasters), ("scores.csv", differences_of_scores))
    found: list[str] = []
    number = 0
    for pattern, differ in kinds:
        names = [{path.relative_to(root) for path in root.glob(pattern)} for root in (before, after)]
        found += [f"{name}: only in one of the two" for name in sorted(names[0] ^ names[1])]
        for name in sorted(names[0] & names[1]):
            number += 1
            found += differ(before / name, after / name)
    return number, found


if __name__ == "__main__":
    compared, different = compare(*(Path(argument) for argument in sys.argv[1:3]))
    print("\n".join(different))
    print(f"{compared} files compared, {len(different)} differences")
    sys.exit(1 if different or not compared else 0)
