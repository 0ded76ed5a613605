"""The report in headless Chromium (Debian's), driven by Playwright."""

import json
import os
import shutil
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pandas as pd
import pytest
import rasterio
from made_results import make_results
from pictures import pixels

pytestmark = pytest.mark.debian

FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium", path=f"{os.environ.get('PATH', '')}:/usr/bin")
    if program is None:
        pytest.skip("chromium is not installed (Debian: chromium; see tests/debian-packages.sh)")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"), executable_path=program, args=FLAGS,
            viewport={"width": 1360, "height": 900}, has_touch=True,
        )  # fmt: skip
        yield context
        context.close()


class Quiet(SimpleHTTPRequestHandler):
    """A static server that does not report each request."""

    def log_message(self, *_):
        pass


class Visit:
    """A page, with what went wrong and what it asked for."""

    def __init__(self, browser, address):
        self.page, self.faults, self.requests = browser.new_page(), [], []
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("requestfailed", lambda request: self.faults.append(request.url))
        self.page.on("request", lambda request: self.requests.append(request.url))
        began = time.perf_counter()
        self.page.goto(address)
        self.page.wait_for_selector("body[data-ready]")
        self.seconds = time.perf_counter() - began

    def js(self, code):
        return self.page.evaluate(code)

    def settled(self, condition):
        self.page.wait_for_function(condition)


@pytest.fixture
def visit(browser, moved):
    seen = Visit(browser, (moved / "index.html").as_uri())
    yield seen
    seen.page.close()
    assert seen.faults == []
    assert [url for url in seen.requests if not url.startswith(("file:", "data:", "blob:"))] == []


def bands(moved, number):
    """A map by its number: its time and its bands."""
    maps = sorted(path for path in moved.glob("tucson/maps/2018/*.tif") if "quality" not in path.name)
    with rasterio.open(maps[number]) as raster:
        return maps[number], raster.read(masked=True).filled(np.nan)


def test_it_opens_with_title_legend_and_links(visit, pictures):
    page = visit.page
    assert page.title() == "Soil moisture at 3 km"
    assert page.locator("#simulated").is_visible()
    assert page.locator("#regions button").all_inner_texts() == ["tucson"]
    assert "UTC" in page.locator("#date").inner_text()
    assert "Soil moisture (m³/m³)" in page.locator("#legends").inner_text()
    assert "simulated data" in page.locator("#legends").inner_text()
    visit.settled("smen.state.region.loaded()")
    page.screenshot(path=pictures / "report.png", full_page=True)
    for link in page.locator("#files a").all():
        assert not link.get_attribute("href").startswith(("/", "http"))


def test_the_page_has_the_maps_own_values(visit, moved):
    visit.settled("smen.state.region.loaded()")
    for number in (0, 7, 39):
        _, (moisture, deviation, age) = bands(moved, number)
        for layer, expected, step in (("estimate", moisture, 1e-3), ("deviation", deviation, 1e-3), ("age", age, 0.1)):
            shown = visit.js(f"Array.from(smen.state.region.field('{layer}', {number}), v => isNaN(v) ? null : v)")
            shown = np.array(shown, float).reshape(40, 40)
            np.testing.assert_array_equal(np.isnan(shown), np.isnan(expected))
            assert np.nanmax(np.abs(shown - expected), initial=0) <= step / 2 + 1e-6


def test_coarse_cells_are_blocks_of_the_36_km_grid(visit, made):
    window = made.regions["tucson"].window
    coarse = np.array(visit.js("Array.from(smen.state.region.field('coarse', 2))")).reshape(40, 40)
    edges = np.flatnonzero((np.diff(coarse, axis=1) != 0).any(axis=0)) + 1
    assert {int((window.column + edge) % 12) for edge in edges} == {0}


def test_the_slider_shows_another_date(visit, moved):
    page = visit.page
    page.locator("#slider").fill("7")
    visit.settled("document.body.dataset.ready === 'tucson 7'")
    path, _ = bands(moved, 7)
    day, clock = path.stem.split("_")[1].split("T")
    assert f"{clock[:2]}:{clock[2:4]} UTC" in page.locator("#date").inner_text()
    assert str(int(day[6:])) in page.locator("#date").inner_text()
    assert page.locator("#download").get_attribute("href") == f"tucson/maps/2018/{path.name}"
    assert "#tucson/2018-03-07T23:00:00Z/coarse/estimate/" in page.url


