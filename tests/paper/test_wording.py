import pytest

from smen.paper.wording import signed, width


def test_a_difference_always_has_its_sign():
    assert [signed(v) for v in (0.00123, -0.0072, 0.0)] == ["+0.0012", "−0.0072", "+0.0000"]


def test_the_width_of_a_line_grows_with_its_font_and_its_letters():
    assert width("wide", 16) == pytest.approx(2 * width("wide", 8), rel=0.05)
    assert width("wide", 8, bold=True) > width("wide", 8)
    assert width("wide wide", 8) > 2 * width("wide", 8)
