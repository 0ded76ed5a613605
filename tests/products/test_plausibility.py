"""Values that no granule can hold are refused; those that real ones hold are not."""

import numpy as np
import pytest
from true_granules import COARSE_NAME, FILL, FLAG_FILL, SCENE_NAME, rectangle, write_coarse, write_scene

from smen.errors import GranuleError
from smen.products.verify import verify_granule


def coarse(tmp_path, **more):
    return write_coarse(tmp_path / COARSE_NAME, [10, 10], [20, 21], **({"soil_moisture": 0.2} | more))


@pytest.mark.parametrize("value", [20.0, 1.01, 2130, -9998, 1e30])
def test_soil_moisture_that_no_soil_has(tmp_path, value):
    words = r"_moisture.* where soil moisture in cm3/cm3 is at most 1 \(1 retrievals\): in other units, packed"
    with pytest.raises(GranuleError, match=rf"{COARSE_NAME}: .*{words}"):
        verify_granule(coarse(tmp_path, soil_moisture=[0.2, value]), "SPL2SMP")
    for name in ("soil_moisture_3km", "soil_moisture_apm_3km"):
        values = {"soil_moisture": 0.2, "apm": 0.2} | {
            name.removesuffix("_3km").replace("soil_moisture_apm", "apm"): [[0.2, value]]
        }
        path = write_scene(tmp_path / SCENE_NAME, *rectangle(1000, 2600, 1, 2), **values)
        with pytest.raises(GranuleError, match=f"{name} holds"):
            verify_granule(path, "SPL2SMAP_S")


@pytest.mark.parametrize("value", [0.0, 0.92, 1.0, FILL, np.nan, np.inf])
def test_soil_moisture_that_may_be(tmp_path, value):
    assert len(verify_granule(coarse(tmp_path, soil_moisture=[0.2, value]), "SPL2SMP").row) == 2


@pytest.mark.parametrize("flag", [2, 5, 7, 15, FLAG_FILL])
def test_what_a_failed_retrieval_left_does_not_count(tmp_path, flag):
    assert len(verify_granule(coarse(tmp_path, soil_moisture=[0.2, 7], quality=[0, flag]), "SPL2SMP").row) == 2


@pytest.mark.parametrize("seconds", [1e300, -1e12])
def test_seconds_of_no_overpass(tmp_path, seconds):
    with pytest.raises(GranuleError, match=r"tb_time_seconds holds .* no seconds since 2000"):
        verify_granule(coarse(tmp_path, seconds=seconds), "SPL2SMP")
    assert len(verify_granule(coarse(tmp_path, seconds=[0, FILL]), "SPL2SMP").row) == 2
