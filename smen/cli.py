"""The door: one command per stage, and a few that tell about the settings.

The workflow calls ``smen STAGE --job ... --log ...`` with all that the job needs; a person calls
``smen STAGE REGION [YEAR]`` and the job comes from config.yaml. Both do the same.
"""

from __future__ import annotations

import importlib
import logging
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import click

from smen import __version__
from smen.errors import SettingsError, SmenError

if TYPE_CHECKING:
    from smen.plan.plan import Plan

STAGES: dict[str, tuple[str, bool | None, bool, str]] = {
    "simulate": ("SimulateJob", True, True, "Write one year of a simulated world as granules."),
    "acquire": ("AcquireJob", True, True, "List, check and, where they are remote, fetch the granules of a year."),
    "align": ("AlignJob", True, True, "Put a year's granules on the region's 3 km window."),
    "pair": ("PairJob", True, True, "Say which fields belong to which date of a year."),
    "train": ("TrainJob", True, False, "Train the region's network."),
    "downscale": ("DownscaleJob", True, True, "Map every SMAP overpass of a year."),
    "evaluate": ("EvaluateJob", True, False, "Score the network and the baselines."),
    "experiment": ("ExperimentJob", None, False, "Train one network of the paper's experiments (called with --job)."),
    "compare": ("CompareJob", True, False, "Score the paper's trainings and all baselines of a region."),
    "reproduce": ("ReproduceJob", False, False, "Make the paper's tables and figure from what was compared."),
    "publish": ("PublishJob", True, False, "Make a region's cube, QGIS project, STAC collection and report."),
    "index": ("IndexJob", False, False, "Gather scores, outlines, catalogue and report of all regions."),
}
"""Stage: its job, whether it is of a region (None: of one or of all), whether of a year, and what it does."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def smen() -> None:
    """3 km soil moisture at every SMAP pass.

    The workflow (snakemake --cores 8 all) runs these commands in order; each can be run by itself.
    """


_config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    default=Path("config.yaml"),
    show_default=True,
    help="File of settings.",
)
_log_option = click.option(
    "--log", "log_file", type=click.Path(path_type=Path), help="Also write what is said to this file."
)


PAPER = frozenset({"experiment", "compare", "reproduce"})
"""Commands of the paper's experiments, whose modules are in `smen.paper`."""


def _module(stage: str) -> ModuleType:
    """Import the module of a command."""
    return importlib.import_module(f"smen.{'paper' if stage in PAPER else 'stages'}.{stage}")


def _add_stage(stage: str) -> None:
    model, regional, yearly, text = STAGES[stage]

    @_config_option
    @click.option("--job", help="All that the job is given, as JSON; the file of settings is then not read.")
    @_log_option
    def command(
        config_file: Path,
        job: str | None,
        log_file: Path | None,
        region: str | None = None,
        year: int | None = None,
        estimate: bool = False,
    ) -> None:
        from smen.plan import jobs

        _start_log(log_file, f"{region} {year or ''}".strip() if region else stage)
        if estimate:
            click.echo(_module(stage).estimate(_plan(config_file), region, year))
            return
        if job is None:
            if (regional and region is None) or (yearly and year is None):
                raise click.UsageError(f"name a region{' and a year' if yearly else ''}, or give --job")
            given = _plan(config_file).job(stage, region, year)
        else:
            given = getattr(jobs, model).model_validate_json(job)
        _module(stage).run(given)

    if stage == "acquire":
        about = "Only say how much Earthdata lists, and how much of it is to be fetched (needs no login)."
        command = click.option("--plan", "estimate", is_flag=True, help=about)(command)
    if yearly:
        command = click.argument("year", type=int, required=False)(command)
    if regional is not False:
        command = click.argument("region", required=False)(command)
    smen.command(stage, help=text)(command)


for _stage in STAGES:
    _add_stage(_stage)


