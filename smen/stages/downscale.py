"""What is the 3 km field at every SMAP overpass? One GeoTIFF and one quality raster each."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from smen import __version__
from smen.data.choice_file import read_choice
from smen.data.digests import map_digests
from smen.data.error_correlation_file import write_error_correlation
from smen.data.error_fields import ErrorFields
from smen.data.load import read_fields, read_samples
from smen.data.masking import mask_conditions
from smen.data.overpass_times import overpass_times
from smen.data.quality import COLOURS, MEANING, QualityCode, cell_age
from smen.data.series import concatenate
from smen.data.series_file import read_series
from smen.errors import DataError
from smen.methods.cell_estimates import estimates_at
from smen.methods.checkpoint import load_checkpoint, read_header
from smen.methods.map_mode import SETTLED_AFTER, mode_of, predict_in_mode, provisional, scenes_behind
from smen.outputs.credits import credit_tags
from smen.outputs.geotiff import write_map
from smen.outputs.labels import map_title, yes_or_no
from smen.outputs.map_names import basis_path, errors_path, map_path, members_path, quality_path
from smen.outputs.members_raster import write_members
from smen.outputs.quality_raster import write_quality
from smen.outputs.standing_maps import DIGEST, standing_rows, write_basis
from smen.outputs.year_folder import digest_of, finish_folder, prepare_folder, without
from smen.plan import code_digest
from smen.plan.jobs import DownscaleJob
from smen.plan.without_data import stand_in
from smen.validation.probe_series import ProbeSeries
from smen.validation.station_archives import period_around, read_points
from smen.validation.station_conditioning import condition_on_stations
from smen.validation.station_points import station_cells
from smen.validation.station_records import StationSelection

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.error_correlation import ErrorCorrelation
    from smen.data.records import Fields, Samples
    from smen.methods.map_mode import MapMode, Scenes
    from smen.methods.protocol import Method
    from smen.outputs.map_names import Direction

log = logging.getLogger(__name__)

AT_ONCE = 32
"""Overpasses in memory at a time."""

COLUMNS = [
    "time", "direction", "map", "quality", "valid_share", "mean",
    "mode", "provisional", "scenes_before", "scenes_at", "scenes_after", DIGEST,
]  # fmt: skip
"""Columns of the list of maps."""

NAMES = {int(code): meaning for code, meaning in MEANING.items()}
CODE_COLOURS = {int(code): colour for code, colour in COLOURS.items()}


class Layers(NamedTuple):
    """Rasters of one overpass, (H, W): soil moisture and standard deviation in m3/m3, age in days, quality codes."""

    moisture: NDArray[np.floating]
    deviation: NDArray[np.floating] | None
    age: NDArray[np.floating]
    quality: NDArray[np.uint8]


class Conditions(NamedTuple):
    """What maps are conditioned on: how their errors go together, and what the probes said."""

    correlation: ErrorCorrelation
    probes: ProbeSeries


def run(job: DownscaleJob) -> None:
    """Map every overpass of a year: a GeoTIFF of soil moisture, deviation and age, and one of quality codes.

    Beside them lies how their errors go together, where the method knows it, and members where they are wanted.

    A map stands where all that it rests on is what it was: settings, weights, code, and the fields as far as it knows
    them. Others are made; one that comes out as it lies there keeps its bytes and its time. Maps that are no longer
    wanted go. The list of maps is written last: where it is, all maps of the year are.

    Raises:
        DataError: the weights are missing or of another region, or a series or samples are missing.
        OutputError: a map cannot be written.
    """
    if stand_in(job.layout, job.region, ()):
        folder = Path(job.layout.maps(job.region, job.year))
        prepare_folder(folder)
        finish_folder(folder, (), Path(job.layout.map_list(job.region, job.year)), f"{','.join(COLUMNS)}\n")
        return
    fields = read_fields(job.layout, job.region, job.years)
    known = read_samples(job.layout, job.region, job.sample_years, fields)
    samples = known.select(_in_span(job, known))
    method = load_checkpoint(job.model_path(), job.window)
    mode = mode_of(method, job.mode)
    if mode != job.mode:
        log.warning(
            "maps.mode is %s, but the method %s uses only what was observed before an overpass: its maps are %s, and "
            "say so", job.mode, method.name, mode,
        )  # fmt: skip
    folder = Path(job.layout.maps(job.region, job.year))
    prepare_folder(folder)
    correlation = method.error_correlation(fields, retrospective=mode == "retrospective")
    errors = _errors(job, fields, method, correlation)
    conditions = None
    if correlation is not None:
        probes = _probes(job, mode, fields, samples, method, known.fine)
        conditions = None if probes is None else Conditions(correlation, probes)
    tags = _tags(job, method, fields)
    # What probes said is not part of the basis: maps that follow them are always made.
    basis = {} if conditions is not None else _basis(job, mode, fields, samples, known.fine, tags)
    basis_list = basis_path(folder, job.region)
    standing = standing_rows(basis_list, basis, lambda name: _rasters(folder / name, members=errors is not None))
    todo = samples.select(np.array([f"{time}Z" not in standing for time in samples.time], np.bool_))
    made = list(_maps(job, mode, fields, todo, method, known.fine, tags, errors, conditions))
    rows = sorted([*standing.values(), *made], key=lambda row: str(row["time"]))
    table = pd.DataFrame(rows, columns=COLUMNS)
    wanted = {path.stem for row in rows for path in _rasters(folder / str(row["map"]), members=errors is not None)}
    wanted |= {errors_path(folder, job.region).stem, basis_list.stem}
    list_path = Path(job.layout.map_list(job.region, job.year))
    finish_folder(folder, wanted, list_path, table.to_csv(index=False, lineterminator="\n"))
    write_basis(basis_list, rows, basis)
    log.info("%d maps in %s, %d of them made now", len(rows), folder, len(made))


def _in_span(job: DownscaleJob, samples: Samples) -> NDArray[np.bool_]:
    """Which overpasses lie in the period to be mapped, and in the year."""
    day = samples.time.astype("datetime64[D]")
    return (day >= np.datetime64(job.span[0])) & (day <= np.datetime64(job.span[1]))


def _errors(
    job: DownscaleJob, fields: Fields, method: Method, correlation: ErrorCorrelation | None
) -> ErrorFields | None:
    """Write how the errors of the maps go together; return what draws them.

    None where no members are wanted, or where it is not known how the errors go together: then none can be drawn, and
    no such file of another method stays.
    """
    path = errors_path(Path(job.layout.maps(job.region, job.year)), job.region)
    if correlation is None:
        if job.probes:
            log.warning(
                "maps.condition_on_stations names stations, but how the errors of %s go together is not known: its "
                "maps are not conditioned; use the method fusion", method.name,
            )  # fmt: skip
        if job.members:
            log.warning(
                "maps.members is %d, but how the errors of %s go together in space and time is not known: there are no "
                "members; set it to 0, or use the method fusion", job.members, method.name,
            )  # fmt: skip
        without(path)
        return None
    title = f"Correlation of errors: {map_title(job.region, simulated=fields.simulated)}"
    write_error_correlation(path, job.window, correlation, title=title, simulated=fields.simulated)
    return ErrorFields(correlation, job.region) if job.members else None


def _probes(
    job: DownscaleJob,
    mode: MapMode,
    fields: Fields,
    samples: Samples,
    method: Method,
    targets: NDArray[np.integer],
) -> ProbeSeries | None:
    """What the region's probes say at the overpasses; None where there is none in the region."""
    asked = job.selection
    if asked is None or not len(samples):
        return None
    coarse = concatenate([read_series(Path(job.layout.aligned(job.region, "coarse", year))) for year in job.years])
    times = overpass_times(coarse, samples.time)
    selection = StationSelection(asked.networks, asked.depth, asked.flags, period_around(times, asked.window))
    points, problems = read_points([Path(path) for path in job.probes], selection, job.window, asked.sensors)
    for problem in problems:
        log.warning("%s", problem)
    if not points:
        log.warning("no probe of %s has a usable value in %s: its maps are not conditioned", job.region, job.year)
        return None
    mean, deviation = estimates_at(method, mode, fields, samples, targets, station_cells(points))
    if deviation is None:
        return None
    return ProbeSeries.of(points, times, asked.window, mean, deviation, only_before=mode == "causal")


