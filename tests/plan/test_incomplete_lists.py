"""Lists that name rasters which are not there are found, and removed so that a run makes these."""

from pathlib import Path

from made_project import make_plan
from made_region import REGION

from smen.plan.incomplete_lists import incomplete_lists, rasters_in, remove_lists


def test_a_list_is_complete_until_one_of_its_rasters_is_gone(tmp_path):
    plan = make_plan(tmp_path)
    path, folder = Path(plan.layout.map_list(REGION, 2016)), Path(plan.layout.maps(REGION, 2016))
    assert incomplete_lists(plan) == []
    folder.mkdir(parents=True)
    names = ["a_D.tif", "a_D_quality.tif", "b_A.tif", "b_A_quality.tif"]
    for name in names:
        (folder / name).touch()
    path.write_text("time,map,quality\nx,a_D.tif,a_D_quality.tif\ny,b_A.tif,b_A_quality.tif\n")
    assert rasters_in(path) == names
    assert incomplete_lists(plan) == []
    (folder / "b_A_quality.tif").unlink()
    found = incomplete_lists(plan)
    assert found == [(path, ("b_A_quality.tif",))]
    remove_lists(found)
    assert not path.exists() and incomplete_lists(plan) == []
    remove_lists(found)  # another run may have done it


def test_a_list_that_cannot_be_read_names_nothing(tmp_path):
    (tmp_path / "2016.csv").write_bytes(b"\xff\xfe\x00.tif")
    assert rasters_in(tmp_path / "2016.csv") == []
    assert rasters_in(tmp_path / "none.csv") == []


def test_a_mosaic_that_is_gone_is_found_as_well(tmp_path):
    plan = make_plan(tmp_path, tiles={"area": [-97.5, 35.4, -97.4, 35.5]})
    path = Path(plan.layout.mosaic("2016.csv"))
    path.parent.mkdir(parents=True)
    path.write_text("time,map,quality\nx,mosaic_20160704_D.tif,mosaic_20160704_D_quality.tif\n")
    assert incomplete_lists(plan) == [(path, ("mosaic_20160704_D.tif", "mosaic_20160704_D_quality.tif"))]
