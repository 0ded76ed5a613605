"""README.md of the results: it names what is there, and nothing else."""

import re

import pytest

from smen.outputs.results_readme import ENTRIES, readme

PRODUCTS = (("SPL2SMP", "009"), ("SPL2SMAP_S", "003"))

FILES = {
    "index.html": "index.html",
    "REGION/REGION.qgs": "tucson/tucson.qgs",
    "REGION/REGION.nc": "tucson/tucson.nc",
    "REGION/maps/YEAR/REGION_yyyymmddThhmmss_A.tif (or _D)": "tucson/maps/2018/tucson_20180101T120000_D.tif",
    "..._quality.tif": "tucson/maps/2018/tucson_20180101T120000_D_quality.tif",
    "REGION/maps/YEAR.csv": "tucson/maps/2018.csv",
}


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def text_of(folder, simulated=False, source="earthdata", products=PRODUCTS, regions=("tucson",)):
    return readme(folder, regions, simulated=simulated, source=source, products=products, years=(2016, 2018))


def shown(text):
    table = text.split("## Files")[1].split("##")[0]
    return re.findall(r"^\| `(.*?)` \|", table, re.M)


def test_it_names_the_files_that_are_there_and_no_others(tmp_path):
    touch(tmp_path, *FILES.values())
    assert set(shown(text_of(tmp_path))) == set(FILES)
    touch(tmp_path, "tucson/maps/2018/tucson_20180101T120000_D_members.tif", "tucson/indices/2018.csv")
    assert set(shown(text_of(tmp_path))) - set(FILES) == {"..._members.tif", "REGION/indices/YEAR.csv"}


def test_a_map_is_not_taken_for_its_quality_raster(tmp_path):
    touch(tmp_path, "tucson/maps/2018/tucson_20180101T120000_A_quality.tif")
    assert shown(text_of(tmp_path)) == ["..._quality.tif"]


def test_files_of_any_region_count(tmp_path):
    touch(tmp_path, "geneva/geneva.nc")
    assert shown(text_of(tmp_path, regions=("tucson", "geneva"))) == ["REGION/REGION.nc"]
    assert shown(text_of(tmp_path)) == []


def test_indices_are_described_where_they_are(tmp_path):
    touch(tmp_path, *FILES.values())
    assert "drought class" not in text_of(tmp_path)
    touch(tmp_path, "tucson/indices/2018/tucson_20180107_drought.tif")
    text = text_of(tmp_path)
    assert "`_drought.tif` | drought class" in text and "2 D1: moderate drought" in text
    assert "_percentile.tif" not in text


def test_bands_units_codes_and_grid_are_named(tmp_path):
    text = text_of(tmp_path)
    assert "| 1 | `soil_moisture` | m3 m-3 |" in text and "| 3 | `age` | days |" in text
    assert "nodata -9999" in text and "EPSG:6933" in text and "3002.69 m" in text
    assert "| 10 | water |" in text and "nodata 255" in text


def test_real_data_have_their_citations_and_the_notice_of_sentinel(tmp_path):
    text = text_of(tmp_path)
    assert "https://doi.org/10.5067/K7Y2D8QQVZ4L\n" in text and "https://doi.org/10.5067/ASB0EQO2LYJV\n" in text
    assert "Contains modified Copernicus Sentinel data 2016-2018" in text
    assert "MIT licence" in text and "imulated" not in text


def test_the_doi_of_another_version_is_marked(tmp_path):
    unknown = text_of(tmp_path, source="directory", products=(("SPL2SMP", None), ("SPL2SMP", "008")))
    assert "(SPL2SMP)" in unknown and "Version 8" in unknown
    assert unknown.count("this is Version 9; cite the version that was used") == 2


def test_simulated_data_are_said_to_be_so(tmp_path):
    text = text_of(tmp_path, simulated=True, source="simulated")
    assert "no satellite has measured these values" in text and "none to cite" in text
    assert "Copernicus" not in text


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.shown)
def test_every_entry_has_a_pattern_below_the_results(entry):
    assert entry.text and not entry.pattern.startswith(("/", ".."))
