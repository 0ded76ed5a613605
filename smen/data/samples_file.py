"""Samples as they lie on disk: fields are named by the time of their half-orbit, so that years can be files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from smen.data import netcdf
from smen.data.records import MISSING, SPLIT_NAMES, Fields, Samples
from smen.data.samples import earlier_fields, lookup
from smen.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MEANING = {
    "time": "time of the SMAP half-orbit, as its granule's name gives it",
    "fine": "half-orbit of the target, none where no fine field covers enough of the window",
    "fine_history": "half-orbits of the latest earlier fine fields, newest first",
    "age": "days from each fine field of the history to the overpass",
    "split": "block of time that the overpass belongs to",
}


def to_dataset(samples: Samples, fields: Fields) -> xr.Dataset:
    """Make a dataset of samples with times in the place of indices; `Dataset.to_netcdf(engine="h5netcdf")` writes it.

    The coarse field of a history has the time of its fine field, and I(t) that of the overpass: they need no
    labels of their own.

    Args:
        samples: to be written.
        fields: that their indices point into.
    """
    return label(samples, fields.fine_time)


def label(samples: Samples, fine_time: NDArray[np.datetime64]) -> xr.Dataset:
    """Make the dataset from the times alone, for callers that have not read the fields.

    Args:
        samples: to be written.
        fine_time: half-orbits of the fine fields, (Tf,).
    """
    data = {
        "fine": ("time", _times(fine_time, samples.fine)),
        "fine_history": (("time", "k"), _times(fine_time, samples.fine_history)),
        "age": (("time", "k"), samples.age, {"units": "days"}),
        "split": ("time", samples.split),
    }
    dataset = xr.Dataset(
        data, coords={"time": samples.time.astype("datetime64[s]")}, attrs={"Conventions": netcdf.CONVENTIONS}
    )
    for name, meaning in _MEANING.items():
        dataset[name].attrs["long_name"] = meaning
    dataset["split"].attrs |= {
        "flag_values": np.array(list(SPLIT_NAMES), np.uint8),
        "flag_meanings": " ".join(SPLIT_NAMES.values()),
    }
    # The two calendars differ only before 1582; with "standard", xarray cannot encode variables that are all NaT.
    for name in ("time", "fine", "fine_history"):
        dataset[name].encoding = {"units": netcdf.TIME_UNITS, "dtype": "int64", "calendar": "proleptic_gregorian"}
        if name != "time":
            dataset[name].encoding["_FillValue"] = netcdf.NO_TIME
    return dataset


def from_dataset(dataset: xr.Dataset | Sequence[xr.Dataset], fields: Fields, coarse_history: int = 0) -> Samples:
    """Return the samples of one file or of several years, resolved against the fields at hand.

    Args:
        dataset: of one year, or several.
        fields: the region's arrays, with all fields that the samples name.
        coarse_history: m, how many earlier coarse fields each sample gets; they are in no file, because they follow
            from the fields alone.

    Raises:
        DataError: a file is not one of samples, the years differ in their history, or a field that a sample
            names is not there.
    """
    years = [dataset] if isinstance(dataset, xr.Dataset) else sorted(dataset, key=_first_time)
    if not years:
        raise DataError("no samples were given: run `smen pair` for at least one year")
    for year in years:
        lacking = {"time", "fine", "fine_history", "age", "split"} - {str(v) for v in year.variables}
        if lacking:
            raise DataError(f"a samples file lacks {', '.join(sorted(lacking))}: run `smen pair` again")
        if year.sizes["k"] != years[0].sizes["k"]:
            raise DataError("the years' samples differ in the length of their history: run `smen pair` again for all")

    def joined(name: str) -> NDArray[np.generic]:
        return np.concatenate([np.asarray(year[name].values) for year in years])

    def indices(known: NDArray[np.datetime64], name: str, what: str) -> NDArray[np.int64]:
        wanted = joined(name).astype("datetime64[s]")
        found = lookup(known, wanted)
        lost = (found == MISSING) & ~np.isnat(wanted)
        if lost.any():
            raise DataError(
                f"the samples name the {what} field of {wanted[lost][0]} ({int(lost.sum())} in all are missing), which "
                "is not in the aligned series: read the series of that year too, or run `smen align` and `smen pair`"
            )
        return found

    coarse = indices(fields.coarse_time, "time", "coarse")
    fine_history = indices(fields.fine_time, "fine_history", "fine")
    return Samples(
        time=joined("time").astype("datetime64[s]"),
        coarse=coarse,
        fine=indices(fields.fine_time, "fine", "fine"),
        fine_history=fine_history,
        fine_history_coarse=indices(fields.coarse_time, "fine_history", "coarse"),
        age=joined("age").astype(np.float32),
        coarse_history=earlier_fields(coarse, coarse_history),
        split=joined("split").astype(np.uint8),
    )


def _times(known: NDArray[np.datetime64], index: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """The time of each index, NaT where it is -1."""
    table = np.append(known.astype("datetime64[s]"), np.datetime64("NaT", "s"))
    return table[index]  # -1 is the last one, NaT


def _first_time(dataset: xr.Dataset) -> np.datetime64:
    """When a year's samples begin; the end of time for an empty one."""
    time = dataset["time"].values
    return np.datetime64(time[0], "s") if len(time) else np.datetime64("9999-12-31", "s")