def pixel(visit, row, column):
    """Colour of the canvas at the middle of a cell."""
    return visit.js(
        f"""(() => {{
          const region = smen.state.region, canvas = document.getElementById('map');
          const box = smen.mapBox(), scale = canvas.width / canvas.clientWidth;
          const x = box.x + ({column} + .5) / region.width * box.width;
          const y = box.y + ({row} + .5) / region.height * box.height;
          return Array.from(canvas.getContext('2d').getImageData(x * scale, y * scale, 1, 1).data.slice(0, 3));
        }})()"""
    )


def colour(value):
    """The ramp's colour, mixed here anew from its published stops."""
    from smen.outputs.colours import SOIL_MOISTURE

    stops = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in SOIL_MOISTURE.stops])
    return [np.interp(value, np.linspace(0, 0.5, 11), stops[:, i]) for i in range(3)]


def test_the_swipe_divides_the_two_layers(visit, moved):
    page = visit.page
    page.locator("#slider").fill("2")
    visit.settled("document.body.dataset.ready === 'tucson 2'")
    _, (moisture, _, _) = bands(moved, 2)
    coarse = np.array(visit.js("Array.from(smen.state.region.field('coarse', 2))")).reshape(40, 40)
    cells = [(6, 30), (14, 24), (33, 33)]
    for share, field in ((0.0, moisture), (1.0, coarse)):
        visit.js(f"smen.swipeTo({share})")
        for row, column in cells:
            np.testing.assert_allclose(pixel(visit, row, column), colour(field[row, column]), atol=3)
    visit.js("smen.swipeTo(0.5); scrollTo(0, 0)")
    handle = page.locator("#swipe").bounding_box()
    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + 60)
    page.mouse.down()
    page.mouse.move(handle["x"] - 100, handle["y"] + 60, steps=4)
    page.mouse.up()
    assert 0 < visit.js("smen.state.swipe") < 0.45
    page.locator("#swipe").focus()
    page.keyboard.press("Home")
    assert page.locator("#swipe").get_attribute("aria-valuenow") == "0"


def test_a_click_shows_the_series_of_that_cell(visit, moved):
    visit.settled("smen.state.region.loaded()")
    row, column = 30, 10
    box = visit.js("smen.mapBox()")
    visit.page.locator("#map").click(
        position={"x": box["x"] + (column + 0.5) / 40 * box["width"], "y": box["y"] + (row + 0.5) / 40 * box["height"]}
    )
    assert visit.js("smen.state.cell") == row * 40 + column
    expected = [bands(moved, number)[1][0][row, column] for number in range(40)]
    dots = visit.page.locator("#series circle").count()
    assert dots == np.isfinite(expected).sum()
    date = visit.js("smen.state.date")
    assert visit.page.locator("#values dd").first.inner_text().startswith(f"{expected[date]:.3f}")
    assert visit.page.locator("#product-dots rect").count() > 0
    chart = visit.page.locator("#series svg").bounding_box()
    visit.page.mouse.click(chart["x"] + chart["width"] - 12, chart["y"] + 100)
    visit.settled("document.body.dataset.ready === 'tucson 39'")


def test_layers_can_be_chosen(visit, pictures):
    page = visit.page
    page.locator("#left").select_option("deviation")
    page.locator("#right").select_option("quality")
    text = page.locator("#legends").inner_text()
    assert "Standard deviation of the estimate (m³/m³)" in text
    assert "observed history" in text
    page.screenshot(path=pictures / "report_layers.png")
    page.locator("#slider").fill("3")  # no product on this date
    visit.settled("document.body.dataset.ready === 'tucson 3'")
    page.locator("#left").select_option("product")
    assert page.locator("#note-left").inner_text() == "3 km product: none on this date"


