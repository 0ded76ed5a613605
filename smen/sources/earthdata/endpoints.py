"""The search and login that are used: NASA's own, or others of the same kind (their test system, a local server)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smen.errors import ArchiveError

if TYPE_CHECKING:
    from earthaccess.system import System


def earthdata_system(cmr_url: str | None = None, edl_host: str | None = None) -> System:
    """Return Earthdata's production system, or one with another search or login host.

    Args:
        cmr_url: base URL of a CMR search, e.g. ``https://cmr.uat.earthdata.nasa.gov/search/``; None for NASA's.
        edl_host: host of an Earthdata Login, e.g. ``uat.urs.earthdata.nasa.gov``; None for NASA's.

    Raises:
        ArchiveError: the search is not an https address: tokens would travel unencrypted.
    """
    from dataclasses import replace

    from earthaccess.system import PROD, CMRBaseURL, EDLHostname

    system = PROD
    if cmr_url is not None:
        if not cmr_url.startswith("https://"):
            raise ArchiveError(f"{cmr_url}: not an https address. Give the search's address as https://host/search/")
        system = replace(system, cmr_base_url=CMRBaseURL(cmr_url.rstrip("/") + "/"))
    if edl_host is not None:
        system = replace(system, edl_hostname=EDLHostname(edl_host.removeprefix("https://").rstrip("/")))
    return system
