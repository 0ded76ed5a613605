"""What writers of a world's states share: times in UTC, and that nothing is written after an error."""

from types import SimpleNamespace

import numpy as np
import pytest

from smen.grid import Window
from smen.simulation.state_writer import StateWriter

DAY = np.datetime64("2016-04-01")


class Noting(StateWriter):
    """A writer that notes what it is asked for."""

    finished = False

    def add(self, state):
        self.times.append(self.time_of(state))

    def _finish(self):
        self.finished = True


def writer(longitude=-90.0):
    world = SimpleNamespace(window=Window.centred_on(longitude, 35.0, 4, 4))
    return Noting(world, DAY, DAY, None, "simulated")


@pytest.mark.parametrize("longitude", [-90.0, 0.0, 120.0])
def test_local_solar_time_becomes_utc(longitude):
    made = writer(longitude)
    for evening in (False, True):
        made.add(SimpleNamespace(day=DAY, evening=evening))
    exact = [
        DAY.astype("datetime64[s]") + np.timedelta64(round((h - made.longitude / 15) * 3600), "s") for h in (6, 18)
    ]
    assert [abs(int((a - b) / np.timedelta64(1, "s"))) <= 1 for a, b in zip(made.times, exact, strict=True)] == [
        True
    ] * 2
    assert abs(made.longitude - longitude) < 0.03


def test_what_is_left_is_written_unless_there_was_an_error():
    with writer() as done:
        assert not done.finished
    assert done.finished
    failed = writer()
    with pytest.raises(RuntimeError), failed:
        raise RuntimeError
    assert not failed.finished
