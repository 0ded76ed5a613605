"""Whom to ask: NASA's own search and login, or others that speak as they do (their test system, a local server)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smen.errors import ArchiveError

if TYPE_CHECKING:
    from earthaccess.system import System


def endpoints(search: str | None = None, login: str | None = None) -> System:
    """Earthdata's production system, or one with another search or login host.

    Args:
        search: base URL of a CMR search, e.g. ``https://cmr.uat.earthdata.nasa.gov/search/``; None for NASA's.
        login: host of an Earthdata Login, e.g. ``uat.urs.earthdata.nasa.gov``; None for NASA's.

    Raises:
        ArchiveError: the search is not an https address: tokens would travel in the clear.
    """
    from dataclasses import replace

    from earthaccess.system import PROD, CMRBaseURL, EDLHostname

    system = PROD
    if search is not None:
        if not search.startswith("https://"):
            raise ArchiveError(f"{search}: not an https address. Give the search's address as https://host/search/")
        system = replace(system, cmr_base_url=CMRBaseURL(search.rstrip("/") + "/"))
    if login is not None:
        system = replace(system, edl_hostname=EDLHostname(login.removeprefix("https://").rstrip("/")))
    return system