def _maps(
    job: DownscaleJob,
    mode: MapMode,
    fields: Fields,
    samples: Samples,
    method: Method,
    targets: NDArray[np.integer],
    tags: dict[str, str],
    errors: ErrorFields | None,
    conditions: Conditions | None = None,
) -> Iterator[dict[str, object]]:
    """Write the maps of some overpasses; yield each one's row of the list."""
    surface = method.surface(fields)
    masked = [QualityCode[name.upper()] for name in job.masked]
    progress = tqdm(total=len(samples), desc=f"{job.region} {job.year}", unit="map", disable=None)
    for start in range(0, len(samples), AT_ONCE):
        part = samples.select(slice(start, start + AT_ONCE))
        prediction = predict_in_mode(method, mode, fields, part, targets)
        scenes = scenes_behind(mode, fields, part, targets)
        unfinished = provisional(mode, part.time, fields.coarse_time[-1]) & job.goes_on
        ages = cell_age(fields, part, own_scene=mode == "retrospective")
        if prediction.quality is None:
            raise DataError(f"the method {method.name} gives no quality codes, which every map needs")
        mask_conditions(prediction, fields, part, surface, masked)
        for i, (time, coarse) in enumerate(zip(part.time, part.coarse, strict=True)):
            direction: Direction = "D" if fields.coarse_descending[coarse] else "A"
            moisture = prediction.mean[i]
            deviation = None if prediction.standard_deviation is None else prediction.standard_deviation[i]
            if conditions is not None and deviation is not None:
                probes = conditions.probes.at(start + i)
                moisture, deviation = condition_on_stations(moisture, deviation, conditions.correlation, probes)
            layers = Layers(moisture, deviation, np.where(np.isnan(moisture), np.nan, ages[i]), prediction.quality[i])
            about = {"mode": mode, "provisional": yes_or_no(bool(unfinished[i]))}
            named = {"SMAP_HALF_ORBIT": str(time), **{name.upper(): value for name, value in about.items()}}
            named |= {f"SCENES_{when.upper()}": str(len(times)) for when, times in _scene_times(scenes[i]).items()}
            row = _write(job, time, direction, layers, tags | named)
            path = Path(job.layout.maps(job.region, job.year)) / str(row["map"])
            if errors is not None and deviation is not None:
                drawn = errors.members(job.members, time, moisture, deviation)
                write_members(members_path(path), job.window, drawn, time=time, direction=direction, tags=tags | named)
            listed = {f"scenes_{when}": " ".join(times) for when, times in _scene_times(scenes[i]).items()}
            rasters = _rasters(path, members=errors is not None and deviation is not None)
            yield {**row, **about, **listed, DIGEST: digest_of(rasters)}
            progress.update()
    progress.close()


