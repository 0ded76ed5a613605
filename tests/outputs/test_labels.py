"""The words that all outputs have in common."""

import re
from pathlib import Path

import pytest

from smen.outputs import labels

PACKAGE = Path(labels.__file__).parents[1]
STAGES = [*PACKAGE.glob("outputs/**/*.py"), *PACKAGE.glob("stages/*.py"), *PACKAGE.glob("paper/*.py")]


@pytest.mark.parametrize(
    ("simulated", "title"),
    [(True, "Soil moisture at 3 km, tucson (simulated data)"), (False, "Soil moisture at 3 km, tucson")],
)
def test_titles_name_region_and_simulation(simulated, title):
    assert labels.map_title("tucson", simulated=simulated) == title


def test_truth_values_as_words():
    assert (labels.yes_or_no(True), labels.yes_or_no(False)) == ("yes", "no")


def test_the_product_has_one_name_in_scores_and_outputs():
    from smen.scores.comparison import PRODUCT

    assert labels.PRODUCT is PRODUCT


@pytest.mark.parametrize(
    "words", [labels.SIMULATED_NOTE, labels.SIMULATED_BADGE, f'"{labels.TITLE}', "(simulated data)"]
)
def test_words_stand_in_one_module(words):
    """A second place would sooner or later say something else."""
    literal = re.compile(rf"""^(?!\s*("{{3}}|\#)).*{re.escape(words)}""", re.MULTILINE)
    places = {path.name for path in STAGES if literal.search(path.read_text(encoding="utf-8"))}
    assert places == {"labels.py"}


def test_the_page_uses_the_same_words():
    page = (PACKAGE / "outputs/report/page.html").read_text(encoding="utf-8")
    assert f"<title>{labels.TITLE}</title>" in page
    assert f"<h1>{labels.TITLE}</h1>" in page
    assert labels.SIMULATED_BADGE.capitalize() in page
    state = (PACKAGE / "outputs/report/state.js").read_text(encoding="utf-8")
    assert f'const PRODUCT = "{labels.PRODUCT}";' in state


def test_the_page_has_a_label_for_every_baseline_of_a_run():
    """A method whose name has changed would show its bare name."""
    from smen.methods.registry import BASELINES

    charts = (PACKAGE / "outputs/report/charts.js").read_text(encoding="utf-8")
    labelled = re.search(r"const NAMES = \{(.*?)\};", charts, re.DOTALL).group(1)
    names = re.findall(r"(\w+): \"", labelled)
    assert set(names) == {"smen", *BASELINES}
