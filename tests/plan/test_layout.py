"""Where files lie: one path for one file, for names and for Snakemake's wildcards alike."""

import inspect

import pytest

from smen.plan.layout import RESULT_FOLDERS, Layout
from smen.plan.resource_layout import ResourceLayout

LAYOUTS = [Layout("out"), ResourceLayout("in")]
VALUES = {"region": "alps", "role": "fine", "year": 2016, "name": "a.csv", "case": "both", "seed": 3, "kind": "nc",
          "stage": "align", "method": "fusion", "part": "alps"}  # fmt: skip


def methods():
    for layout in LAYOUTS:
        for name, method in inspect.getmembers(layout, inspect.ismethod):
            if not name.startswith("_"):
                yield name, method


def called(method, values):
    names = inspect.signature(method).parameters
    return method(**{name: values[name] for name in names})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (Layout("out").aligned("alps", "fine", 2016), "out/alps/aligned/fine_2016.nc"),
        (Layout("out").maps("alps", 2016), "out/alps/maps/2016"),
        (Layout("out").map_list("alps", 2016), "out/alps/maps/2016.csv"),
        (Layout("out").experiment("alps", "both", 3), "out/paper/alps/trained/both_3.safetensors"),
        (Layout("out").deliverable("alps", "qgs"), "out/alps/alps.qgs"),
        (Layout("out").log("align", "alps", 2016), "logs/out/alps/align_2016.log"),
        (Layout("out").log("index", "all"), "logs/out/all/index.log"),
        (Layout("out").uploaded("index"), "out/uploads/index.json"),
    ],
)
def test_paths_that_users_and_documents_name(path, expected):
    assert path == expected


def test_no_two_files_share_a_path():
    paths = [called(method, VALUES) for _, method in methods()]
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize(("name", "method"), methods(), ids=lambda value: value if isinstance(value, str) else "")
def test_wildcards_stand_for_names(name, method):
    pattern = called(method, {key: "{" + key + "}" for key in VALUES})
    assert pattern.format(**VALUES) == called(method, VALUES)


def test_folders_beside_those_of_regions_are_reserved():
    """Folders that lie where those of regions do must not be taken for one."""
    beside = {Layout("out").paper("x").split("/")[1], Layout("out").report("alps").split("/")[1]}
    assert beside <= RESULT_FOLDERS
