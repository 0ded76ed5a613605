from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_fields import make_fields, make_samples

from smen.data.samples import (
    MISSING,
    NONE,
    TEST,
    TRAIN,
    VALIDATION,
    Periods,
    build_samples,
    hold_out,
    samples_of,
    split_dates,
)
from smen.errors import DataError

T0 = np.datetime64("2017-03-01T00:30:00", "s")
HOUR, DAY = np.timedelta64(1, "h"), np.timedelta64(1, "D")


def hours(*values):
    return T0 + np.array(values, "timedelta64[h]").astype("timedelta64[s]")


def scenes(*groups):
    return tuple(frozenset(T0 + v * HOUR for v in group) for group in groups)


def build(coarse, fine, ready, coverage=None, sentinel1=None, **options):
    return build_samples(
        hours(*coarse),
        hours(*fine),
        hours(*ready),
        np.ones(len(fine)) if coverage is None else np.array(coverage),
        scenes(*([r] for r in ready)) if sentinel1 is None else scenes(*sentinel1),
        **options,
    )


def test_by_hand():
    samples = build([0, 12, 24, 36, 48], [0, 24, 48], [5, 30, 50], fine_history=2, coarse_history=3)
    assert samples.fine.tolist() == [0, -1, 1, -1, 2]
    assert samples.fine_history.tolist() == [[-1, -1], [0, -1], [0, -1], [1, 0], [1, 0]]
    assert samples.fine_history_coarse.tolist() == [[-1, -1], [0, -1], [0, -1], [2, 0], [2, 0]]
    np.testing.assert_allclose(samples.age, [[np.nan] * 2, [0.5, np.nan], [1, np.nan], [0.5, 1.5], [1, 2]])
    assert samples.coarse_history.tolist() == [[-1, -1, -1], [0, -1, -1], [1, 0, -1], [2, 1, 0], [3, 2, 1]]
    assert (samples.split == NONE).all()


def test_a_sentinel1_time_after_the_overpass_is_no_history():
    # The SMAP time lies before, Sentinel-1 comes 30 h later: at 24 h it has not been seen yet, at 36 h it has.
    samples = build([0, 24, 36], [0], [30], fine_history=1)
    assert samples.fine_history[:, 0].tolist() == [-1, -1, 0]


def test_ready_at_the_beginning_of_the_half_orbit_is_too_late():
    assert build([0, 24], [0], [24], fine_history=1).fine_history[1, 0] == MISSING


def test_no_scene_is_in_target_and_history():
    # One Sentinel-1 scene, paired with the pass at 0 h and with that at 12 h, another one at 12 h only.
    samples = build([0, 12, 24], [0, 12], [6, 6], sentinel1=[[6], [6, 8]], fine_history=1)
    assert samples.fine.tolist() == [0, 1, -1]
    assert samples.fine_history[:, 0].tolist() == [-1, -1, 1]


def test_what_is_no_fine_date():
    # Too little coverage; a half-orbit without coarse field. Neither is target nor history.
    samples = build([0, 24, 48], [0, 12, 24], [1, 13, 25], coverage=[0.09, 1, 0.1], fine_history=2)
    assert samples.fine.tolist() == [-1, 2 - 0, -1]
    assert samples.fine_history.tolist() == [[-1, -1], [-1, -1], [2, -1]]
    assert build([0], [0], [1], coverage=[0.09], minimum_coverage=0.05).fine.tolist() == [0]


def test_without_any_fine_field():
    samples = build([0, 24], [], [], fine_history=3)
    assert samples.fine.tolist() == [-1, -1]
    assert (samples.fine_history == MISSING).all() and np.isnan(samples.age).all()


def test_times_must_rise():
    with pytest.raises(DataError, match="rise strictly"):
        build([24, 0], [0], [1])
    with pytest.raises(DataError, match="differ in number"):
        build([0, 24], [0], [1], coverage=[1, 1])


times = st.lists(st.integers(0, 400), min_size=1, max_size=40, unique=True).map(sorted)


@st.composite
def archives(draw):
    coarse = draw(times)
    fine = sorted(draw(st.sets(st.sampled_from(coarse), max_size=20)))
    ready = [t + draw(st.integers(0, 36)) for t in fine]
    sentinel1 = [
        {r, *draw(st.sets(st.integers(0, 430), max_size=2).map(lambda s, r=r: {min(v, r) for v in s}))} for r in ready
    ]
    coverage = [draw(st.sampled_from([0.05, 0.2, 0.9])) for _ in fine]
    return coarse, fine, ready, coverage, sentinel1


