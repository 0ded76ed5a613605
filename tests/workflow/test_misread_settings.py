"""Snakemake itself: what it would misread in config.yaml is refused first, and an unknown target is answered."""

import pytest

pytestmark = pytest.mark.workflow


@pytest.fixture
def dry_run(tmp_path, project):
    """Run snakemake dry, with config.yaml read by the Snakefile as a user has it."""
    p = project(tmp_path / "p").settings()

    def run(*arguments, replaced=("", ""), status=1):
        file = p.folder / "config.yaml"
        file.write_text(file.read_text().replace(*replaced))
        said = p.command(
            "snakemake", "--snakefile", p.root / "Snakefile", "--cores", 1, "--dry-run", *arguments, cwd=p.folder,
            status=status,
        )  # fmt: skip
        assert "Traceback" not in said
        assert not (p.folder / "results").exists()
        return said

    return run


@pytest.mark.parametrize(
    ("replaced", "said"),
    [
        (
            ("'2016-09-30'", "2016-09-31"),
            "config.yaml, line 16: `periods.training` is 2016-09-31, a date that does",
        ),
        (("desert:", "no:"), "config.yaml, line 8: `regions.no`: YAML reads the key no as false; put it in quotes"),
    ],
)
def test_file_line_and_key_are_named(dry_run, replaced, said):
    assert said in dry_run("all", replaced=replaced)


def test_the_command_line_is_named_where_the_mistake_is_there(dry_run):
    said = dry_run("all", "--config", "smen={epochs: x}")
    assert "config.yaml with --config: `smen.epochs` is 'x': it must be a whole number" in said


@pytest.mark.parametrize("target", ["plain", "results/plain/scores/scores.csv"])
def test_an_unknown_target_is_answered_with_those_that_there_are(dry_run, target):
    said = dry_run("--cores", "2", target)
    assert (
        f"there is no target `{target}`; did you mean `plains`? regions: plains, desert; also: all, indices, mosaic"
        in said
    )


def test_targets_that_there_are_go_on(dry_run):
    assert "This was a dry-run" in dry_run("results/plains/scores/scores.csv", "desert", "refresh", status=0)
