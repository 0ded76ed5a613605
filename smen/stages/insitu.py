"""How do the maps compare with stations in the ground, and with the coarse field? Tables, figures, points."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np

from smen.atomic import write_text
from smen.data.kept import Kept
from smen.data.load import read_fields, read_samples
from smen.data.overpass_times import overpass_times
from smen.data.series import concatenate
from smen.data.series_file import read_series
from smen.errors import DataError
from smen.methods.cell_estimates import estimates_at
from smen.methods.checkpoint import load_checkpoint
from smen.methods.map_mode import MapMode, mode_of
from smen.methods.registry import BASELINES, UNTRAINED, simple_baseline
from smen.outputs import validation_files as files
from smen.outputs.map_files import read_lists
from smen.outputs.maps_at_cells import maps_at_cells
from smen.outputs.tables import read_table
from smen.outputs.validation_figures import StationSeriesData, ValidationFigures
from smen.outputs.validation_notes import protocol_notes
from smen.outputs.validation_page import ValidationPage
from smen.outputs.validation_verdict import make_verdict, write_verdict
from smen.plan import code_digest
from smen.plan.jobs import InsituJob
from smen.plan.without_data import stand_in
from smen.scores.comparison import PRODUCT
from smen.validation.point_products import PointProduct
from smen.validation.probe_series import ProbeSeries, leave_one_probe_out
from smen.validation.qa4sm_results import write_qa4sm_results
from smen.validation.station_archives import period_around, read_points
from smen.validation.station_matching import STATION, match_stations
from smen.validation.station_overview import station_table
from smen.validation.station_points import station_cells
from smen.validation.station_records import StationProblem, StationSelection
from smen.validation.station_spread import station_spread
from smen.validation.third_dataset import read_third_dataset
from smen.validation.triple_collocation import triple_collocation
from smen.validation.validation_tables import (
    ALL_OVERPASSES,
    AT_PRODUCT_DATES,
    MAPS_ALONE,
    ValidationProtocol,
    make_tables,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples
    from smen.outputs.map_files import MapFile
    from smen.validation.station_matching import StationPairs
    from smen.validation.station_points import StationPoint

    Pairs = dict[str, dict[str, StationPairs]]

log = logging.getLogger(__name__)

COARSE, THIRD = "36 km", "third"
"""Names of the coarse field and of the user's third data set among the products."""


@dataclass(frozen=True)
class Overpasses:
    """The maps of a region and what was estimated for the same overpasses.

    Attributes:
        maps: the region's map files, by time.
        times: when SMAP passed over the region, datetime64[s] (T,), strictly rising.
        samples: the same overpasses as samples.
        mode: of the maps.
    """

    maps: Sequence[MapFile]
    times: NDArray[np.datetime64]
    samples: Samples
    mode: MapMode


def run(job: InsituJob) -> None:
    """Match stations with maps, coarse field, baselines and product; write tables, figures, page and points.

    Raises:
        DataError: there is nothing at a path of stations, or a list of maps, a series or the weights are missing.
        OutputError: a file cannot be written.
    """
    if stand_in(job.layout, job.region, (job.layout.validation(job.region, name) for name in files.FILES)):
        return
    fields = read_fields(job.layout, job.region, job.years)
    samples = read_samples(job.layout, job.region, job.years, fields)
    overpasses = _overpasses(job, samples)
    points, problems = _stations(job, overpasses, job.archives)
    maps, mean = _maps_at(job, overpasses, points)
    products = [maps, *_others(job, fields, samples, overpasses, points)]
    sets = _pairs(job, points, products, _product(fields, overpasses, points))
    protocol = ValidationProtocol(COARSE, job.protocol.metrics, job.protocol.minimum, job.protocol.scaling)
    tables = make_tables(sets, protocol)
    if job.protocol.third_path:
        tables["triple_collocation"] = _collocation(job, points, products)
    if job.probes:
        tables["conditioning"] = _conditioning(job, fields, samples, overpasses)
    stations = station_table(points, sets, tables, maps.name)
    _write(job, overpasses, sets, tables, stations, problems, simulated=fields.simulated)
    folder = Path(job.layout.validation(job.region, ""))
    _draw(job, folder, mean, sets, stations, products, simulated=fields.simulated)
    for problem in problems:
        log.warning("%s", problem)
    log.info("%d stations, %d overpasses: see %s", len(points), len(overpasses.maps), folder / files.PAGE)


def _overpasses(job: InsituJob, samples: Samples) -> Overpasses:
    """The overpasses that are mapped."""
    layout, region = job.layout, job.region
    maps = read_lists([(Path(layout.map_list(region, y)), Path(layout.maps(region, y))) for y in job.map_years])
    starts = np.array([file.time for file in maps], "datetime64[s]")
    coarse = concatenate([read_series(Path(layout.aligned(region, "coarse", year))) for year in job.map_years])
    times = overpass_times(coarse, starts)
    rows = np.searchsorted(samples.time, starts)
    if starts.size and (rows.max() >= len(samples) or (samples.time[rows] != starts).any()):
        raise DataError(f"{region} has maps of overpasses that it has no sample of: run the stage downscale again")
    retrospective = any(file.mode == "retrospective" for file in maps)
    return Overpasses(maps, times, samples.select(rows), "retrospective" if retrospective else "causal")


