"""Records of one file merged, in the order in which their addresses are asked."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from smen.products.name_parsing import granule_name
from smen.sources.earthdata.links import addresses, in_cloud, merged
from smen.sources.earthdata.umm import CmrGranule

NAMES = [granule_name(f"SMAP_L2_SM_P_0500{i}_D_20160101T1200{i}0_R19240_001.h5", "SPL2SMP") for i in range(3)]
TIME = np.datetime64("2016-01-01", "ms")
CLOUD = "https://data.nsidc.earthdatacloud.nasa.gov/nsidc-cumulus-prod-protected/SMAP"
OLD = "https://n5eil01u.ecs.nsidc.org/SMAP"


def granule(number=0, url=CLOUD, checksum=("MD5", "1"), revision=1, provider="NSIDC_CPRD", *, exact=True):
    name = NAMES[number]
    address = None if url is None else f"{url}/{name.filename}"
    return CmrGranule(name, "009", address, 7, exact, checksum, TIME, TIME, None, revision, provider)


RECORDS = st.builds(
    granule,
    st.integers(0, 2),
    st.sampled_from([CLOUD, OLD, "https://127.0.0.1/a", "https://127.0.0.1/b", None]),
    st.sampled_from([None, ("MD5", "1"), ("MD5", "2")]),
    st.integers(1, 3),
    st.sampled_from(["NSIDC_CPRD", "NSIDC_ECS", ""]),
    exact=st.booleans(),
)


@given(st.lists(RECORDS, max_size=12), st.randoms())
def test_one_granule_for_each_file_with_every_address_once(records, random):
    found = merged(records)
    assert set(found) == {r.filename for r in records}
    for name, first in found.items():
        urls = [a.url for a in addresses(first)]
        given_urls = {r.url for r in records if r.filename == name}
        assert len(set(urls)) == len(urls)
        assert set(urls) == ((given_urls - {None}) or {None})
        cloud = [in_cloud(a.url, a.provider) for a in addresses(first)]
        assert cloud == sorted(cloud, reverse=True)
        for address in addresses(first):
            same = [r for r in records if r.url == address.url and r.filename == name]
            assert address.checksum is not None or all(
                r.checksum is None or in_cloud(r.url, r.provider) < in_cloud(address.url, address.provider)
                for r in same
            )
    shuffled = list(records)
    random.shuffle(shuffled)
    assert {n: [a.url for a in addresses(g)] for n, g in merged(shuffled).items()} == {
        n: [a.url for a in addresses(g)] for n, g in found.items()
    }


@given(st.lists(RECORDS, max_size=8))
def test_merging_again_changes_nothing(records):
    found = merged(records)
    assert merged(found.values()) == found


def test_the_cloud_comes_first_whatever_can_be_verified():
    old = granule(url=OLD, provider="NSIDC_ECS")
    cloud = granule(checksum=None, exact=False)
    assert [a.url for a in addresses(merged([old, cloud])[old.filename])] == [cloud.url, old.url]


def test_of_one_address_the_record_holds_by_which_most_can_be_verified_then_the_later():
    records = [granule(revision=1), granule(revision=3), granule(checksum=None, revision=9)]
    (found,) = merged(records).values()
    assert found == records[1] and found.alternatives == ()


def test_addresses_are_records_of_their_own():
    first = replace(granule(), alternatives=(granule(url=OLD),))
    assert [a.url for a in addresses(first)] == [first.url, granule(url=OLD).url]
    assert all(a.alternatives == () for a in addresses(first))


def test_places_in_the_cloud():
    assert in_cloud(f"{CLOUD}/x.h5", "") and not in_cloud(f"{OLD}/x.h5", "NSIDC_CPRD")
    assert in_cloud("https://127.0.0.1/x.h5", "NSIDC_CPRD") and not in_cloud("https://127.0.0.1/x.h5", "NSIDC_ECS")
    assert not in_cloud(None, "NSIDC_ECS")