def test_it_can_be_used_by_keyboard_alone(visit):
    page = visit.page
    date = visit.js("smen.state.date")
    page.keyboard.press(".")
    visit.settled(f"document.body.dataset.ready === 'tucson {date + 1}'")
    page.keyboard.press(",")
    visit.settled(f"document.body.dataset.ready === 'tucson {date}'")
    reached = set()
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.add(visit.js("document.activeElement.id || document.activeElement.parentElement.id"))
    assert {"regions", "left", "right", "map", "swipe", "slider", "play", "next", "previous"} <= reached
    page.locator("#map").focus()
    cell = visit.js("smen.state.cell")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    assert visit.js("smen.state.cell") == cell + 40 - 1
    page.locator("#slider").focus()
    page.keyboard.press("End")
    visit.settled("document.body.dataset.ready === 'tucson 39'")
    page.keyboard.press(" ")  # play begins anew from the first
    visit.settled("smen.state.playing && smen.state.date > 0 && smen.state.date < 30")
    page.keyboard.press(" ")
    assert visit.js("smen.state.playing") is False


def test_the_calendar_leads_to_its_days(visit):
    days = visit.page.locator("#calendar .day")
    assert days.count() == 40
    days.nth(12).click()
    visit.settled("document.body.dataset.ready === 'tucson 12'")
    assert visit.page.locator("#calendar circle").count() == 7  # overpasses 2, 8, ... 38 have a product


def test_scores_and_training_are_shown(visit):
    page = visit.page
    assert page.locator("#scores circle").count() == 4
    assert "0.031" in page.locator("#scores").inner_text()
    page.locator("#against").select_option("truth")
    assert page.locator("#scores circle").count() == 4
    assert page.locator("#classes").is_visible()  # without a click, and before the scores of the methods
    headings = page.locator("h2").all_inner_texts()
    assert headings.index("Scores: everywhere mapped") < headings.index("Scores of the methods")
    assert page.locator("#classes tbody tr").count() == 2
    assert "no 3 km product on that date" in page.locator("#classes").inner_text()
    assert "against the truth" in page.locator("#by-class").inner_text()
    assert "earlier 3 km scenes" in page.locator("#date").inner_text()
    assert page.locator("#training polyline").count() == 2
    assert "kept: epoch 24" in page.locator("#training-key").inner_text()


def test_it_fits_a_phone(visit, pictures):
    page = visit.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(300)
    assert visit.js("document.documentElement.scrollWidth") <= 390
    page.screenshot(path=pictures / "report_phone.png", full_page=True)
    box = visit.js("smen.mapBox()")
    frame = page.locator("#map").bounding_box()
    page.touchscreen.tap(frame["x"] + box["x"] + box["width"] * 0.21, frame["y"] + box["y"] + box["height"] * 0.91)
    assert visit.js("smen.state.cell") == 36 * 40 + 8


def test_a_missing_part_is_named(browser, moved, tmp_path):
    copy = tmp_path / "part"
    shutil.copytree(moved, copy, ignore=shutil.ignore_patterns("maps_*.js", "*.tif*", "*.json"))
    page = browser.new_page()
    page.goto((copy / "index.html").as_uri())
    page.wait_for_selector("#problem:visible")
    assert "maps_000.js is missing beside this page" in page.locator("#problem").inner_text()
    page.close()


def test_it_works_from_a_static_server(browser, moved):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=moved))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    try:
        seen = Visit(browser, f"{address}index.html")
        assert seen.faults == []
        assert all(url.startswith((address, "data:")) for url in seen.requests)
        seen.page.close()
    finally:
        server.shutdown()


def test_three_regions_of_150_maps(browser, tmp_path, pictures, record_property):
    plan = make_results(tmp_path, ("tucson", "geneva", "oklahoma_city"), maps=150, size=100)
    folder = tmp_path / "results"
    size = sum(path.stat().st_size for path in [folder / "index.html", *folder.glob("report/**/*.js")])
    assert size < 60e6
    seen = Visit(browser, (folder / "index.html").as_uri())
    record_property("megabytes", round(size / 1e6, 1))
    record_property("seconds until the first map", round(seen.seconds, 2))
    print(f"3 regions of 150 maps: {size / 1e6:.1f} MB, first map after {seen.seconds:.2f} s")
    for number, name in enumerate(plan.regions, start=1):
        seen.page.keyboard.press(str(number))
        seen.settled(f"smen.state.region.name === '{name}' && smen.state.region.loaded()")
    seen.page.keyboard.press("2")
    seen.settled("document.body.dataset.ready.startsWith('geneva')")
    seen.page.screenshot(path=pictures / "report_geneva.png", full_page=True)
    assert seen.faults == []
    seen.page.close()


