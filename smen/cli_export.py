"""Commands that write maps in the form that other programs take."""

from __future__ import annotations

from pathlib import Path

import click

from smen.command_log import start_log
from smen.settings.yaml_file import read_settings


@click.command("export-qa4sm", help="Write a region's maps as a file that QA4SM takes as your own data.")
@click.argument("region")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write: .nc for all maps, .zip for their series at the stations.  [default: REGION_qa4sm.nc]",
)
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    default=Path("config.yaml"),
    show_default=True,
    help="File of settings.",
)
def export_qa4sm(region: str, output: Path | None, config_file: Path) -> None:
    """Write a region's maps for QA4SM.

    Args:
        region: its name.
        output: the file to write; None: named after the region, in the working directory.
        config_file: the settings.

    Raises:
        SmenError: there is no such region or no map, or the file cannot be written.
    """
    from smen.plan.plan import Plan
    from smen.stages import export_qa4sm

    start_log(None, "export-qa4sm")
    plan = Plan.load(read_settings(config_file), [config_file])
    export_qa4sm.run(plan, region, output or Path(f"{region}_qa4sm.nc"))
