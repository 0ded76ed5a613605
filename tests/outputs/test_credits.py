"""Licence and citations as tags of rasters."""

from smen.grid import M09, M36
from smen.outputs.credits import credit_tags, sentinel_notice


def test_the_grid_tells_the_product():
    tags = credit_tags(M36, (2016, 2017, 2018), simulated=False)
    assert "(SPL2SMP)" in tags["DATA_CITATION"] and "(SPL2SMAP_S)" in tags["DATA_CITATION"]
    assert "10.5067/K7Y2D8QQVZ4L" in tags["DATA_CITATION"] and "SPL2SMP_E" not in tags["DATA_CITATION"]
    assert "(SPL2SMP_E)" in credit_tags(M09, (2018,), simulated=False)["DATA_CITATION"]
    assert tags["TIFFTAG_COPYRIGHT"] == "Contains modified Copernicus Sentinel data 2016-2018"
    assert "MIT" in tags["LICENSE"]


def test_simulated_rasters_cite_no_data():
    tags = credit_tags(M36, (2018,), simulated=True)
    assert tags["DATA_CITATION"] == "none: all granules are simulated"
    assert "TIFFTAG_COPYRIGHT" not in tags


def test_one_year_is_named_once():
    assert sentinel_notice((2018, 2018)).endswith("data 2018")