def test_the_address_brings_back_all_that_is_shown(visit, browser, moved):
    page = visit.page
    page.locator("#slider").fill("7")
    visit.settled("document.body.dataset.ready === 'tucson 7'")
    page.locator("#hold").click()
    page.locator("#slider").fill("12")
    visit.settled("document.body.dataset.ready === 'tucson 12'")
    page.locator("#left").select_option("quality")
    visit.js("smen.set({ cell: 5 * 40 + 33 })")
    again = Visit(browser, f"{(moved / 'index.html').as_uri()}{page.url[page.url.index('#') :]}")
    again.settled("smen.state.held !== null")
    shown = (
        "[smen.state.region.name, smen.state.date, smen.state.held, smen.state.left, smen.state.right, smen.state.cell]"
    )
    assert again.js(shown) == visit.js(shown) == ["tucson", 12, 7, "quality", "estimate", 233]
    again.page.close()


def test_two_dates_lie_side_by_side(visit):
    page = visit.page
    page.locator("#left").select_option("estimate")
    page.locator("#slider").fill("2")
    visit.settled("document.body.dataset.ready === 'tucson 2'")
    cell = (20, 10)  # left of the swipe
    before = pixel(visit, *cell)
    page.locator("#hold").click()
    assert page.locator("#hold").get_attribute("aria-pressed") == "true"
    for number in range(3, 40):
        visit.js(f"smen.set({{ date: {number} }})")
        visit.settled(f"document.body.dataset.ready === 'tucson {number}'")
        assert pixel(visit, *cell) == before
    assert "2018-01-" in page.locator("#note-left").inner_text()
    page.keyboard.press("h")
    assert pixel(visit, *cell) != before


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2016-08-01T11:00", "2016-08-12T23:00", ["2 Aug 2016", "4 Aug", "6 Aug", "8 Aug", "10 Aug", "12 Aug"]),
        ("2016-01-20T11:00", "2016-02-27T23:00", ["21 Jan 2016", "28 Jan", "4 Feb", "11 Feb", "18 Feb", "25 Feb"]),
        ("2016-11-01T00:00", "2017-02-02T00:00", ["Nov 2016", "Dec", "Jan 2017", "Feb"]),
        ("2016-02-01T00:00", "2016-12-02T00:00", ["Feb 2016", "Apr", "Jun", "Aug", "Oct", "Dec"]),
    ],
)
def test_an_axis_of_time_has_words_however_short_it_is(visit, first, last, words):
    ends = [int(np.datetime64(time, "ms").astype(int)) for time in (first, last)]
    assert [text for _, text in visit.page.evaluate("([first, last]) => smen.timeTicks(first, last)", ends)] == words


def test_places_are_found_by_their_coordinates(visit, made):
    window = made.regions["tucson"].window
    page = visit.page
    page.locator("#coordinates").fill(f"{window.latitudes[7]:.4f} {window.longitudes[30]:.4f}")
    page.locator("#coordinates").press("Enter")
    assert visit.js("smen.state.cell") == 7 * 40 + 30
    page.locator("#coordinates").fill("0, 0")
    page.locator("#coordinates").press("Enter")
    assert visit.js("smen.state.cell") == 7 * 40 + 30
    assert "within the region" in visit.js("document.getElementById('coordinates').validationMessage")


def test_the_series_at_the_point_is_a_table(visit, moved):
    visit.settled("smen.state.region.loaded()")
    visit.js("smen.set({ cell: 12 * 40 + 20 })")  # a station's
    with visit.page.expect_download() as download:
        visit.page.locator("#series-csv").click()
    table = pd.read_csv(download.value.path())
    assert len(table) == 40
    values = [bands(moved, number)[1][:, 12, 20] for number in range(40)]
    np.testing.assert_allclose(table["soil_moisture"], [v[0] for v in values], atol=6e-4)
    np.testing.assert_allclose(table["standard_deviation"], [v[1] for v in values], atol=6e-4)
    known = table["station"].notna()
    assert known.sum() == 18
    np.testing.assert_allclose(table["station"][known], table["soil_moisture"][known] + 0.01, atol=1.2e-3)