def _stations(
    job: InsituJob, overpasses: Overpasses, archives: Sequence[str]
) -> tuple[tuple[StationPoint, ...], list[StationProblem]]:
    """The stations of the region with a value in the period of the maps, and what could not be used."""
    asked = job.protocol
    period = period_around(overpasses.times, asked.window)
    selection = StationSelection(asked.networks, asked.depth, asked.flags, period)
    paths = [Path(path) for path in archives]
    points, found = read_points(paths, selection, job.window, asked.sensors, asked.shared_cells)
    problems = list(found)
    if not points:
        names = ", ".join(path.name for path in paths)
        problems.append(StationProblem(names, f"there is no station with a usable value in {job.region}"))
    return points, problems


def _maps_at(
    job: InsituJob, overpasses: Overpasses, points: Sequence[StationPoint]
) -> tuple[PointProduct, NDArray[np.float64]]:
    """The maps as they are on disk at the stations' cells, and their mean over time, (H, W)."""
    kept = Kept(Path(job.layout.kept(job.region, "insitu")), code_digest.digest(job.module))
    values, mean = maps_at_cells(overpasses.maps, station_cells(points), job.window.shape, kept)
    kept.drop_others()
    deviation = values[1] if np.isfinite(values[1]).any() else None
    return PointProduct(_name(overpasses.mode), overpasses.times, values[0], deviation, MADE_OF["maps"]), mean


def _others(
    job: InsituJob, fields: Fields, samples: Samples, overpasses: Overpasses, points: Sequence[StationPoint]
) -> list[PointProduct]:
    """The other mode of the maps, the coarse field as it is, bilinear interpolation and the strongest baseline."""
    method = load_checkpoint(job.model_path(), job.window)
    other: MapMode = "causal" if overpasses.mode == "retrospective" else mode_of(method, "retrospective")
    products, (rows, columns) = [], station_cells(points)
    if other != overpasses.mode:
        estimate = estimates_at(method, other, fields, overpasses.samples, samples.fine, (rows, columns))
        products.append(PointProduct(_name(other), overpasses.times, *estimate, MADE_OF["maps"]))
    coarse = [fields.coarse_at(index)[rows, columns] for index in overpasses.samples.coarse]
    value = np.array(coarse, np.float32).reshape(len(overpasses.times), len(points))
    products.append(PointProduct(COARSE, overpasses.times, value, None, MADE_OF["coarse"]))
    for name in _baselines(job):
        baseline = simple_baseline(name)
        baseline.fit(fields, samples)
        mean, deviation = estimates_at(baseline, "causal", fields, overpasses.samples, samples.fine, (rows, columns))
        source = MADE_OF["coarse" if name in UNTRAINED else "maps"]
        products.append(PointProduct(name, overpasses.times, mean, deviation, source))
    return products


MADE_OF = {"maps": frozenset(("smap", "sentinel1")), "coarse": frozenset(("smap",))}
"""What products rest on: those with a common instrument have common errors."""


def _name(mode: MapMode) -> str:
    """Name of the maps among the products, by their mode."""
    return f"SMEN ({mode})"


def _baselines(job: InsituJob) -> list[str]:
    """Bilinear interpolation, and the trained baseline that is best on the validation dates, where there are any."""
    path = Path(job.layout.scores(job.region, "scores.csv"))
    if not path.is_file():
        raise DataError(f"{path} is missing: run the stage evaluate for {job.region}")
    scores = read_table(path)
    trained = [name for name in BASELINES if name not in UNTRAINED]
    usable = scores[
        (scores["split"] == "validation") & (scores["against"] == PRODUCT) & scores["method"].isin(trained)
    ].dropna(subset="ubRMSE")
    best = [str(name) for name in usable.sort_values("ubRMSE", kind="stable")["method"][:1]]
    return ["bilinear", *best]


def _product(fields: Fields, overpasses: Overpasses, points: Sequence[StationPoint]) -> PointProduct | None:
    """The 3 km product at those overpasses that have it; None where none has."""
    starts = np.array([file.time for file in overpasses.maps], "datetime64[s]")
    at = np.flatnonzero(np.isin(fields.fine_time, starts))
    if not at.size:
        return None
    rows, columns = station_cells(points)
    times = overpasses.times[np.searchsorted(starts, fields.fine_time[at])]
    value = np.array([fields.fine[index][rows, columns] for index in at])
    return PointProduct(PRODUCT, times, value, None, MADE_OF["maps"])


