"""Which dates a case is trained and tested on, counted from the calendar."""

import numpy as np
import pytest
from made_fields import make_fields
from made_region import TEST as TEST_PERIOD
from made_region import TRAINING

from smen.data.records import MISSING, NONE, TEST, TRAIN, VALIDATION
from smen.errors import DataError
from smen.paper.cases import draw_sizes, paper_samples, samples_of_case, size_of, streams_of
from smen.settings.paper_section import PaperDates


def days_within(made, period):
    day = made.fields.fine_time.astype("datetime64[D]")
    return made.fields.fine_time[(day >= np.datetime64(period[0])) & (day <= np.datetime64(period[1]))]


@pytest.mark.parametrize("case", ["both", "spatial", "temporal"])
def test_a_case_of_inputs_has_all_dates_of_its_periods(made, case):
    samples = samples_of_case(made.fields, made.experiment(case), case, 1)
    assert samples.with_target(TRAIN).time.tolist() == days_within(made, TRAINING).tolist()
    assert samples.with_target(TEST).time.tolist() == days_within(made, TEST_PERIOD).tolist()
    assert not len(samples.with_target(VALIDATION))


def test_a_case_of_a_size_is_tested_on_the_last_dates_and_trained_on_earlier_ones(made):
    samples = samples_of_case(made.fields, made.experiment("size_6"), "size_6", 1)
    assert samples.with_target(TEST).time.tolist() == made.fields.fine_time[-4:].tolist()
    trained_on = samples.with_target(TRAIN).time
    assert len(trained_on) == 6
    assert set(trained_on.tolist()) < set(made.fields.fine_time[:-4].tolist())
    other = samples_of_case(made.fields, made.experiment("size_6"), "size_6", 2).with_target(TRAIN).time
    assert trained_on.tolist() != other.tolist()


def test_minimum_coverage_and_the_time_instance_are_the_settings(made):
    # A made field covers half of the window: none is left where more is asked for.
    strict = PaperDates(minimum_coverage=0.9)
    assert not len(samples_of_case(made.fields, made.experiment(dates=strict), "both", 1).with_target(TRAIN, TEST))
    with pytest.raises(DataError, match=r"paper\.sizes_test"):
        samples_of_case(made.fields, made.experiment(dates=strict), "size_3", 1)


@pytest.fixture(scope="module")
def many():
    return make_fields(n=60)


def periods(many):
    days = many.coarse_time.astype("datetime64[D]")
    return (days[0], days[40]), (days[41], days[-1])


def test_cases():
    assert [streams_of(c) for c in ("both", "spatial", "temporal", "size_20")] == [
        "spatiotemporal", "spatial", "temporal", "spatiotemporal",
    ]  # fmt: skip
    assert [size_of(c) for c in ("both", "size_20", "size_100")] == [None, 20, 100]


def test_every_training_date_is_trained_on(many):
    samples = paper_samples(many, *periods(many))
    assert samples.fine_history.shape[1] == 4
    assert not (samples.split == VALIDATION).any()
    assert len(samples.with_target(TRAIN)) == 21  # every second of the first 41 overpasses has a fine field
    assert len(samples.with_target(TEST)) == 9


def test_a_day_counts_once_where_the_settings_say_so(many):
    # Overpasses 36 h apart never share a day; brought together in pairs they do.
    time = many.coarse_time[0].astype("datetime64[D]") + np.repeat(np.arange(30), 2) * np.timedelta64(1, "D")
    time = (time + np.tile([np.timedelta64(6, "h"), np.timedelta64(18, "h")], 30)).astype("datetime64[s]")
    kept = {f: getattr(many, f) for f in many.__dataclass_fields__}
    dense = type(many)(
        **{**kept, "coarse_time": time, "fine_time": time[:30], "fine_ready": time[:30], "fine": many.fine[:30]}
    )
    first, second = (time[0], time[30]), (time[32], time[-1])
    every = paper_samples(dense, first, second)
    once = paper_samples(dense, first, second, time_instance="day")
    assert (every.fine != MISSING).sum() == 30
    assert (once.fine != MISSING).sum() == 15
    assert set(np.unique(once.fine_history)) <= set(range(1, 30, 2)) | {MISSING}  # the evening's, the later one


@pytest.mark.parametrize("how", ["random", "latest"])
def test_small_sets_lie_in_larger_ones_before_the_test_dates(many, how):
    samples = paper_samples(many, *periods(many))
    sets = {}
    for size in (5, 10, 20, 1000):
        drawn = draw_sizes(samples, size, 4, how, seed=3)
        train, test = drawn.with_target(TRAIN), drawn.with_target(TEST)
        assert len(train) == min(size, 30 - 4)
        assert len(test) == 4
        assert train.time.max() < test.time.min()
        assert (test.time == samples.with_target(TRAIN, TEST).time[-4:]).all()
        sets[size] = set(train.time.tolist())
    assert sets[5] < sets[10] < sets[20] < sets[1000]
    if how == "latest":
        assert sets[5] == set(samples.with_target(TRAIN, TEST).time[-9:-4].tolist())
    else:
        assert sets[5] != set(draw_sizes(samples, 5, 4, how, seed=4).with_target(TRAIN).time.tolist())


def test_too_few_test_dates_are_named(many):
    samples = paper_samples(many, *periods(many))
    with pytest.raises(DataError, match=r"paper\.sizes_test"):
        draw_sizes(samples, 10, 50, "random", 0)
    assert (samples.split != NONE).all()
