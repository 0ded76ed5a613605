"""How does a person find and see a region? Its cube, QGIS project, STAC collection and report."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from smen import __version__
from smen.atomic import atomic_from_memory
from smen.data import series
from smen.data.quality import COLOURS, MEANING
from smen.data.series import Series
from smen.errors import DataError, OutputError
from smen.methods.checkpoint import read_header, summary_of
from smen.outputs.cube import write_cube
from smen.outputs.labels import map_title
from smen.outputs.map_files import MapFile, read_lists
from smen.outputs.qgis_project import write_project
from smen.outputs.report.region_report import Coarse, RegionReport
from smen.outputs.report.region_scripts import write_region
from smen.outputs.stac_catalogue import write_collection
from smen.outputs.stac_item import Provenance
from smen.outputs.tables import read_table
from smen.plan.jobs import PublishJob

log = logging.getLogger(__name__)

NAMES = {int(code): meaning for code, meaning in MEANING.items()}
CODE_COLOURS = {int(code): colour for code, colour in COLOURS.items()}

COARSE_NAMES = {"SPL2SMP": "SMAP 36 km", "SPL2SMP_E": "SMAP 36 km, posted at 9 km"}
"""What the report calls the coarse products."""

SCORES = (
    "method",
    "split",
    "against",
    "dates",
    "ubRMSE",
    "ubRMSE_low",
    "ubRMSE_high",
    "bias",
    "R",
    "coverage_90",
    "crps",
)
"""Columns of the scores that the report shows."""


@dataclass(frozen=True)
class Seen:
    """A region's series over the years behind its maps."""

    coarse: Series
    fine: Series


def run(job: PublishJob) -> None:
    """Make one region's cube, project, catalogue and report from its maps, series and scores.

    Raises:
        DataError: a series, samples, the weights or a map is missing, or there are no maps at all.
        OutputError: a file cannot be written.
    """
    layout, window, region = job.layout, job.window, job.region
    years = job.map_years
    maps = read_lists([(Path(layout.map_list(region, y)), Path(layout.maps(region, y))) for y in years])
    if not maps:
        raise DataError(f"{region} has no maps: no overpass lies in maps.period; choose a longer one")
    seen = Seen(*(_series(job, region, role) for role in ("coarse", "fine")))
    header = read_header(Path(job.model))
    simulated = seen.coarse.simulated or seen.fine.simulated
    provenance = Provenance(
        model=str(header["method"]),
        model_digest=str(header["weights_digest"])[:16],
        settings_digest=job.digest,
        source=job.source,
        simulated=simulated,
        granules=_granules(job, region, seen),
    )
    outline = Path(layout.deliverable(region, "geojson"))
    with atomic_from_memory(outline) as content:
        window.footprint(region).to_file(content, driver="GeoJSON", layer=region, RFC7946="YES")
    coarse = _coarse(seen.coarse, maps)
    about = _attributes(region, provenance)
    write_cube(Path(layout.deliverable(region, "nc")), window, maps, coarse.fields, seen.coarse.grid, NAMES, about)
    project = Path(layout.deliverable(region, "qgs"))
    write_project(
        project,
        window,
        maps,
        region=region,
        outlines=outline,
        names=NAMES,
        colours=CODE_COLOURS,
        simulated=simulated,
    )
    collection, shown = Path(layout.collection(region)), Path(layout.report(region))
    _empty(collection)
    extras = {"cube": Path(layout.deliverable(region, "nc")), "qgis project": project, "outline": outline}
    root = Path(layout.summary("catalog.json"))
    write_collection(collection, root, window, maps, provenance, region=region, extras=extras)
    _empty(shown)
    write_region(shown, _report(job, region, maps, seen, coarse, header, provenance), f"{region}/maps")
    log.info("%d maps in %s, %s and %s", len(maps), layout.deliverable(region, "nc"), project, collection)


def _series(job: PublishJob, region: str, role: str) -> Series:
    return series.concatenate([series.read(Path(job.layout.aligned(region, role, y))) for y in job.years])