def _pairs(
    job: InsituJob, points: Sequence[StationPoint], products: list[PointProduct], product: PointProduct | None
) -> Pairs:
    """The pairs of all overpasses, of those that have the 3 km product as well, and of the maps alone."""
    hours = job.protocol.window
    sets: Pairs = {ALL_OVERPASSES: match_stations(points, products, hours, job.protocol.kinds)}
    maps = [made for made in products if made.name in map(_name, get_args(MapMode))]
    sets[MAPS_ALONE] = match_stations(points, maps, hours, ("absolute",))
    if product is not None:
        # Anomalies of the few dates that the product has would be of another mean than those of all overpasses.
        sets[AT_PRODUCT_DATES] = match_stations(points, [product, *products], hours, ("absolute",))
    return sets


def _collocation(job: InsituJob, points: Sequence[StationPoint], products: Sequence[PointProduct]) -> pd.DataFrame:
    """Errors of station, map and third data set, and of station, coarse field and third data set."""
    import pandas as pd

    asked, maps = job.protocol, products[0]
    sources = frozenset(asked.third_sources)
    third = read_third_dataset(Path(asked.third_path or ""), asked.third_variable, points, THIRD, sources)
    coarse = next(product for product in products if product.name == COARSE)
    pairs = match_stations(points, [maps, coarse, third], asked.window, ("absolute",))["absolute"]
    made_of = {product.name: product.sources for product in (maps, coarse, third)}
    parts = [
        triple_collocation(pairs, (STATION, name, THIRD), made_of).assign(triplet=f"{STATION}, {name}, {THIRD}")
        for name in (maps.name, COARSE)
    ]
    return pd.concat(parts, ignore_index=True)


def _conditioning(job: InsituJob, fields: Fields, samples: Samples, overpasses: Overpasses) -> pd.DataFrame:
    """What conditioning gains: at each probe, the estimate conditioned on all others."""
    import pandas as pd

    method = load_checkpoint(job.model_path(), job.window)
    correlation = method.error_correlation(fields, retrospective=overpasses.mode == "retrospective")
    points, _ = _stations(job, overpasses, job.probes)
    if correlation is None or not points:
        return pd.DataFrame()
    mean, deviation = estimates_at(
        method, overpasses.mode, fields, overpasses.samples, samples.fine, station_cells(points)
    )
    stated = np.full(mean.shape, np.nan) if deviation is None else deviation
    causal = overpasses.mode == "causal"
    series = ProbeSeries.of(points, overpasses.times, job.protocol.window, mean, stated, only_before=causal)
    return leave_one_probe_out(points, series, mean, stated, correlation)


def _write(
    job: InsituJob,
    overpasses: Overpasses,
    sets: Pairs,
    tables: dict[str, pd.DataFrame],
    stations: pd.DataFrame,
    problems: Sequence[StationProblem],
    *,
    simulated: bool,
) -> None:
    """Write the tables, the page, the stations as points, and the results as QA4SM's own files are."""
    import pandas as pd

    lines = pd.DataFrame([vars(problem) for problem in problems], columns=["source", "station", "reason"])
    absolute = sets[ALL_OVERPASSES]["absolute"]
    named = pd.DataFrame([(p.station.network, p.name) for p in absolute.points], columns=["network", "station name"])
    pairs = absolute.table.join(named, on="point").drop(columns="point")
    folder = Path(job.layout.validation(job.region, ""))
    written = {"stations": stations, "problems": lines, "pairs": pairs, **tables}
    files.write_validation_tables(folder, written, simulated=simulated)
    files.write_station_points(folder / files.POINTS, stations, simulated=simulated)
    title = f"{job.region}: maps against stations{' (simulated)' if simulated else ''}"
    write_qa4sm_results(folder / files.RESULTS, absolute, job.protocol.minimum, {"title": title})
    notes = protocol_notes(job.protocol, overpasses.mode, overpasses.times, job.probes, simulated=simulated)
    verdict = make_verdict(tables["differences"], _name(overpasses.mode), COARSE, simulated=simulated)
    write_verdict(folder / files.VERDICT, verdict)
    page = ValidationPage(job.region, verdict, tables, stations, lines, notes, simulated)
    write_text(folder / files.PAGE, page.text())


def _draw(
    job: InsituJob,
    folder: Path,
    mean: NDArray[np.float64],
    sets: Pairs,
    stations: pd.DataFrame,
    products: Sequence[PointProduct],
    *,
    simulated: bool,
) -> None:
    """Draw the map of stations, their series and the Taylor diagram."""
    maps, coarse = products[0], next(product for product in products if product.name == COARSE)
    pairs = sets[MAPS_ALONE]["absolute"]
    series = StationSeriesData(
        station=[(point.time, point.value) for point in pairs.points],
        time=maps.time,
        value=maps.value,
        deviation=maps.standard_deviation,
        coarse=coarse.value,
    )
    spread = station_spread(sets[ALL_OVERPASSES]["absolute"], job.protocol.minimum)
    figures = ValidationFigures(job.region, job.window, stations, mean, series, spread, simulated)
    figures.write(folder)
