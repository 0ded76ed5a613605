"""How dry is it for this place and season, and how wet is the root zone? Rasters of indices, and their list."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio
from numpy.typing import NDArray
from tqdm import tqdm

from smen import __version__
from smen.data.digests import LENGTH, add_to_digest
from smen.data.drought_classes import DroughtClass, area_shares, drought_class
from smen.data.kept import Kept
from smen.data.series import Series, concatenate
from smen.data.series_file import read_series
from smen.errors import DataError
from smen.indices.map_periods import MapPeriod, map_periods, mean_of
from smen.indices.normals_file import read_normals
from smen.indices.percentile import estimate_percentile
from smen.indices.region_normals import Normals
from smen.indices.water_run import WaterRun, fields_before
from smen.outputs.index_files import SHARES, IndexFile, index_path, list_table
from smen.outputs.index_rasters import DROUGHT, KINDS, Period, water_index_bands, write_drought, write_index
from smen.outputs.labels import map_title, yes_or_no
from smen.outputs.map_files import MapFile, read_bands, read_lists, read_moisture
from smen.outputs.map_names import basis_path, iso
from smen.outputs.standing_maps import DIGEST, standing_rows, write_basis
from smen.outputs.year_folder import digest_of, finish_folder, prepare_folder
from smen.plan import code_digest
from smen.plan.jobs import IndicatorsJob
from smen.plan.without_data import stand_in

Layers = dict[str, NDArray[np.number]]

log = logging.getLogger(__name__)

KINDS_OF = {
    "anomaly": ("anomaly",), "percentile": ("percentile",), "drought": (DROUGHT, "drought_probability"),
    "water_index": ("water_index",),
}  # fmt: skip
"""Kinds of rasters of each index."""


def run(job: IndicatorsJob) -> None:
    """Make the indices of a year's maps; the list is written last: where it is, all of them are.

    Those of a period stand where all that they rest on is what it was: settings, code, climatology and maps. Others are
    made; a raster that comes out as it lies there keeps its bytes and its time.

    Raises:
        DataError: the climatology, a map or a series is missing, or the climatology is of another region.
        OutputError: a raster cannot be written.
    """
    layout, region = job.layout, job.region
    folder, list_path = Path(layout.indices(region, job.year)), Path(layout.index_list(region, job.year))
    if stand_in(layout, region, (), [str(folder)]):
        finish_folder(folder, (), list_path, list_table([], []).to_csv(index=False, lineterminator="\n"))
        return
    normals = read_normals(Path(layout.normals(region)))
    if normals.window != job.window:
        raise DataError(f"{layout.normals(region)} is of another window than {region}: run the stage normals again")
    maps = read_lists([(Path(layout.map_list(region, job.year)), Path(layout.maps(region, job.year)))])
    coarse = concatenate([read_series(Path(layout.aligned(region, "coarse", year))) for year in job.years])
    prepare_folder(folder)
    periods = map_periods(np.array([file.time for file in maps], "datetime64[s]"), job.every)
    tags = _tags(job, normals, maps)
    basis, basis_list = _basis(job, maps, coarse, periods, tags), basis_path(folder, region)
    standing = standing_rows(basis_list, basis, partial(_rasters, job, folder))
    todo = [period for period in periods if iso(period.start) not in standing]
    made = [
        _row(job, folder, _write(job, folder, period, layers, normals.years, tags), len(period.maps))
        for period, layers in zip(todo, _layers(job, normals, maps, coarse, todo), strict=True)
    ]
    rows = sorted([*standing.values(), *made], key=lambda row: str(row["time"]))
    table = pd.DataFrame(rows, columns=list_table([], []).columns)
    wanted = {path.stem for row in rows for path in _rasters(job, folder, str(row["map"]))} | {basis_list.stem}
    finish_folder(folder, wanted, list_path, table.to_csv(index=False, lineterminator="\n"))
    write_basis(basis_list, rows, basis)
    (log.warning if normals.few else log.info)(
        "%d x %s in %s, %d of them made now: %s", len(rows), ", ".join(job.which), folder, len(made), normals.note
    )


def _basis(
    job: IndicatorsJob, maps: Sequence[MapFile], coarse: Series, periods: Sequence[MapPeriod], tags: Mapping[str, str]
) -> dict[str, str]:
    """Digest of all that the indices of each period rest on, by its beginning as in the list.

    The water index rests on all maps before it, too, and on the coarse fields before the first.
    """
    digest = hashlib.sha256(f"{job.which} {job.every} {job.time_constants} {sorted(tags.items())}".encode())
    digest.update(_code_and_climatology(job).encode())
    if job.time_constants and maps:
        add_to_digest(digest, "before", coarse.soil_moisture[_before(job, maps, coarse)])
    basis = {}
    for period in periods:
        own = digest if job.time_constants else digest.copy()
        for file in (maps[i] for i in period.maps):
            add_to_digest(own, f"{file.time} {file.digest}", _coarse_field(coarse, file))
        basis[iso(period.start)] = own.hexdigest()[:LENGTH]
    return basis


def _code_and_climatology(job: IndicatorsJob) -> str:
    return f"{code_digest.digest(job.module)} {digest_of([Path(job.layout.normals(job.region))])}"


def _before(job: IndicatorsJob, maps: Sequence[MapFile], coarse: Series) -> NDArray[np.integer]:
    """Numbers of the coarse fields before the first map that the water index begins with."""
    return fields_before(coarse.time, maps[0].time, max(job.time_constants))


def _coarse_field(coarse: Series, file: MapFile) -> NDArray[np.float32]:
    """The coarse field of a map's overpass, (R, C), m3/m3; NaN where there is none."""
    at = int(np.searchsorted(coarse.time, file.time))
    if at < len(coarse.time) and coarse.time[at] == file.time:
        return np.asarray(coarse.soil_moisture[at], np.float32)
    return np.full(coarse.soil_moisture.shape[1:], np.nan, np.float32)