def _basis(
    job: DownscaleJob,
    mode: MapMode,
    fields: Fields,
    samples: Samples,
    targets: NDArray[np.integer],
    tags: dict[str, str],
) -> dict[str, str]:
    """Digest of all that each map rests on, by time as in the list."""
    asked = f"{fields.window} {job.masked} {job.members} {mode}"
    unfinished = provisional(mode, samples.time, fields.coarse_time[-1]) & job.goes_on
    text = f"{asked} {sorted(tags.items())} {code_digest.digest(DownscaleJob.module)}"
    ahead = SETTLED_AFTER if mode == "retrospective" else np.timedelta64(0, "s")
    digests = map_digests(fields, samples, targets, ahead, text)
    return {
        f"{time}Z": f"{digest}{'p' if late else ''}"
        for time, digest, late in zip(samples.time, digests, unfinished, strict=True)
    }


def _rasters(path: Path, *, members: bool) -> list[Path]:
    """Return the rasters of one overpass: its map, its quality codes and, where there are any, its members."""
    return [path, quality_path(path), *([members_path(path)] if members else [])]


def _write(
    job: DownscaleJob, time: np.datetime64, direction: Direction, layers: Layers, tags: dict[str, str]
) -> dict[str, object]:
    """Write the two rasters of one overpass and return its row of the list."""
    path = map_path(Path(job.layout.maps(job.region, job.year)).parent, job.region, time, direction)
    quality = quality_path(path)
    more: dict[str, Any] = {"time": time, "direction": direction, "tags": tags}
    write_map(path, job.window, layers.moisture, layers.deviation, layers.age, **more)
    write_quality(quality, job.window, layers.quality, names=NAMES, colours=CODE_COLOURS, **more)
    valid = ~np.isnan(layers.moisture)
    return {
        "time": f"{time}Z",
        "direction": direction,
        "map": path.name,
        "quality": quality.name,
        "valid_share": f"{valid.mean():.4f}",
        "mean": f"{layers.moisture[valid].mean():.4f}" if valid.any() else "",
    }


def _scene_times(scenes: Scenes) -> dict[str, list[str]]:
    """Half-orbits of the scenes that a map rests on, before, at and after its overpass."""
    return {when: [f"{time}Z" for time in part] for when, part in zip(("before", "at", "after"), scenes, strict=True)}


def _tags(job: DownscaleJob, method: Method, fields: Fields) -> dict[str, str]:
    """Tags of every map: region, source, method, software, whether the data are simulated."""
    header = read_header(job.model_path())
    chosen = {} if job.model is not None else {"MODEL_CHOICE": read_choice(job.choice_path()).summary()}
    return {
        "TITLE": map_title(job.region, simulated=fields.simulated),
        "REGION": job.region,
        "SOURCE": job.source,
        "SIMULATED": yes_or_no(fields.simulated),
        "MODEL": method.name,
        "MODEL_DIGEST": header["weights_digest"][:16],
        "TIFFTAG_SOFTWARE": f"smen {__version__}",
        **({"CONDITIONED_ON": ", ".join(Path(path).name for path in job.probes)} if job.probes else {}),
        **credit_tags(fields.coarse_grid, job.years, simulated=fields.simulated),
        **chosen,
    }