@settings(max_examples=150, deadline=None)
@given(archives(), st.integers(1, 6), st.integers(0, 6))
def test_nothing_at_or_after_t_enters(archive, k, m):
    coarse, fine, ready, coverage, sentinel1 = archive
    samples = build(coarse, fine, ready, coverage, sentinel1, fine_history=k, coarse_history=m)
    for row, t in enumerate(coarse):
        before = [h for h in samples.fine_history[row] if h != MISSING]
        assert before == sorted(before, reverse=True)
        target = set(sentinel1[samples.fine[row]]) if samples.fine[row] != MISSING else set()
        for h in before:
            assert fine[h] < t and ready[h] < t
            assert not target & set(sentinel1[h])
        assert all(coarse[p] < t for p in samples.coarse_history[row] if p != MISSING)
        # And it is complete: whatever qualifies and is newer than the oldest one taken, is taken.
        own = set(sentinel1[fine.index(t)]) if t in fine else set()
        fit = [i for i in range(len(fine)) if ready[i] < t and coverage[i] >= 0.1 and not own & set(sentinel1[i])]
        assert before == fit[::-1][:k]


@settings(max_examples=60, deadline=None)
@given(archives(), st.data())
def test_what_comes_later_changes_no_row(archive, data):
    coarse, fine, ready, coverage, sentinel1 = archive
    t = data.draw(st.sampled_from(coarse))
    n = coarse.index(t) + 1
    f = sum(1 for v in fine if v <= t)
    whole = build(*archive, fine_history=3, coarse_history=3)
    cut = build(coarse[:n], fine[:f], ready[:f], coverage[:f], sentinel1[:f], fine_history=3, coarse_history=3)
    for name in ("time", "coarse", "fine", "fine_history", "fine_history_coarse", "age", "coarse_history"):
        np.testing.assert_array_equal(getattr(whole, name)[:n], getattr(cut, name))


def test_splits_and_history_over_their_borders():
    day = [np.datetime64("2017-03-01") + i for i in range(6)]
    periods = Periods(train=[(day[0], day[1])], validation=[(day[2], day[2])], test=[(day[3], day[4])])
    samples = build([0, 24, 48, 72, 96, 120], [0, 24, 48], [1, 25, 49], fine_history=1, periods=periods)
    assert samples.split.tolist() == [TRAIN, TRAIN, VALIDATION, TEST, TEST, NONE]
    assert samples.fine_history[3, 0] == 2  # a test date may look back at a validation date
    assert samples.with_target(TRAIN).time.tolist() == samples.time[:2].tolist()


def test_periods_that_make_no_sense():
    with pytest.raises(DataError, match="overlaps"):
        Periods(train=[("2016-01-01", "2017-12-31")], test=[("2017-12-31", "2018-12-31")])
    with pytest.raises(DataError, match="ends before"):
        Periods(train=[("2017-01-01", "2016-12-31")])


def test_the_last_fifth_is_held_out():
    time = hours(*range(0, 240, 24))
    assert split_dates(time) == time[8]
    assert split_dates(time[:2]) == time[1]
    assert split_dates(time[:1]) is None
    assert split_dates(time, 0) is None


def test_hold_out_counts_fine_dates_and_keeps_what_is_set(fields):
    samples = samples_of(
        fields, periods=Periods(train=[("2016-01-01", "2016-02-10")], test=[("2016-02-11", "2016-12-31")])
    )
    held = hold_out(samples)
    learning, checking = held.with_target(TRAIN), held.with_target(VALIDATION)
    assert len(checking) == round(0.2 * (len(learning) + len(checking)))
    assert learning.time.max() < held.time[held.split == VALIDATION].min()
    assert ((held.split == TEST) == (samples.split == TEST)).all()
    assert hold_out(held) is held


def test_fields_that_do_not_fit(fields):
    with pytest.raises(DataError, match="shape"):
        replace(fields, coarse=fields.coarse[:, :-1])
    with pytest.raises(DataError, match="rise strictly"):
        replace(fields, coarse_time=fields.coarse_time[::-1])
    with pytest.raises(DataError, match="ready before"):
        replace(fields, fine_ready=fields.fine_time - DAY)


def test_samples_of_counts_cells():
    fields = make_fields(n=12)
    fine = fields.fine.copy()
    fine[1] = np.nan
    samples = make_samples(replace(fields, fine=fine))
    assert samples.fine[:5].tolist() == [0, -1, -1, -1, 2]
