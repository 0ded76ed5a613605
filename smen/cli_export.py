"""Commands that give away what is in the maps: values as tables, maps in the form that other programs take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from smen.cli_options import config_option, log_option, plan_of, region_names
from smen.command_log import start_log

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from smen.outputs.results_folder import RegionResults


_results_option = click.option(
    "--results", type=click.Path(file_okay=False, path_type=Path),
    help="A folder of results, without its settings [default: as --config says; without it: results, or this folder]",
)  # fmt: skip


@click.command("export-qa4sm", help="Write a region's maps as a file that QA4SM takes as your own data.")
@click.argument("region", shell_complete=region_names)
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write: .nc for all maps, .zip for their series at the stations.  [default: REGION_qa4sm.nc]",
)
@config_option
def export_qa4sm(region: str, output: Path | None, config_file: Path) -> None:
    """Write a region's maps for QA4SM.

    Args:
        region: its name.
        output: the file to write; None: named after the region, in the working directory.
        config_file: the settings.

    Raises:
        SmenError: there is no such region or no map, or the file cannot be written.
    """
    from smen.stages import export_qa4sm

    start_log(None, "export-qa4sm")
    export_qa4sm.run(plan_of(config_file), region, output or Path(f"{region}_qa4sm.nc"))


@click.command("export-zarr", help="Write a region's NetCDF as GeoZarr, chunked once for maps and once for series.")
@click.argument("cube", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--output", "-o", type=click.Path(path_type=Path), help="The store to write.  [default: REGION.zarr]")
@click.option("--zarr-format", type=click.Choice(["2", "3"]), default="3", show_default=True, help="2: older readers.")
def export_zarr(cube: Path, output: Path | None, zarr_format: str) -> None:
    """Write a copy of a region's cube as GeoZarr.

    Args:
        cube: its NetCDF, ``results/REGION/REGION.nc``.
        output: the store to write; None: named after the cube, in the working directory.
        zarr_format: version of Zarr's format.

    Raises:
        SmenError: the cube cannot be read, or the store is there already or cannot be written.
    """
    from smen.stages import export_zarr

    start_log(None, "export-zarr")
    export_zarr.run(cube, output or Path(f"{cube.stem}.zarr"), 2 if zarr_format == "2" else 3)


@click.command(help="Read values of all maps at points, means over polygons, of any file that GDAL reads (CSV too).")
@click.argument("features", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), default=Path("values.csv"), show_default=True,
    help="The table to write, .csv, .gpkg or .parquet.",
)  # fmt: skip
@click.option("--layer", help="The layer of the file, where it has several.")
@click.option("--name", "column", help="The column that names the features (else one named name, station, id ...).")
@click.option("--region", "regions", multiple=True, help="Look in this region only (may be given several times).")
@click.option("--daily", "by_day", is_flag=True, help="A row for every UTC day; days without a map are filled in time.")
@click.option("--wide", is_flag=True, help="A row for each time, a column for each feature.")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Also draw the series, .png.")
@click.option("--below", type=click.FloatRange(0, 1), help="Add each area's share below this soil moisture, m3/m3.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]),
    help="Add the change since the first map on or after this date, with its standard deviation.",
)  # fmt: skip
@click.option(
    "--drought", is_flag=True,
    help="The share of each area in each drought class instead, with its interval (needs the index percentile).",
)  # fmt: skip
@_results_option
@config_option
@log_option
def extract(
    features: Path,
    output: Path,
    results: Path | None,
    config_file: Path,
    log_file: Path | None,
    *,
    drought: bool,
    since: dt.datetime | None,
    **choices: Any,  # noqa: ANN401  (those of `ExtractOptions`)
) -> None:
    """Write a table of the maps' values at points and of their means over polygons.

    Args:
        features: vector file of points and polygons, or a table with longitude and latitude.
        output: the table, .csv, .gpkg or .parquet.
        results: folder of results to read without settings; None: that of the settings, where there are any.
        config_file: the settings.
        log_file: where messages go beside the terminal.
        drought: whether shares of drought classes are written instead.
        since: date from which changes are added.
        **choices: further attributes of `smen.stages.extract.ExtractOptions`.

    Raises:
        SmenError: a file cannot be read or written.
    """
    from smen.stages import extract

    start_log(log_file, "extract")
    others = [since, *(choices[name] or None for name in ("by_day", "wide", "plot")), choices["below"]]
    if drought and any(choice is not None for choice in others):
        raise click.UsageError("--drought goes with none of --daily, --wide, --plot, --below, --since: leave these out")
    found = _results(results, config_file)
    options = extract.ExtractOptions(**choices, since=None if since is None else since.date())
    (extract.run_drought if drought else extract.run)(found, features, output, options)


@click.command(help="Cut maps out along polygons: each region's own, or those of a file.")
@click.argument("regions", nargs=-1, shell_complete=region_names)
@click.option(
    "--output", "-o", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to write into."
)
@click.option(
    "--polygons", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of polygons.  [default: those that the regions were given by]",
)  # fmt: skip
@_results_option
@config_option
def clip(
    regions: tuple[str, ...], output: Path, polygons: Path | None, results: Path | None, config_file: Path
) -> None:
    """Write maps cut out along polygons.

    Args:
        regions: whose maps; none: all that a polygon lies in.
        output: the folder to write into.
        polygons: file of polygons; None: each region's own.
        results: folder of results to read without settings; None: that of the settings, where there are any.
        config_file: the settings.

    Raises:
        SmenError: a file cannot be read or written, or no polygon lies in the regions.
    """
    from smen.stages import clip

    start_log(None, "clip")
    clip.run(_results(results, config_file), regions, output, polygons)


def _results(results: Path | None, config_file: Path) -> Mapping[str, RegionResults]:
    """The maps of the settings' regions, or those of a folder that is named, or that is there without settings."""
    from smen.outputs.results_folder import results_in
    from smen.stages import extract

    given = click.get_current_context().get_parameter_source("config_file") is not ParameterSource.DEFAULT
    if results is None and not given and not config_file.exists():
        results = Path("results") if Path("results").is_dir() else Path()
    return extract.results_of(plan_of(config_file)) if results is None else results_in(results)
