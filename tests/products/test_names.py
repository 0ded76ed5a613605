"""Names are built back from their parts, and the highest version wins."""

import numpy as np
import pytest

from smen.products.name_parsing import parse_name
from smen.products.names import half_orbit_name, highest_versions, scene_name, stamp

COARSE = "SMAP_L2_SM_P_00872_D_20150401T044811_R19240_001.h5"
NEAR_REAL_TIME = "SMAP_L2_SM_P_NRT_24342_A_20190822T224858_N16023_002.h5"
ENHANCED = "SMAP_L2_SM_P_E_47223_A_20231204T105336_R19240_001.h5"
SCENE = "SMAP_L2_SM_SP_1AIWDV_20150331T170640_20150401T054620_003E34N_R18290_001.h5"
SCENE_V1 = "SMAP_L2_SM_SP_1AIWDV_20180815T113736_20180814T231324_078W32N_R16010_001.h5"


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


@pytest.mark.parametrize(
    ("longitude", "latitude", "place"),
    [
        (3.9, 34.2, "003E34N"),
        (-97.52, 35.4, "097W35N"),
        (-0.5, -0.5, "000W00S"),
        (179.99, -84.9, "179E84S"),
        (0.0, 0.0, "000E00N"),
    ],
)
def test_places_are_cut_to_whole_degrees(longitude, latitude, place):
    time = np.datetime64("2016-01-01")
    assert scene_name(time, time, longitude, latitude).place == place


def test_the_release_is_that_of_the_product_unless_given():
    time = np.datetime64("2016-01-01")
    assert half_orbit_name("SPL2SMP", 1, "A", time).version == "R19240_001"
    assert scene_name(time, time, 0, 0).version == "R18290_001"
    assert half_orbit_name("SPL2SMP", 1, "A", time, "N20000", 12).version == "N20000_012"


def test_stamps():
    assert stamp(np.datetime64("2015-04-01T04:48:11.999", "ms")) == "20150401T044811"
    assert stamp(np.datetime64("2015-04-01")) == "20150401T000000"


def test_no_names_no_versions():
    assert highest_versions([]) == []