def _rasters(job: IndicatorsJob, folder: Path, stem: str) -> list[Path]:
    """The rasters of a period, by the beginning of their names."""
    return [folder / f"{stem}_{kind}.tif" for index in job.which for kind in KINDS_OF[index]]


def _row(job: IndicatorsJob, folder: Path, file: IndexFile, maps: int) -> dict[str, object]:
    """The row of a period in the list, with what tells later whether it stands."""
    (row,) = list_table([file], [maps]).to_dict("records")
    told = {"time": iso(file.start), "map": file.stem, DIGEST: digest_of(_rasters(job, folder, file.stem))}
    return {str(name): "" if pd.isna(value) else value for name, value in row.items()} | told


def _water_run(job: IndicatorsJob, normals: Normals, maps: Sequence[MapFile], coarse: Series) -> WaterRun | None:
    """What the filter of the water index takes in; None where no water index is wanted."""
    if not job.time_constants:
        return None
    before = _before(job, maps, coarse)
    folder = Path(job.layout.kept(job.region, f"indicators_{job.year}"))
    return WaterRun(
        normals,
        job.time_constants,
        coarse.time[before],
        coarse.soil_moisture[before],
        np.array([file.time for file in maps], "datetime64[s]"),
        [file.digest for file in maps],
        lambda number: read_moisture(maps[number]),
        Kept(folder, f"{_code_and_climatology(job)} {job.time_constants}"),
    )


