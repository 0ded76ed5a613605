"""Granules from NASA Earthdata: searched, fetched into a store that all regions share, and verified before they show.

The searching and the login are earthaccess's. The transfer is our own, on earthaccess's authenticated sessions,
because its downloads have no deadline, no checksum, and retry what cannot be mended (see `transfer` and `patience`).
"""

from smen.archive.earthdata.client import Archive, Estimate
from smen.archive.earthdata.hosts import hosts
from smen.archive.earthdata.listed import Listed
from smen.archive.earthdata.patience import Patience
from smen.archive.earthdata.search import Want

__all__ = ["Archive", "Estimate", "Listed", "Patience", "Want", "hosts"]
