"""Sizes of listings."""

import pytest

from smen.sources.earthdata.estimate import Estimate


def test_estimates(server, archive, query, names, tree):
    whole = archive.estimate(archive.listing(query))
    sizes = [next(tree.rglob(name)).stat().st_size for name in names]
    assert (whole.granules, whole.size, whole.missing, whole.missing_size) == (4, sum(sizes), 4, sum(sizes))
    assert "4 granules" in str(whole)
    assert "4 to fetch" in str(whole)
    archive.obtain([query])
    assert archive.estimate(archive.listing(query) * 2).missing == 0  # and a granule of two regions counts once
    server.style = "ecs"
    server.refresh()
    del server.record(names[0])["umm"]["DataGranule"]["ArchiveAndDistributionInformation"]
    next((archive.store.root).rglob(names[0])).unlink()
    rough = archive.estimate(archive.listing(query))
    assert (rough.missing, rough.missing_size, rough.unsized) == (1, 0, 1)
    assert rough.size == pytest.approx(sum(sizes[1:]), abs=3)


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(3, 3_000_000, 0, 0, 0), "3 granules, 3.0 MB; all are here"),
        (Estimate(3, 3_000_000, 2, 2_000_000, 0), "3 granules, 3.0 MB; 2 to fetch, 2.0 MB"),
        (Estimate(900, 2.5e9, 900, 2.5e9, 4), "900 granules, 2.50 GB; 900 to fetch, 2.50 GB and 4 of unknown size"),
    ],
)
def test_estimates_in_words(estimate, text):
    assert str(estimate) == text
