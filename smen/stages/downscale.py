"""What is the 3 km field at every SMAP pass?"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from tqdm import tqdm

from smen import __version__
from smen.atomic import write_text
from smen.data.load import read_fields, read_samples
from smen.data.quality import COLOURS, MEANING, QualityCode, cell_age, condition
from smen.errors import DataError, OutputError
from smen.methods.checkpoint import load_checkpoint, read_header
from smen.outputs.geotiff import write_map
from smen.outputs.labels import map_title, yes_or_no
from smen.outputs.map_names import map_path, quality_path
from smen.outputs.quality_raster import write_quality
from smen.plan.jobs import DownscaleJob

if TYPE_CHECKING:
    from smen.data.records import Fields, Prediction, Samples
    from smen.methods.protocol import Method
    from smen.outputs.map_names import Direction

log = logging.getLogger(__name__)

AT_ONCE = 32
"""Overpasses in memory at a time."""


def run(job: DownscaleJob) -> None:
    """Map every overpass of a year: a GeoTIFF of soil moisture, deviation and age, and one of quality codes.

    The list of maps is written last: where it is, all maps of the year are.

    Raises:
        DataError: the weights are missing or of another region, or a series is missing.
        OutputError: a map cannot be written.
    """
    fields = read_fields(job.layout, job.region, job.years)
    samples = read_samples(job.layout, job.region, [job.year], fields)
    samples = samples.select(_in_span(job, samples))
    method = load_checkpoint(Path(job.model), job.window)
    folder = Path(job.layout.maps(job.region, job.year))
    _empty(folder)
    rows = list(_maps(job, fields, samples, method))
    columns = ["time", "direction", "map", "quality", "valid_share", "mean"]
    table = pd.DataFrame(rows, columns=columns)
    write_text(Path(job.layout.map_list(job.region, job.year)), table.to_csv(index=False, lineterminator="\n"))
    log.info("%d maps in %s", len(rows), folder)


def _in_span(job: DownscaleJob, samples: Samples) -> np.ndarray:
    day = samples.time.astype("datetime64[D]")
    return (day >= np.datetime64(job.span[0])) & (day <= np.datetime64(job.span[1]))


def _empty(folder: Path) -> None:
    """Begin with an empty folder, so that no map of an earlier run stays among the new ones."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be made anew: {error.strerror}. Close what uses it, and run again"
        ) from error


def _maps(job: DownscaleJob, fields: Fields, samples: Samples, method: Method) -> Iterator[dict[str, object]]:
    tags = _tags(job, method, fields)
    progress = tqdm(total=len(samples), desc=f"{job.region} {job.year}", unit="map", disable=None)
    for start in range(0, len(samples), AT_ONCE):
        part = samples.select(slice(start, start + AT_ONCE))
        prediction = method.predict(fields, part)
        ages = cell_age(fields, part)
        if prediction.quality is None:
            raise DataError(f"the network {method.name} does not say what its maps rest on")
        for i in range(len(part)):
            _mask(job, fields, part, i, method, prediction)
            deviation = None if prediction.standard_deviation is None else prediction.standard_deviation[i]
            layers = (prediction.mean[i], deviation, np.where(np.isnan(prediction.mean[i]), np.nan, ages[i]))
            yield _write(job, fields, part, i, layers, prediction.quality[i], tags)
            progress.update()
    progress.close()


def _mask(job: DownscaleJob, fields: Fields, samples: Samples, i: int, method: Method, prediction: Prediction) -> None:
    """Leave out the cells of conditions that the settings name; the quality raster says which it was."""
    surface = method.surface(fields)
    for name in job.masked:
        code = QualityCode[name.upper()]
        hidden = condition(fields, samples, i, surface, code)
        for layer in (prediction.mean, prediction.standard_deviation):
            if layer is not None:
                layer[i][hidden] = np.nan
        if prediction.quality is not None:
            prediction.quality[i][hidden] = code


def _write(
    job: DownscaleJob,
    fields: Fields,
    samples: Samples,
    i: int,
    layers: tuple[np.ndarray, np.ndarray | None, np.ndarray],
    source: np.ndarray,
    tags: dict[str, str],
) -> dict[str, object]:
    """Write the two rasters of one overpass and return its row of the list."""
    time = samples.time[i]
    index = int(samples.coarse[i])
    direction: Direction = "D" if fields.coarse_descending[index] else "A"
    path = map_path(Path(job.layout.maps(job.region, job.year)).parent, job.region, time, direction)
    quality = quality_path(path)
    moisture, deviation, age = layers
    own = {**tags, "SMAP_HALF_ORBIT": str(time)}
    write_map(path, job.window, moisture, deviation, age, time=time, direction=direction, tags=own)
    names = {int(code): meaning for code, meaning in MEANING.items()}
    colours = {int(code): colour for code, colour in COLOURS.items()}
    write_quality(quality, job.window, source, names=names, colours=colours, time=time, direction=direction, tags=own)
    valid = ~np.isnan(moisture)
    return {
        "time": f"{time}Z",
        "direction": direction,
        "map": path.name,
        "quality": quality.name,
        "valid_share": f"{valid.mean():.4f}",
        "mean": f"{moisture[valid].mean():.4f}" if valid.any() else "",
    }


def _tags(job: DownscaleJob, method: Method, fields: Fields) -> dict[str, str]:
    """Return what every map says of itself: region, source, model, software, whether it is simulated."""
    header = read_header(Path(job.model))
    return {
        "TITLE": map_title(job.region, simulated=fields.simulated),
        "REGION": job.region,
        "SOURCE": job.source,
        "SIMULATED": yes_or_no(fields.simulated),
        "MODEL": method.name,
        "MODEL_DIGEST": header["weights_digest"][:16],
        "TIFFTAG_SOFTWARE": f"smen {__version__}",
    }
