from dataclasses import replace

import numpy as np
import pytest
from made_skills import panel
from pictures import WARNING, assert_texts_are_apart, pixels

from smen.errors import OutputError
from smen.paper.panels import figure2


def words(drawn):
    return [text.get_text() for text in drawn[0][1]]


@pytest.mark.parametrize("regions", [["geneva"], ["oklahoma_city", "tucson", "geneva"]])
def test_a_row_for_each_region_and_a_column_for_each_field(tmp_path, drawn, regions):
    figure2(tmp_path / "f.png", [panel(region) for region in regions], simulated=True)
    figure = drawn[0][0]
    maps = [axes for axes in figure.axes if axes.images]
    assert len(maps) == 3 * len(regions)
    assert [axes.get_title() for axes in maps[:3]] == ["Coarse field", "3 km product", "Estimate"]
    assert {axes.images[0].get_clim() for axes in maps} == {(0.0, 0.5)}
    assert_texts_are_apart(drawn)
    assert "Geneva" in words(drawn)
    assert any(text.startswith("2018-07-04\n11:59 UTC\n78%") for text in words(drawn))  # 20 of 90 columns are missing


def test_the_fields_stand_where_they_should(tmp_path, drawn):
    levels = {"coarse": 0.1, "target": 0.2, "estimate": 0.3}
    figure2(tmp_path / "f.png", [panel("geneva", **levels)], simulated=False)
    maps = [axes.images[0] for axes in drawn[0][0].axes if axes.images]
    assert [image.get_array().mean() for image in maps] == pytest.approx([0.1, 0.2, 0.3])


@pytest.mark.parametrize("simulated", [True, False])
def test_only_simulated_data_are_marked(tmp_path, simulated):
    figure2(tmp_path / "a.png", [panel("tucson")], simulated=simulated)
    assert (np.abs(pixels(tmp_path / "a.png") - WARNING) <= 1).all(axis=-1).any() == simulated


def test_what_cannot_be_drawn_is_refused(tmp_path):
    with pytest.raises(ValueError, match="at least one"):
        figure2(tmp_path / "a.png", [], simulated=False)
    with pytest.raises(ValueError, match="shape"):
        figure2(tmp_path / "a.png", [replace(panel("tucson"), coarse=np.zeros((3, 3)))], simulated=False)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "a.png").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        figure2(tmp_path / "a.png", [panel("tucson")], simulated=False)
