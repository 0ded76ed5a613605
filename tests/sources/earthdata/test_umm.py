"""Records of granules as searches give them."""

import json
from pathlib import Path

import numpy as np
import pytest

from smen.sources.earthdata.umm import parse_granule


def test_the_real_record_of_another_product(real_data):
    """Orbit geometry, no checksum, a size of no unit, a GranuleUR that is no file name: records differ."""
    item = json.loads((real_data / "umm_granule_record.json").read_text())["items"][0]
    assert parse_granule(item, "009") is None  # an ICESat-2 granule
    name = "SMAP_L2_SM_P_00872_D_20150401T044811_R19240_001.h5"
    old = item["umm"]["DataGranule"]["Identifiers"][0]["Identifier"]
    ours = parse_granule(json.loads(json.dumps(item).replace(old, name)), "009")
    assert ours.filename == name
    assert ours.url.endswith(f"/2019.02.21/{name}")
    assert (ours.size, ours.exact, ours.checksum, ours.footprint) == (99_585_703, False, None, None)
    assert (str(ours.begin), str(ours.end)) == ("2019-02-21T12:18:57.077", "2019-02-21T12:24:16.044")


NAME = "SMAP_L2_SM_P_00872_D_20150401T044811_R19240_001.h5"


def item(**umm):
    """A record of a half-orbit with nothing but its name, and what is given."""
    return {"meta": {}, "umm": {"GranuleUR": NAME} | umm}


def file_entry(**values):
    return {"ArchiveAndDistributionInformation": [values]}


def test_a_record_with_a_name_alone():
    granule = parse_granule(item(), "009")
    assert (granule.filename, granule.version, granule.url) == (NAME, "009", None)
    assert (granule.size, granule.exact, granule.checksum, granule.revision) == (0, False, None, 1)
    assert granule.begin == granule.end == np.datetime64("2015-04-01T04:48:11")
    assert granule.footprint is None


@pytest.mark.parametrize(
    ("entry", "size", "exact"),
    [
        ({"SizeInBytes": 1234, "Size": 9.0, "SizeUnit": "MB"}, 1234, True),
        ({"Size": 1.5, "SizeUnit": "KB"}, 1500, False),
        ({"Size": 1.5, "SizeUnit": "NA"}, 1_500_000, False),  # NSIDC means MB
        ({"Size": 1.5}, 1_500_000, False),
        ({"Size": 1.5, "SizeUnit": "furlongs"}, 0, False),
        ({}, 0, False),
    ],
)
def test_sizes(entry, size, exact):
    granule = parse_granule(item(DataGranule=file_entry(Name=NAME, **entry)), "009")
    assert (granule.size, granule.exact) == (size, exact)


def test_the_entry_of_the_granule_is_taken_where_there_are_several():
    entries = [{"Name": NAME + ".xml", "SizeInBytes": 1}, {"Name": NAME, "SizeInBytes": 2}]
    granule = parse_granule(item(DataGranule={"ArchiveAndDistributionInformation": entries}), "009")
    assert granule.size == 2
    others = [{"Name": "a.xml", "SizeInBytes": 1}, {"Name": "b.xml", "SizeInBytes": 2}]
    assert parse_granule(item(DataGranule={"ArchiveAndDistributionInformation": others}), "009").size == 0


def test_checksums_are_compared_in_lower_case():
    entry = file_entry(Name=NAME, Checksum={"Algorithm": "MD5", "Value": "ABCDEF"})
    assert parse_granule(item(DataGranule=entry), "009").checksum == ("MD5", "abcdef")
    assert parse_granule(item(DataGranule=file_entry(Checksum=None)), "009").checksum is None


def test_links_that_are_not_the_granule():
    links = [
        {"URL": f"s3://bucket/{NAME}", "Type": "GET DATA"},
        {"URL": f"https://h/{NAME}.xml", "Type": "GET DATA"},
        {"URL": f"https://h/browse/{NAME}", "Type": "GET RELATED VISUALIZATION"},
        {"Type": "GET DATA"},
    ]
    assert parse_granule(item(RelatedUrls=links), "009").url is None
    good = {"URL": f"https://h/data/{NAME}?x=1", "Type": "GET DATA"}
    assert parse_granule(item(RelatedUrls=[*links, good]), "009").url == good["URL"]
    assert parse_granule({"umm": {"RelatedUrls": [good]}}, "009").filename == NAME  # the link alone names it


def test_a_single_time():
    granule = parse_granule(item(TemporalExtent={"SingleDateTime": "2015-04-01T05:00:00.5Z"}), "009")
    assert granule.begin == granule.end == np.datetime64("2015-04-01T05:00:00.500")


def test_its_record_in_a_manifest():
    granule = parse_granule(item(RelatedUrls=[{"URL": f"https://u:p@h/{NAME}?k=1", "Type": "GET DATA"}]), "009")
    wanted = granule.record(Path("/elsewhere/a.h5"))
    assert (wanted.state, wanted.url, wanted.path) == ("wanted", f"https://h/{NAME}", "/elsewhere/a.h5")
    assert (wanted.direction, wanted.orbit, wanted.version) == ("D", 872, "R19240_001")
    present = granule.record(Path("a.h5"), state="present", size=7, simulated=True)
    assert (present.state, present.size, present.simulated, present.url) == ("present", 7, True, wanted.url)
