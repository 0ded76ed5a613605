"""Snakemake's own report: captions, categories, no network."""

import pytest

pytestmark = pytest.mark.workflow


def test_snakemake_reports_with_captions_and_categories(finished, tmp_path):
    project = finished.copy(tmp_path / "project")
    project.snakemake("--report", "report.html")
    page = (project.folder / "report.html").read_text(encoding="utf-8")
    for text in ("All regions", "plains", "desert", "fields", "summary", "ubRMSE is the error of each image"):
        assert text in page, text
    assert 'src="http' not in page
    assert "{{ snakemake" not in page