def test_own_values_are_drawn_into_the_series(visit, tmp_path):
    page = visit.page
    (tmp_path / "mine.csv").write_text("time;value\n2018-02-01 06:00;0.21\n2018-03-01T06:00:00Z;0.25\nodd;\n")
    page.locator("#own-file").set_input_files(tmp_path / "mine.csv")
    visit.settled("document.getElementById('own-note').textContent.startsWith('mine.csv: 2 values')")
    assert visit.js("document.getElementById('own-line').getAttribute('d')").count("L") == 1
    assert "mine.csv" in page.locator("#series-key").inner_text()
    assert visit.js("smen.own.values[0]") == [1517464800000, 0.21]  # 2018-02-01 06:00 UTC
    (tmp_path / "none.csv").write_text("a,b\nc,d\n")
    page.locator("#own-file").set_input_files(tmp_path / "none.csv")
    visit.settled("document.getElementById('own-note').textContent.startsWith('none.csv has no row')")


def test_the_next_well_covered_date(visit, moved):
    """At least half as wide as the widest, by the product's and the maps' own files."""

    def shares(files):
        valid = []
        for file in files:
            with rasterio.open(file) as raster:
                valid.append((raster.read(1) != -9999).mean())
        return np.array(valid)

    products = sorted((moved / "tucson/observed/2018").glob("*_product.tif"))
    of_product = shares(products)
    of_map = shares(moved / "tucson/maps/2018" / file.name.replace("_product", "") for file in products)
    well = (of_product >= of_product.max() / 2) & (of_map >= of_map.max() / 2)
    assert 1 < well.sum() < len(products)
    wanted = np.array(visit.js("smen.state.region.productDates"))[well].tolist()
    visit.js("smen.set({ date: 0 })")
    for date in [*wanted, wanted[0]]:
        visit.page.locator("#next-covered").click()
        visit.settled(f"document.body.dataset.ready === 'tucson {date}'")


def test_uncertain_cells_fade(visit):
    before = pixel(visit, 20, 35)
    visit.page.locator("#fade").check()
    assert pixel(visit, 20, 35) != before


@pytest.mark.parametrize("layer", ["estimate", "anomaly", "difference", "age"])
def test_numbers_of_the_legend_do_not_touch(visit, layer):
    visit.settled("smen.state.region.loaded()")
    for side in ("left", "right"):
        visit.page.locator(f"#{side}").select_option(layer)
    gaps = visit.js(
        "[...document.querySelectorAll('.scale')].flatMap(s => [...s.children].map(x => x.getBoundingClientRect())"
        ".map((r, i, all) => i ? r.left - all[i - 1].right : 99))"
    )
    assert len(gaps) >= 5
    assert min(gaps) > 4


def test_stations_are_dots_a_table_and_a_series(visit, pictures):
    page = visit.page
    visit.settled("smen.state.region.loaded()")
    assert page.locator("#station-card").is_visible()
    assert "RMSD not told apart" in page.locator("#station-verdict").inner_text()
    assert "36 km" in page.locator("#station-products").inner_text()
    page.locator("#station-card summary").first.click()
    page.locator("[data-station='0']").click()
    assert visit.js("smen.state.cell") == 12 * 40 + 20
    assert visit.js("document.getElementById('station-line').getAttribute('d')").count("L") == 17
    assert pixel(visit, 12, 20) != pixel(visit, 14, 23)
    page.screenshot(path=pictures / "report_stations.png", full_page=True)


@pytest.mark.parametrize("size", [(1440, 900), (1280, 800)])
def test_map_slider_and_play_are_on_one_screen(visit, size):
    visit.page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    visit.js("smen.drawMap()")
    for name in ("map", "slider", "play"):
        box = visit.page.locator(f"#{name}").bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= size[1], name


