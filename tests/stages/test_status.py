"""What `smen status` says of results that are there, missing, or failed, and while a run is on its way."""

import json
import shutil
from pathlib import Path

import pytest
from made_project import make_plan
from made_region import REGION

from smen.errors import SettingsError
from smen.stages import status

LIST = """time,direction,map,quality,provisional
2016-03-01T12:00:00Z,D,a_D.tif,a_D_quality.tif,no
2016-03-02T12:00:00Z,A,b_A.tif,b_A_quality.tif,yes
"""


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """A plan whose results are to be made, in the working directory."""
    monkeypatch.chdir(tmp_path)
    results = {"results": "results", "resources": "resources"}
    return make_plan(Path(), folders=results, source={"kind": "directory", "directory": "granules"})


def write(path, text=""):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def finish(plan):
    """Put in place all files of a finished run that the status looks at."""
    for step in status.steps_of(plan, REGION):
        for path in step.files:
            write(path)
        write(step.log, "2016-03-02 10:00:00,000 INFO all is well\n")
    write(plan.layout.map_list(REGION, 2016), LIST)
    for name in ("a_D.tif", "a_D_quality.tif", "b_A.tif", "b_A_quality.tif"):
        write(f"{plan.layout.maps(REGION, 2016)}/{name}", "1234")
    states = {"01T12": "present", "02T12": "present", "04T00": "skipped"}
    times = {f"2016-03-{hour}:00:00.000Z": state for hour, state in states.items()}
    features = [{"properties": {"time": time, "state": state}} for time, state in times.items()]
    write(plan.layout.manifest(REGION, "coarse", 2016), json.dumps({"features": features}))


def test_bare_results_say_what_is_to_do(plan):
    (region,) = status.run(plan).regions
    assert (region.state, region.maps, region.newest_map, region.newest_granule) == ("incomplete", 0, None, None)
    assert region.missing[0] == "acquire 2016" and region.missing[-1] == "publish"
    assert region.disk_bytes == 0
    assert "to do: acquire 2016, align 2016" in status.run(plan).text()


def test_a_finished_region_says_what_is_there(plan):
    finish(plan)
    report = status.run(plan)
    (region,) = report.regions
    assert (region.state, region.missing, region.failed) == ("complete", (), ())
    assert (region.maps, region.provisional, region.newest_map) == (2, 1, "2016-03-02T12:00:00Z")
    assert region.newest_granule == "2016-03-02T12:00:00Z"
    files = [path for path in Path("results", REGION).rglob("*") if path.is_file()]
    assert region.disk_bytes == sum(path.stat().st_size for path in files) > 0
    assert not report.any_failed and not report.running
    assert report.text().startswith(f"{REGION}: complete; 2 maps (1 provisional), newest 2016-03-02T12:00:00Z")


def test_a_failed_job_is_named_with_the_last_lines_of_its_log(plan):
    finish(plan)
    Path(plan.layout.map_list(REGION, 2016)).unlink()
    log = Path(plan.layout.log("downscale", REGION, 2016))
    write(log, "2016-03-02 10:00:00,000 INFO begun\n2016-03-02 10:00:01,000 ERROR error: disk full\nFree some\n")
    report = status.run(plan)
    (region,) = report.regions
    assert region.state == "failed" and region.missing == ("downscale 2016",) and report.any_failed
    (failure,) = region.failed
    assert (failure.job, failure.log) == ("downscale 2016", str(log))
    assert failure.reason == "2016-03-02 10:00:01,000 ERROR error: disk full\nFree some"
    assert "failed: downscale 2016" in report.text() and "disk full" in report.text()
    write(log, "2016-03-02 11:00:00,000 INFO begun again\n")  # a run is on its way
    assert status.run(plan).regions[0].state == "incomplete"


def test_a_failed_refresh_counts(plan):
    finish(plan)
    write("logs/results/refresh.log", "2016-03-02 10:00:01,000 ERROR error: Earthdata does not answer\n")
    report = status.run(plan)
    assert report.regions[0].state == "complete" and report.any_failed
    assert report.failed[0].job == "refresh" and "does not answer" in report.failed[0].reason


def test_a_list_whose_map_is_gone_is_to_do(plan):
    finish(plan)
    Path(plan.layout.maps(REGION, 2016), "b_A.tif").unlink()
    assert status.run(plan).regions[0].missing == ("downscale 2016",)


def test_a_run_on_its_way_is_said(plan):
    finish(plan)
    write(".snakemake/locks/0.input.lock")
    assert status.run(plan).running and "on its way" in status.run(plan).text()
    shutil.rmtree(".snakemake")
    assert not status.run(plan).running


def test_json_has_the_documented_keys(plan):
    finish(plan)
    found = json.loads(status.run(plan).to_json())
    assert found.keys() == {"results", "running", "regions", "failed"}
    region = found["regions"][0]
    assert region.keys() == {
        "region", "state", "maps", "provisional", "newest_map", "newest_granule", "missing", "failed", "disk_bytes",
        "no_data",
    }  # fmt: skip
    document = (Path(__file__).parent.parent.parent / "workflow/docs/operation.md").read_text()
    for key in (*found, *region, "job", "log", "reason"):
        assert f"`{key}`" in document, key


def test_damaged_lists_and_manifests_stop_nothing(plan):
    finish(plan)
    write(plan.layout.manifest(REGION, "coarse", 2016), "{half of")
    Path(plan.layout.map_list(REGION, 2016)).write_bytes(b"\xff\xfe\x00")
    (region,) = status.run(plan).regions
    assert (region.maps, region.newest_granule) == (0, None)


def test_an_unknown_region_is_refused(plan):
    with pytest.raises(SettingsError, match="no region `sahara`"):
        status.run(plan, ("sahara",))