@smen.command()
@click.option("--schema", "kind", flag_value="schema", help="Its JSON schema instead.")
@click.option("--table", "kind", flag_value="table", help="The table of its keys in Markdown instead.")
@click.option("--check", "check", type=click.Path(path_type=Path), help="Check this file and name its regions.")
def config(kind: str | None, check: Path | None) -> None:
    """Print the default config.yaml."""
    from smen.settings.document import default_config, json_schema, markdown_table

    if check:
        for name, region in _plan(check).regions.items():
            w = region.window
            click.echo(f"{name}: M03 rows {w.row} to {w.row + w.height - 1}, columns {w.column} to "
                       f"{w.column + w.width - 1}, {w.height} x {w.width} cells")  # fmt: skip
        return
    make = {"schema": json_schema, "table": markdown_table}.get(kind or "", default_config)
    click.echo(make(), nl=False)


@smen.command()
@_config_option
@_log_option
def refresh(config_file: Path, log_file: Path | None) -> None:
    """Look for new and reprocessed granules of all regions; `today` becomes today."""
    from smen.atomic import write_text
    from smen.plan.plan import Plan
    from smen.settings.file import check_settings, read_settings
    from smen.stages import acquire

    _start_log(log_file, "refresh")
    values = read_settings(config_file)
    day = Path(check_settings(values, str(config_file)).folders.resources) / "refreshed.txt"
    before = day.read_text(encoding="utf-8") if day.is_file() else None
    day.unlink(missing_ok=True)
    try:
        acquire.refresh(Plan.load(values, [config_file]))
    except SmenError:
        if before is not None:  # what `today` stood for goes on to hold
            write_text(day, before)
        raise


@smen.command()
@click.argument("features", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("values.csv"),
    show_default=True,
    help="The table to write, .csv or .gpkg.",
)
@click.option("--name", "column", help="The column that names the features; without it they are numbered from 0.")
@click.option("--region", "regions", multiple=True, help="Look in this region only (may be given several times).")
@click.option("--daily", "by_day", is_flag=True, help="Join the overpasses of each UTC day.")
@_config_option
@_log_option
def extract(
    features: Path,
    output: Path,
    column: str | None,
    regions: tuple[str, ...],
    by_day: bool,
    config_file: Path,
    log_file: Path | None,
) -> None:
    """Read values of all maps at points, and means over polygons, of any file that geopandas reads."""
    from smen.stages import extract

    _start_log(log_file, "extract")
    extract.run(_plan(config_file), features, output, column=column, regions=regions, by_day=by_day)


def _plan(config_file: Path) -> Plan:
    from smen.plan.plan import Plan
    from smen.settings.file import read_settings

    return Plan.load(read_settings(config_file), [config_file])


def _start_log(file: Path | None, about: str) -> None:
    """Send what is said to the terminal, and with time and level to the log file."""
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setFormatter(logging.Formatter(f"{about}: %(message)s"))
    logger = logging.getLogger("smen")
    logger.setLevel(logging.INFO)
    logger.addHandler(terminal)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        to_file = logging.FileHandler(file, mode="w", encoding="utf-8")
        to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logger.addHandler(to_file)
        logging.captureWarnings(True)
        logging.getLogger("py.warnings").addHandler(to_file)


def main() -> None:
    """Run the command line: a message and status 1 for what a user can mend, a traceback for our own mistakes."""
    log = logging.getLogger("smen")
    try:
        smen(standalone_mode=False)
    except SmenError as error:
        kind = "settings" if isinstance(error, SettingsError) else "error"
        if log.handlers:
            log.error("%s: %s", kind, error)
        else:
            click.echo(f"smen: {kind}: {error}", err=True)
        sys.exit(1)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("smen: interrupted; what was finished is kept", err=True)
        sys.exit(130)
    except Exception:  # noqa: BLE001  (logged with its traceback, and ends with a status of its own)
        if log.handlers:
            log.error("this is a mistake in SMEN, please report it:\n%s", traceback.format_exc())
        else:
            traceback.print_exc()
        sys.exit(70)


if __name__ == "__main__":
    main()
