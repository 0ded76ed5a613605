"""Bad input ends with a status and one message that names the key or the file; nothing is half-written."""

import resource
import shutil

import h5py
import numpy as np
import pytest
import yaml

pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def granules(finished):
    """A tree of granules in NSIDC's folders."""
    return finished.folder / "resources/simulated/plains/granules"


@pytest.fixture
def tree(tmp_path, project, granules):
    """A project on a tree of its own: October alone, so that it is quick."""
    p = project(tmp_path / "p")
    for month in ("10", "11"):
        for folder in sorted(granules.rglob(f"*/2016.{month}.*")):
            shutil.copytree(folder, p.folder / "tree" / folder.parent.name / folder.name)
    regions = {"plains": {"longitude": -97.5164, "latitude": 35.4676, "size": [30, 26]}}
    periods = {"training": ["2016-10-01", "2016-10-31"], "test": ["2016-11-01", "2016-11-30"]}
    return p.settings(source={"kind": "directory", "directory": "tree"}, regions=regions, periods=periods)


def first(project, pattern):
    return sorted((project.folder / "tree").rglob(pattern))[0]


def acquire(project, status=1):
    said = project.smen("acquire", "plains", "2016", status=status)
    if status:
        assert "Traceback" not in said
        assert not list(project.folder.glob("results/**/*.geojson"))
    return said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"perods": {}}, "unknown key `perods`; did you mean `periods`?"),
        ({"smen": {"epochs": "x"}}, "`smen.epochs` is 'x'"),
        ({"training": {"epochs": 3}}, "`training.epochs` is now `smen.epochs`"),
        ({"regions": {"a": {"longitude": 0, "latitude": 95}}}, "`regions.a.latitude`"),
        ({"regions": {"a": {"longitude": 0, "latitude": 85}}}, "regions.a: rows"),
        ({"regions": {"all": {"longitude": 0, "latitude": 0}}}, "`all` is the name of a stage"),
        ({"periods": {"test": ["2015-05-01", "2015-06-01"]}}, "test begins on 2015-05-01"),
        ({"regions_file": {"path": "none.gpkg", "column": "name"}}, "there is no such file"),
    ],
)
def test_settings_stop_the_workflow_before_anything_is_made(tmp_path, project, changes, said):
    p = project(tmp_path / "p").settings(**changes)
    text = p.snakemake("all", status=1)
    assert said in text
    assert "Traceback" not in text
    assert not (p.folder / "results").exists()


def test_a_region_beyond_the_3_km_product_is_named_once_before_anything_is_made(tmp_path, project):
    places = {"swapped": {"longitude": 46.2, "latitude": 66.1}, "meant": {"longitude": 6.1, "latitude": 46.2}}
    said = project(tmp_path / "p").settings(regions=places).snakemake("all", "--dry-run")
    assert said.count("warning: swapped: lies wholly beyond 60 degrees north") == 1
    assert "meant: lies" not in said


def test_a_region_given_twice(tmp_path, project):
    p = project(tmp_path / "p").settings()
    file = p.folder / "config.yaml"
    file.write_text(file.read_text().replace("desert:", "plains:"))
    assert "`plains` is given twice" in p.snakemake("all", status=1)


def test_truncated_granule(tree):
    path = first(tree, "SMAP_L2_SM_P_*.h5")
    path.write_bytes(path.read_bytes()[:-5000])
    assert path.name in acquire(tree)


def test_html_page_named_h5(tree):
    path = first(tree, "SMAP_L2_SM_P_*.h5")
    path.write_text("<html><body>Please log in</body></html>")
    said = acquire(tree)
    assert path.name in said
    assert "page" in said


def test_all_bad_granules_are_named_and_can_be_skipped(tree):
    bad = sorted((tree.folder / "tree").rglob("SMAP_L2_SM_P_*.h5"))[:3]
    for path in bad:
        path.write_bytes(b"")
    said = acquire(tree)
    assert all(path.name in said for path in bad)
    settings = yaml.safe_load((tree.folder / "config.yaml").read_text())
    tree.settings(**settings | {"source": settings["source"] | {"bad_granules": "skip"}})
    said = acquire(tree, status=0)
    assert "3 granules skipped" in said
    manifest = (tree.folder / "results/plains/granules/coarse_2016.geojson").read_text()
    assert manifest.count('"skipped"') == 3


def test_granule_of_another_product_under_this_name(tree):
    path = first(tree, "SMAP_L2_SM_P_*.h5")
    with h5py.File(path, "r+") as file:
        file.move("Soil_Moisture_Retrieval_Data", "Soil_Moisture_Retrieval_Data_AM")
    said = acquire(tree)
    assert path.name in said
    assert "Soil_Moisture_Retrieval_Data" in said


def test_missing_dataset(tree):
    path = first(tree, "SMAP_L2_SM_P_*.h5")
    with h5py.File(path, "r+") as file:
        del file["Soil_Moisture_Retrieval_Data/retrieval_qual_flag"]
    said = acquire(tree)
    assert path.name in said
    assert "retrieval_qual_flag" in said


def test_indices_off_the_grid(tree):
    path = first(tree, "SMAP_L2_SM_P_*.h5")
    with h5py.File(path, "r+") as file:
        rows = file["Soil_Moisture_Retrieval_Data/EASE_row_index"]
        rows[...] = np.where(np.arange(rows.size) == 0, 406, rows[:]).astype(rows.dtype)
    assert path.name in acquire(tree)


def test_empty_and_missing_folder(tree):
    shutil.rmtree(tree.folder / "tree")
    assert "tree: no such folder" in acquire(tree)
    (tree.folder / "tree").mkdir()
    assert "no granule of SPL2SMP" in acquire(tree)


def test_all_fill_granule_and_two_versions_are_no_errors(tree):
    paths = sorted((tree.folder / "tree").rglob("SMAP_L2_SM_P_*.h5"))
    with h5py.File(paths[0], "r+") as file:
        moisture = file["Soil_Moisture_Retrieval_Data/soil_moisture"]
        moisture[...] = np.full(moisture.shape, -9999, np.float32)
    newer = paths[1].with_name(paths[1].name.replace("_001.h5", "_002.h5"))
    shutil.copy(paths[1], newer)
    acquire(tree, status=0)
    manifest = (tree.folder / "results/plains/granules/coarse_2016.geojson").read_text()
    assert newer.name in manifest
    assert paths[1].name not in manifest
    tree.smen("align", "plains", "2016")


def test_no_fine_dates_in_training(tree):
    for path in (tree.folder / "tree").rglob("SMAP_L2_SM_SP_*_201610*.h5"):
        path.unlink()
    said = tree.snakemake("all", status=1)
    assert "and 0 a 3 km field" in said
    assert "Widen periods.training" in said
    assert not list(tree.folder.glob("results/plains/models/*"))


@pytest.mark.parametrize("stage", ["acquire", "align"])
def test_disk_full(tree, stage):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    if stage == "align":
        tree.smen("acquire", "plains", "2016")
    before = {path for path in tree.folder.rglob("*") if path.is_file()}
    said = tree.smen(stage, "plains", "2016", status=1, preexec_fn=limit)
    assert "cannot be written" in said
    assert {path for path in tree.folder.rglob("*") if path.is_file()} == before
