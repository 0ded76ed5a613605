"""What could not be fetched, in words: by reason, with every address, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from smen.sources.earthdata.redact import bare, discreet
from smen.sources.earthdata.transfer_errors import Fault

if TYPE_CHECKING:
    from smen.sources.earthdata.auth import Login


@dataclass(frozen=True)
class Failure:
    """A granule that could not be fetched: its address (or name, where it has none) and why."""

    url: str
    fault: Fault


def failures(
    failed: Sequence[Failure],
    wanted: int,
    store: Path,
    login: Login,
) -> str:
    """The message of a run in which granules failed.

    Args:
        failed: what failed.
        wanted: how many granules were wanted in all.
        store: folder where the others are.
        login: what was used, and what of it must not be shown.
    """
    by_reason: dict[str, list[str]] = {}
    for failure in failed:
        by_reason.setdefault(failure.fault.reason, []).append(bare(failure.url))
    rest = wanted - len(failed)
    lines = [f"{len(failed)} of {wanted} granules could not be fetched; the other {rest} are in {store}:"]
    for reason, addresses in by_reason.items():
        lines += [f"  {reason}:", *(f"    {address}" for address in sorted(addresses))]
    kinds = {failure.fault.kind for failure in failed}
    if kinds & {"denied", "forbidden"}:
        lines.append(f"The credentials came from {login.source}.")
    if "denied" in kinds:
        lines.append(f"{login.remedy}.")
    if kinds & {"gone", "bad"}:
        lines.append("`source.bad_granules: skip` goes on without those that the archive lacks or has damaged.")
    lines.append("Run the same again: only what is missing is fetched.")
    return discreet("\n".join(lines), login.secrets)
