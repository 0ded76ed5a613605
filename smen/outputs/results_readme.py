"""README.md of a folder of results: what each file is, for whoever receives the folder without the software."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from smen import __version__
from smen.data.quality import MEANING
from smen.grid import CRS_CODE, M03
from smen.outputs.credits import DATA_TERMS, METHOD, SOFTWARE_LICENCE, sentinel_notice
from smen.outputs.geotiff import BANDS, NODATA
from smen.outputs.index_rasters import DROUGHT, KINDS, NAMES
from smen.outputs.labels import SIMULATED_NOTE, TITLE
from smen.outputs.quality_raster import QUALITY_NODATA
from smen.products.product_tables import product

SOURCES = {
    "simulated": "granules that SMEN made itself (`source.kind: simulated`)",
    "directory": "a folder of granules (`source.kind: directory`)",
    "earthdata": "NASA's archive (`source.kind: earthdata`)",
}
"""Where granules come from, in words."""

BAND_MEANINGS = {
    "soil_moisture": "volumetric soil moisture of the top 5 cm",
    "standard_deviation": "standard deviation of its error; about 90 % of errors lie within 1.64 times it",
    "age": "time since the cell's last observation at 3 km",
}
"""What the bands of a map are."""

_REGIONS_NAMED = 20


@dataclass(frozen=True)
class Entry:
    """A kind of file of the results.

    Attributes:
        shown: its path as a person reads it, with the words REGION, YEAR, METHOD for what varies.
        pattern: what finds its files, relative to the results; ``{region}`` is a region's name.
        text: what it is.
    """

    shown: str
    pattern: str
    text: str


ENTRIES = (
    Entry("results.ipynb", "results.ipynb", "a notebook that opens the maps in Python; it names the packages it needs"),
    Entry("index.html", "index.html", "the report; opens in any browser, needs the folder `report/` beside it"),
    Entry("summary.md", "summary.md", "number of maps and scores of each region"),
    Entry("scores.csv, scores.md", "scores.csv", "all scores of all regions, as a table for programs and for people"),
    Entry("regions.geojson", "regions.geojson", "outlines of all regions, longitude and latitude (WGS 84)"),
    Entry(
        "mosaic/YEAR/mosaic_yyyymmdd_A.tif (or _D)",
        "mosaic/*/mosaic_*_[AD].tif",
        "the maps of all tiles together, one for each local solar day and direction: bands and codes as of a map",
    ),
    Entry("mosaic/YEAR.csv", "mosaic/*.csv", "list of the mosaics, their days and numbers of tiles"),
    Entry("mosaic/stac/", "mosaic/stac/collection.json", "STAC collection of the mosaics, in the same catalogue"),
    Entry("catalog.json, REGION/stac/", "{region}/stac/collection.json", "static STAC catalogue: an item for each map"),
    Entry("styles/", "styles/*.qml", "QGIS styles of the bands"),
    Entry("REGION/REGION.qgs", "{region}/{region}.qgs", "QGIS project with all maps, styled and set to their times"),
    Entry("REGION/REGION.nc", "{region}/{region}.nc", "all maps and the 36 km field of each as one CF NetCDF"),
    Entry(
        "REGION/REGION.geojson",
        "{region}/{region}.geojson",
        "outline of the region's window and, where it was given by one, its polygon (column `kind`)",
    ),
    Entry(
        "REGION/REGION.csv",
        "{region}/{region}.csv",
        "mean over the region, map by map: over its polygon where it has one, else over its window (m3/m3)",
    ),
    Entry(
        "REGION/maps/YEAR/REGION_yyyymmddThhmmss_A.tif (or _D)",
        "{region}/maps/*/{region}_*_[AD].tif",
        "map of one overpass, UTC time of SMAP's half-orbit; A ascending (about 6 pm local solar time), D descending "
        "(about 6 am)",
    ),
    Entry(
        "..._quality.tif", "{region}/maps/*/{region}_*_quality.tif", "what each cell of that map rests on: codes below"
    ),
    Entry(
        "..._members.tif",
        "{region}/maps/*/{region}_*_members.tif",
        "fields of soil moisture (m3 m-3) that the truth might as well be, one a band",
    ),
    Entry(
        "REGION/maps/YEAR/REGION_errors.nc",
        "{region}/maps/*/{region}_errors.nc",
        "how the errors of the maps go together in space and time; `smen extract` reads it",
    ),
    Entry(
        "REGION/maps/YEAR/REGION_basis.csv",
        "{region}/maps/*/{region}_basis.csv",
        "digest of what each map rests on; the workflow knows by it which maps need not be made again",
    ),
    Entry("REGION/maps/YEAR.csv", "{region}/maps/*.csv", "list of the maps and of the 3 km scenes behind each"),
    Entry(
        "REGION/observed/YEAR/..._coarse.tif, ..._product.tif",
        "{region}/observed/*/*.tif",
        "what SMAP gave at the times of maps (m3 m-3): the radiometer's field, its cells repeated at 3 km, and the "
        "3 km product; the QGIS project shows them",
    ),
    Entry("REGION/indices/YEAR/", "{region}/indices/*/*.tif", "how dry for place and season: bands below"),
    Entry(
        "REGION/indices/YEAR/REGION_basis.csv",
        "{region}/indices/*/{region}_basis.csv",
        "what the indices of each period rest on: by it a run knows which it need not make again",
    ),
    Entry("REGION/indices/YEAR.csv", "{region}/indices/*.csv", "list of the indices, with the share of each class"),
    Entry("REGION/indices/normals.nc", "{region}/indices/normals.nc", "the climatology that they are held against"),
    Entry("REGION/scores/", "{region}/scores/*", "scores, charts and figures; begin with `fields.png`, `scores.md`"),
    Entry(
        "REGION/validation/", "{region}/validation/*", "comparison with stations in the ground, where it was asked for"
    ),
    Entry("REGION/models/", "{region}/models/*", "weights of the methods, their losses, and why one was chosen"),
    Entry("REGION/granules/", "{region}/granules/*", "the granules used: names, versions, checksums, footprints"),
    Entry("REGION/aligned/", "{region}/aligned/*.nc", "SMAP's own fields on the region's cells, CF NetCDF"),
    Entry("REGION/samples/", "{region}/samples/*.nc", "which 36 km field belongs to which 3 km field"),
    Entry(
        "REGION/kept/",
        "{region}/kept/*/*.kept",
        "what was made of each map, for the next run to take again; it may be removed",
    ),
    Entry("paper/", "paper/*", "the published experiments on these data"),
)
"""All kinds of files of the results, those of all regions first."""


def readme(
    results: Path,
    regions: Sequence[str],
    *,
    simulated: bool,
    source: str,
    products: Sequence[tuple[str, str | None]],
    years: Sequence[int],
) -> str:
    """Return the README of a folder of results; it names the files that are there, and no others.

    Args:
        results: the folder.
        regions: names of its regions; at least one.
        simulated: whether any of the granules is simulated.
        source: where they come from: ``simulated``, ``directory`` or ``earthdata``.
        products: short names and versions of the products used, None for a version that is not known.
        years: the first and the last year of granules.
    """
    named = ", ".join(regions[:_REGIONS_NAMED])
    more = len(regions) - _REGIONS_NAMED
    lines = [f"# {TITLE}: what is in this folder", ""]
    if simulated:
        lines += [f"**{SIMULATED_NOTE}** Soil, weather, satellites and granules are made by SMEN.", ""]
    lines += [
        f"Maps of soil moisture at 3 km at every overpass of SMAP, made by SMEN {__version__} from {SOURCES[source]}. "
        f"Regions: {named}{f' and {more} more' if more > 0 else ''}.",
        "",
        "The folder can be copied or sent as it is: all links in it are relative. Keep `.qml` and `.aux.xml` files "
        "beside their rasters.",
        "",
        *_files(results, regions),
        *_bands(results, regions),
        *_codes(),
        *_opening(results, regions),
        *_credits(simulated=simulated, products=products, years=years),
    ]
    return "\n".join(lines) + "\n"


def _first(results: Path, regions: Sequence[str], pattern: str) -> Path | None:
    """The first file that a pattern finds, in the order of names; None where there is none."""
    for region in regions:
        if found := sorted(results.glob(pattern.replace("{region}", region))):
            return found[0]
    return None


def _table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """A table in Markdown."""
    lines = [f"| {' | '.join(headers)} |", "|" + "---|" * len(headers)]
    return [*lines, *(f"| {' | '.join(str(cell) for cell in row)} |" for row in rows), ""]


def _files(results: Path, regions: Sequence[str]) -> list[str]:
    """The files that are there."""
    there = [entry for entry in ENTRIES if _first(results, regions, entry.pattern)]
    return ["## Files", "", *_table(("file", "what it is"), [(f"`{e.shown}`", e.text) for e in there])]


def _bands(results: Path, regions: Sequence[str]) -> Iterator[str]:
    """Bands and units of the maps and, where there are any, of the indices."""
    rows: list[tuple[object, ...]] = [
        (number, f"`{band.name}`", band.units, BAND_MEANINGS[band.name]) for number, band in enumerate(BANDS, 1)
    ]
    yield from [
        "## Maps: bands, units, missing values",
        "",
        *_table(("band", "name", "units", "what it is"), rows),
        f"Cloud-optimised GeoTIFF, float32, nodata {NODATA:g}; EASE-Grid 2.0 ({CRS_CODE}), cells of {M03.cell:.2f} m, "
        "equal in area. `age` is nodata where a cell was never observed at 3 km.",
        "",
    ]
    wanted = [(f"`_{kind}.tif`", about) for kind, about in _index_bands().items() if _has_index(results, regions, kind)]
    if wanted:
        yield from ["## Indices: bands and units", "", *_table(("file ends in", "bands, units"), wanted)]
        yield from [f"Of a day or a week the name has the first day alone; nodata is {NODATA:g}, of classes 255.", ""]


def _has_index(results: Path, regions: Sequence[str], kind: str) -> bool:
    return _first(results, regions, f"{{region}}/indices/*/*_{kind}.tif") is not None


def _index_bands() -> Mapping[str, str]:
    """Bands and units of each kind of index."""
    classes = ", ".join(f"{code} {name}" for code, name in NAMES.items())
    rows = {DROUGHT: f"drought class (uint8): {classes}"}
    for kind, about in KINDS.items():
        bands = about.bands or ()
        names = ", ".join(f"`{band.name}` ({band.units})" for band in bands) or (
            "`swi_NNN` (percent), NNN days of memory, and `qflag_NNN` (percent), how much was observed"
        )
        rows[kind] = f"{about.title}: {names}"
    return rows


def _codes() -> list[str]:
    """The codes of the quality rasters."""
    rows = [(int(code), meaning) for code, meaning in MEANING.items()]
    return [
        "## Quality codes",
        "",
        *_table(("code", "meaning"), rows),
        f"uint8, nodata {QUALITY_NODATA}. The names are also in each raster, as band tags `CODE_n`.",
        "",
    ]


def _opening(results: Path, regions: Sequence[str]) -> list[str]:
    """How to open the files, with files that are there."""
    lines = ["## How to open them", ""]
    project, one = (_first(results, regions, f"{{region}}/{name}") for name in ("{region}.qgs", "maps/*/*_[AD].tif"))
    cube = _first(results, regions, "{region}/{region}.nc")
    if project:
        lines += [
            f"**QGIS** (3.22 or newer): open `{project.relative_to(results).as_posix()}`; the temporal controller "
            "steps through the overpasses. Or drag any `.tif` into a project: it comes with its style. ArcGIS opens "
            "the `.tif` files.",
            "",
        ]
    code = ["import rioxarray", "import xarray", ""]
    if one:
        code += [
            f'moisture = rioxarray.open_rasterio("{one.relative_to(results).as_posix()}", masked=True).sel(band=1)',
        ]
    if cube:
        code += [
            f'cube = xarray.open_dataset("{cube.relative_to(results).as_posix()}", decode_coords="all")',
            'series = cube["soil_moisture"].isel(y=10, x=10)  # of one cell, by time',
        ]
    lines += [
        "**Tables**: `smen extract stations.csv --results .` reads all maps at points, and their means over polygons.",
        "",
    ]
    return [*lines, "**Python** (packages rioxarray and h5netcdf), in this folder:", "", "```python", *code, "```", ""]


def _credits(*, simulated: bool, products: Sequence[tuple[str, str | None]], years: Sequence[int]) -> Iterator[str]:
    """Licence of software and data, and what to cite."""
    yield from [
        "## Licence and citation",
        "",
        f"Software: SMEN {__version__}, {SOFTWARE_LICENCE} licence. Cite it, and",
    ]
    yield from [f"{METHOD[0].lower()}{METHOD[1:]}.", ""]
    if simulated:
        yield "Data: none to cite, all granules are simulated. Maps from real data would rest on:"
    else:
        yield f'{DATA_TERMS} "{sentinel_notice(years)}". Cite, with the date of access:'
    yield ""
    yield from (f"- {product(name).citation(version)}" for name, version in products)
