"""How does a person find and see a region? Its cube, QGIS project, STAC collection and report."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smen import __version__
from smen.atomic import empty_folder, write_text
from smen.data.choice_file import read_choice
from smen.data.kept import Kept
from smen.data.lineage import granules_behind
from smen.data.quality import COLOURS, MEANING
from smen.data.series import concatenate
from smen.data.series_file import read_series
from smen.errors import DataError
from smen.methods.checkpoint import read_header, summary_of
from smen.outputs.credits import credit_tags
from smen.outputs.cube import write_cube
from smen.outputs.extraction import extract
from smen.outputs.index_files import read_index_lists
from smen.outputs.labels import PRODUCT, TITLE, map_title, yes_or_no
from smen.outputs.latest_errors import latest_errors
from smen.outputs.map_files import read_lists
from smen.outputs.map_reader import MapReader
from smen.outputs.observed_rasters import compared_dates, write_observed
from smen.outputs.qgis_project import write_project
from smen.outputs.region_outline import outlines, region_cells, write_outlines
from smen.outputs.report.region_report import RegionReport
from smen.outputs.report.region_scripts import write_region
from smen.outputs.report.report_layers import coarse_layer, product_layer
from smen.outputs.report.station_scores import StationScores, read_station_scores
from smen.outputs.stac_catalogue import write_collection
from smen.outputs.stac_item import Provenance
from smen.outputs.tables import read_table
from smen.outputs.validation_files import POINTS
from smen.plan import code_digest
from smen.plan.jobs import PublishJob
from smen.plan.without_data import stand_in
from smen.settings.regions import polygon_digest, read_polygon

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from smen.data.series import Series
    from smen.outputs.index_files import IndexFile
    from smen.outputs.map_files import MapFile
    from smen.outputs.observed_rasters import ObservedFile, ObservedKind

log = logging.getLogger(__name__)

NAMES = {int(code): meaning for code, meaning in MEANING.items()}
CODE_COLOURS = {int(code): colour for code, colour in COLOURS.items()}

MOST_CELLS = 100_000
"""Cells of a region up to which the deviation of its mean takes account of how errors go together, which costs 0.2 s a
map at this size; above, it is the upper bound."""

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
class RegionInputs:
    """What a region's products are made of.

    Attributes:
        maps: its maps by rising time, at least one.
        coarse: its coarse series over the years behind its maps.
        fine: its fine series over these years.
        header: what its weights say of themselves.
        indices: rasters of its indices by rising time, where any are wanted.
    """

    maps: Sequence[MapFile]
    coarse: Series
    fine: Series
    header: dict[str, Any]
    indices: Sequence[IndexFile] = ()

    @property
    def simulated(self) -> bool:
        """Whether any of the granules is simulated."""
        return self.coarse.simulated or self.fine.simulated


def run(job: PublishJob) -> None:
    """Make one region's cube, project, catalogue and report from its maps, series and scores.

    What is made of maps alone is kept, and taken again for those that have not changed; each other map is read once.

    Raises:
        DataError: a series, samples, the weights, the scores or a map is missing, or there are no maps at all.
        OutputError: a file cannot be written.
    """
    layout, window, region = job.layout, job.window, job.region
    files = (layout.deliverable(region, kind) for kind in ("nc", "qgs", "geojson", "csv"))
    if stand_in(layout, region, files, (layout.observed(region), layout.collection(region), layout.report(region))):
        return
    inputs = _read(job)
    kept = Kept(Path(layout.kept(region, "publish")), code_digest.digest(job.module))
    reader = MapReader(window, kept)
    provenance = _provenance(job, inputs)
    report = _report(job, inputs, provenance)
    outline, cube, project = (Path(layout.deliverable(region, kind)) for kind in ("geojson", "nc", "qgs"))
    polygon = report.polygon
    write_outlines(outline, outlines(window, region, polygon), region)
    _write_series(job, inputs, polygon, reader)
    credits = credit_tags(inputs.coarse.grid, job.years, simulated=inputs.simulated)
    about = _attributes(region, provenance, credits)
    fields, grid = report.coarse.fields, inputs.coarse.grid
    write_cube(cube, window, inputs.maps, fields, grid, NAMES, about, inputs.indices, reader=reader)
    observed = _observed(job, inputs, report, credits, kept)
    write_project(
        project,
        window,
        inputs.maps,
        region=region,
        outlines=outline,
        names=NAMES,
        colours=CODE_COLOURS,
        simulated=inputs.simulated,
        indices=inputs.indices,
        stations=Path(layout.validation(region, POINTS)) if job.validated else None,
        observed=observed,
    )
    _write_catalogue(job, inputs, provenance, reader)
    scripts = Path(layout.report(region))
    empty_folder(scripts)
    write_region(scripts, report, f"{region}/maps", reader=reader)
    kept.drop_others()
    log.info("%d maps in %s, %s and %s", len(inputs.maps), cube, project, layout.collection(region))


def _provenance(job: PublishJob, inputs: RegionInputs) -> Provenance:
    """What the maps were made from."""
    return Provenance(
        model=str(inputs.header["method"]),
        model_digest=str(inputs.header["weights_digest"])[:16],
        settings_digest=job.digest,
        source=job.source,
        simulated=inputs.simulated,
        granules=_granules(inputs),
        model_choice="" if job.model is not None else read_choice(job.choice_path()).summary(),
        products=() if inputs.simulated else (inputs.coarse.product, inputs.fine.product),
    )


def _write_catalogue(job: PublishJob, inputs: RegionInputs, provenance: Provenance, reader: MapReader) -> None:
    """Write the STAC collection with its items."""
    layout, region = job.layout, job.region
    folder = Path(layout.collection(region))
    empty_folder(folder)
    kinds = {"cube": "nc", "qgis project": "qgs", "outline": "geojson", "series": "csv"}
    extras = {role: Path(layout.deliverable(region, kind)) for role, kind in kinds.items()}
    write_collection(
        folder,
        Path(layout.summary("catalog.json")),
        job.window,
        inputs.maps,
        provenance,
        region=region,
        extras=extras,
        indices=inputs.indices,
        reader=reader,
    )


def _write_series(job: PublishJob, inputs: RegionInputs, polygon: BaseGeometry | None, reader: MapReader) -> None:
    """Write the mean over the region, map by map: over its polygon or, without one, over its window."""
    region, window, maps = job.region, job.window, inputs.maps
    cells = region_cells(window, polygon)
    errors = latest_errors(maps, region, window) if cells.rows.size <= MOST_CELLS else None
    values = extract(
        maps, {region: cells}, NAMES, region=region, simulated=inputs.simulated, errors=errors, reader=reader
    )
    text = values.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    write_text(Path(job.layout.deliverable(region, "csv")), text)


def _polygon(job: PublishJob) -> BaseGeometry | None:
    """The outline of a region that is given by one, as it was when the job was planned."""
    if job.polygon is None:
        return None
    polygon = read_polygon(job.polygon, job.region)
    if polygon_digest(polygon) != job.polygon.digest:
        raise DataError(f"{job.polygon.path} has changed since the run began: run again")
    return polygon


def _observed(
    job: PublishJob, inputs: RegionInputs, report: RegionReport, credits: Mapping[str, str], kept: Kept
) -> dict[str, list[ObservedFile]]:
    """Write what SMAP gave at the times of maps, for the project; its rasters by the name of their group."""
    window, maps, region = job.window, inputs.maps, job.region
    dates = compared_dates(len(maps), report.product)
    coarse = {i: window.expand(report.coarse.fields[i], inputs.coarse.grid) for i in dates}
    folder = Path(job.layout.observed(region))
    empty_folder(folder)
    rows: tuple[tuple[str, ObservedKind, Mapping[int, NDArray[np.floating]], str], ...] = (
        (PRODUCT, "product", report.product, inputs.fine.product),
        (report.coarse.name, "coarse", coarse, inputs.coarse.product),
    )
    observed = {}
    for title, kind, fields, product in rows:
        tags = {"TITLE": map_title(region, simulated=inputs.simulated).replace(TITLE, title), "REGION": region}
        tags |= {"SOURCE": product, "SIMULATED": yes_or_no(inputs.simulated), **credits}
        observed[title] = write_observed(folder, window, maps, fields, kind, tags=tags, kept=kept)
    return observed


def _read(job: PublishJob) -> RegionInputs:
    """Read maps, series and the header of the weights."""
    layout, region = job.layout, job.region
    maps = read_lists([(Path(layout.map_list(region, y)), Path(layout.maps(region, y))) for y in job.map_years])
    if not maps:
        raise DataError(f"{region} has no maps: no overpass lies in maps.period; choose a longer one")
    coarse, fine = (
        concatenate([read_series(Path(layout.aligned(region, role, year))) for year in job.years])
        for role in ("coarse", "fine")
    )
    years = job.map_years if job.indices else ()
    indices = read_index_lists([(Path(layout.index_list(region, y)), Path(layout.indices(region, y))) for y in years])
    return RegionInputs(maps, coarse, fine, read_header(job.model_path()), indices)


def _granules(inputs: RegionInputs) -> dict[np.datetime64, list[str]]:
    """Names of the granules behind each map."""
    maps = inputs.maps
    scenes = [[time for part in file.scenes for time in part] for file in maps]
    return granules_behind([file.time for file in maps], scenes, inputs.coarse, inputs.fine)


def _attributes(region: str, provenance: Provenance, credits: Mapping[str, str]) -> dict[str, str]:
    """Global attributes of the cube; credits are the tags of the rasters."""
    simulated = provenance.simulated
    return {
        "title": map_title(region, simulated=simulated),
        "source": f"{'simulated ' if simulated else ''}SMAP and Sentinel-1 retrievals",
        "simulated": "true" if simulated else "false",
        "region": region,
        "model": provenance.model,
        "model_digest": provenance.model_digest,
        **({"model_choice": provenance.model_choice} if provenance.model_choice else {}),
        "settings_digest": provenance.settings_digest,
        "history": f"smen {__version__}",
        "references": credits["METHOD_CITATION"] + "; " + credits["DATA_CITATION"],
        "license": "; ".join(credits[name] for name in ("LICENSE", "TIFFTAG_COPYRIGHT") if name in credits),
    }


def _report(job: PublishJob, inputs: RegionInputs, provenance: Provenance) -> RegionReport:
    """Contents of the region's report."""
    region, path = job.region, Path(job.layout.scores(job.region, "scores.csv"))
    if not path.is_file():
        raise DataError(f"{path} is missing: run the stage evaluate for {region}")
    scores = read_table(path)[list(SCORES)].to_dict("records")
    by_class = Path(job.layout.scores(region, "classes.csv"))
    if not by_class.is_file():
        raise DataError(f"{by_class} is missing: run the stage evaluate for {region}")
    classes = read_table(by_class)
    summary = summary_of(inputs.header)
    return RegionReport(
        region=region,
        window=job.window,
        maps=inputs.maps,
        coarse=coarse_layer(inputs.coarse, inputs.maps),
        product=product_layer(inputs.fine, inputs.maps),
        codes=NAMES,
        colours=CODE_COLOURS,
        simulated=inputs.simulated,
        scores=[{str(key): value for key, value in row.items()} for row in scores],
        classes=[
            {str(key): value for key, value in row.items()}
            for row in classes[classes["method"] == provenance.model].to_dict("records")
        ],
        training={**summary.curves(), "best": summary.best_epoch},
        files={
            "All maps as GeoTIFFs": f"{region}/maps/",
            "QGIS project": f"{region}/{region}.qgs",
            "All maps as one CF NetCDF": f"{region}/{region}.nc",
            "Mean over the region as a series (CSV)": f"{region}/{region}.csv",
            "STAC collection": f"{region}/stac/collection.json",
            **({"Maps against stations": f"{region}/validation/validation.md"} if job.validated else {}),
            "Scores (CSV)": f"{region}/scores/scores.csv",
            **({"All indices as GeoTIFFs": f"{region}/indices/"} if inputs.indices else {}),
            "Example dates beside the 3 km product (PNG)": f"{region}/scores/fields.png",
        },
        about={
            "method": provenance.model_choice or provenance.model,
            "weights": provenance.model_digest,
            "settings": provenance.settings_digest,
            "source": provenance.source + " (no satellite has measured these values)" * provenance.simulated,
            "software": f"smen {__version__}",
        },
        indices=inputs.indices,
        stations=_station_scores(job),
        polygon=_polygon(job),
    )


def _station_scores(job: PublishJob) -> StationScores | None:
    """What stations say of the maps; None where they were held against none."""
    if not job.validated:
        return None
    folder = Path(job.layout.validation(job.region, POINTS)).parent
    if not (folder / POINTS).is_file():
        raise DataError(f"{folder / POINTS} is missing: run the stage insitu for {job.region}")
    return read_station_scores(folder, f"{job.region}/validation")
