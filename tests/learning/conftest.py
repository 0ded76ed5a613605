import pytest
from made_fields import make_fields, make_samples


@pytest.fixture(scope="session")
def fields():
    return make_fields()


@pytest.fixture(scope="session")
def samples(fields):
    return make_samples(fields)