def _layers(
    job: IndicatorsJob,
    normals: Normals,
    maps: Sequence[MapFile],
    coarse: Series,
    periods: Sequence[MapPeriod],
) -> Iterator[Layers]:
    """Yield the indices of some periods, by kind of raster."""
    run = _water_run(job, normals, maps, coarse) if periods else None
    water, seen = None, 0
    for period in tqdm(periods, desc=f"{job.region} {job.year}", unit=job.every, disable=None):
        bands = np.array([read_bands(maps[i])[0] for i in period.maps])
        fields = np.array([_coarse_field(coarse, maps[i]) for i in period.maps])
        # The errors of a few days' maps are much alike: their mean is hardly surer than each of them.
        mean, spread, field = mean_of(bands[:, 0]), mean_of(bands[:, 1]), mean_of(fields)
        layers = _of_period(job, normals, period.middle, mean, spread, field)
        if run is not None:
            if water is None or seen != period.maps[0]:
                water = run.until(period.maps[0])
            for number, own in zip(period.maps, bands, strict=True):
                run.keep(water, number)
                run.add(water, number, own[0])
            seen, last = period.maps[-1] + 1, maps[period.maps[-1]].time
            index = np.concatenate([water.at(last), 100 * water.quality(last)])
            layers["water_index"] = np.where(np.isfinite(normals.transfer.fine[0]), index, np.nan)
        yield layers
    if run is not None and seen == len(maps):  # else the next day would lack what it begins with
        run.kept.drop_others()


def _of_period(
    job: IndicatorsJob,
    normals: Normals,
    time: np.datetime64,
    moisture: NDArray[np.floating],
    deviation: NDArray[np.floating],
    coarse: NDArray[np.floating],
) -> Layers:
    """Anomaly, percentile and drought of one field, (bands, H, W) by kind; the maps' deviation may be missing."""
    layers: Layers = {}
    if "anomaly" in job.which:
        layers["anomaly"] = np.stack(normals.anomaly(time, moisture))
    if {"percentile", "drought"} & set(job.which):
        known = deviation if np.isfinite(deviation).any() else None
        estimate = estimate_percentile(normals, time, moisture, known, coarse)
        if "percentile" in job.which:
            layers["percentile"] = np.stack([estimate.percentile, *estimate.interval()])
        if "drought" in job.which:
            layers[DROUGHT] = drought_class(estimate.percentile)
            layers["drought_probability"] = estimate.probability_of(DroughtClass.D1)[None]
    return layers


def _write(
    job: IndicatorsJob, folder: Path, period: MapPeriod, layers: Layers, years: int, tags: Mapping[str, str]
) -> IndexFile:
    """Write the rasters of one period and return its entry of the list."""
    span, paths, shares = Period(period.start, period.end), {}, {}
    for kind, values in layers.items():
        paths[kind] = path = index_path(folder, job.region, period.start, job.every, kind)
        if kind == DROUGHT:
            codes = values.astype(np.uint8)
            write_drought(path, job.window, codes, period=span, tags=tags)
            shares = dict(zip(SHARES, area_shares(codes), strict=True))
        else:
            bands = KINDS[kind].bands or water_index_bands(job.time_constants)
            write_index(path, job.window, kind, bands, values, period=span, tags=tags)
    return IndexFile(period.start, period.end, job.every, years, paths, shares)


def _tags(job: IndicatorsJob, normals: Normals, maps: Sequence[MapFile]) -> dict[str, str]:
    """Tags of every raster: what the maps say of themselves, and what the indices are held against."""
    kept = ("SOURCE", "MODEL", "MODEL_DIGEST", "LICENSE", "METHOD_CITATION", "DATA_CITATION", "TIFFTAG_COPYRIGHT")
    of_maps: dict[str, str] = {}
    if maps:
        with rasterio.open(maps[0].path) as raster:
            of_maps = {key: value for key, value in raster.tags().items() if key in (*kept, "SIMULATED")}
    simulated = of_maps.get("SIMULATED") == "yes" or normals.simulated
    return {
        **of_maps,
        "TITLE": map_title(job.region, simulated=simulated).replace("Soil moisture", "Indices of soil moisture"),
        "REGION": job.region,
        "SIMULATED": yes_or_no(simulated),
        "EVERY": job.every,
        "RECORD_YEARS": str(normals.years),
        "RECORD_IS_SHORT": yes_or_no(normals.few),
        "NOTE": normals.note,
        "TIFFTAG_SOFTWARE": f"smen {__version__}",
    }
