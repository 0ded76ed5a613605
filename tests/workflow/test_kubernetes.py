"""The Job for Kubernetes: its fields fit together, and its command is one that this workflow takes."""

import re
import shlex
from pathlib import Path

import yaml
from tiny import SMALL

ROOT = Path(__file__).parents[2]
CLAIM, JOB = yaml.safe_load_all((ROOT / "workflow/profiles/kubernetes/job.yaml").read_text())
POD = JOB["spec"]["template"]["spec"]
(CONTAINER,) = POD["containers"]
SCRIPT = CONTAINER["args"][-1]


def test_what_is_mounted_is_there():
    volumes = {volume["name"]: volume for volume in POD["volumes"]}
    mounts = {mount["name"]: mount["mountPath"] for mount in CONTAINER["volumeMounts"]}
    assert volumes.keys() == mounts.keys()
    assert volumes["work"]["persistentVolumeClaim"]["claimName"] == CLAIM["metadata"]["name"]
    assert CONTAINER["workingDir"] == mounts["work"] == re.search(r"^WORKDIR (\S+)", docker(), re.M)[1]
    head = (ROOT / "workflow/profiles/kubernetes/job.yaml").read_text()
    assert f"create configmap {volumes['config']['configMap']['name']} --from-file=config.yaml" in head
    assert f"create secret generic {CONTAINER['envFrom'][0]['secretRef']['name']} " in head
    assert POD["restartPolicy"] == "Never" and JOB["apiVersion"] == "batch/v1" and JOB["kind"] == "Job"


def docker():
    return (ROOT / "Dockerfile").read_text()


def test_the_image_has_what_the_command_names():
    assert set(re.findall(r"--snakefile (\S+)", SCRIPT)) == {"/opt/smen/Snakefile"}
    assert "COPY --chown=$MAMBA_USER:$MAMBA_USER . /opt/smen" in docker()
    assert "snakemake-storage-plugin-s3" in docker() and "boto3" in docker()


def test_the_processors_and_the_memory_are_those_of_the_pod():
    asked = CONTAINER["resources"]["requests"]
    assert re.search(r"--cores (\d+)", SCRIPT)[1] == asked["cpu"]
    assert int(re.search(r"mem_mb=(\d+)", SCRIPT)[1]) < int(asked["memory"].removesuffix("Gi")) * 1024


def test_the_command_is_one_that_the_workflow_takes(command, project, tmp_path):
    p = project(tmp_path / "p").settings(**SMALL)
    here = SCRIPT.replace("/opt/smen", str(ROOT)).replace("/config/config.yaml", "config.yaml")
    unlock, run = here.split(" && exec ")
    command(*shlex.split(unlock), cwd=p.folder)
    assert "downscale" in command(*shlex.split(run), "--dry-run", cwd=p.folder)
