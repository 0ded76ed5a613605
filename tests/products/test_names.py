"""Names as NSIDC gives them, and which version wins."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.errors import GranuleError
from smen.products.name_parsing import granule_name, parse_name
from smen.products.names import half_orbit_name, highest_versions, scene_name

COARSE = "SMAP_L2_SM_P_00872_D_20150401T044811_R19240_001.h5"
NEAR_REAL_TIME = "SMAP_L2_SM_P_NRT_24342_A_20190822T224858_N16023_002.h5"
ENHANCED = "SMAP_L2_SM_P_E_47223_A_20231204T105336_R19240_001.h5"
SCENE = "SMAP_L2_SM_SP_1AIWDV_20150331T170640_20150401T054620_003E34N_R18290_001.h5"
SCENE_V1 = "SMAP_L2_SM_SP_1AIWDV_20180815T113736_20180814T231324_078W32N_R16010_001.h5"


def test_what_names_say():
    name = parse_name(COARSE)
    assert (name.product, name.orbit, name.direction, name.crid, name.number) == ("SPL2SMP", 872, "D", "R19240", 1)
    assert name.time == np.datetime64("2015-04-01T04:48:11")
    assert not name.near_real_time
    assert name.sentinel1_time is None
    assert name.longitude_latitude is None
    name = parse_name(NEAR_REAL_TIME)
    assert (name.product, name.orbit, name.direction, name.version) == ("SPL2SMP", 24342, "A", "N16023_002")
    assert name.near_real_time
    assert parse_name(ENHANCED).product == "SPL2SMP_E"
    name = parse_name(SCENE)
    assert (name.product, name.direction, name.orbit, name.platform) == ("SPL2SMAP_S", None, None, "1AIWDV")
    assert name.time == np.datetime64("2015-03-31T17:06:40")
    assert name.sentinel1_time == np.datetime64("2015-04-01T05:46:20")
    assert name.longitude_latitude == (3, 34)
    assert parse_name(SCENE_V1).longitude_latitude == (-78, 32)
    assert parse_name(SCENE.replace("003E34N", "151E33S")).longitude_latitude == (151, -33)


@pytest.mark.parametrize("text", [COARSE, NEAR_REAL_TIME, ENHANCED, SCENE, SCENE_V1])
def test_a_name_is_built_back_from_its_parts(text):
    assert parse_name(text).filename == text


def test_building_names():
    time = np.datetime64("2015-04-01T04:48:11.4", "ms")
    assert half_orbit_name("SPL2SMP", 872, "D", time, "R19240").filename == COARSE
    built = scene_name(
        np.datetime64("2015-03-31T17:06:40"), np.datetime64("2015-04-01T05:46:20"), 3.9, 34.2, crid="R18290"
    )
    assert built.filename == SCENE
    west = scene_name(time, time, -97.52, -35.4, platform="1BIWDV", crid="R18290", number=2)
    assert west.filename == "SMAP_L2_SM_SP_1BIWDV_20150401T044811_20150401T044811_097W35S_R18290_002.h5"


@given(
    orbit=st.integers(0, 99999),
    direction=st.sampled_from("AD"),
    seconds=st.integers(0, 10**9),
    number=st.integers(1, 999),
    short_name=st.sampled_from(["SPL2SMP", "SPL2SMP_E"]),
)
def test_names_round_trip(orbit, direction, seconds, number, short_name):
    time = np.datetime64("2000-01-01T00:00:00") + np.timedelta64(seconds, "s")
    name = half_orbit_name(short_name, orbit, direction, time, number=number)
    assert parse_name(name.filename) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "granule.h5",
        COARSE + ".xml",
        COARSE.removesuffix(".h5") + ".part-12.h5",
        "x" + COARSE,
        COARSE.replace("_D_", "_X_"),
        COARSE.replace("20150401", "20151301"),
        COARSE.replace("T044811", "T254811"),
        SCENE.replace("20150401T05", "20150432T05"),
        "SMAP_L3_SM_P_20200705_R18290_002.h5",
        "SMAP_L2_SM_A_02463_A_20150718T002513_R13080_001.h5",
    ],
)
def test_foreign_names(text):
    assert parse_name(text) is None
    with pytest.raises(GranuleError, match="not the name of a granule"):
        granule_name(text)


def test_a_name_of_another_product():
    assert granule_name(COARSE, "SPL2SMP").orbit == 872
    with pytest.raises(GranuleError, match="a granule of SPL2SMP_E where one of SPL2SMP is needed"):
        granule_name(ENHANCED, "SPL2SMP")


def test_versions_from_lowest_to_highest():
    stem = "SMAP_L2_SM_P_{}_24342_A_20190822T2248{}_{}.h5"
    rising = [
        stem.format("NRT", "58", "N16023_001"),
        stem.format("NRT", "58", "N16023_002"),
        stem.format("NRT", "58", "R19240_001"),
        stem.format("", "59", "T19999_009"),
        stem.format("", "58", "R16510_003"),
        stem.format("", "57", "R17000_001"),
        stem.format("", "57", "R18290_001"),
        stem.format("", "57", "R18290_002"),
        stem.format("", "57", "R18290_010"),
        stem.format("", "57", "R19240_001"),
    ]
    names = [parse_name(text.replace("P__", "P_")) for text in rising]
    assert len({name.identity for name in names}) == 1
    shuffled = names[::2] + names[1::2]
    assert sorted(shuffled, key=lambda n: n.rank) == names
    for i in range(1, len(names) + 1):
        assert highest_versions(names[:i][::-1]) == [names[i - 1]]


def test_what_is_not_another_version():
    others = [
        COARSE,
        COARSE.replace("_D_", "_A_"),
        COARSE.replace("00872", "00873"),
        COARSE.replace("SM_P", "SM_P_E"),
        SCENE,
        SCENE.replace("1AIWDV", "1BIWDV"),
        SCENE.replace("054620", "054645"),
        SCENE.replace("170640", "053640"),
        SCENE.replace("003E", "004E"),
    ]
    names = [parse_name(text) for text in others]
    assert sorted(n.filename for n in highest_versions(names)) == sorted(others)
    times = [n.time for n in highest_versions(names)]
    assert times == sorted(times)


def test_folders_of_nsidc():
    assert parse_name(COARSE).folder() == "SPL2SMP.009/2015.04.01"
    assert parse_name(ENHANCED).folder() == "SPL2SMP_E.006/2023.12.04"
    assert parse_name(SCENE).folder() == "SPL2SMAP_S.003/2015.03.31"
    assert parse_name(SCENE).folder("002") == "SPL2SMAP_S.002/2015.03.31"
