"""Sentences that say how maps and stations were compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from smen.settings.validation_section import ValidationSettings

FEW_YEARS = 3
"""Fewer years than this make a climatology that is hardly more than a moving mean."""


def protocol_notes(
    protocol: ValidationSettings,
    mode: str,
    times: NDArray[np.datetime64],
    probes: Sequence[str] = (),
    *,
    simulated: bool,
) -> list[str]:
    """Say what was compared, by which protocol, and what must be kept in mind.

    Args:
        protocol: the settings.
        mode: of the maps.
        times: of the overpasses that are mapped, datetime64[s], rising.
        probes: files of the stations that the maps were conditioned on.
        simulated: whether the maps are.
    """
    span = f" from {times[0].astype('datetime64[D]')} to {times[-1].astype('datetime64[D]')}" if times.size else ""
    scaling = "Nothing is scaled."
    if protocol.scaling != "none":
        scaling = f"Products are scaled to the stations by {protocol.scaling}: their bias says nothing."
    notes = [
        f"{times.size} {mode} maps{span}. Stations of {', '.join(protocol.networks) or 'all networks'}, "
        f"{protocol.depth[0]:g} to {protocol.depth[1]:g} m deep, flags {', '.join(protocol.flags)}; the value nearest "
        f"to the overpass, within {protocol.window / 2:g} h before or after; only times that all products of a set "
        f"have in common; at least {protocol.minimum} pairs. Bias is product minus station. {scaling}"
    ]
    if probes:
        notes.append(
            f"**The maps are conditioned on the probes of {', '.join(Path(path).name for path in probes)}: at and "
            "around them they know what they are judged by. The section on conditioning leaves each probe out.**"
        )
    if simulated and protocol.stations != "auto":
        notes.append("**The maps are of simulated granules: held against real stations they mean nothing.**")
    if len({time.astype("datetime64[Y]") for time in times}) < FEW_YEARS:
        notes.append(
            "The climatology is of one or two years: anomalies from it are hardly others than those from a moving mean."
        )
    return notes
