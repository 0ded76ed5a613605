import numpy as np
import pytest
from made_skills import LABEL, SUBTITLE, skill, skills
from pictures import WARNING, assert_texts_are_apart, pixels

from smen.errors import OutputError
from smen.paper.skill_chart import Skill, comparison_figure
from smen.scores.intervals import Interval

NAN = float("nan")


def words(drawn):
    return [text.get_text() for text in drawn[0][1]]


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


def test_the_paper_s_network_alone_is_bold_and_has_no_difference(tmp_path, drawn):
    comparison_figure(tmp_path / "c.png", skills(), title="All", label=LABEL, simulated=False)
    error = drawn[0][0].axes[0]
    weights = {label.get_text(): label.get_fontweight() for label in error.get_yticklabels()}
    assert [name for name, weight in weights.items() if weight == "bold"] == ["smen"]
    assert "0.0370 (0.0350, 0.0400)" in words(drawn)
    assert not any(text.startswith(("+0.0000", "−0.0000")) for text in words(drawn))


def test_odd_comparisons_are_drawn(tmp_path, drawn):
    nothing = Skill("none", *[Interval(NAN, NAN, NAN, 0)] * 2)
    alone = Skill("smen", Interval(0.03, NAN, NAN, 1), Interval(0.0, NAN, NAN, 1))
    for number, rows in enumerate([[alone], [nothing], [nothing, alone], [*skills(), skill("few", 0.05, dates=7)]]):
        comparison_figure(tmp_path / f"{number}.png", rows, title="x", label=LABEL, simulated=False)
    assert_texts_are_apart(drawn)
    assert [text.get_text() for text in drawn[2][0].axes[0].get_yticklabels()] == ["smen (1 date)", "none (0 dates)"]
    assert not any("nan" in text.get_text() for _, boxes in drawn for text in boxes)


@pytest.mark.parametrize("simulated", [True, False])
def test_only_simulated_data_are_marked(tmp_path, simulated):
    comparison_figure(tmp_path / "b.png", skills(), title="x", label=LABEL, simulated=simulated)
    assert (np.abs(pixels(tmp_path / "b.png") - WARNING) <= 1).all(axis=-1).any() == simulated


def test_the_same_again_gives_the_same_bytes(tmp_path):
    for name in "ab":
        comparison_figure(tmp_path / f"{name}.png", skills(), title="x", label=LABEL, simulated=True)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_what_cannot_be_drawn_is_refused(tmp_path):
    with pytest.raises(ValueError, match="at least one"):
        comparison_figure(tmp_path / "a.png", [], title="x", label=LABEL, simulated=False)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "a.png").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        comparison_figure(tmp_path / "a.png", skills(), title="x", label=LABEL, simulated=False)
