"""Error message about granules that could not be fetched: by reason, with every address, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from smen.sources.earthdata.redact import redact, strip_query
from smen.sources.earthdata.transfer_errors import TransferError

if TYPE_CHECKING:
    from smen.sources.earthdata.auth import Login


@dataclass(frozen=True)
class Failure:
    """A granule that could not be fetched: its address (or name, where it has none) and why."""

    url: str
    error: TransferError


def refusal_message(error: TransferError, login: Login) -> str:
    """Return the error message of a run whose first granule was refused for its login.

    Args:
        error: the refusal.
        login: the login that was used, and its secrets.
    """
    return redact(
        f"Earthdata did not accept the credentials from {login.source} ({error.reason}); nothing was fetched. "
        f"{login.remedy}",
        login.secrets,
    )


def failure_message(failures: Sequence[Failure], total: int, store: Path, login: Login) -> str:
    """Return the error message of a run in which granules failed.

    Args:
        failures: the granules that failed.
        total: number of granules of the run.
        store: folder where the others are.
        login: the login that was used, and its secrets.
    """
    by_reason: dict[str, list[str]] = {}
    for failure in failures:
        by_reason.setdefault(failure.error.reason, []).append(strip_query(failure.url))
    rest = total - len(failures)
    lines = [f"{len(failures)} of {total} granules could not be fetched; the other {rest} are in {store}:"]
    for reason, addresses in by_reason.items():
        lines += [f"  {reason}:", *(f"    {address}" for address in sorted(addresses))]
    kinds = {failure.error.kind for failure in failures}
    if kinds & {"denied", "forbidden"}:
        lines.append(f"The credentials came from {login.source}.")
    if "denied" in kinds:
        lines.append(f"{login.remedy}.")
    if kinds & {"gone", "bad"}:
        lines.append("`source.bad_granules: skip` goes on without those that the archive lacks or has damaged.")
    lines.append("Run the same again: only what is missing is fetched.")
    return redact("\n".join(lines), login.secrets)
