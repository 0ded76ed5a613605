"""What is the 3 km field of the whole area, day by day? One GeoTIFF for each day and direction, of all tiles' maps."""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import rasterio
from tqdm import tqdm

from smen.atomic import write_text
from smen.data.quality import COLOURS, MEANING
from smen.errors import DataError
from smen.outputs.labels import map_title, yes_or_no
from smen.outputs.map_files import SCENES, read_lists
from smen.outputs.map_names import iso, quality_path
from smen.outputs.mosaic_rasters import DAY_NAME, QualityLegend, TileMap, write_mosaic
from smen.outputs.year_folder import DIGEST_LENGTH, digest_of, finish_folder, prepare_folder
from smen.plan import code_digest
from smen.plan.jobs import MosaicJob
from smen.plan.tile_grid import around

if TYPE_CHECKING:
    from smen.grid import Window
    from smen.outputs.map_names import Direction

log = logging.getLogger(__name__)

COLUMNS = [
    "time", "direction", "map", "quality", "valid_share", "mean",
    "mode", "provisional", *SCENES, "day", "tiles", "digest",
]  # fmt: skip
"""Columns of the list of mosaics: those of a list of maps, and the local solar day and number of tiles."""

RECORD = ["map", "inputs", "valid_share", "mean", "digest"]
"""Columns of the record of what the mosaics were made from."""

KEPT = ("TIFFTAG_SOFTWARE", "LICENSE", "METHOD_CITATION", "DATA_CITATION", "TIFFTAG_COPYRIGHT")
"""Tags of the tiles' maps that hold for the mosaic as well."""

SECONDS_PER_DEGREE = 240
"""Local solar time is ahead of UTC by this for each degree east."""

LEGEND = QualityLegend({int(c): text for c, text in MEANING.items()}, {int(c): text for c, text in COLOURS.items()})


class DayKey(NamedTuple):
    """What makes the maps of one mosaic: local solar day, and direction."""

    day: np.datetime64
    direction: Direction


def run(job: MosaicJob) -> None:
    """Blend the maps of all tiles of each local solar day and direction.

    A mosaic whose maps are those that it was made from is left as it is, so that a new day costs no more than its own
    mosaics; and one that comes out as it lies there keeps its bytes and its time. Mosaics that are no longer wanted go.
    The list of a year is written last: where it is, all mosaics of the year are.

    Raises:
        DataError: a list of maps or a map is missing.
        OutputError: a mosaic cannot be written.
    """
    groups = _groups(job)
    for year in job.map_years:
        _write_year(job, year, {key: maps for key, maps in groups.items() if _year(job, key) == year})


def _year(job: MosaicJob, key: DayKey) -> int:
    """The year whose folder a mosaic lies in: that of its day or, for a day just beyond all years, the nearest."""
    year = int(str(key.day.astype("datetime64[Y]")))
    return min(max(year, job.map_years[0]), job.map_years[-1])


def _write_year(job: MosaicJob, year: int, groups: dict[DayKey, list[TileMap]]) -> None:
    """Write the mosaics of a year, the record of what they were made from, and their list."""
    folder, record = Path(job.layout.mosaic(year)), Path(job.layout.mosaic(f"{year}/made_from.csv"))
    prepare_folder(folder)
    area, before = around(job.windows.values()), _recorded(record)
    rows = []
    for key in tqdm(sorted(groups), desc=f"mosaic {year}", unit="day", disable=None):
        rows.append(_row(job, folder, area, key, groups[key], before))
    names = [row["map"] for row in rows]
    write_text(record, pd.DataFrame(rows, columns=RECORD).to_csv(index=False, lineterminator="\n"))
    wanted = {record.stem, *(Path(str(row[name])).stem for row in rows for name in ("map", "quality"))}
    text = pd.DataFrame(rows, columns=COLUMNS).to_csv(index=False, lineterminator="\n")
    finish_folder(folder, wanted, Path(job.layout.mosaic(f"{year}.csv")), text)
    log.info("%d mosaics of %d tiles in %s", len(names), len(job.tiles), folder)


def _recorded(record: Path) -> dict[str, dict[str, str]]:
    """What a year's mosaics were made from, by the name of the map; empty where there is no usable record."""
    try:
        table = pd.read_csv(record, dtype=str, keep_default_na=False)[RECORD]
    except (OSError, ValueError, KeyError):
        return {}
    return {str(row["map"]): {str(name): str(text) for name, text in row.items()} for row in table.to_dict("records")}


