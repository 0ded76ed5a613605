"""Published results, made once for all tests of what GIS tools and browsers see."""

import os
import shutil
from pathlib import Path

import pytest
from made_results import make_results


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A plan and its results: one region, 40 maps. Not to be changed by a test."""
    folder = tmp_path_factory.mktemp("made")
    return make_results(folder)


@pytest.fixture(scope="session")
def results(made):
    """The folder of results."""
    return Path(made.layout.results)


@pytest.fixture(scope="session")
def moved(results, tmp_path_factory):
    """A copy of the folder under another name."""
    folder = tmp_path_factory.mktemp("moved") / "a copy, elsewhere"
    shutil.copytree(results, folder)
    return folder


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """Folder of the screenshots: the one that SMEN_PICTURES names, or a temporary one."""
    folder = Path(os.environ.get("SMEN_PICTURES") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
