"""Triple collocation: the errors of three data sets that err independently, without a truth.

Stoffelen 1998, J. Geophys. Res. 103, 7755-7766; in soil moisture's notation Gruber et al. 2016, "Recent advances in
(soil moisture) triple collocation analysis", Int. J. Appl. Earth Obs. Geoinf. 45, 200-211. Computed by pytesmo.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from smen.errors import DataError
from smen.scores.intervals import block_length, resample
from smen.validation.station_bootstrap import BLOCK_DAYS, percentile_interval
from smen.validation.station_matching import STATION

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from smen.validation.station_matching import StationPairs

    Array = NDArray[np.float64]

LEAST_TRIPLETS = 100
"""Triplets that a station needs: below, the covariances say little (Zwieback et al. 2012 take some 500)."""


def triple_collocation(
    pairs: StationPairs,
    triplet: tuple[str, str, str],
    sources: Mapping[str, frozenset[str]],
    minimum: int = LEAST_TRIPLETS,
    resamples: int = 500,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate signal-to-noise ratio and error of three data sets at each station.

    Args:
        pairs: of stations and products.
        triplet: names of three data sets; "station" is the stations.
        sources: what each product is made of, such as {"smap", "sentinel1"}.
        minimum: triplets that a station needs.
        resamples: samples of a bootstrap over blocks of dates, for the intervals.
        seed: of the random draws.
        level: of the intervals.

    Returns:
        Columns kind, network, station, dataset, n, snr_db, snr_low, snr_high, err_std (m3/m3, in the units of the
        triplet's first data set), err_low, err_high, beta (scaling to the first), reason.

    Raises:
        DataError: two of the three share a source, so that their errors are not independent, or one is not there.
    """
    import pandas as pd

    _check(pairs, triplet, sources)
    rows = []
    for index, point in enumerate(pairs.points):
        values = pairs.of_point(index)[list(triplet)].to_numpy(np.float64).T
        head = (pairs.kind, point.station.network, point.name)
        number = values.shape[1]
        if number < minimum:
            lacking = f"only {number} triplets of {minimum}"
            rows += [(*head, name, number, *[np.nan] * 7, lacking) for name in triplet]
            continue
        whole = _metrics(values)
        block = min(max(block_length(number), BLOCK_DAYS), number)
        samples = np.array([_metrics(values[:, draw]) for draw in resample(number, block, resamples, seed)])
        for place, name in enumerate(triplet):
            snr, error, beta = whole[:, place]
            ends = (percentile_interval(samples[:, m, place], level) for m in range(2))
            (snr_low, snr_high), (low, high) = ends
            reason = "" if np.isfinite(error) else "the covariances do not fit three independent errors"
            rows.append((*head, name, number, snr, snr_low, snr_high, error, low, high, beta, reason))
    columns = ["kind", "network", "station", "dataset", "n", "snr_db", "snr_low", "snr_high", "err_std"]
    return pd.DataFrame(rows, columns=[*columns, "err_low", "err_high", "beta", "reason"])


def _check(pairs: StationPairs, triplet: tuple[str, str, str], sources: Mapping[str, frozenset[str]]) -> None:
    """Refuse data sets that are not there, or that share a source."""
    known = (STATION, *pairs.products)
    if len(set(triplet)) < 3 or (set(triplet) - set(known)):
        raise DataError(f"triple collocation needs three different ones of {', '.join(known)}, not {triplet}")
    made_of = {name: frozenset({STATION}) if name == STATION else sources.get(name, frozenset()) for name in triplet}
    if unknown := [name for name, parts in made_of.items() if not parts]:
        raise DataError(f"what {', '.join(unknown)} is made of is not known: errors have to be independent")
    for first, second in combinations(triplet, 2):
        if common := made_of[first] & made_of[second]:
            raise DataError(
                f"{first} and {second} both rest on {', '.join(sorted(common))}: their errors are not independent. "
                "Choose a triplet of data sets without a common source, such as a map, the stations and ASCAT"
            )


def _metrics(values: Array) -> Array:
    """Signal-to-noise ratio in dB, error and scaling of three series, (3 metrics, 3), NaN where they do not fit."""
    from pytesmo.metrics import tcol_metrics

    with np.errstate(all="ignore"):
        found = np.array(tcol_metrics(*values, ref_ind=0), np.float64)
    bad = ~np.isfinite(found[:2]).all(axis=0)
    found[:, bad] = np.nan
    return found
