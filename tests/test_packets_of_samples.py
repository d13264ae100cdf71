"""Every story that comes with the program makes a packet that its receiver can check, open and trust."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import haralyzer
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from packet_story import KEY

from analyzer.cli import group
from analyzer.packet import verify_archive, verify_folder
from analyzer.packet.manifest import read_manifest

ROOT = Path(__file__).parents[1]
STORIES = sorted(path.name for path in (ROOT / "sample_logs").iterdir() if path.is_dir())
HAR = json.loads((ROOT / "tests" / "har_1_2.schema.json").read_text())
WITH_CAPTURE = {"error-burst", "hostile", "signing-key-rotation", "upstream-down"}


@pytest.mark.parametrize("story", STORIES)
def test_the_packet_of_a_story_is_whole(story: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """sha256sum and verify find no difference; counts add up; captures are valid HARs; commands are valid shell."""
    monkeypatch.chdir(ROOT)
    (tmp_path / "key").write_bytes(KEY)
    out = tmp_path / story
    done = CliRunner().invoke(group, [
        "escalate", f"sample_logs/{story}", "-o", str(out), "--zip", "--no-map", "--redaction-key", str(tmp_path / "key"),
        "--now", "2026-11-23T00:00:00Z",
    ])  # fmt: skip
    assert done.exit_code == 0, done.output
    check = subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=out, check=False, capture_output=True)
    assert check.returncode == 0, check.stdout
    assert verify_folder(out).differences == ()
    assert verify_archive(out.with_name(f"{story}.zip")).differences == ()
    _check_manifest(out)
    captures = sorted((out / "har").glob("*.har"))
    assert bool(captures) == (story in WITH_CAPTURE)
    for path in captures:
        document = json.loads(path.read_text())
        Draft202012Validator(HAR).validate(document)
        assert sum(len(page.entries) for page in haralyzer.HarParser(document).pages) == len(document["log"]["entries"])
    for script in out.glob("repro/*.sh"):
        assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
    assert max(path.stat().st_size for path in out.rglob("*") if path.is_file()) <= 4_500_000
    assert (story == "healthy") == (not list((out / "evidence").glob("*")))


def _check_manifest(out: Path) -> None:
    manifest = read_manifest((out / "manifest.json").read_bytes())
    for source in manifest.inputs:
        assert source.lines == source.parsed + source.rejected + source.directives + source.blank
        assert source.lines > 0 or source.bytes == 0, "a container that holds links besides"
    assert len(manifest.completeness.items) == 40
    assert len((out / "summary.md").read_text()) <= 8_000
    assert (out / "report.html").stat().st_size <= 2_000_000
