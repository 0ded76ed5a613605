"""The command line: one command per stage, made from the table of stages, and a few about settings and results.

The workflow calls ``smen STAGE --job ... --log ...`` with the whole job; a person calls ``smen STAGE REGION [YEAR]``
and the job comes from config.yaml. Both do the same.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smen import __version__
from smen.algebra_threads import limit_algebra_threads
from smen.cli_export import clip, export_qa4sm, export_zarr, extract
from smen.cli_options import config_option, log_option, plan_of, region_names
from smen.command_log import start_log
from smen.errors import SettingsError, SmenError, is_out_of_memory
from smen.plan.stage_table import STAGES, Stage

if TYPE_CHECKING:
    from smen.plan.jobs import Job

_job_option = click.option("--job", help="The whole job, as JSON; the file of settings is then not read.")
_estimate_option = click.option(
    "--plan", "estimate", is_flag=True,
    help="Only report how much Earthdata lists, and how much of it is to be fetched (needs no login).",
)  # fmt: skip

_method_option = click.option("--method", help="Which of the region's methods, where it has several.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def smen() -> None:
    """3 km soil moisture at every SMAP overpass.

    The workflow (snakemake --cores 8 all) runs these commands in order; each can be run by itself.
    """
    limit_algebra_threads()


def _add(stage: Stage) -> None:
    """Add the command of a stage, with as many arguments as its jobs need."""

    def command(
        config_file: Path, job: str | None, log_file: Path | None, region: str | None = None, year: int | None = None
    ) -> None:
        prefix = f"{region} {year or ''}".strip() if region else stage.name
        start_log(log_file, prefix, errors_in_file=job is not None)
        if job is not None:
            _run(stage, stage.parse(job))
        elif (stage.of_region and region is None) or (stage.of_year and year is None):
            raise click.UsageError(f"name a region{' and a year' if stage.of_year else ''}, or give --job")
        else:
            _run(stage, plan_of(config_file).job(stage.name, region, year))

    run: Callable[..., None] = command
    if stage.name == "acquire":
        run = _estimate_option(_or_estimate(command))
    if stage.name == "train":
        run = _method_option(_of_method(stage, command))
    arguments = [click.argument("region", required=False, shell_complete=region_names)] * stage.of_region
    arguments += [click.argument("year", type=int, required=False)] * stage.of_year
    for add in (*reversed(arguments), log_option, _job_option, config_option):
        run = add(run)
    smen.command(stage.name, help=stage.help)(run)


def _run(stage: Stage, job: Job) -> None:
    """Do a job, after removing what killed writers left of its files."""
    from smen.leftovers import remove_leftovers
    from smen.plan import code_digest
    from smen.plan.stage_files import written_by

    code_digest.read_cache(code_digest.CACHE)  # Snakemake has parsed the package already: half a second

    for part in remove_leftovers(written_by(job)):
        logging.getLogger("smen").info("removed %s: its writer is gone", part)
    stage.load().run(job)


def _or_estimate(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command `acquire` with its option to report the size of the downloads instead."""

    def either(*, estimate: bool, **arguments: Any) -> None:  # noqa: ANN401  (the arguments of the command)
        if not estimate:
            return command(**arguments)
        from smen.stages import acquire

        start_log(arguments["log_file"], "acquire")
        click.echo(acquire.estimate(plan_of(arguments["config_file"]), arguments["region"], arguments["year"]))
        return None

    return either


def _of_method(stage: Stage, command: Callable[..., None]) -> Callable[..., None]:
    """Return the command `train` with its option for one of a region's methods."""

    def named(*, method: str | None, **arguments: Any) -> None:  # noqa: ANN401  (the arguments of the command)
        if method is None or arguments["region"] is None:
            return command(**arguments)
        start_log(arguments["log_file"], f"{arguments['region']} {method}")
        _run(stage, plan_of(arguments["config_file"]).train(arguments["region"], method))
        return None

    return named


for _stage in STAGES.values():
    _add(_stage)
smen.add_command(clip)
smen.add_command(export_qa4sm)
smen.add_command(export_zarr)
smen.add_command(extract)


