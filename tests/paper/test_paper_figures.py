from dataclasses import replace

import numpy as np
import pytest
from pictures import WARNING, assert_texts_are_apart, pixels

from smen.errors import OutputError
from smen.grid import Window
from smen.paper.panels import Panel, figure2
from smen.paper.paper_table import write_paper_table
from smen.paper.published import PUBLISHED
from smen.paper.skill_chart import Skill, comparison_figure
from smen.paper.wording import width

PLACES = {"oklahoma_city": (-97.5, 35.5), "tucson": (-111.0, 32.2), "geneva": (6.14, 46.2)}
METHODS = ["coarse", "smen", "fusion", "filtered_residual", "a_method_with_quite_a_long_name"]
LABEL, SUBTITLE = "ubRMSE (m³/m³)", "test dates, against the 3 km product; mean over dates and 95 % interval"
UNITS = {"test": "m3/m3", "paper: test": "m3/m3"}
ROWS = [
    {"region": "oklahoma_city", "test_dates": 239, "test": 0.04216, "paper: dates": 50, "paper: test": 0.048},
    {"region": "elsewhere", "test_dates": 3, "test": float("nan"), "paper: dates": None, "paper: test": None},
]


def panel(region, **fields):
    window = Window.centred_on(*PLACES[region], 100, 90)
    made = np.random.default_rng(1).uniform(0.05, 0.45, (3, *window.shape))
    made[1, :, :20] = np.nan
    names = ("coarse", "target", "estimate")
    values = dict(zip(names, made, strict=True)) | {k: np.full(window.shape, v) for k, v in fields.items()}
    return Panel(region=region, time="2018-07-04T11:59:59.000000000", window=window, simulated=True, **values)


def skill(method, value, low=0.002, high=0.003, dates=438):
    gap = value - 0.037
    around = (0, 0) if method == "smen" else (gap - low, gap + high)
    return Skill(method, value, value - low, value + high, gap, *around, dates)


def skills():
    return [skill(m, v) for m, v in zip(METHODS, (0.0588, 0.037, 0.0298, 0.0365, 0.0412), strict=True)]


def words(drawn):
    return [text.get_text() for text in drawn[0][1]]


def test_the_published_numbers_say_what_the_text_says():
    # Section 4.2: "in one case below and in the other two comparable to" 0.04 m3/m3.
    assert [name for name, row in PUBLISHED.table1.items() if row.test < 0.04] == ["tucson"]
    # Section 4.3: on test dates both inputs are best, then spatial; on training dates spatial is better than both.
    train, test = ({name: errors[i] for name, errors in PUBLISHED.table2.items()} for i in (0, 1))
    assert sorted(test, key=test.get) == ["spatiotemporal", "spatial", "temporal"]
    assert train["spatial"] < train["spatiotemporal"] < train["temporal"]
    # Tables 1 and 2 share a row. The dates of Table 1 are in the order of the regions' training sets.
    tucson = PUBLISHED.table1["tucson"]
    assert PUBLISHED.table2["spatiotemporal"] == (tucson.train, tucson.test)
    assert [(r.train_dates, r.test_dates) for r in PUBLISHED.table1.values()] == [(80, 50), (30, 10), (60, 30)]
    assert [PUBLISHED.table3[n][1] for n in (10, 20, 50, 100)] == [0.085, 0.068, 0.033, 0.034]
    assert PUBLISHED.table1["geneva"].train == 0.057 > PUBLISHED.table1["geneva"].test == 0.046


@pytest.mark.parametrize("regions", [["geneva"], ["oklahoma_city", "tucson", "geneva"]])
def test_figure2_has_a_row_for_each_region_and_a_column_for_each_field(tmp_path, drawn, regions):
    figure2(tmp_path / "f.png", [panel(region) for region in regions], simulated=True)
    figure = drawn[0][0]
    maps = [axes for axes in figure.axes if axes.images]
    assert len(maps) == 3 * len(regions)
    assert [axes.get_title() for axes in maps[:3]] == ["Coarse field", "3 km product", "Estimate"]
    assert {axes.images[0].get_clim() for axes in maps} == {(0.0, 0.5)}
    assert_texts_are_apart(drawn)
    assert "Geneva" in words(drawn)
    assert any(text.startswith("2018-07-04\n11:59 UTC\n78%") for text in words(drawn))  # 20 of 90 columns are missing


def test_the_fields_of_figure2_stand_where_they_should(tmp_path, drawn):
    levels = {"coarse": 0.1, "target": 0.2, "estimate": 0.3}
    figure2(tmp_path / "f.png", [panel("geneva", **levels)], simulated=False)
    maps = [axes.images[0] for axes in drawn[0][0].axes if axes.images]
    assert [image.get_array().mean() for image in maps] == pytest.approx([0.1, 0.2, 0.3])


