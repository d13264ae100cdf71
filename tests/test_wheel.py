"""The wheel works alone: without the checkout, and without development dependencies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STORY = ROOT / "sample_logs" / "signing-key-rotation"


def run(*command, cwd, **environment):
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.wheel
def test_wheel_runs_the_demo_alone(tmp_path):
    """Built and installed into a fresh environment, the wheel finds its rules and templates and names the layer."""
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=ROOT)
    wheel = next(tmp_path.glob("*.whl"))
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if name.startswith(("tests/", "sample_logs/"))]
    home = tmp_path / "fresh"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    run(
        python,
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        "-c",
        ROOT / "constraints.txt",
        wheel,
        cwd=tmp_path,
    )
    missing = run(
        python, "-c", "import importlib.util as u; print(u.find_spec('pytest'), u.find_spec('mypy'))", cwd=tmp_path
    )
    assert missing.split() == ["None", "None"]
    inputs = [path for path in sorted(STORY.iterdir()) if path.suffix in {".log", ".jsonl", ".har", ".gz"}]
    out = tmp_path / "out"
    told = run(home / "bin" / "analyzer", "analyze", *inputs, "-o", out, cwd=tmp_path, XDG_STATE_HOME=str(tmp_path))
    assert "authentication" in told
    found = json.loads((out / "findings.json").read_text())
    assert found["incidents"][0]["layer"] == "authentication"
    assert (out / "report.html").stat().st_size > 10_000
    assert "Too Many Requests" in run(home / "bin" / "analyzer", "explain", "429", cwd=tmp_path)
