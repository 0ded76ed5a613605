"""How does a person find and see all regions? Scores, outlines, catalogue, report and summary of all of them."""

from __future__ import annotations

import logging
from pathlib import Path

import pandas as pd

from smen.atomic import write_text
from smen.data.choice_file import read_choice
from smen.errors import DataError
from smen.outputs.colours import BAND_RAMPS
from smen.outputs.labels import TITLE
from smen.outputs.qgis_styles import ramp_style
from smen.outputs.region_outline import write_outlines
from smen.outputs.report.page import write_page
from smen.outputs.results_notebook import notebook_text
from smen.outputs.results_readme import readme
from smen.outputs.stac_catalogue import write_root
from smen.outputs.tables import SIMULATED, read_table, write_table
from smen.plan.jobs import IndexJob
from smen.scores.comparison import PRODUCT, UNITS

log = logging.getLogger(__name__)

SHOWN = ["region", "method", "dates", "ubRMSE", "bias"]
"""Columns of the summary's table of scores."""


def run(job: IndexJob) -> None:
    """Write the scores, outlines, catalogue, report, summary and README of all regions.

    Raises:
        DataError: a region's scores or list of maps is missing.
        OutputError: a file cannot be written.
    """
    layout = job.layout
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
    write_root(Path(layout.summary("catalog.json")), collections, simulated=simulated)
    write_page(Path(layout.summary("index.html")), job.regions, folder="report", simulated=simulated)
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