def _empty(folder: Path) -> None:
    """Begin with an empty folder, so that nothing of an earlier run stays in it."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made anew: {error.strerror}. Close what uses it, run again") from error


def _granules(job: PublishJob, region: str, seen: Seen) -> dict[np.datetime64, list[str]]:
    """Names of the granules behind each map: its own coarse one, and fine and coarse ones of its history."""
    coarse = dict(zip(seen.coarse.time, seen.coarse.granules, strict=True))
    fine = dict(zip(seen.fine.time, seen.fine.granules, strict=True))
    found: dict[np.datetime64, list[str]] = {}
    for year in job.map_years:
        path = Path(job.layout.samples(region, year))
        if not path.is_file():
            raise DataError(f"{path} is missing: run the stage pair for {region} {year}")
        with xr.open_dataset(path, engine="h5netcdf") as samples:
            times = samples["time"].values.astype("datetime64[s]")
            histories = samples["fine_history"].values.astype("datetime64[s]")
        for time, history in zip(times, histories, strict=True):
            texts = [coarse.get(time, "")]
            for earlier in history[~np.isnat(history)]:
                texts += [fine.get(earlier, ""), coarse.get(earlier, "")]
            found[time] = list(dict.fromkeys(name for text in texts for name in text.split()))
    return found


def _attributes(region: str, provenance: Provenance) -> dict[str, str]:
    """What the cube says of itself."""
    simulated = provenance.simulated
    return {
        "title": map_title(region, simulated=simulated),
        "source": f"SMAP and Sentinel-1, {provenance.source}{', simulated' if simulated else ''}",
        "simulated": "true" if simulated else "false",
        "region": region,
        "model": provenance.model,
        "model_digest": provenance.model_digest,
        "settings_digest": provenance.settings_digest,
        "history": f"smen {__version__}",
    }


def _report(
    job: PublishJob,
    region: str,
    maps: Sequence[MapFile],
    seen: Seen,
    coarse: Coarse,
    header: dict[str, Any],
    provenance: Provenance,
) -> RegionReport:
    layout = job.layout
    scores = read_table(Path(layout.scores(region, "scores.csv")))
    at = {time: i for i, time in enumerate(seen.fine.time)}
    product = {i: seen.fine.soil_moisture[at[one.time]] for i, one in enumerate(maps) if one.time in at}
    return RegionReport(
        region=region,
        window=job.window,
        maps=maps,
        coarse=coarse,
        product={i: field for i, field in product.items() if np.isfinite(field).any()},
        codes=NAMES,
        colours=CODE_COLOURS,
        simulated=provenance.simulated,
        scores=[{str(key): value for key, value in row.items()} for row in scores[list(SCORES)].to_dict("records")],
        training=_training(header),
        files={
            "All maps as GeoTIFFs": f"{region}/maps/",
            "QGIS project": f"{region}/{region}.qgs",
            "All maps as one CF NetCDF": f"{region}/{region}.nc",
            "STAC collection": f"{region}/stac/collection.json",
            "Scores (CSV)": f"{region}/scores/scores.csv",
            "Example dates beside the 3 km product (PNG)": f"{region}/scores/fields.png",
        },
        about={
            "network": provenance.model,
            "weights": provenance.model_digest,
            "settings": provenance.settings_digest,
            "source": provenance.source + " (no satellite has measured these values)" * provenance.simulated,
            "software": f"smen {__version__}",
        },
    )


def _coarse(coarse: Series, maps: Sequence[MapFile]) -> Coarse:
    """The radiometer's fields at the maps' times, one value for each of its cells."""
    rows, columns = coarse.window.coarse_index(coarse.grid)
    at = {time: i for i, time in enumerate(coarse.time)}
    fields = np.full((len(maps), *coarse.window.coarse_shape(coarse.grid)), np.nan, np.float32)
    for i, one in enumerate(maps):
        if one.time in at:
            fields[i] = coarse.soil_moisture[at[one.time]]
    return Coarse(COARSE_NAMES[coarse.product], rows, columns, fields)


def _training(header: dict[str, Any]) -> dict[str, Any]:
    summary = summary_of(header)
    return {**summary.curves(), "best": summary.best_epoch}
