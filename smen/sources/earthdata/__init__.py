"""Granules from NASA Earthdata: searched, fetched into a store that all regions share, and verified before they show.

The searching and the login are earthaccess's. The transfer is our own, on earthaccess's authenticated sessions,
because its downloads have no deadline, no checksum, and retry what cannot be mended (see `transfer` and `patience`).
"""

from smen.sources.earthdata.client import Archive, Estimate
from smen.sources.earthdata.endpoints import endpoints
from smen.sources.earthdata.retry import Patience
from smen.sources.earthdata.search import Want
from smen.sources.earthdata.umm import Listed

__all__ = ["Archive", "Estimate", "Listed", "Patience", "Want", "endpoints"]
