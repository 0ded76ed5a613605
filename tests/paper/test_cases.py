"""Which dates a case learns from and is judged by, counted from the calendar."""

import numpy as np
import pytest
from made_region import TEST, TRAINING

from smen.data.records import TEST as JUDGED
from smen.data.records import TRAIN as LEARNT
from smen.data.records import VALIDATION
from smen.errors import DataError
from smen.paper.cases import samples_of_case
from smen.settings.paper_section import PaperDates


def days_within(made, period):
    day = made.fields.fine_time.astype("datetime64[D]")
    return made.fields.fine_time[(day >= np.datetime64(period[0])) & (day <= np.datetime64(period[1]))]


@pytest.mark.parametrize("case", ["both", "spatial", "temporal"])
def test_a_case_of_inputs_has_all_dates_of_its_periods(made, case):
    samples = samples_of_case(made.fields, made.experiment(case), case, 1)
    assert samples.with_target(LEARNT).time.tolist() == days_within(made, TRAINING).tolist()
    assert samples.with_target(JUDGED).time.tolist() == days_within(made, TEST).tolist()
    assert not len(samples.with_target(VALIDATION))


def test_a_case_of_a_size_is_judged_by_the_last_dates_and_learns_from_earlier_ones(made):
    samples = samples_of_case(made.fields, made.experiment("size_6"), "size_6", 1)
    assert samples.with_target(JUDGED).time.tolist() == made.fields.fine_time[-4:].tolist()
    learnt = samples.with_target(LEARNT).time
    assert len(learnt) == 6
    assert set(learnt.tolist()) < set(made.fields.fine_time[:-4].tolist())
    other = samples_of_case(made.fields, made.experiment("size_6"), "size_6", 2).with_target(LEARNT).time
    assert learnt.tolist() != other.tolist()


def test_minimum_coverage_and_the_sense_of_an_instance_are_the_settings(made):
    # A made field covers half of the window: none is left where more is asked for.
    strict = PaperDates(minimum_coverage=0.9)
    assert not len(samples_of_case(made.fields, made.experiment(dates=strict), "both", 1).with_target(LEARNT, JUDGED))
    with pytest.raises(DataError, match=r"paper\.sizes_test"):
        samples_of_case(made.fields, made.experiment(dates=strict), "size_3", 1)
