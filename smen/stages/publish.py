"""How does a person find and see it?"""

from __future__ import annotations

import logging
from pathlib import Path

import pandas as pd

from smen.files import atomic, write_text
from smen.outputs.tables import SIMULATED, read_table, write_table
from smen.plan import PublishJob
from smen.scores.comparison import UNITS

log = logging.getLogger(__name__)

SHOWN = ["region", "method", "dates", "uRMSE", "bias"]
"""Columns of the summary's table of scores."""


def run(job: PublishJob) -> None:
    """Gather the scores of all regions in one table, their outlines in one file, and say what there is and where.

    Raises:
        OutputError: a file cannot be written.
    """
    scores = pd.concat([read_table(Path(job.layout.scores(region, "scores.csv"))) for region in job.regions])
    simulated = bool((scores[SIMULATED] == "yes").any())
    every = scores.drop(columns=SIMULATED) if not simulated or (scores[SIMULATED] == "yes").all() else scores
    write_table(
        Path(job.layout.summary("scores.csv")), every, units=UNITS, simulated=simulated, title="Scores", digits=4
    )
    _write_regions(job)
    write_text(Path(job.layout.summary("summary.md")), _summary(job, scores, simulated))


def _write_regions(job: PublishJob) -> None:
    import geopandas as gpd

    frames = [window.footprint(name) for name, window in job.windows.items()]
    with atomic(Path(job.layout.summary("regions.geojson"))) as part:
        pd.concat(frames).pipe(gpd.GeoDataFrame).to_file(part, driver="GeoJSON", RFC7946="YES")


def _summary(job: PublishJob, scores: pd.DataFrame, simulated: bool) -> str:
    lines = ["# Soil moisture at 3 km", ""]
    if simulated:
        lines += ["**Simulated data**: soil, satellites and granules are made by SMEN, not observed.", ""]
    lines += ["| region | maps | where |", "|---|---|---|"]
    for region in job.regions:
        years = job.map_years[region]
        count = sum(len(pd.read_csv(job.layout.map_list(region, year))) for year in years)
        lines.append(f"| {region} | {count} | `{Path(job.layout.maps(region, years[0])).parent}/` |")
    test = scores[(scores["split"] == "test") & (scores["against"] == "3 km product")]
    lines += ["", "Test dates, against the 3 km product (uRMSE and bias in m³/m³):", ""]
    lines += [f"| {' | '.join(SHOWN)} |", "|" + "---|" * len(SHOWN)]
    for row in test[SHOWN].itertuples(index=False):
        lines.append(f"| {row[0]} | {row[1]} | {row[2]} | {row[3]:.4f} | {row[4]:+.4f} |")
    folder = job.layout.results
    lines += ["", f"Figures: `{folder}/REGION/scores/fields.png`; all scores: `{folder}/scores.csv`.", ""]
    return "\n".join(lines)
