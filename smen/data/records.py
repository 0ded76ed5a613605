"""Fields, samples and predictions: what methods receive and return.

Fine fields lie on the region's window of M03 cells, coarse ones on the coarse cells under it; `Fields.coarse_at`
repeats these over the window. A missing cell is NaN. A time is that of a SMAP half-orbit as
its file's own name gives it; it is the key by which coarse and fine fields of one half-orbit find each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from smen.errors import DataError
from smen.grid import M36

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Grid, Window

    Index = int | slice | np.integer | NDArray[np.integer] | NDArray[np.bool_]

NONE, TRAIN, VALIDATION, TEST = 0, 1, 2, 3
"""Codes of `Samples.split`: the block of time that an overpass belongs to."""

SPLIT_NAMES = {NONE: "none", TRAIN: "train", VALIDATION: "validation", TEST: "test"}

MISSING = -1
"""Index of a field that does not exist."""


@dataclass(frozen=True)
class Fields:
    """All aligned arrays of a region, years concatenated. T differs between coarse (Tc) and fine (Tf).

    Attributes:
        window: the region, H x W cells of M03.
        coarse: SMAP's soil moisture in m3/m3 on the R x C coarse cells under the window, float32 (Tc, R, C), NaN where
            missing.
        coarse_time: time of each half-orbit, datetime64[s] (Tc,), strictly rising.
        coarse_descending: which overpasses are descending (about 6 am), bool (Tc,).
        coarse_flag: the coarse product's surface flag, uint16 (Tc, R, C), 65534 where there is none.
        fine: SMAP/Sentinel-1 soil moisture in m3/m3, float32 (Tf, H, W), NaN where missing.
        fine_time: the half-orbit of each fine field, datetime64[s] (Tf,), strictly rising.
        fine_ready: when the last observation in each fine field was made: the latest of its SMAP and Sentinel-1
            times, datetime64[s] (Tf,), never before `fine_time`.
        fine_noise: the product's own standard deviation in m3/m3, float32 (Tf, H, W), or None.
        fine_sentinel1: the times of the Sentinel-1 scenes in each fine field, one set for each (Tf,).
        fine_flag: the fine product's surface flag, uint16 (Tf, H, W), or None.
        coarse_grid: grid of the coarse cells: M36 for SPL2SMP, M09 for SPL2SMP_E.
        simulated: whether the fields come from the simulated source.
        covariates: static rasters of a user, each with mean 0 and standard deviation 1, float32 (C, H, W), or None.
        coarse_not_recommended: soil moisture in m3/m3 of successful SMAP retrievals that are not recommended, float32
            (Tc, R, C), NaN elsewhere, or None. Methods that use it say so; `coarse` holds none of it.

    Raises:
        DataError: the arrays do not fit together.
    """

    window: Window
    coarse: NDArray[np.float32]
    coarse_time: NDArray[np.datetime64]
    coarse_descending: NDArray[np.bool_]
    coarse_flag: NDArray[np.uint16]
    fine: NDArray[np.float32]
    fine_time: NDArray[np.datetime64]
    fine_ready: NDArray[np.datetime64]
    fine_noise: NDArray[np.float32] | None = None
    fine_sentinel1: tuple[frozenset[np.datetime64], ...] = field(default=())
    fine_flag: NDArray[np.uint16] | None = None
    coarse_grid: Grid = M36
    simulated: bool = False
    covariates: NDArray[np.float32] | None = None
    coarse_not_recommended: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together: a silent shift by one would spoil everything after."""
        coarse_shape = self.window.coarse_shape(self.coarse_grid)
        for name, time, shape, stack in (
            ("coarse", self.coarse_time, coarse_shape, (self.coarse, self.coarse_flag, self.coarse_not_recommended)),
            ("fine", self.fine_time, self.window.shape, (self.fine, self.fine_noise, self.fine_flag)),
        ):
            expected = (len(time), *shape)
            for array in stack:
                if array is not None and array.shape != expected:
                    raise DataError(f"the {name} fields have shape {array.shape}, expected {expected}: align them anew")
            if np.isnat(time).any() or (np.diff(time) <= np.timedelta64(0, "s")).any():
                raise DataError(f"the times of the {name} fields do not rise strictly: align them anew")
        if self.covariates is not None and self.covariates.shape[1:] != self.window.shape:
            raise DataError(f"the covariates have shape {self.covariates.shape}, which does not fit the window")
        if len(self.coarse_descending) != len(self.coarse_time):
            raise DataError("each coarse field needs a direction: align them anew")
        if len(self.fine_ready) != len(self.fine_time) or len(self.fine_sentinel1) != len(self.fine_time):
            raise DataError("each fine field needs the times of its Sentinel-1 scenes: align them anew")
        if np.isnat(self.fine_ready).any() or (self.fine_ready < self.fine_time).any():
            raise DataError("a fine field cannot be ready before its own half-orbit: align it anew")

    def coarse_at(self, index: Index) -> NDArray[np.float32]:
        """Repeat coarse fields over the window.

        Args:
            index: which coarse field, or which of them, (n,).

        Returns:
            (H, W) or (n, H, W), m3/m3, constant within each coarse cell, NaN where missing.
        """
        return self.window.expand(self.coarse[index], self.coarse_grid)

    def coarse_flag_at(self, index: Index) -> NDArray[np.uint16]:
        """Repeat surface flags of the coarse product over the window.

        Args:
            index: which coarse field, or which of them, (n,).

        Returns:
            (H, W) or (n, H, W), 65534 where there is none.
        """
        return self.window.expand(self.coarse_flag[index], self.coarse_grid)


