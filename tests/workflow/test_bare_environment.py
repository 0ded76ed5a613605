"""What the README promises after command 1 works in an environment that holds no more than command 1 installs."""

import subprocess

import bare_environment
import pytest

pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def run(tmp_path_factory, finished):
    """Run a program of a bare environment in a copy of a finished project."""
    programs = bare_environment.make(tmp_path_factory.mktemp("bare") / "env")
    project = finished.copy(tmp_path_factory.mktemp("bare_project") / "project")

    def call(*command):
        done = subprocess.run(
            [programs / command[0], *map(str, command[1:])], cwd=project.folder, capture_output=True, text=True,
            env=bare_environment.variables(programs), timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    call.folder, call.root = project.folder, project.root
    return call


def snakemake(run, *arguments):
    return run(
        "snakemake", "--snakefile", run.root / "Snakefile", "--configfile", "config.yaml", "--cores", 1, *arguments
    )


def test_what_the_tests_alone_need_is_not_there(run):
    found = run(
        "python", "-c", "import importlib.util as u; print([n for n in ('pytest', 'hypothesis') if u.find_spec(n)])"
    )
    assert found.strip() == "[]"
    assert str(run.root) in run("python", "-c", "import os, smen; print(os.path.realpath(smen.__file__))")


def test_the_report_of_snakemake(run):
    snakemake(run, "--report", "report.html")
    assert "ubRMSE" in (run.folder / "report.html").read_text(encoding="utf-8")


def test_one_region_is_made_again(run):
    weights = run.folder / "results/plains/models/fusion.safetensors"
    before = weights.stat().st_mtime_ns
    snakemake(run, "plains", "--forcerun", "train")
    assert weights.stat().st_mtime_ns > before


def test_refresh(run):
    snakemake(run, "refresh")


def test_the_commands(run):
    assert "land" in run("smen", "check")
    (run.folder / "places.csv").write_text("name,longitude,latitude\nfarm,-97.6,35.5\n", encoding="utf-8")
    run("smen", "extract", "places.csv", "--name", "name", "-o", "values.csv")
    assert (run.folder / "values.csv").is_file()
    run("smen", "extract", "places.csv", "--name", "name", "-o", "values.gpkg")
