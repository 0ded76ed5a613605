import pytest
from made_region import make_region


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    return make_region(tmp_path_factory.mktemp("made"))
