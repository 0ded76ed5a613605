"""What a job works on: the cells of its region and the days of the years that it reads."""

from made_project import make_plan
from made_region import REGION

from smen.plan.job_resources import MEMORY
from smen.plan.job_size import Cost, JobSize, size_of
from smen.plan.stage_table import STAGES
from smen.plan.step_seconds import SECONDS


def test_a_cost_grows_with_cells_and_with_cells_times_days():
    assert Cost(10, cells=2, cell_days=3).of(JobSize("align", 5_000, 200)) == 10 + 2 * 5 + 3 * 1


def test_cells_and_days_are_those_of_the_years_that_a_job_reads(tmp_path):
    plan = make_plan(tmp_path)
    first, last = plan.granule_period(REGION)
    assert first.year == last.year == 2016
    days = (last - first).days + 1
    assert size_of(plan, "align", REGION, 2016) == JobSize("align", 48 * 48, days)
    assert size_of(plan, "evaluate", REGION).days == days
    assert size_of(plan, "index") == JobSize("index", 48 * 48, days)


def test_every_stage_has_its_size(tmp_path):
    plan = make_plan(tmp_path, indices={"which": ["drought"]})
    for name, stage in STAGES.items():
        place = [REGION] * stage.of_region + [2016] * stage.of_year
        size = size_of(plan, name, *place, method="fusion" if name == "train" else None)
        assert size.kind in MEMORY.keys() & SECONDS.keys()
        assert size.cells == 48 * 48 and size.days > 0


def test_epochs_beyond_the_measured_ones_count(tmp_path):
    plan = make_plan(tmp_path, method="smen", smen={"epochs": 80})
    assert size_of(plan, "train", REGION, method="smen").times == 10
    assert size_of(plan, "train", REGION, method="fusion").times == 1
