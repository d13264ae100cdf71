"""What the README shows for Kubernetes and SLURM is what these take, and names options that the programs have."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from click.testing import CliRunner

from analyzer.cli import group
from analyzer.pipeline._cluster import check_address

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
MANIFESTS = [each for text in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL) for each in yaml.safe_load_all(text)]
(SCRIPT,) = [text for text in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if "#SBATCH" in text]
# sbatch(1), Slurm 24.05
SBATCH = {"job-name", "ntasks", "cpus-per-task", "mem-per-cpu", "time"}


def kinds():
    return [(each["kind"], each["metadata"]["name"]) for each in MANIFESTS]


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda each: f"{each['kind']}-{each['metadata']['name']}")
def test_manifests_fit_the_schemas_of_kubernetes(manifest):
    kubernetes_validate.validate(manifest, "1.37", strict=True)


def test_the_manifests_are_a_scheduler_workers_and_a_job():
    assert kinds() == [
        ("ConfigMap", "analyzer-dask"),
        ("Service", "analyzer-scheduler"),
        ("Deployment", "analyzer-scheduler"),
        ("Deployment", "analyzer-worker"),
        ("Job", "analyzer"),
    ]


def test_selectors_volumes_and_addresses_agree():
    by_name = {name: each for (_, name), each in zip(kinds(), MANIFESTS, strict=True) if each["kind"] != "Service"}
    for name in ("analyzer-scheduler", "analyzer-worker"):
        spec = by_name[name]["spec"]
        assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]
    for name in ("analyzer-scheduler", "analyzer-worker", "analyzer"):
        pod = by_name[name]["spec"]["template"]["spec"]
        mounted = {mount["name"] for container in pod["containers"] for mount in container["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["volumes"]}
    (job,) = by_name["analyzer"]["spec"]["template"]["spec"]["containers"]
    check_address(job["command"][job["command"].index("--cluster") + 1])
    assert yaml.safe_load(by_name["analyzer-dask"]["data"]["tls.yaml"])["distributed"]["comm"]["require-encryption"]


def options_of(command):
    return [word for word in command if word.startswith("--")]


def commands():
    for manifest in MANIFESTS:
        for container in manifest.get("spec", {}).get("template", {}).get("spec", {}).get("containers", []):
            yield container["command"]
    for line in SCRIPT.splitlines():
        words = shlex.split(line.removesuffix("&"))
        if words[:1] in (["dask"], ["analyzer"]):
            yield words
        elif words[:1] == ["srun"]:
            yield words[words.index("dask") :]


@pytest.mark.parametrize("command", list(commands()), ids=lambda words: " ".join(words[:2]))
def test_the_programs_have_the_options_that_are_named(command):
    if command[0] == "analyzer":
        told = CliRunner().invoke(group, [command[1], "--help"]).output
    else:
        program = Path(sys.executable).with_name(command[0])
        told = subprocess.run([program, command[1], "--help"], capture_output=True, text=True, check=True).stdout
    for option in options_of(command):
        assert re.search(rf"(?:^|[ /]){re.escape(option)}\b", told), option


def test_the_script_is_one_that_a_shell_and_slurm_take():
    subprocess.run(["bash", "-n"], input=SCRIPT, text=True, check=True)
    assert set(re.findall(r"^#SBATCH --([a-z-]+)=\S+$", SCRIPT, re.MULTILINE)) == SBATCH
    assert len(re.findall("^#SBATCH", SCRIPT, re.MULTILINE)) == len(SBATCH)
