"""Each job names the files that it writes."""

from pathlib import Path

import pytest
from made_project import make_plan
from made_region import REGION

from smen.plan.jobs import Job
from smen.plan.stage_files import written_by
from smen.plan.stage_table import STAGES


def test_a_job_of_a_year_names_the_files_of_that_year_alone(tmp_path):
    plan = make_plan(tmp_path)
    places = written_by(plan.align(REGION, 2016))
    assert [place.name for place in places] == ["coarse_2016.nc", "fine_2016.nc"]
    assert [place.relative_to(tmp_path).as_posix() for place in written_by(plan.downscale(REGION, 2016))] == [
        f"results/{REGION}/maps/2016",
        f"results/{REGION}/maps/2016.csv",
    ]


@pytest.mark.parametrize("name", [name for name in STAGES if name != "experiment"])
def test_every_stage_is_known_and_stays_below_its_folders(tmp_path, name):
    plan = make_plan(tmp_path, indices={"which": ["drought"]}, tiles={"area": [-97.5, 35.4, -97.4, 35.5]})
    stage = STAGES[name]
    job = plan.job(name, REGION if stage.of_region else None, 2016 if stage.of_year else None)
    places = written_by(job)
    assert places
    assert all(Path(tmp_path) in place.parents for place in places)


def test_an_unknown_job_is_refused():
    class Other(Job):
        pass

    with pytest.raises(TypeError, match="Other"):
        written_by(Other(results="out"))
