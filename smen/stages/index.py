"""How does a person find and see all regions? Scores, outlines, catalogue, report and summary of all of them."""

from __future__ import annotations

import logging
from itertools import compress
from pathlib import Path

import pandas as pd

from smen.atomic import empty_folder, write_text
from smen.data.choice_file import read_choice
from smen.data.quality import COLOURS, MEANING
from smen.errors import DataError
from smen.grid import Window
from smen.outputs.colours import BAND_RAMPS
from smen.outputs.labels import TITLE
from smen.outputs.map_files import MapFile, read_lists
from smen.outputs.qgis_styles import ramp_style
from smen.outputs.region_outline import write_outlines
from smen.outputs.report.mosaic_report import MOSAIC, mosaic_report
from smen.outputs.report.page import write_page
from smen.outputs.report.region_scripts import write_region
from smen.outputs.results_notebook import notebook_text
from smen.outputs.results_readme import readme
from smen.outputs.stac_catalogue import write_collection, write_root
from smen.outputs.stac_item import Provenance
from smen.outputs.tables import SIMULATED, read_table, write_table
from smen.plan.jobs import IndexJob
from smen.plan.without_data import no_data_reason
from smen.scores.comparison import PRODUCT, UNITS

log = logging.getLogger(__name__)

SHOWN = ["region", "method", "dates", "ubRMSE", "bias"]
"""Columns of the summary's table of scores."""


def run(job: IndexJob) -> None:
    """Write the scores, outlines, catalogue, report, summary and README of all regions, those of the mosaics with them.

    Tiles without data are left out.

    Raises:
        DataError: a region's scores or list of maps is missing, or no region has data.
        OutputError: a file cannot be written.
    """
    layout = job.layout
    job = _with_data(job)
    scores = pd.concat(
        [read_table(_present(layout.scores(region, "scores.csv"), "evaluate", region)) for region in job.regions]
    )
    simulated = bool((scores[SIMULATED] == "yes").any())
    # Where all regions are of one kind, `write_table` adds the column itself.
    table = scores.drop(columns=SIMULATED) if scores[SIMULATED].nunique() == 1 else scores
    write_table(Path(layout.summary("scores.csv")), table, units=UNITS, simulated=simulated, title="Scores", digits=4)
    _write_regions(job)
    for band, ramp in enumerate(BAND_RAMPS, start=1):
        write_text(Path(layout.summary(f"styles/{ramp.name}.qml")), ramp_style(ramp, band))
    collections = {region: Path(layout.collection(region)) / "collection.json" for region in job.regions}
    mosaics = _mosaics(job)
    if mosaics:
        _show_mosaics(job, mosaics, simulated=simulated)
        collections = {MOSAIC: Path(layout.mosaic("stac")) / "collection.json"} | collections
    write_root(Path(layout.summary("catalog.json")), collections, simulated=simulated)
    write_page(Path(layout.summary("index.html")), tuple(collections), folder="report", simulated=simulated)
    write_text(Path(layout.summary("summary.md")), _summary(job, scores, simulated))
    write_text(Path(layout.summary("results.ipynb")), notebook_text())
    # Last, because it names the files that are there.
    text = readme(
        Path(layout.results),
        job.regions,
        simulated=simulated,
        source=job.source,
        products=job.products,
        years=job.years,
    )
    write_text(Path(layout.summary("README.md")), text)


def _with_data(job: IndexJob) -> IndexJob:
    """Leave out the tiles that have no data."""
    there = [no_data_reason(job.layout, region) is None for region in job.regions]
    if not any(there):
        raise DataError(f"none of {', '.join(job.regions)} has data: see their logs, and tiles.area")
    regions, cells = (tuple(compress(each, there)) for each in (job.regions, job.cells))
    return job.model_copy(update={"regions": regions, "cells": cells})


def _mosaics(job: IndexJob) -> list[MapFile]:
    """The mosaics of the tiles by rising time; their folders of collection and report are made, empty."""
    if job.mosaic_cells is None:
        return []
    for folder in (job.layout.mosaic("stac"), job.layout.report(MOSAIC)):
        empty_folder(Path(folder))
    return read_lists([(Path(job.layout.mosaic(f"{y}.csv")), Path(job.layout.mosaic(y))) for y in job.mosaic_years])