def test_towns_are_found_by_name(visit):
    """Tucson lies at 32.2226 N, 110.9747 W (its own settings in config.yaml)."""
    page = visit.page
    page.locator("#coordinates").fill("TUCS")
    page.locator("#coordinates").press("Enter")
    row, column = divmod(visit.js("smen.state.cell"), 40)
    assert abs(visit.js(f"smen.state.region.latitudes[{row}]") - 32.2226) < 0.05
    assert abs(visit.js(f"smen.state.region.longitudes[{column}]") + 110.9747) < 0.08
    before = visit.js("smen.state.cell")
    page.locator("#coordinates").fill("Reykjavik")
    page.locator("#coordinates").press("Enter")
    assert visit.js("smen.state.cell") == before
    assert "a town" in visit.js("document.getElementById('coordinates').validationMessage")
    assert "GeoNames" in page.locator("footer").inner_text()


def test_the_anomaly_is_the_estimate_less_the_mean_of_its_season(visit, moved, pictures):
    page = visit.page
    visit.settled("smen.state.region.loaded()")
    page.locator("#right").select_option("anomaly")
    visit.js("smen.set({ date: 20 })")
    visit.settled("document.body.dataset.ready === 'tucson 20'")
    days = np.array(visit.js("smen.state.region.maps.map(map => Date.parse(map.time) / 864e5)"))
    near = np.flatnonzero(np.abs(days - days[20]) <= 45)
    values = np.stack([bands(moved, number)[1][0] for number in near])
    enough = np.isfinite(values).sum(axis=0) >= 5
    with np.errstate(invalid="ignore"):
        expected = np.where(enough, bands(moved, 20)[1][0] - np.nansum(values, 0) / np.isfinite(values).sum(0), np.nan)
    shown = visit.js("Array.from(smen.state.region.field('anomaly', 20), v => isNaN(v) ? null : v)")
    np.testing.assert_allclose(np.array(shown, float).reshape(40, 40), expected, atol=1.1e-3)
    assert np.isfinite(expected).mean() > 0.5
    assert "less the mean of these maps" in page.locator("#legends").inner_text()
    page.screenshot(path=pictures / "report_anomaly.png", full_page=True)


def means_of(moved, rows, columns):
    """Mean over a rectangle of cells of each map, NaN where less than half of it is mapped."""
    parts = [bands(moved, number)[1][0][rows, columns] for number in range(40)]
    return [np.nanmean(part) if np.isfinite(part).mean() >= 0.5 else np.nan for part in parts]


def shown_means(visit):
    return np.array(visit.js("smen.areaMeans().map(v => isNaN(v) ? null : v)"), float)


def test_the_mean_of_a_drawn_area_is_a_series(visit, moved, pictures):
    page = visit.page
    visit.settled("smen.state.region.loaded()")
    box = visit.js("smen.mapBox()")
    page.locator("#draw").click()
    before = visit.js("smen.state.cell")
    for row, column in ((10, 20), (10, 30), (25, 30), (25, 20)):
        position = {"x": box["x"] + column / 40 * box["width"], "y": box["y"] + row / 40 * box["height"]}
        page.locator("#map").click(position=position)
    assert visit.js("smen.state.cell") == before
    page.keyboard.press("p")
    np.testing.assert_allclose(shown_means(visit), means_of(moved, slice(10, 25), slice(20, 30)), atol=6e-4)
    assert "drawn area: 150 cells, mean 0." in page.locator("#area-note").inner_text()
    assert "mean of drawn area" in page.locator("#series-key").inner_text()
    assert "L" in visit.js("document.getElementById('area-line').getAttribute('d')")
    page.screenshot(path=pictures / "report_area.png", full_page=True)
    with page.expect_download() as download:
        page.locator("#series-csv").click()
    np.testing.assert_allclose(pd.read_csv(download.value.path())["area_mean"], shown_means(visit), atol=6e-5)
    page.locator("#areas").select_option("none")
    assert visit.js("smen.areaMeans()") is None


def test_an_area_is_drawn_by_keyboard_alone(visit):
    page = visit.page
    page.keyboard.press("p")
    page.locator("#map").focus()
    for cell in (5 * 40 + 5, 5 * 40 + 9, 9 * 40 + 9, 0, 9 * 40 + 5):
        visit.js(f"smen.set({{ cell: {cell} }})")
        page.keyboard.press("Enter")
        if cell == 0:
            page.keyboard.press("Backspace")
    page.locator("#draw").click()
    assert "cells, mean" in page.locator("#area-note").inner_text()
    cells = visit.js("smen.state.area.cells")
    assert {6 * 40 + 6, 8 * 40 + 8} <= set(cells) and len(cells) in range(9, 26)
    page.keyboard.press("p")
    page.locator("#map").focus()
    page.keyboard.press("Escape")
    assert visit.js("smen.state.drawing") is None
    assert visit.js("smen.state.area.cells") == cells


