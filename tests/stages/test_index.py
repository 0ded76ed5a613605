"""What is gathered of all regions."""

import json
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from made_results import make_results

from smen.errors import DataError
from smen.outputs.tables import read_table
from smen.plan.plan import Plan
from smen.plan.without_data import note_no_data
from smen.settings.file import check_settings
from smen.stages import index

REGIONS = ("tucson", "geneva")
METHODS = ["smen", "nearest_neighbour", "bilinear", "mean_residual"]


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """A plan of two regions with five maps each."""
    return make_results(tmp_path_factory.mktemp("indexed"), REGIONS, maps=5, size=24)


@pytest.fixture
def spoiled(indexed, tmp_path):
    """The same in a folder of its own."""
    shutil.copytree(Path(indexed.layout.results), tmp_path / "results")
    settings = indexed.settings.model_dump(mode="json")
    settings["folders"] |= {"results": str(tmp_path / "results")}
    return Plan(check_settings(settings), date(2018, 12, 31))


def summary_of(plan):
    return Path(plan.layout.summary("summary.md")).read_text(encoding="utf-8")


def rows_of(text, heading):
    """Cells of the Markdown table whose heading begins so."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(heading))
    table = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    return table


def test_the_scores_of_all_regions_stand_in_one_table(indexed):
    scores = read_table(Path(indexed.layout.summary("scores.csv")))
    parts = [read_table(Path(indexed.layout.scores(region, "scores.csv"))) for region in REGIONS]
    pd.testing.assert_frame_equal(scores, pd.concat(parts, ignore_index=True))
    assert scores.attrs["units"]["crps"] == scores.attrs["units"]["ubRMSE"] == "m3/m3"


def test_the_summary_counts_maps_and_says_where_they_are(indexed):
    text = summary_of(indexed)
    folder = indexed.layout.results
    assert rows_of(text, "| region | maps") == [[r, "5", f"`{folder}/{r}/maps/`"] for r in REGIONS]
    assert "**Simulated data**" in text
    assert f"{folder}/index.html" in text


def test_the_summary_has_the_test_scores_against_the_product(indexed):
    rows = rows_of(summary_of(indexed), "| region | method")
    assert [row[:2] for row in rows] == [[region, method] for region in REGIONS for method in METHODS]
    assert rows[0][2:] == ["1", "0.0310", "+0.0040"]


def test_outlines_are_of_the_regions_windows(indexed):
    content = json.loads(Path(indexed.layout.summary("regions.geojson")).read_text())
    assert [feature["properties"]["name"] for feature in content["features"]] == list(REGIONS)
    for region, feature in zip(REGIONS, content["features"], strict=True):
        longitudes, latitudes = zip(*feature["geometry"]["coordinates"][0], strict=True)
        window = indexed.regions[region].window
        assert min(longitudes) < window.longitudes.min() < window.longitudes.max() < max(longitudes)
        assert min(latitudes) < window.latitudes.min() < window.latitudes.max() < max(latitudes)


def test_catalogue_and_page_lead_to_every_region(indexed):
    root = json.loads(Path(indexed.layout.summary("catalog.json")).read_text())
    children = [link["href"] for link in root["links"] if link["rel"] == "child"]
    assert [any(region in href for href in children) for region in REGIONS] == [True, True]
    page = Path(indexed.layout.summary("index.html")).read_text(encoding="utf-8")
    assert all(f'"{region}"' in page for region in REGIONS) and '"report"' in page
    assert len(list(Path(indexed.layout.summary("styles")).glob("*.qml"))) == 3


def test_the_readme_says_what_is_there_and_its_python_runs(indexed, monkeypatch):
    folder = Path(indexed.layout.results)
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "**Simulated data" in text and "Regions: tucson, geneva." in text
    assert "`..._quality.tif`" in text and "_members.tif" not in text and "REGION/indices" not in text
    monkeypatch.chdir(folder)
    names = {}
    exec(text.split("```python")[1].split("```")[0], names)
    assert names["moisture"].rio.crs.to_epsg() == 6933 and names["moisture"].shape == (24, 24)
    assert names["series"].sizes == {"time": 5}


def test_observed_and_simulated_regions_are_told_apart(spoiled):
    """A region whose scores say that they are not simulated keeps its own mark beside one that is."""
    path = Path(spoiled.layout.scores("geneva", "scores.csv"))
    path.write_text(path.read_text().replace(",yes\n", ",no\n"))
    index.run(spoiled.index())
    scores = read_table(Path(spoiled.layout.summary("scores.csv")))
    assert dict(zip(scores["region"], scores["simulated"], strict=True)) == {"tucson": "yes", "geneva": "no"}
    assert "**Simulated data**" in summary_of(spoiled)


def test_observed_data_alone_have_no_mark(spoiled):
    for region in REGIONS:
        path = Path(spoiled.layout.scores(region, "scores.csv"))
        path.write_text(path.read_text().replace(",yes\n", ",no\n"))
    index.run(spoiled.index())
    assert "imulated" not in summary_of(spoiled)
    assert set(read_table(Path(spoiled.layout.summary("scores.csv")))["simulated"]) == {"no"}


def test_the_same_again_gives_the_same_bytes(spoiled):
    index.run(spoiled.index())
    names = ("scores.csv", "scores.md", "summary.md", "regions.geojson", "index.html", "README.md")
    before = {name: Path(spoiled.layout.summary(name)).read_bytes() for name in names}
    index.run(spoiled.index())
    assert {name: Path(spoiled.layout.summary(name)).read_bytes() for name in names} == before


@pytest.mark.parametrize("lost", ["scores", "map_list"])
def test_what_is_missing_is_named(spoiled, lost):
    layout = spoiled.layout
    path = Path({"scores": layout.scores("geneva", "scores.csv"), "map_list": layout.map_list("geneva", 2018)}[lost])
    path.unlink()
    with pytest.raises(DataError, match=f"geneva.*{path.name} is missing"):
        index.run(spoiled.index())


def test_tiles_without_data_are_left_out(spoiled):
    note_no_data(spoiled.layout, "geneva", "no granule")
    index.run(spoiled.index())
    assert "tucson" in summary_of(spoiled) and "geneva" not in summary_of(spoiled)
    links = json.loads(Path(spoiled.layout.summary("catalog.json")).read_text())["links"]
    assert [link["title"] for link in links if link["rel"] == "child"] == ["tucson"]
    note_no_data(spoiled.layout, "tucson", "no granule")
    with pytest.raises(DataError, match="none of tucson, geneva has data"):
        index.run(spoiled.index())
