"""What a region asks for: the measured region comes back, and the rest follows in proportion."""

import pytest

from smen.plan.needs import needs_of


def test_the_measured_region_comes_back():
    needs = needs_of("simulated", 100 * 100, 1627, 542, 255.0, 1e9)
    assert needs.granules == pytest.approx(360e6, rel=0.05)
    assert needs.results == pytest.approx(174e6, rel=0.05)


def test_so_does_a_small_one_whose_granules_are_hardly_smaller():
    needs = needs_of("simulated", 30 * 30, 152, 31, 60.0, 1e9)
    assert needs.granules == pytest.approx(47e6, rel=0.35)
    assert needs.results == pytest.approx(6e6, rel=0.35)


@pytest.mark.parametrize("source", ["simulated", "earthdata"])
def test_a_quarter_of_the_cells_has_smaller_results_but_whole_granules(source):
    whole, quarter = (needs_of(source, cells, 1000, 300, 80.0, 1e9) for cells in (10000, 2500))
    assert whole.results / 4 < quarter.results < 0.6 * whole.results
    assert quarter.granules == whole.granules


def test_a_folder_of_the_user_takes_no_more_disk():
    assert needs_of("directory", 10000, 1000, 300, 80.0, 1e9).granules == 0


def test_in_words():
    text = needs_of("earthdata", 10000, 1400, 450, 215.0, 3e9).described(cores=2)
    assert text.startswith(
        "about 5.3 GB on disk, at most 3.0 GB of memory a job and 4 min of one core, 2 min with the 2 "
    )
