"""The report's indices in headless Chromium: values at a point, its strip, and the area in each class."""

import json

import numpy as np
import pytest
from made_indices import FIRST, percentile, two_weeks
from made_maps import CODES, COLOURS, WINDOW, two_maps
from shapely import box
from test_report import Visit, browser  # noqa: F401  (a fixture)

from smen.data.drought_classes import DROUGHT_COLOURS, DROUGHT_NAMES
from smen.grid import M36
from smen.outputs.report.page import write_page
from smen.outputs.report.region_report import Coarse, RegionReport
from smen.outputs.report.region_scripts import write_region

pytestmark = pytest.mark.debian

OUTLINE = box(WINDOW.longitudes[0] - 0.1, WINDOW.latitudes[5], WINDOW.longitudes[-1] + 0.1, WINDOW.latitudes[0] + 0.1)
"""The northern five rows and a half of the map."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A page of two regions with the same indices, of which only the second is given by an outline."""
    folder = tmp_path_factory.mktemp("page")
    names = ["tucson", "basin"]
    for name in names:
        maps_folder, index_folder = folder / name / "maps" / "2018", folder / name / "indices" / "2018"
        for made in (maps_folder, index_folder):
            made.mkdir(parents=True)
        maps, weeks = two_maps(maps_folder), two_weeks(index_folder, name)
        rows, columns = WINDOW.coarse_index(M36)
        coarse = Coarse("SMAP 36 km", rows, columns, np.full((2, *WINDOW.coarse_shape(M36)), 0.2))
        report = RegionReport(
            region=name, window=WINDOW, maps=maps, coarse=coarse, product={}, codes=CODES, colours=COLOURS,
            simulated=True, scores=[], classes=[], training={"train": [0.1], "validation": [0.1], "best": 1},
            indices=weeks, polygon=OUTLINE if name == "basin" else None,
        )  # fmt: skip
        scripts = folder / "report" / name
        scripts.mkdir(parents=True)
        write_region(scripts, report, f"{name}/maps")
    write_page(folder / "index.html", names, folder="report", simulated=True)
    return folder


@pytest.fixture
def visit(browser, folder):  # noqa: F811
    seen = Visit(browser, (folder / "index.html").as_uri())
    seen.settled("smen.state.region.loaded()")
    yield seen
    seen.page.close()
    assert seen.faults == []


def heights(visit, period):
    """Heights of the parts of one period's column, from the worst class up, by their colour."""
    parts = visit.js(
        f"Array.from(document.querySelectorAll('#index-areas [data-period=\"{period}\"] rect'),"
        " part => [part.getAttribute('fill'), Number(part.getAttribute('height'))])"
    )
    return dict(parts)


def test_the_point_has_its_class_percentile_and_chance(visit):
    visit.js(f"smen.set({{ cell: 4 * {WINDOW.width} + 7 }})")
    text = visit.page.locator("#index-values").inner_text()
    assert DROUGHT_NAMES[2] in text  # percentile 13: D1
    assert "13 (7 to 20)" in text and "87 %" in text and "13 %" in text
    assert "week from Mon, 2 Jul 2018" in visit.page.locator("#index-place").inner_text()
    assert "fewer than five" in visit.page.locator("#index-place").inner_text()


def test_the_strip_has_the_classes_of_the_weeks(visit):
    visit.js("smen.set({ cell: 5 })")  # in the first row, which the second week lacks
    fills = visit.js(
        "Array.from(document.querySelectorAll('#index-strip [data-period]'), part => part.getAttribute('fill'))"
    )
    assert fills == [DROUGHT_COLOURS[5], "#fff"]
    assert "no value" in visit.js("document.querySelectorAll('#index-strip title')[1].textContent")


def test_the_area_in_each_class_is_that_of_the_rasters(visit):
    field = percentile(0)
    expected = {
        DROUGHT_COLOURS[code]: ((field >= low) & (field < high)).mean()
        for code, (low, high) in enumerate([(30, 101), (20, 30), (10, 20), (5, 10), (2, 5), (0, 2)])
    }
    shown = heights(visit, 0)
    whole = sum(shown.values())
    assert {colour: height / whole for colour, height in shown.items()} == pytest.approx(expected, abs=2e-3)
    assert visit.page.locator("#area-of").is_hidden()
    label = visit.page.locator("#index-areas svg").get_attribute("aria-label")
    assert " ".join(label.split()) == "Share of the map in each drought class over time"


