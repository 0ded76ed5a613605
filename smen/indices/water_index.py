"""Soil water index: soil moisture of the surface, filtered in time, as an index of the root zone.

The recursive exponential filter (Wagner et al. 1999, Remote Sens. Environ. 70, 191-207; in this form Albergel et al.
2008, Hydrol. Earth Syst. Sci. 12, 1323-1337), as the Copernicus Land Monitoring Service makes its Soil Water Index.
It is no measurement of the root zone: where roots reach water that the surface does not show, it is wrong.

The quality is the QFLAG of that product: the layers QFLAG_001 to QFLAG_100, in percent, that lie beside SWI_001 to
SWI_100 (Copernicus Global Land Service, technical characteristics of SWI1km, version 1), computed as its producer's
published code does (TU Wien, package pyswi, `swi_ts/swi_calc_routines.pyx`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

LEAST_QUALITY = 0.3
"""Below this share of the quality that an overpass every `USUAL_DAYS` gives in the long run, an index is withheld. The
producer's code withholds none by its quality and leaves the bound to the user; so the quality is given beside it."""

WARM_UP = 3.0
"""Time constants of observations before the first index, so that it does not depend on where the record begins."""


@dataclass
class ExponentialFilter:
    """The filter of a stack of cells, for several time constants at once; observations arrive in order of time.

    Attributes:
        time_constants: T in days, (K,).
        index: the index as of each cell's latest observation, (K, H, W), NaN before its first.
        gain: gain of the latest observation, (K, H, W).
        weight: sum of the weights of all observations so far, as of the cell's latest one, (K, H, W).
        latest: time of each cell's latest observation, datetime64[s], (H, W), NaT before the first.
    """

    time_constants: NDArray[np.float64]
    index: NDArray[np.float64]
    gain: NDArray[np.float64]
    weight: NDArray[np.float64]
    latest: NDArray[np.datetime64]

    @classmethod
    def of(cls, time_constants: tuple[int, ...], shape: tuple[int, int]) -> ExponentialFilter:
        """Return a filter that has not seen anything.

        Args:
            time_constants: in days.
            shape: height and width.
        """
        stack = (len(time_constants), *shape)
        return cls(
            np.array(time_constants, float),
            np.full(stack, np.nan),
            np.ones(stack),
            np.zeros(stack),
            np.full(shape, np.datetime64("NaT", "s")),
        )

    @classmethod
    def of_arrays(cls, time_constants: tuple[int, ...], arrays: Mapping[str, NDArray[Any]]) -> ExponentialFilter:
        """Return the filter as `arrays` gave it.

        Args:
            time_constants: in days.
            arrays: of `arrays`.
        """
        parts = {name: np.array(arrays[name]) for name in ("index", "gain", "weight")}
        return cls(np.array(time_constants, float), **parts, latest=np.array(arrays["latest"]).view("datetime64[s]"))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what the filter has seen so far as arrays by name, to be kept; times are whole seconds."""
        latest = self.latest.astype("datetime64[s]").view(np.int64)
        return {"index": self.index, "gain": self.gain, "weight": self.weight, "latest": latest}

    def add(self, time: np.datetime64, value: NDArray[np.floating]) -> None:
        """Take in one field.

        Args:
            time: of it, not before that of the last one.
            value: (H, W), NaN where nothing was observed; the index is in its units.
        """
        seen = np.isfinite(value)
        fade = self._fade(time)
        first = seen & np.isnat(self.latest)
        # K_n = K_(n-1) / (K_(n-1) + exp(-dt / T)), index_n = index_(n-1) + K_n (value - index_(n-1))
        gain = self.gain / (self.gain + np.where(first, 0.0, fade))
        before = np.where(first, value, self.index)
        self.index = np.where(seen, before + gain * (value - before), self.index)
        self.gain = np.where(seen, np.where(first, 1.0, gain), self.gain)
        self.weight = np.where(seen, 1 + np.where(first, 0.0, fade * self.weight), self.weight)
        self.latest = np.where(seen, time.astype("datetime64[s]"), self.latest)

    def quality(self, time: np.datetime64) -> NDArray[np.float64]:
        """Return the weight of all observations as a share of that of daily ones, (K, H, W), 0..1.

        The QFLAG of the Copernicus product as a share: the sum of exp(-age / T) over the observations, divided by that
        of one observation a day for ever, 1 at most. It falls in a gap, the faster the shorter T is.

        Args:
            time: at which the index is asked for.
        """
        greatest = 1 / (1 - np.exp(-1 / self.time_constants))
        share = np.where(np.isnat(self.latest), 0.0, self._fade(time) * self.weight)
        return np.asarray(np.minimum(share / greatest[:, None, None], 1.0), np.float64)

    def at(self, time: np.datetime64) -> NDArray[np.float32]:
        """Return the index at a time, (K, H, W), NaN where too little was observed to say it.

        Args:
            time: at which the index is asked for, not before the last observation.
        """
        return np.where(self.quality(time) >= LEAST_QUALITY * self._usual(), self.index, np.nan).astype(np.float32)

    def _usual(self) -> NDArray[np.float64]:
        """Quality that one observation in `USUAL_DAYS` gives in the long run, (K, 1, 1): short T reach less of it."""
        daily, usual = (1 / (1 - np.exp(-days / self.time_constants)) for days in (1.0, USUAL_DAYS))
        return np.asarray((usual / daily)[:, None, None], np.float64)

    def _fade(self, time: np.datetime64) -> NDArray[np.float64]:
        """exp(-age / T) of each cell's latest observation, (K, H, W), 1 before the first."""
        days = (time.astype("datetime64[s]") - self.latest) / np.timedelta64(1, "D")
        days = np.where(np.isnan(days), 0.0, days)
        return np.asarray(np.exp(-days[None] / self.time_constants[:, None, None]), np.float64)


USUAL_DAYS = 2.5
"""Days between SMAP's overpasses over a cell, both directions together, about."""


def saturation(
    moisture: NDArray[np.floating], dry: NDArray[np.floating], wet: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Return soil moisture as a share of the range that a cell goes through, 0..100 %.

    Args:
        moisture: m3/m3, (..., H, W), NaN where missing.
        dry: the cell's dry end, m3/m3, (H, W).
        wet: its wet end, m3/m3, (H, W).
    """
    span = np.maximum(wet - dry, 1e-3)
    return np.asarray(np.clip(100 * (moisture - dry) / span, 0, 100), np.float32)
