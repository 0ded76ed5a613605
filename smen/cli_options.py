"""Options that several commands have, and the plan of the settings that they name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from smen.plan.plan import Plan

config_option = click.option(
    "--config", "config_file", type=click.Path(path_type=Path), default=Path("config.yaml"), show_default=True,
    help="File of settings.",
)  # fmt: skip
log_option = click.option("--log", "log_file", type=click.Path(path_type=Path), help="Write messages here too.")


def region_names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the regions of the settings that a shell may complete a word to; none where the settings are not valid.

    Args:
        context: of the command.
        parameter: the argument.
        incomplete: the beginning of the word.
    """
    from smen.errors import SmenError

    try:
        regions = plan_of(Path(context.params.get("config_file") or "config.yaml")).regions
    except (SmenError, OSError):
        return []
    return [name for name in regions if name.startswith(incomplete)]


def plan_of(config_file: Path) -> Plan:
    """Return the plan of a file of settings.

    Args:
        config_file: the file.

    Raises:
        SettingsError: it is not valid.
    """
    from smen.plan.plan import Plan
    from smen.settings.yaml_file import read_settings

    return Plan.load(read_settings(config_file), [config_file])
