"""More than a hundred regions: a dry run says all in few words, and each job asks for what it needs."""

import re

import pytest
from bench_planning import settings

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
