"""Where granules lie: paths that users and documents name (all paths are held apart in test_layout.py)."""

import pytest

from smen.plan.resource_layout import ResourceLayout


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (ResourceLayout("in").simulated_truth("alps", 2016), "in/simulated/alps/truth/truth_2016.nc"),
        (ResourceLayout("in").simulated_covariates("alps"), "in/simulated/alps/covariates"),
        (ResourceLayout("in").granule_store(), "in/granules"),
        (ResourceLayout("in").bucket_store(), "in/buckets"),
    ],
)
def test_paths_that_users_and_documents_name(path, expected):
    assert path == expected
