"""The SMEN paper's convolutional network: its layers, inputs, training and maps. Networks are built by name."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from smen.errors import SettingsError
from smen.methods.smen_cnn.interface import Inputs, Network
from smen.methods.smen_cnn.network import Smen

if TYPE_CHECKING:
    from collections.abc import Mapping

NETWORKS: dict[str, type[Network]] = {"smen": Smen}
"""Every network by the name that checkpoints and tables use."""

__all__ = ["NETWORKS", "Inputs", "Network", "build_network"]


def build_network(name: str, history: int, options: Mapping[str, Any] | None = None) -> Network:
    """Build a network by name, with fresh weights from torch's current seed.

    Args:
        name: a key of `NETWORKS`.
        history: k, how many earlier residuals it receives.
        options: arguments of the network's own.

    Raises:
        SettingsError: there is no such network, it cannot take this history, or it has no such option.
    """
    if name not in NETWORKS:
        near = get_close_matches(name, NETWORKS, n=1, cutoff=0)
        raise SettingsError(f"there is no network {name!r}: did you mean {near[0]!r}? Known: {', '.join(NETWORKS)}")
    try:
        return NETWORKS[name](history=history, **dict(options or {}))
    except TypeError as error:
        raise SettingsError(f"network {name!r} does not take these options: {error}") from error
