"""What is said of a target that does not exist."""

import pytest

from smen.plan.target_names import no_target

REGIONS = ["oklahoma_city", "tucson", "geneva"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tuscon", "tucson"),
        ("Tucson", "tucson"),
        ("oklahoma-city", "oklahoma_city"),
        ("results/genva/maps/2018.csv", "geneva"),
        ("geneva/", None),
        ("al", "all"),
        ("refesh", "refresh"),
        ("xyz", None),
    ],
)
def test_the_nearest_name_is_offered(typed, meant):
    said = no_target(typed, REGIONS)
    assert said.startswith(f"there is no target `{typed}`; ")
    assert (f"did you mean `{meant}`?" in said) if meant else ("did you mean" not in said)
    assert "regions: oklahoma_city, tucson, geneva; also: all, indices, mosaic, paper, refresh" in said


def test_of_many_regions_ten_are_named():
    said = no_target("nowhere", [f"basin_{n}" for n in range(300)])
    assert "basin_9 and 290 more; also" in said and "basin_10" not in said
