"""More than a hundred regions: a dry run says all in few words, and each job asks for what it needs."""

import json
import re

import pytest
from background_run import contents
from bench_planning import settings
from tiny import SMALL

pytestmark = pytest.mark.workflow
REGIONS = 101


def test_a_dry_run_of_many_regions_is_short(tmp_path, project):
    p = project(tmp_path / "p")
    periods = {"training": ["2016-01-01", "2016-09-30"], "test": ["2016-10-01", "2016-12-31"]}
    p.settings(**{**settings(REGIONS), "periods": periods, "method": "fusion"})
    said = p.snakemake("--dry-run", "all")
    counts = dict(re.findall(r"^(\w+) +(\d+)$", said, re.M))
    assert counts["publish"] == str(REGIONS) and int(counts["total"]) > 900
    assert said.count("\nrule ") == 50 and "and so on" in said
    assert len(said) < 100_000


def test_a_region_that_cannot_be_mapped_stops_no_other(tmp_path, small):
    """The world of this name has no recommended coarse retrieval in its window: what failed is said, and by status."""
    p = small.copy_before_training(tmp_path / "p")
    blind = {"longitude": 78.64, "latitude": 54.2, "size": 10}
    p.settings(**{**SMALL, "regions": SMALL["regions"] | {"region_0014": blind}})
    said = p.snakemake("--keep-going", "all", status=1)
    reason = "of its .* half-orbits 0 have a coarse retrieval in the window that counts"
    assert re.search(rf"region_0014: train fusion failed:\n +error: .*{reason}", said)
    assert {**contents(small, "results/plains"), **contents(p, "results/plains")} == contents(small, "results/plains")
    told = {region["region"]: region for region in json.loads(p.smen("status", "--json", status=1))["regions"]}
    assert told["plains"]["state"] == "complete" and told["region_0014"]["state"] == "failed"
    assert re.search(reason, told["region_0014"]["failed"][0]["reason"])
