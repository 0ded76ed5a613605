"""Granules from NASA Earthdata: searched, fetched into a store that all regions share, verified before they appear.

Search and login are earthaccess's. The transfer is our own, on earthaccess's authenticated sessions, because its
downloads have no deadline and no checksum, and retry what no retry can mend (see `transfer` and `retry`).
"""

from smen.sources.earthdata.client import Archive
from smen.sources.earthdata.endpoints import earthdata_system
from smen.sources.earthdata.estimate import Estimate
from smen.sources.earthdata.granule_query import GranuleQuery
from smen.sources.earthdata.retry import RetryPolicy
from smen.sources.earthdata.umm import CmrGranule

__all__ = ["Archive", "CmrGranule", "Estimate", "GranuleQuery", "RetryPolicy", "earthdata_system"]