@dataclass(frozen=True)
class Samples:
    """One row for each coarse overpass t, rising in time. Integers are indices into a `Fields`, -1 where missing.

    Attributes:
        time: t, the overpass's half-orbit, datetime64[s] (N,).
        coarse: index of I(t), int64 (N,).
        fine: index of J(t), int64 (N,); -1 where no fine field of that half-orbit covers enough of the window.
        fine_history: indices of the k latest earlier fine fields, newest first, int64 (N, k).
        fine_history_coarse: the coarse field of the same half-orbit as each of them, int64 (N, k).
        age: days from each of them to t, float32 (N, k), NaN where missing.
        coarse_history: indices of the m latest earlier coarse fields, newest first, int64 (N, m).
        split: which block of time t belongs to, uint8 (N,): NONE, TRAIN, VALIDATION or TEST.
    """

    time: NDArray[np.datetime64]
    coarse: NDArray[np.int64]
    fine: NDArray[np.int64]
    fine_history: NDArray[np.int64]
    fine_history_coarse: NDArray[np.int64]
    age: NDArray[np.float32]
    coarse_history: NDArray[np.int64]
    split: NDArray[np.uint8]

    def __len__(self) -> int:
        """Number of overpasses."""
        return len(self.time)

    def select(self, rows: NDArray[np.bool_] | NDArray[np.integer] | slice) -> Samples:
        """The samples of some rows only."""
        return Samples(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def with_split(self, split: NDArray[np.uint8]) -> Samples:
        """The same samples with other splits."""
        return replace(self, split=split)

    def with_target(self, *splits: int) -> Samples:
        """The rows of these splits that have a fine field: what one may train on or be scored on."""
        return self.select(np.isin(self.split, splits) & (self.fine != MISSING))


@dataclass(frozen=True)
class Prediction:
    """Estimates of a method for each overpass.

    Attributes:
        mean: soil moisture in m3/m3, float32 (N, H, W), NaN where there is no estimate.
        standard_deviation: of the error in m3/m3, float32 (N, H, W), or None where a method does not know it.
        quality: `smen.data.quality.QualityCode` codes, uint8 (N, H, W), or None.
    """

    mean: NDArray[np.float32]
    standard_deviation: NDArray[np.float32] | None = None
    quality: NDArray[np.uint8] | None = None
