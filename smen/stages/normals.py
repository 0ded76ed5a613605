"""What is usual in this region in each season? Its climatology, built once and kept."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smen.data.load import read_fields, read_samples
from smen.data.records import TRAIN, VALIDATION
from smen.data.series import concatenate
from smen.data.series_file import read_series
from smen.errors import DataError
from smen.indices.normals_file import write_normals
from smen.indices.region_normals import Normals
from smen.indices.wetness_transfer import WetnessTransfer
from smen.methods.checkpoint import load_checkpoint
from smen.methods.map_mode import mode_of, predict_in_mode
from smen.outputs.labels import map_title
from smen.plan.jobs import NormalsJob
from smen.plan.without_data import stand_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields
    from smen.methods.map_mode import MapMode
    from smen.methods.protocol import Method

log = logging.getLogger(__name__)

MOST_MAPS = 150
"""Maps of the training period that the cells' climatology is learnt from: more change nothing and cost time."""

AT_ONCE = 32
"""Overpasses in memory at a time."""


def run(job: NormalsJob) -> None:
    """Learn how the cells follow the coarse field from maps of the training period; describe the coarse record.

    Raises:
        DataError: a series, samples or the weights are missing, or the record is too short.
        OutputError: the file cannot be written.
    """
    layout, region = job.layout, job.region
    if stand_in(layout, region, [layout.normals(region)]):
        return
    fields = read_fields(layout, region, job.years)
    method = load_checkpoint(job.model_path(), job.window)
    transfer = _transfer(job, fields, method)
    record = concatenate([read_series(Path(layout.aligned(region, "coarse", year))) for year in job.record_years])
    day = record.time.astype("datetime64[D]")
    within = (day >= np.datetime64(job.record[0])) & (day <= np.datetime64(job.record[1]))
    if not within.any():
        raise DataError(
            f"{region} has no coarse field from {job.record[0]} to {job.record[1]}: see indices.record_from"
        )
    normals = Normals.of_record(
        record.soil_moisture[within],
        record.time[within],
        transfer,
        job.window,
        record.grid,
        simulated=record.simulated,
    )
    title = f"What is usual by season: {map_title(region, simulated=normals.simulated)}"
    write_normals(Path(layout.normals(region)), normals, title)
    (log.warning if normals.few else log.info)("%s", normals.note)


def _transfer(job: NormalsJob, fields: Fields, method: Method) -> WetnessTransfer:
    """Map overpasses of the training period as all others are mapped, and hold the maps against their coarse fields."""
    samples = read_samples(job.layout, job.region, job.years, fields)
    rows = np.flatnonzero(np.isin(samples.split, (TRAIN, VALIDATION)))
    if not rows.size:
        raise DataError(f"{job.region} has no overpass in its training period, which its climatology is learnt from")
    spread = np.linspace(0, rows.size - 1, min(MOST_MAPS, rows.size)).astype(int)
    chosen = samples.select(rows[spread])
    mode = mode_of(method, job.mode)
    parts = [chosen.select(slice(start, start + AT_ONCE)) for start in range(0, len(chosen), AT_ONCE)]
    maps = [predict_in_mode(method, mode, fields, part, samples.fine) for part in parts]
    mean = np.concatenate([made.mean for made in maps])
    deviations = [made.standard_deviation for made in maps if made.standard_deviation is not None]
    deviation = np.concatenate(deviations) if len(deviations) == len(maps) else None
    staying = _staying(method, mode, fields)
    return WetnessTransfer.fit(mean, deviation, fields.coarse[chosen.coarse], staying, job.window, fields.coarse_grid)


def _staying(method: Method, mode: MapMode, fields: Fields) -> NDArray[np.floating]:
    """Variance of that part of the maps' error that stays, (H, W); 0 where the method does not know it."""
    correlation = method.error_correlation(fields, retrospective=mode == "retrospective")
    if correlation is None:
        return np.zeros(fields.window.shape)
    return correlation.pattern_variance.astype(np.float64) + correlation.structure.bias_variance
