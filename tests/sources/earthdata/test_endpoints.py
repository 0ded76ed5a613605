"""Addresses of search and login."""

import pytest

from smen.errors import ArchiveError
from smen.sources.earthdata import earthdata_system


def test_systems():
    from earthaccess.system import PROD

    assert earthdata_system() == PROD
    assert (
        earthdata_system("https://cmr.uat.earthdata.nasa.gov/search").cmr_base_url
        == "https://cmr.uat.earthdata.nasa.gov/search/"
    )
    assert earthdata_system(edl_host="https://uat.urs.earthdata.nasa.gov/").edl_hostname == "uat.urs.earthdata.nasa.gov"
    with pytest.raises(ArchiveError, match="not an https address"):
        earthdata_system("http://cmr.example.org/search")