def test_polygons_of_a_file_are_areas(visit, moved, made, tmp_path):
    from pyproj import Transformer

    visit.settled("smen.state.region.loaded()")
    window = made.regions["tucson"].window
    left, _, right, top = window.bounds
    step = (right - left) / 40
    to_degrees = Transformer.from_crs("EPSG:6933", "EPSG:4326", always_xy=True).transform

    def rectangle(row, column, end_row, end_column):
        corners = [(row, column), (row, end_column), (end_row, end_column), (end_row, column), (row, column)]
        return [to_degrees(left + c * step, top - r * step) for r, c in corners]

    def feature(name, *rings):
        return {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": rings}}

    fields = [
        feature("north", rectangle(2, 22, 12, 38)),
        feature("ring", rectangle(20, 20, 36, 36), rectangle(24, 24, 32, 32)),
    ]
    (tmp_path / "fields.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": fields}))
    page = visit.page
    page.locator("#own-file").set_input_files(tmp_path / "fields.geojson")
    visit.settled("document.getElementById('own-note').textContent.startsWith('fields.geojson: 2 areas')")
    np.testing.assert_allclose(shown_means(visit), means_of(moved, slice(2, 12), slice(22, 38)), atol=6e-4)
    page.locator("#areas").select_option("ring")
    assert "ring: 192 cells" in page.locator("#area-note").inner_text()
    (tmp_path / "none.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    page.locator("#own-file").set_input_files(tmp_path / "none.geojson")
    visit.settled("document.getElementById('own-note').textContent.startsWith('none.geojson has no polygon')")


def test_zoom_and_pan(visit, pictures):
    page = visit.page
    page.set_viewport_size({"width": 1440, "height": 900})
    cell = visit.js("smen.state.cell")
    row, column = divmod(cell, 40)
    whole, before = visit.js("smen.mapBox()"), pixel(visit, row - 2, column + 2)
    page.locator("#zoom-in").click()
    page.keyboard.press("+")
    near = visit.js("smen.mapBox()")
    assert near["width"] == pytest.approx(1.6**2 * whole["width"])
    np.testing.assert_allclose(pixel(visit, row - 2, column + 2), before, atol=3)  # the point stays in sight
    page.screenshot(path=pictures / "report_zoomed.png")
    frame = page.locator("#map").bounding_box()
    x, y = frame["x"] + frame["width"] * 0.7, frame["y"] + frame["height"] * 0.6
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y - 30, steps=5)
    page.mouse.up()
    moved_box = visit.js("smen.mapBox()")
    assert moved_box["x"] == pytest.approx(max(near["x"] - 60, whole["x"] + whole["width"] - near["width"]), abs=1)
    assert moved_box["y"] < near["y"]
    assert visit.js("smen.state.cell") == cell  # a drag is no click
    page.keyboard.press("0")
    assert visit.js("smen.mapBox()") == whole


def test_all_that_can_be_used_has_a_name(visit):
    nameless = visit.js(
        """Array.from(document.querySelectorAll('button, input, select, canvas, [role=slider]')).filter((e) =>
          !e.hidden && !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length || e.title))
          .map((e) => e.outerHTML)"""
    )
    assert nameless == []


def test_where_there_is_no_data_a_dark_page_is_not_bright(visit, tmp_path):
    """Grey enough that borders, which are dark, are seen on it."""
    visit.page.locator("#left").select_option("product")

    def bright(scheme):
        visit.page.emulate_media(color_scheme=scheme)
        visit.js("smen.set({ date: 3 })")
        visit.settled("document.body.dataset.ready === 'tucson 3'")
        visit.page.locator("#map").screenshot(path=tmp_path / f"{scheme}.png")
        return (pixels(tmp_path / f"{scheme}.png") == 244).all(axis=-1).mean()

    assert bright("light") > 0.01
    assert bright("dark") < 0.001