@smen.command(help="Check settings, granules, login, weights and disk before a run, and say what it will take.")
@click.argument("regions", nargs=-1, shell_complete=region_names)
@click.option("--map/--no-map", "with_map", default=True, help="Draw each region in letters.")
@config_option
def check(regions: tuple[str, ...], config_file: Path, with_map: bool) -> None:
    """Report place, size and needs of each region, and all that a run would stop for.

    Args:
        regions: to report; empty: all.
        config_file: the settings.
        with_map: whether each region is drawn in letters.

    Raises:
        SettingsError: the file is not valid, or something is missing.
    """
    from smen.stages import check

    findings = check.run(plan_of(config_file), regions, with_map=with_map)
    click.echo(findings.text)
    for warning in findings.warnings:
        click.echo(f"warning: {warning}", err=True)
    if findings.missing:
        raise SettingsError("before a run:\n  " + "\n  ".join(findings.missing))
    click.echo("\nNothing is missing: snakemake --cores 8 all")


@smen.command(help="Say of each region what is there, what is missing, and what failed and why.")
@click.argument("regions", nargs=-1, shell_complete=region_names)
@click.option("--json", "as_json", is_flag=True, help="As JSON, for monitors.")
@config_option
def status(regions: tuple[str, ...], *, as_json: bool, config_file: Path) -> None:
    """Report how far each region is; exit status 1 where the last try of a job failed.

    Args:
        regions: to report; empty: all.
        as_json: whether JSON is printed.
        config_file: the settings.

    Raises:
        SettingsError: the file is not valid, or there is no such region.
    """
    from smen.stages import status

    report = status.run(plan_of(config_file), regions)
    click.echo(report.to_json() if as_json else report.text())
    if report.any_failed:
        sys.exit(1)


@smen.command("check-method", help="Try a method of your own (package.module:Class) on a small simulated region.")
@click.argument("place")
def check_method(place: str) -> None:
    """Say of each rule of the contract whether a user's class keeps it.

    Args:
        place: ``package.module:Class``.

    Raises:
        SettingsError: it does not keep all of them.
    """
    from smen.stages import check_method

    checks = check_method.run(place)
    for check in checks:
        click.echo(str(check))
    if failed := sum(bool(check.problem) for check in checks):
        raise SettingsError(f"{place} does not keep the contract ({failed} of {len(checks)} failed)")


@smen.command(help="Print the default config.yaml, its JSON schema or the table of its keys.")
@click.option("--schema", "kind", flag_value="schema", help="Its JSON schema instead.")
@click.option("--table", "kind", flag_value="table", help="The table of its keys in Markdown instead.")
def config(kind: str | None) -> None:
    """Print the default file of settings or a document made from the schema.

    Args:
        kind: ``schema`` or ``table``; None: the default file.
    """
    from smen.settings.document import default_config, json_schema, markdown_table

    make = {"schema": json_schema, "table": markdown_table}.get(kind or "", default_config)
    click.echo(make(), nl=False)


@smen.command(help="Look for new and reprocessed granules of all regions; `today` becomes today.")
@config_option
@log_option
def refresh(config_file: Path, log_file: Path | None) -> None:
    """List the granules of all regions again; `today` becomes today.

    Args:
        config_file: the settings.
        log_file: where messages go beside the terminal.

    Raises:
        SmenError: a listing fails; `today` then stays the day that it was.
    """
    from smen.stages import acquire

    start_log(log_file, "refresh")
    with acquire.refreshing(plan_of(config_file).resource_layout):
        acquire.refresh(plan_of(config_file))


OUT_OF_MEMORY = (
    "there is not enough memory for this job. On a cluster, ask for more (mem_mb; a retry does so by itself); on one "
    "machine, run fewer jobs at once (--cores) or make the region smaller. Finished files are kept"
)


def main() -> None:
    """Run the command line: a message and status 1 for what a user can correct, a traceback and 70 for a bug."""
    log = logging.getLogger("smen")
    try:
        smen(standalone_mode=False)
    except SmenError as error:
        kind = "settings" if isinstance(error, SettingsError) else "error"
        _say(log, f"{kind}: {OUT_OF_MEMORY if is_out_of_memory(error) else error}")
        sys.exit(1)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("smen: interrupted; finished files are kept", err=True)
        sys.exit(130)
    except Exception as error:  # noqa: BLE001  (logged with its traceback, and ends with a status of its own)
        if is_out_of_memory(error):
            _say(log, f"error: {OUT_OF_MEMORY}")
            sys.exit(1)
        _say(log, f"this is a mistake in SMEN, please report it:\n{traceback.format_exc()}")
        sys.exit(70)


def _say(log: logging.Logger, message: str) -> None:
    """Report an error to the log, or where there is none yet to the terminal."""
    if log.handlers:
        log.error("%s", message)
    else:
        click.echo(f"smen: {message}", err=True)


if __name__ == "__main__":
    main()