def _show_mosaics(job: IndexJob, maps: list[MapFile], *, simulated: bool) -> None:
    """Write the STAC collection of the mosaics, and what the page shows of them."""
    window = Window(*(job.mosaic_cells or ()))
    provenance = Provenance(f"{len(job.tiles)} tiles", "", "", job.source, simulated=simulated, granules={})
    folder, root = Path(job.layout.mosaic("stac")), Path(job.layout.summary("catalog.json"))
    write_collection(folder, root, window, maps, provenance, region=MOSAIC, extras={})
    names = {int(code): meaning for code, meaning in MEANING.items()}
    colours = {int(code): colour for code, colour in COLOURS.items()}
    report = mosaic_report(window, maps, names, colours, tiles=len(job.tiles), source=job.source, simulated=simulated)
    write_region(Path(job.layout.report(MOSAIC)), report, MOSAIC)


def _present(name: str, stage: str, region: str) -> Path:
    """Path of a file that an earlier stage made."""
    path = Path(name)
    if not path.is_file():
        raise DataError(f"{path} is missing: run the stage {stage} for {region}")
    return path


def _write_regions(job: IndexJob) -> None:
    """Write the outlines of all regions: of their windows and, where they are given by them, their polygons."""
    import geopandas as gpd

    paths = [_present(job.layout.deliverable(region, "geojson"), "publish", region) for region in job.regions]
    table = gpd.GeoDataFrame(pd.concat([gpd.read_file(path) for path in paths], ignore_index=True))
    write_outlines(Path(job.layout.summary("regions.geojson")), table, "regions")


def _summary(job: IndexJob, scores: pd.DataFrame, simulated: bool) -> str:
    """The summary in Markdown: maps, scores on test dates, and where to look."""
    lines = [f"# {TITLE}", ""]
    if simulated:
        lines += ["**Simulated data**: soil, satellites and granules are made by SMEN, not observed.", ""]
    lines += ["| region | maps | where |", "|---|---|---|"]
    if job.tiles:
        count = sum(len(pd.read_csv(job.layout.mosaic(f"{year}.csv"))) for year in job.mosaic_years)
        where = Path(job.layout.mosaic(job.mosaic_years[0])).parent
        lines.append(f"| {MOSAIC} of {len(job.tiles)} tiles, one a day and direction | {count} | `{where}/` |")
    for region in job.regions:
        years = job.map_years[region]
        count = sum(
            len(pd.read_csv(_present(job.layout.map_list(region, year), "downscale", region))) for year in years
        )
        lines.append(f"| {region} | {count} | `{Path(job.layout.maps(region, years[0])).parent}/` |")
    test = scores[(scores["split"] == "test") & (scores["against"] == PRODUCT)]
    lines += ["", f"Test dates, against the {PRODUCT} (ubRMSE and bias in m³/m³):", ""]
    lines += [f"| {' | '.join(SHOWN)} |", "|" + "---|" * len(SHOWN)]
    for row in test[SHOWN].itertuples(index=False):
        lines.append(f"| {row[0]} | {row[1]} | {row[2]} | {row[3]:.4f} | {row[4]:+.4f} |")
    for region in job.regions:
        path = Path(job.layout.choice(region))
        if region in job.chosen:
            choice = read_choice(path)
            lines += ["", f"{region}: {choice.reason} ({choice.dates} held-out dates of the training period)."]
    folder = job.layout.results
    lines += [
        "",
        f"To look at: `{folder}/index.html` in a browser, `{folder}/REGION/REGION.qgs` in QGIS, "
        f"`{folder}/REGION/REGION.nc` in a notebook, `{folder}/catalog.json` for STAC; all work wherever `{folder}/` "
        "is copied to.",
        f"Figures: `{folder}/REGION/scores/fields.png`; all scores: `{folder}/scores.csv`. What each file is, units, "
        f"codes, licence and citations: `{folder}/README.md`.",
        "",
    ]
    return "\n".join(lines)
