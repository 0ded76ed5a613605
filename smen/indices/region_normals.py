"""What is usual in a region: its climatology by season, at the coarse cells and moved to the 3 km cells."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from smen.grid.bilinear import bilinear
from smen.indices.season import season_of
from smen.indices.season_moments import FEW_YEARS, SeasonMoments, season_moments
from smen.indices.water_index import saturation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Grid, Window
    from smen.indices.wetness_transfer import WetnessTransfer

ENDS = (0.02, 0.98)
"""Quantiles of the whole record that are taken for the dry and the wet end of a cell's range."""


@dataclass(frozen=True)
class Normals:
    """The climatology of a region.

    Attributes:
        window: the region, H x W cells.
        grid: of the coarse cells.
        moments: the coarse record by season.
        transfer: how the 3 km cells follow the coarse field.
        dry: dry end of each coarse cell's range, (R, C), m3/m3.
        wet: its wet end, (R, C), m3/m3.
        first: first day of the record, datetime64[D].
        last: its last day.
        simulated: whether the record is simulated.
    """

    window: Window
    grid: Grid
    moments: SeasonMoments
    transfer: WetnessTransfer
    dry: NDArray[np.float64]
    wet: NDArray[np.float64]
    first: np.datetime64
    last: np.datetime64
    simulated: bool = False

    @classmethod
    def of_record(
        cls,
        coarse: NDArray[np.floating],
        times: NDArray[np.datetime64],
        transfer: WetnessTransfer,
        window: Window,
        grid: Grid,
        *,
        simulated: bool = False,
    ) -> Normals:
        """Describe a coarse record.

        Args:
            coarse: soil moisture, (T, R, C), m3/m3, NaN where missing.
            times: of the fields, datetime64, (T,), rising.
            transfer: how the 3 km cells follow it.
            window: the region.
            grid: of the coarse cells.
            simulated: whether the record is simulated.

        Raises:
            DataError: the record is too short.
        """
        moments = season_moments(coarse, times)
        seen = np.isfinite(coarse).any(axis=0)
        dry, wet = np.full((2, *seen.shape), np.nan)
        dry[seen], wet[seen] = np.nanquantile(coarse[:, seen], ENDS, axis=0)
        first, last = (time.astype("datetime64[D]") for time in (times[0], times[-1]))
        return cls(window, grid, moments, transfer, dry, wet, first, last, simulated)

    @property
    def years(self) -> int:
        """Number of years that the climatology of most cells rests on."""
        return self.moments.typical_years

    @property
    def few(self) -> bool:
        """Whether the record has fewer years than a climatology should rest on."""
        return self.years < FEW_YEARS

    @property
    def note(self) -> str:
        """What a person should know of the record, in a sentence."""
        text = f"usual is what the coarse record of {self.years} years, {self.first} to {self.last}, had in this season"
        short = f"fewer than {FEW_YEARS} years: classes are uncertain"
        return f"{text}; {short}, which years they were can halve or double the area called dry" if self.few else text

    def season(self, time: np.datetime64) -> SeasonMoments:
        """Return the moments of the season of a time, interpolated to the 3 km cells, (H, W) each."""
        moments = self.moments.season(season_of(time))
        parts = {f.name: self._on_cells(getattr(moments, f.name)) for f in fields(moments)}
        return SeasonMoments(**parts)

    def anomaly(
        self, time: np.datetime64, moisture: NDArray[np.floating]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the departure of a map from the mean of its place and season.

        Args:
            time: of the map.
            moisture: (H, W), m3/m3, NaN where missing.

        Returns:
            In m3/m3, and in standard deviations of place and season, (H, W) each.
        """
        season = self.season(time)
        usual = self.transfer.to_fine(season.mean)
        departure = moisture - usual
        spread = np.sqrt(season.variance) / self.transfer.gain
        return departure.astype(np.float32), (departure / spread).astype(np.float32)

    def saturation_of(self, moisture: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return a map as a share of the range of each cell, 0..100 %, (H, W).

        Args:
            moisture: (H, W), m3/m3, NaN where missing.
        """
        dry, wet = (self.transfer.to_fine(self._on_cells(end)) for end in (self.dry, self.wet))
        return saturation(moisture, dry, wet)

    def moved(self, coarse: NDArray[np.floating]) -> NDArray[np.float32]:
        """Move a coarse field (R, C) to the 3 km cells, (H, W), m3/m3, as unusual there as it is itself."""
        return self.transfer.to_fine(self._on_cells(coarse)).astype(np.float32)

    def _on_cells(self, field: NDArray[np.floating]) -> NDArray[np.float64]:
        return bilinear(field, self.window, self.grid).astype(np.float64)
