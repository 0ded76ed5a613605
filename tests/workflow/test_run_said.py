"""What a run that fails says: the error once, last, and no JSON of a job."""

import pytest

pytestmark = pytest.mark.workflow


def test_an_error_is_said_once_and_last(tmp_path, project):
    p = project(tmp_path / "p")
    p.folder.mkdir()
    (p.folder / "tree").mkdir()
    place = {"longitude": -97.5164, "latitude": 35.4676, "size": [30, 26]}
    periods = {"training": ["2016-10-01", "2016-10-31"], "test": ["2016-11-01", "2016-11-30"]}
    p.settings(source={"kind": "directory", "directory": "tree"}, regions={"plains": place}, periods=periods)
    said = p.snakemake("all", status=1)
    assert said.index("plains: 73 km wide") < said.index("SNAKEMAKE")
    assert "plains: acquire 2016 begins, about " in said
    assert said.count("no granule of SPL2SMP (") == 1
    last = said[said.index("plains: acquire 2016 failed:") :]
    assert "error: tree: no granule of SPL2SMP" in last and "Error in rule" not in last
    assert '{"results"' not in said and "--job ..." in said
