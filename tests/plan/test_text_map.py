"""The small map of a region: what a person knows of the coasts is there."""

from smen.grid import Window
from smen.plan.text_map import COLUMNS, ROWS, text_map


def drawn(longitude, latitude, size=100):
    return [row.ljust(COLUMNS) for row in text_map(Window.centred_on(longitude, latitude, size, size)).splitlines()]


def test_the_region_is_in_the_middle():
    rows = drawn(-97.5, 35.5)
    assert len(rows) == ROWS
    marked = [(r, c) for r, row in enumerate(rows) for c, letter in enumerate(row) if letter in "#o"]
    middle_row, middle_column = (sum(values) / len(marked) for values in zip(*marked, strict=True))
    assert abs(middle_row - (ROWS - 1) / 2) <= 1 and abs(middle_column - (COLUMNS - 1) / 2) <= 1


def test_south_of_oklahoma_lies_the_gulf_of_mexico_and_north_of_it_land():
    rows = drawn(-97.5, 35.5)
    assert rows[-1].count(" ") > COLUMNS / 3
    assert rows[0].count(".") == COLUMNS


def test_water_of_the_region_is_told_from_its_land():
    text = "".join(drawn(-5.0, 48.0, 100))  # the tip of Brittany
    assert "o" in text and "#" in text


def test_a_region_of_some_cells_is_still_seen():
    assert "#" in "".join(drawn(10.0, 50.0, 4))


def test_a_region_across_180_degrees_is_not_torn_apart():
    rows = drawn(180.0, -17.0)  # Fiji
    width = max(row.rstrip().rfind("o") - row.find("o") for row in rows if "o" in row)
    assert width < 12
