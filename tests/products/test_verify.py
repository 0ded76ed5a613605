"""Whole granules are accepted, and every kind of bad file is refused."""

import shutil

import h5py
import numpy as np
import pytest
from bad_granules import BAD, good
from true_granules import COARSE_NAME, FILL, SCENE_NAME, rectangle, write_coarse, write_scene

from smen.errors import ArchiveError, GranuleError
from smen.grid import M36, Window
from smen.products.read import read_coarse
from smen.products.verify import verify_granule

GLOBE = Window(0, 0, 4872, 11568)


def test_the_real_half_orbit_is_whole(real_half_orbit):
    granule = verify_granule(real_half_orbit, "SPL2SMP")
    assert len(granule.row) == 17268
    assert not granule.simulated
    assert granule.touches(Window.centred_on(-90, 35, 100, 100))
    assert not granule.touches(Window.centred_on(6.1, 46.2, 100, 100))


def test_truncated(real_half_orbit, tmp_path):
    path = tmp_path / real_half_orbit.name
    path.write_bytes(real_half_orbit.read_bytes()[:900_000])
    for read in (lambda: verify_granule(path, "SPL2SMP"), lambda: read_coarse(path, GLOBE, "SPL2SMP")):
        with pytest.raises(GranuleError, match=r"truncated.*Fetch the file again"):
            read()


def test_a_damaged_chunk_is_found(real_half_orbit, tmp_path):
    path = tmp_path / real_half_orbit.name
    shutil.copyfile(real_half_orbit, path)
    path.chmod(0o644)
    with h5py.File(path) as file:
        chunk = file["Soil_Moisture_Retrieval_Data/soil_moisture"].id.get_chunk_info(0)
    with path.open("r+b") as stream:
        stream.seek(chunk.byte_offset + chunk.size // 2)
        stream.write(b"\xff" * 64)
    with pytest.raises(GranuleError, match="damaged"):
        verify_granule(path, "SPL2SMP")


@pytest.mark.parametrize("spoil", BAD, ids=lambda f: f.__name__)
def test_bad_granules_name_the_file_and_the_remedy(tmp_path, spoil):
    path = tmp_path / COARSE_NAME
    spoil(path)
    for read in (
        lambda: verify_granule(path, "SPL2SMP"),
        lambda: read_coarse(path, Window(120, 240, 36, 36), "SPL2SMP"),
    ):
        with pytest.raises(GranuleError, match=BAD[spoil]) as caught:
            read()
        assert COARSE_NAME in str(caught.value)
        assert "Fetch the file again" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_places_must_belong_to_the_indices(tmp_path):
    # Centre of M36 (0, 0) as the real half-orbit has it.
    centre = ([-179.81327801], [83.63197528])
    verify_granule(write_coarse(tmp_path / COARSE_NAME, [0], [0], 0.2, places=centre), "SPL2SMP")
    path = write_coarse(tmp_path / COARSE_NAME, [0], [1], 0.2, places=centre)
    with pytest.raises(GranuleError, match=r"up to 1\.0 cells of M36 off"):
        verify_granule(path, "SPL2SMP")
    verify_granule(write_coarse(tmp_path / COARSE_NAME, [0], [1], 0.2, places=([FILL], [FILL])), "SPL2SMP")


def test_the_name_of_a_file_that_lies_under_another_one(tmp_path):
    path = good(tmp_path / "download.part")
    granule = verify_granule(path, "SPL2SMP", filename=COARSE_NAME)
    assert granule.name.filename == COARSE_NAME
    with pytest.raises(GranuleError, match="not the name of a granule"):
        verify_granule(path, "SPL2SMP")


def test_what_is_known_of_a_whole_granule(tmp_path):
    granule = verify_granule(good(tmp_path / COARSE_NAME, simulated=True), "SPL2SMP")
    np.testing.assert_array_equal(granule.row, [10, 11, 12])
    np.testing.assert_array_equal(granule.column, [20, 21, 22])
    assert granule.grid is M36
    assert granule.simulated
    assert (str(granule.begin), str(granule.end)) == ("2016-01-01T11:58:00.123", "2016-01-01T12:50:00.456")


def test_a_scene_has_the_time_of_its_name(tmp_path):
    granule = verify_granule(write_scene(tmp_path / SCENE_NAME, *rectangle(1000, 2600, 2, 3), 0.2), "SPL2SMAP_S")
    assert granule.begin == granule.end == np.datetime64("2016-01-01T12:10:00")
    assert granule.begin.dtype == "datetime64[ms]"


@pytest.mark.parametrize(
    ("window", "touches"),
    [
        (Window(120, 240, 1, 1), True),  # M36 (10, 20) covers M03 rows 120..131, columns 240..251
        (Window(131, 251, 1, 1), True),
        (Window(119, 240, 1, 1), False),
        (Window(119, 240, 2, 1), True),
        (Window(120, 239, 1, 1), False),
        (Window(132, 240, 1, 12), False),  # the cell below is one column further east
        (Window(0, 0, 4872, 11568), True),
    ],
)
def test_windows_that_a_granule_touches(tmp_path, window, touches):
    assert verify_granule(good(tmp_path / COARSE_NAME), "SPL2SMP").touches(window) is touches


def test_all_datasets_that_are_there_are_read(tmp_path):
    """Also one that is not required: a stage may need it later."""
    path = write_scene(tmp_path / SCENE_NAME, *rectangle(1000, 2600, 20, 30), 0.2, deviation=0.03)
    with h5py.File(path) as file:
        chunk = file["Soil_Moisture_Retrieval_Data_3km/soil_moisture_std_dev_3km"].id.get_chunk_info(0)
    with path.open("r+b") as stream:
        stream.seek(chunk.byte_offset)
        stream.write(b"\xff" * chunk.size)
    with pytest.raises(GranuleError, match=r"soil_moisture_std_dev_3km cannot be read, the file is damaged"):
        verify_granule(path, "SPL2SMAP_S")


def test_a_variable_that_the_product_lacks(tmp_path):
    with pytest.raises(ArchiveError, match="'soil_moisture_9km' is no soil moisture of SPL2SMP: choose soil_moisture"):
        verify_granule(good(tmp_path / COARSE_NAME), "SPL2SMP", "soil_moisture_9km")
