"""What would the satellites have seen of a simulated world? One year of granules, and the truth apart."""

from __future__ import annotations

import csv
import io
import logging
import shutil
from pathlib import Path

import numpy as np
from tqdm import tqdm

from smen.atomic import write_text
from smen.grid import Window
from smen.plan.jobs import SimulateJob
from smen.simulation.climates import CLIMATES, nearest_climate
from smen.simulation.covariates import write_covariates
from smen.simulation.granule_writer import stamp
from smen.simulation.world import World
from smen.simulation.write import simulate

log = logging.getLogger(__name__)


def run(job: SimulateJob) -> None:
    """Write one year's granules, truth and stations, and the region's static rasters, which every year finds the same.

    The list of granules is written last: where it is, they all are.

    Raises:
        OutputError: a file cannot be written.
    """
    climate = nearest_climate(*job.centre) if job.climate == "auto" else job.climate
    root = Path(job.resource_layout.simulated_granules(job.region, job.year))
    truth = Path(job.resource_layout.simulated_truth(job.region, job.year))
    stations = Path(job.resource_layout.simulated_stations(job.region, job.year))
    if root.exists():  # perhaps of another seed: those granules must not stay among the new ones
        shutil.rmtree(root)
    first, last = (np.datetime64(day, "D") for day in job.span)
    with tqdm(desc=f"simulating {job.region} {job.year}", unit="day", disable=None) as progress:

        def show(done: int, days: int) -> None:
            progress.total = days
            progress.update(done - progress.n)

        place = job.window, job.region, CLIMATES[climate], job.seed, first, last, job.coarse, root
        parts = tuple(Window(*cells) for cells in job.parts)
        simulate(*place, truth.parent, stations.parent, show, coarse_only=job.coarse_only, parts=parts)
    world = World(job.window, job.region, CLIMATES[climate], job.seed)
    covariates = Path(job.resource_layout.simulated_covariates(job.region))
    write_covariates(world, covariates, stamp(job.region, job.seed))
    granules = sorted(root.rglob("*.h5"))
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["granule", "bytes"])
    table.writerows((path.relative_to(root).as_posix(), path.stat().st_size) for path in granules)
    write_text(Path(job.resource_layout.simulated_list(job.region, job.year)), text.getvalue())
    log.info("simulated %d granules in %s (climate: %s)", len(granules), root, climate)
