"""The page's file (tests/gis opens it in a browser)."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import smen.outputs.report
from smen.errors import OutputError
from smen.outputs.colours import SOIL_MOISTURE
from smen.outputs.report.page import SCRIPTS, write_page

WEB = Path(smen.outputs.report.__file__).parent


class Parts(HTMLParser):
    """Identities, links and the texts of style and script."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.texts, self.inside, self.open = [], [], {"style": "", "script": ""}, None, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.inside = tag if tag in self.texts else None
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes[key] for key in ("src", "href") if key in attributes]
        if tag not in ("meta", "link", "input", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        self.inside = None

    def handle_data(self, data):
        if self.inside:
            self.texts[self.inside] += data


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "index.html"
    write_page(path, ["tucson", "a </script> b"], folder="report", simulated=True)
    return Parts(path.read_text(encoding="utf-8"))


def start(page):
    """The values that the page starts with."""
    return json.loads(re.search(r"^smen\.start\((.*)\);$", page.texts["script"], re.MULTILINE).group(1))


def test_all_parts_are_in_one_file(page):
    assert page.open == []
    assert (WEB / "page.css").read_text(encoding="utf-8").strip() in page.texts["style"]
    places = [page.texts["script"].index((WEB / name).read_text(encoding="utf-8").strip()) for name in SCRIPTS]
    assert places == sorted(places)
    assert {path.name for path in WEB.glob("*.js")} == set(SCRIPTS)


def test_nothing_is_loaded_from_elsewhere(page):
    assert [link for link in page.links if not link.startswith("data:")] == []
    assert not re.search(r"https?://(?!www\.w3\.org)", page.texts["script"] + page.texts["style"])


def test_the_scripts_find_the_elements_that_they_use(page):
    used = set(re.findall(r'\$\("([\w-]+)"\)', page.texts["script"]))
    assert used
    assert used <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)


def test_it_starts_with_regions_and_ramps(page):
    values = start(page)
    assert values["regions"] == ["tucson", "a </script> b"]
    assert (values["folder"], values["simulated"], values["version"]) == ("report", True, smen.__version__)
    of_indices = {"percentile", "drought_probability", "water_index"}
    assert set(values["ramps"]) == {"soil_moisture", "standard_deviation", "age", "error", "gain", *of_indices}
    ramp = values["ramps"]["soil_moisture"]
    assert (ramp["low"], ramp["high"], ramp["units"]) == (0, 0.5, "m³/m³")
    assert ramp["stops"] == list(SOIL_MOISTURE.stops)


def test_the_same_arguments_leave_the_file_alone(tmp_path):
    path = tmp_path / "index.html"
    write_page(path, ["tucson"], folder="report", simulated=False)
    before = path.stat().st_mtime_ns
    write_page(path, ["tucson"], folder="report", simulated=False)
    assert path.stat().st_mtime_ns == before


def test_a_page_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "index.html").mkdir()
    with pytest.raises(OutputError, match=r"index\.html"):
        write_page(tmp_path / "index.html", [], folder="report", simulated=False)