def _groups(job: MosaicJob) -> dict[DayKey, list[TileMap]]:
    """All maps by local solar day and direction, in the order of tiles and times."""
    groups: dict[DayKey, list[TileMap]] = defaultdict(list)
    empty = []
    for name, window in job.windows.items():
        lists = [(Path(job.layout.map_list(name, year)), Path(job.layout.maps(name, year))) for year in job.map_years]
        maps = read_lists(lists)
        if not maps:
            empty.append(name)
        for file in maps:
            groups[DayKey(local_solar_day(file.time, window), file.direction)].append(TileMap(window, file))
    if empty:
        log.warning("%d tiles have no maps and are left out: %s", len(empty), ", ".join(empty))
    return groups


def local_solar_day(time: np.datetime64, window: Window) -> np.datetime64:
    """Return the local solar day of an overpass over a tile, datetime64[D].

    SMAP passes at about 6 am and 6 pm local solar time everywhere, so that this day never ends during an overpass, as
    the UTC day does somewhere on every day.

    Args:
        time: of the half-orbit, UTC.
        window: the tile.
    """
    ahead = round(float(window.longitudes[window.width // 2]) * SECONDS_PER_DEGREE)
    day: np.datetime64 = (time.astype("datetime64[s]") + np.timedelta64(ahead, "s")).astype("datetime64[D]")
    return day


def _row(
    job: MosaicJob, folder: Path, area: Window, key: DayKey, maps: list[TileMap], before: dict[str, dict[str, str]]
) -> dict[str, object]:
    """Write the mosaic of a day and direction, or leave it as it is, and return its row of the list."""
    files = [each.file for each in maps]
    path = folder / DAY_NAME.format(day=str(key.day).replace("-", ""), direction=key.direction)
    quality = quality_path(path)
    mode = "retrospective" if any(file.mode == "retrospective" for file in files) else "causal"
    about = {"mode": mode, "provisional": yes_or_no(any(file.provisional for file in files))}
    scenes = [sorted(set(chain.from_iterable(file.scenes[i] for file in files))) for i in range(len(SCENES))]
    row: dict[str, object] = {
        "time": iso(min(file.time for file in files)),
        "direction": key.direction,
        "map": path.name,
        "quality": quality.name,
        **about,
        **{name: " ".join(iso(t) for t in times) for name, times in zip(SCENES, scenes, strict=True)},
        "day": str(key.day),
        "tiles": len({each.window for each in maps}),
        "inputs": _inputs(job, area, maps),
    }
    old = before.get(path.name, {})
    same = old.get("inputs") == row["inputs"] and path.is_file() and quality.is_file()
    if same and digest_of([path, quality]) == old["digest"]:
        return {**row, **{name: old[name] for name in ("valid_share", "mean", "digest")}}
    tags = _tags(job, maps) | {"LOCAL_SOLAR_DAY": str(key.day), **{name.upper(): text for name, text in about.items()}}
    time = min(file.time for file in files)
    summary = write_mosaic(
        path, quality, area, maps, job.overlap, LEGEND, time=time, direction=key.direction, tags=tags
    )
    mean = "" if np.isnan(summary.mean) else f"{summary.mean:.4f}"
    return {**row, "valid_share": f"{summary.valid_share:.4f}", "mean": mean, "digest": digest_of([path, quality])}


def _inputs(job: MosaicJob, area: Window, maps: list[TileMap]) -> str:
    """Digest of all that a mosaic depends on: its maps, where they lie, how they are blended, and the code."""
    each = [
        f"{m.window} {m.file.time} {m.file.scenes} {m.file.provisional} {digest_of([m.file.path, m.file.quality])}"
        for m in maps
    ]
    text = "\n".join([f"{area} {job.overlap} {job.source} {code_digest.digest(job.module)}", *each])
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]


def _tags(job: MosaicJob, maps: list[TileMap]) -> dict[str, str]:
    """Tags of a mosaic: what holds for all of its maps, and the methods that made them."""
    found = []
    for each in maps:
        try:
            with rasterio.open(each.file.path) as raster:
                found.append(raster.tags())
        except rasterio.errors.RasterioError as error:
            raise DataError(f"{each.file.path} cannot be read: {error}. Run the stage downscale again") from error
    simulated = any(tags.get("SIMULATED") == yes_or_no(True) for tags in found)
    return {
        "TITLE": map_title("mosaic", simulated=simulated),
        "SOURCE": job.source,
        "SIMULATED": yes_or_no(simulated),
        "MODEL": ", ".join(sorted({tags["MODEL"] for tags in found if "MODEL" in tags})),
        **{name: found[0][name] for name in KEPT if name in found[0]},
    }
