"""Samples as they lie on disk: fields are named by the time of their half-orbit, so that years can be files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import h5netcdf
import numpy as np

from smen.atomic import atomic_hdf5
from smen.data import netcdf
from smen.data.records import MISSING, SPLIT_NAMES, Fields, Samples
from smen.data.samples import earlier_fields, lookup
from smen.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Times = NDArray[np.datetime64]

_MEANING = {
    "time": "time of the SMAP half-orbit, as its granule's name gives it",
    "fine": "half-orbit of the target, none where no fine field covers enough of the window",
    "fine_history": "half-orbits of the latest earlier fine fields, newest first",
    "age": "days from each fine field of the history to the overpass",
    "split": "block of time that the overpass belongs to",
}


class SampleTable(NamedTuple):
    """Samples with times in the place of indices, one row for each overpass; NaT where there is no field.

    The coarse field of a history has the time of its fine field, and I(t) that of the overpass: they need no columns of
    their own.

    Attributes:
        time: of the overpasses, datetime64[s] (N,).
        fine: half-orbit of the target, datetime64[s] (N,).
        fine_history: half-orbits of the k latest earlier fine fields, newest first, datetime64[s] (N, k).
        age: days from each of them to the overpass, float32 (N, k), NaN where there is none.
        split: block of time, uint8 (N,).
    """

    time: Times
    fine: Times
    fine_history: Times
    age: NDArray[np.float32]
    split: NDArray[np.uint8]


def sample_table(samples: Samples, fine_time: NDArray[np.datetime64]) -> SampleTable:
    """Put times in the place of indices.

    Args:
        samples: whose indices point into the fine fields.
        fine_time: half-orbits of the fine fields, (Tf,).
    """
    known = np.append(fine_time.astype("datetime64[s]"), np.datetime64("NaT", "s"))
    fine, history = (known[index] for index in (samples.fine, samples.fine_history))  # -1 is the last one, NaT
    return SampleTable(samples.time.astype("datetime64[s]"), fine, history, samples.age, samples.split)


def write_samples(path: Path, table: SampleTable) -> None:
    """Write samples as CF NetCDF.

    Args:
        path: the file; it appears when it is whole.
        table: of the samples.

    Raises:
        OutputError: the file cannot be written.
    """
    split = {"flag_values": np.array(list(SPLIT_NAMES), np.uint8), "flag_meanings": " ".join(SPLIT_NAMES.values())}
    with atomic_hdf5(path) as content, h5netcdf.File(content, "w") as file:
        file.dimensions = {"time": len(table.time), "k": table.fine_history.shape[1]}
        file.attrs["Conventions"] = netcdf.CONVENTIONS
        netcdf.add_along_time(file, "time", np.int64, netcdf.time_attributes(_MEANING["time"]))
        for name in ("fine", "fine_history"):
            about = netcdf.time_attributes(_MEANING[name], axis=False)
            dimensions = ("time", "k")[: getattr(table, name).ndim]
            file.create_variable(name, dimensions, np.int64, fillvalue=np.int64(netcdf.NO_TIME)).attrs.update(about)
        about = {"long_name": _MEANING["age"], "units": "days"}
        file.create_variable("age", ("time", "k"), np.float32, fillvalue=np.float32(np.nan)).attrs.update(about)
        netcdf.add_along_time(file, "split", np.uint8, {"long_name": _MEANING["split"], **split})
        for name in ("time", "fine", "fine_history"):
            file.variables[name][...] = netcdf.seconds_of(getattr(table, name))
        for name in ("age", "split"):
            file.variables[name][...] = getattr(table, name)


def read_table(path: Path) -> SampleTable:
    """Read what `write_samples` wrote.

    Args:
        path: the file.

    Raises:
        DataError: it is no file of samples.
    """
    try:
        with h5netcdf.File(path, "r") as file:
            lacking = sorted(set(SampleTable._fields) - set(file.variables))
            if lacking:
                raise DataError(f"{path}: a samples file lacks {', '.join(lacking)}: run `smen pair` again")
            columns = {name: np.asarray(file.variables[name][...]) for name in SampleTable._fields}
    except OSError as error:
        raise DataError(f"{path} is no file of samples: {error}. Delete it and run the workflow again") from error
    times = {name: netcdf.times_of(columns[name]) for name in ("time", "fine", "fine_history")}
    return SampleTable(**times, age=columns["age"].astype(np.float32), split=columns["split"].astype(np.uint8))


def from_tables(tables: Sequence[SampleTable], fields: Fields, coarse_history: int = 0) -> Samples:
    """Return the samples of one or several years, resolved against the fields at hand.

    Args:
        tables: one for each year.
        fields: the region's arrays, with all fields that the samples name.
        coarse_history: m, how many earlier coarse fields each sample gets; they are in no file, because they follow
            from the fields alone.

    Raises:
        DataError: there is none, the years differ in their history, or a field that a sample names is not there.
    """
    if not tables:
        raise DataError("no samples were given: run `smen pair` for at least one year")
    if len({table.fine_history.shape[1] for table in tables}) > 1:
        raise DataError("the years' samples differ in the length of their history: run `smen pair` again for all")
    columns = zip(*sorted(tables, key=_first_time), strict=True)
    joined = SampleTable(*(np.concatenate(column) for column in columns))

    coarse = _indices(fields.coarse_time, joined.time, "coarse")
    fine_history = _indices(fields.fine_time, joined.fine_history, "fine")
    return Samples(
        time=joined.time,
        coarse=coarse,
        fine=_indices(fields.fine_time, joined.fine, "fine"),
        fine_history=fine_history,
        fine_history_coarse=_indices(fields.coarse_time, joined.fine_history, "coarse"),
        age=joined.age,
        coarse_history=earlier_fields(coarse, coarse_history),
        split=joined.split,
    )


def _indices(known: Times, wanted: Times, what: str) -> NDArray[np.int64]:
    """Return the index of the field of each time, -1 for NaT; refuse a time that has none."""
    found = lookup(known, wanted)
    lost = (found == MISSING) & ~np.isnat(wanted)
    if lost.any():
        raise DataError(
            f"the samples name the {what} field of {wanted[lost][0]} ({int(lost.sum())} in all are missing), which "
            "is not in the aligned series: read the series of that year too, or run `smen align` and `smen pair`"
        )
    return found


def _first_time(table: SampleTable) -> np.datetime64:
    """When a year's samples begin; the end of time for an empty one."""
    return np.datetime64(table.time[0], "s") if len(table.time) else np.datetime64("9999-12-31", "s")
