import numpy as np
import pytest
from made_fields import make_fields

from smen.data.records import MISSING, NONE, TEST, TRAIN, VALIDATION
from smen.errors import DataError
from smen.paper.sampling import draw_sizes, paper_samples, size_of, streams_of


@pytest.fixture(scope="module")
def fields():
    return make_fields(n=60)


def periods(fields):
    days = fields.coarse_time.astype("datetime64[D]")
    return (days[0], days[40]), (days[41], days[-1])


def test_cases():
    assert [streams_of(c) for c in ("both", "spatial", "temporal", "size_20")] == [
        "spatiotemporal", "spatial", "temporal", "spatiotemporal",
    ]  # fmt: skip
    assert [size_of(c) for c in ("both", "size_20", "size_100")] == [None, 20, 100]


def test_every_training_date_is_learnt_from(fields):
    samples = paper_samples(fields, *periods(fields))
    assert samples.fine_history.shape[1] == 4
    assert not (samples.split == VALIDATION).any()
    assert len(samples.with_target(TRAIN)) == 21  # every second of the first 41 overpasses has a fine field
    assert len(samples.with_target(TEST)) == 9


def test_a_day_counts_once_where_the_settings_say_so(fields):
    # Overpasses 36 h apart never share a day; brought together in pairs they do.
    time = fields.coarse_time[0].astype("datetime64[D]") + np.repeat(np.arange(30), 2) * np.timedelta64(1, "D")
    time = (time + np.tile([np.timedelta64(6, "h"), np.timedelta64(18, "h")], 30)).astype("datetime64[s]")
    kept = {f: getattr(fields, f) for f in fields.__dataclass_fields__}
    dense = type(fields)(
        **{**kept, "coarse_time": time, "fine_time": time[:30], "fine_ready": time[:30], "fine": fields.fine[:30]}
    )
    first, second = (time[0], time[30]), (time[32], time[-1])
    every = paper_samples(dense, first, second)
    once = paper_samples(dense, first, second, instance="day")
    assert (every.fine != MISSING).sum() == 30
    assert (once.fine != MISSING).sum() == 15
    assert set(np.unique(once.fine_history)) <= set(range(1, 30, 2)) | {MISSING}  # the evening's, the later one


@pytest.mark.parametrize("how", ["random", "latest"])
def test_small_sets_lie_in_larger_ones_before_the_test_dates(fields, how):
    samples = paper_samples(fields, *periods(fields))
    sets = {}
    for size in (5, 10, 20, 1000):
        drawn = draw_sizes(samples, size, 4, how, seed=3)
        learn, judge = drawn.with_target(TRAIN), drawn.with_target(TEST)
        assert len(learn) == min(size, 30 - 4)
        assert len(judge) == 4
        assert learn.time.max() < judge.time.min()
        assert (judge.time == samples.with_target(TRAIN, TEST).time[-4:]).all()
        sets[size] = set(learn.time.tolist())
    assert sets[5] < sets[10] < sets[20] < sets[1000]
    if how == "latest":
        assert sets[5] == set(samples.with_target(TRAIN, TEST).time[-9:-4].tolist())
    else:
        assert sets[5] != set(draw_sizes(samples, 5, 4, how, seed=4).with_target(TRAIN).time.tolist())


def test_too_few_test_dates_are_named(fields):
    samples = paper_samples(fields, *periods(fields))
    with pytest.raises(DataError, match=r"paper\.sizes_test"):
        draw_sizes(samples, 10, 50, "random", 0)
    assert (samples.split != NONE).all()