def test_a_region_given_by_an_outline_has_the_area_within_it(visit, pictures):
    visit.page.locator("#regions button").nth(1).click()
    visit.settled("smen.state.region.name === 'basin' && smen.state.region.loaded()")
    page = visit.page
    assert page.locator("#area-of").is_visible() and page.locator("#area-of").input_value() == "outline"
    within = heights(visit, 0)
    assert set(within) == {DROUGHT_COLOURS[code] for code in (2, 3, 4, 5)}  # percentiles of 1 to 16
    whole = sum(within.values())
    assert within[DROUGHT_COLOURS[5]] / whole == pytest.approx(1 / 5.5, abs=5e-3)
    page.locator("#area-of").select_option("window")
    assert DROUGHT_COLOURS[0] in heights(visit, 0)
    page.screenshot(path=pictures / "report_indices.png", full_page=True)


def corners(row, column, rows, columns):
    """Corners of a square of cells, as shares of the map."""
    left, right, top, bottom = column, column + columns, row, row + rows
    places = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return [[x / WINDOW.width, y / WINDOW.height] for x, y in places]


def test_a_drawn_area_has_its_area_in_each_class(visit, pictures):
    """Rows 4 and 5 of the map, of percentiles 13 and 16: D1."""
    visit.js(f"smen.set({{ area: {{ name: 'drawn area', rings: [{corners(4, 2, 2, 5)}] }} }})")
    page = visit.page
    assert page.locator("#area-of").input_value() == "area drawn area"
    assert set(heights(visit, 0)) == {DROUGHT_COLOURS[2]}
    label = page.locator("#index-areas svg").get_attribute("aria-label")
    assert " ".join(label.split()) == "Share of drawn area in each drought class over time"
    page.locator("#area-card").screenshot(path=pictures / "report_drawn_classes.png")
    page.locator("#area-of").select_option("window")
    assert len(heights(visit, 0)) > 1


def test_an_area_is_shown_where_half_of_it_has_a_class(visit):
    visit.js(f"smen.set({{ area: {{ name: 'drawn area', rings: [{corners(0, 2, 3, 5)}] }} }})")
    three_rows = heights(visit, 1)  # of which the second week lacks one
    assert {colour: pytest.approx(height / sum(three_rows.values())) for colour, height in three_rows.items()} == {
        DROUGHT_COLOURS[4]: 0.5, DROUGHT_COLOURS[3]: 0.5,
    }  # fmt: skip
    visit.js(f"smen.set({{ area: {{ name: 'drawn area', rings: [{corners(0, 2, 1, 5)}] }} }})")
    assert set(heights(visit, 0)) == {DROUGHT_COLOURS[5]} and heights(visit, 1) == {}


def test_polygons_of_a_file_are_choices_of_the_area_chart(visit):
    boxes = {"dry": (0, 1), "wet": (12, 2)}
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": box(
                WINDOW.longitudes[3] - 0.01, WINDOW.latitudes[row + rows - 1] - 0.01, WINDOW.longitudes[8] + 0.01,
                WINDOW.latitudes[row] + 0.01,
            ).__geo_interface__,
        }
        for name, (row, rows) in boxes.items()
    ]  # fmt: skip
    text = json.dumps({"type": "FeatureCollection", "features": features})
    visit.js(f"smen.takePolygons({json.dumps(text)}, 'fields.geojson')")
    page = visit.page
    assert page.locator("#area-of option").all_inner_texts() == ["dry", "wet", "of the whole map"]
    assert set(heights(visit, 0)) == {DROUGHT_COLOURS[5]}
    page.locator("#area-of").select_option("area wet")
    assert set(heights(visit, 0)) == {DROUGHT_COLOURS[0]}
    assert page.locator("#areas").input_value() == "wet"
    visit.js("smen.forgetArea()")
    assert page.locator("#area-of").is_hidden()


def test_a_click_on_a_week_goes_to_a_map_of_it(visit):
    visit.js("smen.set({ date: 1 })")
    visit.page.locator("#index-areas [data-period='0']").click()
    assert visit.js("smen.state.date") == 0
    assert visit.js("smen.state.region.indices.periods[0][0]") == f"{FIRST}Z"