def test_methods_are_sorted_and_told_apart_by_their_intervals(tmp_path, drawn):
    comparison_figure(tmp_path / "c.png", skills(), title="All", label=LABEL, subtitle=SUBTITLE, simulated=True)
    error, gap, *_ = drawn[0][0].axes
    names = ["fusion", "filtered residual", "smen", "a method with quite a long name", "coarse"]
    assert [label.get_text() for label in error.get_yticklabels()] == names
    assert error.get_ylim()[0] > error.get_ylim()[1]  # the first row is on top
    dots = [line for line in error.lines if len(line.get_xdata()) == 1]
    assert [dot.get_xdata()[0] for dot in dots] == [0.0298, 0.0365, 0.037, 0.0412, 0.0588]
    bars = [line.get_xdata() for line in gap.lines if len(line.get_xdata()) == 2]
    assert bars[0] == pytest.approx([-0.0092, -0.0042])
    (legend,) = drawn[0][0].legends
    meaning = {t.get_text(): h.get_color() for t, h in zip(legend.get_texts(), legend.legend_handles, strict=True)}
    verdicts = [line.get_color() for line in gap.lines if len(line.get_xdata()) == 1]
    better, even, worse, own = (
        meaning[n] for n in ("better than the paper's network", "not told apart", "worse", "the paper's network")
    )
    assert verdicts == [better, even, own, worse, worse]
    assert "0.0298 (0.0278, 0.0328)" in words(drawn)
    assert "−0.0072 (−0.0092, −0.0042)" in words(drawn)
    assert f"{SUBTITLE} (438 dates)" in words(drawn)
    assert_texts_are_apart(drawn)


def test_odd_comparisons_are_drawn(tmp_path, drawn):
    nothing = Skill("none", *[float("nan")] * 6, dates=0)
    alone = Skill("smen", 0.03, float("nan"), float("nan"), 0.0, float("nan"), float("nan"), 1)
    for number, rows in enumerate([[alone], [nothing], [nothing, alone], [*skills(), skill("few", 0.05, dates=7)]]):
        comparison_figure(tmp_path / f"{number}.png", rows, title="x", label=LABEL, simulated=False)
    assert_texts_are_apart(drawn)
    assert [text.get_text() for text in drawn[2][0].axes[0].get_yticklabels()] == ["smen (1 date)", "none (0 dates)"]
    assert not any("nan" in text.get_text() for _, boxes in drawn for text in boxes)


def test_a_table_is_written_for_programs_and_for_people(tmp_path):
    write_paper_table(tmp_path / "t", ROWS, title="Table 1", note="Read with care.", units=UNITS, simulated=True)
    assert (tmp_path / "t.csv").read_text() == (
        "region,test_dates,test [m3/m3],paper: dates,paper: test [m3/m3],simulated\n"
        "oklahoma_city,239,0.04216,50,0.048,yes\n"
        "elsewhere,3,,,,yes\n"
    )
    assert (tmp_path / "t.md").read_text() == (
        "## Table 1\n\nRead with care.\n\n"
        "| region        |   test_dates |   test [m3/m3] |   paper: dates |   paper: test [m3/m3] |\n"
        "|:--------------|-------------:|---------------:|---------------:|----------------------:|\n"
        "| oklahoma_city |          239 |         0.0422 |             50 |                0.0480 |\n"
        "| elsewhere     |            3 |              – |              – |                     – |\n"
        "\nSimulated data: no satellite has measured these values.\n"
    )
    assert sorted(p.name for p in tmp_path.iterdir()) == ["t.csv", "t.md"]


@pytest.mark.parametrize("simulated", [True, False])
def test_only_simulated_data_are_marked(tmp_path, simulated):
    figure2(tmp_path / "a.png", [panel("tucson")], simulated=simulated)
    comparison_figure(tmp_path / "b.png", skills(), title="x", label=LABEL, simulated=simulated)
    write_paper_table(tmp_path / "c", ROWS, title="x", simulated=simulated)
    for name in "ab":
        marked = (np.abs(pixels(tmp_path / f"{name}.png") - WARNING) <= 1).all(axis=-1).any()
        assert marked == simulated
    assert ("Simulated data" in (tmp_path / "c.md").read_text()) == simulated


def test_the_same_again_gives_the_same_bytes(tmp_path):
    for name in "ab":
        comparison_figure(tmp_path / f"{name}_c.png", skills(), title="x", label=LABEL, simulated=True)
    assert (tmp_path / "a_c.png").read_bytes() == (tmp_path / "b_c.png").read_bytes()


def test_what_cannot_be_shown_is_refused(tmp_path):
    with pytest.raises(ValueError, match="at least one"):
        figure2(tmp_path / "a.png", [], simulated=False)
    with pytest.raises(ValueError, match="shape"):
        figure2(tmp_path / "a.png", [replace(panel("tucson"), coarse=np.zeros((3, 3)))], simulated=False)
    with pytest.raises(ValueError, match="at least one"):
        comparison_figure(tmp_path / "a.png", [], title="x", label=LABEL, simulated=False)
    with pytest.raises(ValueError, match="no rows"):
        write_paper_table(tmp_path / "a", [], title="x", simulated=False)
    with pytest.raises(ValueError, match="not columns"):
        write_paper_table(tmp_path / "a", ROWS, title="x", units={"nothing": "m"}, simulated=False)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "a.png").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        comparison_figure(tmp_path / "a.png", skills(), title="x", label=LABEL, simulated=False)


def test_the_width_of_a_line_grows_with_its_font():
    assert width("wide", 16) == pytest.approx(2 * width("wide", 8), rel=0.05)
    assert width("wide", 8, bold=True) > width("wide", 8)
