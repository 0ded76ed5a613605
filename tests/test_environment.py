"""The environments say the same as pyproject.toml, and the pins hold all of it."""

import ast
import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
CONDA_NAMES = {"torch": "pytorch"}


def requirement(text):
    name, bound = re.match(r"([A-Za-z0-9_.-]+)\s*([^;]*)", text).groups()
    return name.lower().replace("_", "-"), bound.strip()


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pins():
    lines = (ROOT / "envs/constraints.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def test_conda_environment_has_the_same_packages_and_bounds():
    environment = yaml.safe_load((ROOT / "envs/smen.yaml").read_text())
    listed = environment["dependencies"]
    by_pip = [text for part in listed if isinstance(part, dict) for text in part["pip"]]
    conda = dict(requirement(text) for text in [*(part for part in listed if isinstance(part, str)), *by_pip])
    wanted = dict(requirement(text) for text in project()["dependencies"])
    assert conda.pop("python") == project()["requires-python"]
    conda.pop("pip")
    assert conda == {CONDA_NAMES.get(name, name): bound for name, bound in wanted.items()}
    assert environment["channels"][0] == "conda-forge"


def test_conda_environment_installs_the_package_itself():
    assert "pip install --no-deps -e ." in (ROOT / "envs/smen.post-deploy.sh").read_text()


def test_everything_is_pinned():
    pinned = {name.lower().replace("_", "-") for name in pins()}
    wanted = [*project()["dependencies"], *(t for extra in project()["optional-dependencies"].values() for t in extra)]
    unpinned = {requirement(text)[0] for text in wanted if "python_version >=" not in text} - pinned
    assert not unpinned


def test_pins_that_matter():
    assert pins()["torch"] == "2.13.0"
    assert tuple(int(n) for n in pins()["earthaccess"].split(".")[:2]) >= (0, 17)


def test_readme_commands_use_the_pins():
    text = (ROOT / "README.md").read_text()
    for number in (1, 2):
        block = text.split(f"<!-- command {number} -->\n```sh\n")[1].split("\n```")[0]
        assert "pip install -c envs/constraints.txt" in block
        assert "python3 -m venv" in block


def test_profiles_name_rules_that_exist():
    rules = set(
        re.findall(r"^rule (\w+):", "".join(p.read_text() for p in (ROOT / "workflow/rules").glob("*.smk")), re.M)
    )
    for profile in (ROOT / "workflow/profiles").glob("*/config.yaml"):
        values = yaml.safe_load(profile.read_text())
        assert set(values["groups"]) | set(values.get("set-resources", ())) <= rules


def test_one_version_everywhere():
    """The newest version that the changelog names, released or to be released, is the package's and the citation's."""
    named = re.search(r"^## .*?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.M)[1]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert project()["version"] == citation["version"] == named == "1.0.0"
    assert [author["name"] for author in project()["authors"]] == [author["name"] for author in citation["authors"]]


def test_the_dockerfile_uses_what_is_there():
    """Docker is not at hand: what the file copies is there, and each instruction is one that Docker knows."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert {line.split()[0] for line in lines} <= {"FROM", "COPY", "RUN", "ARG", "ENV", "WORKDIR", "CMD"}
    assert re.match(r"FROM \S+:\S+$", lines[0])  # a fixed tag
    for line in lines:
        if line.startswith("COPY"):
            *sources, _ = [word for word in line.split()[1:] if not word.startswith("--")]
            assert all((ROOT / source).exists() for source in sources)
    assert (ROOT / ".dockerignore").read_text().split()[0] == ".git"


def test_the_catalogue_of_workflows_is_told_what_there_is():
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    assert usage["software-stack-deployment"]["conda"] and usage["report"]
    rules = "".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
    assert "conda:" in rules and "report(" in rules and "container:" not in rules


REMOVED = {
    *("asynchat", "asyncore", "distutils", "imp", "smtpd"),  # Python 3.12
    *("aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3", "mailcap", "msilib", "nis", "nntplib"),
    *("ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib"),  # 3.13 (PEP 594)
}
"""Modules of the standard library that are gone, by the pages "What's New In Python 3.12" and 3.13."""


def test_nothing_is_imported_that_newer_pythons_removed():
    for path in [*(ROOT / "smen").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & REMOVED, path
