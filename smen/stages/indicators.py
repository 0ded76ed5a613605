"""How dry is it for this place and season, and how wet is the root zone? Rasters of indices, and their list."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from tqdm import tqdm

from smen import __version__
from smen.data.drought_classes import DroughtClass, area_shares, drought_class
from smen.data.series import concatenate
from smen.data.series_file import read_series
from smen.errors import DataError
from smen.indices.map_periods import MapPeriod, map_periods, mean_of
from smen.indices.normals_file import read_normals
from smen.indices.percentile import estimate_percentile
from smen.indices.water_index import WARM_UP, ExponentialFilter
from smen.outputs.index_files import SHARES, IndexFile, index_path, list_table
from smen.outputs.index_rasters import DROUGHT, KINDS, Period, water_index_bands, write_drought, write_index
from smen.outputs.labels import map_title, yes_or_no
from smen.outputs.map_files import read_bands, read_lists
from smen.outputs.year_folder import finish_folder, prepare_folder
from smen.plan.jobs import IndicatorsJob
from smen.plan.without_data import stand_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from smen.data.series import Series
    from smen.indices.region_normals import Normals
    from smen.outputs.map_files import MapFile

    Layers = dict[str, NDArray[np.number]]

log = logging.getLogger(__name__)


def run(job: IndicatorsJob) -> None:
    """Make the indices of a year's maps; the list is written last: where it is, all of them are.

    A raster that comes out as it lies there keeps its bytes and its time.

    Raises:
        DataError: the climatology, a map or a series is missing, or the climatology is of another region.
        OutputError: a raster cannot be written.
    """
    layout, region = job.layout, job.region
    if stand_in(layout, region, (), [layout.indices(region, job.year)]):
        empty = list_table([], []).to_csv(index=False, lineterminator="\n")
        finish_folder(Path(layout.indices(region, job.year)), (), Path(layout.index_list(region, job.year)), empty)
        return
    normals = read_normals(Path(layout.normals(region)))
    if normals.window != job.window:
        raise DataError(f"{layout.normals(region)} is of another window than {region}: run the stage normals again")
    maps = read_lists([(Path(layout.map_list(region, job.year)), Path(layout.maps(region, job.year)))])
    coarse = concatenate([read_series(Path(layout.aligned(region, "coarse", year))) for year in job.years])
    folder = Path(layout.indices(region, job.year))
    prepare_folder(folder)
    periods = map_periods(np.array([file.time for file in maps], "datetime64[s]"), job.every)
    tags = _tags(job, normals, maps)
    files = [
        _write(job, folder, period, layers, normals.years, tags)
        for period, layers in zip(periods, _layers(job, normals, maps, coarse, periods), strict=True)
    ]
    table = list_table(files, [len(period.maps) for period in periods])
    wanted = {path.stem for file in files for path in file.paths.values()}
    text = table.to_csv(index=False, lineterminator="\n")
    finish_folder(folder, wanted, Path(layout.index_list(region, job.year)), text)
    (log.warning if normals.few else log.info)(
        "%d x %s in %s: %s", len(files), ", ".join(job.which), folder, normals.note
    )


def _layers(
    job: IndicatorsJob, normals: Normals, maps: Sequence[MapFile], coarse: Series, periods: Sequence[MapPeriod]
) -> Iterator[Layers]:
    """Yield the indices of each period, by kind of raster."""
    at = {time: i for i, time in enumerate(coarse.time)}
    none = np.full(coarse.soil_moisture.shape[1:], np.nan, np.float32)
    water = _warmed_up(job, normals, coarse, maps[0].time) if job.time_constants and maps else None
    for period in tqdm(periods, desc=f"{job.region} {job.year}", unit=job.every, disable=None):
        moisture, deviation, fields = [], [], []
        for number in period.maps:
            file = maps[number]
            bands, _ = read_bands(file)
            moisture.append(bands[0])
            deviation.append(bands[1])
            fields.append(coarse.soil_moisture[at[file.time]] if file.time in at else none)
            if water is not None:
                water.add(file.time, normals.saturation_of(bands[0]))
        mean, field = mean_of(np.array(moisture)), mean_of(np.array(fields))
        # The errors of a few days' maps are much alike: their mean is hardly surer than each of them.
        spread = mean_of(np.array(deviation))
        layers = _of_period(job, normals, period.middle, mean, spread, field)
        if water is not None:
            last = maps[period.maps[-1]].time
            index = np.concatenate([water.at(last), 100 * water.quality(last)])
            layers["water_index"] = np.where(np.isfinite(normals.transfer.fine[0]), index, np.nan)
        yield layers


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


def _warmed_up(job: IndicatorsJob, normals: Normals, coarse: Series, first: np.datetime64) -> ExponentialFilter:
    """Return the filter of the water index after the coarse fields before the first map, moved to the 3 km cells."""
    water = ExponentialFilter.of(job.time_constants, job.window.shape)
    begin = first - np.timedelta64(round(WARM_UP * max(job.time_constants)), "D")
    for i in np.flatnonzero((coarse.time >= begin) & (coarse.time < first)):
        water.add(coarse.time[i], normals.saturation_of(normals.moved(coarse.soil_moisture[i])))
    return water


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
