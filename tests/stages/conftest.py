import shutil

import pytest
from made_project import make_plan
from made_region import REGION, make_region

from smen.stages import pair, train


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A made region: its aligned series and its truth."""
    return make_region(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="session")
def trained(made):
    """The plan of the made region after its samples and its fitted method."""
    plan = make_plan(made.folder)
    pair.run(plan.pair(REGION, 2016))
    train.run(plan.train(REGION))
    return plan


@pytest.fixture
def copied(made, trained, tmp_path):
    """The same in a folder of its own, to be changed and spoiled; settings may be given."""
    shutil.copytree(made.folder, tmp_path, dirs_exist_ok=True)

    def plan(**sections):
        return make_plan(tmp_path, **sections)

    return plan
