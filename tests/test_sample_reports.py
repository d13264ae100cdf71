"""reports/ holds what the program says of every sample story, to the byte, and the README shows one of them."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from first_screen import HEIGHT, MOST_BYTES, PICTURE, REPORT, WIDTH, first_screen
from playwright.sync_api import Browser
from sample_reports import (
    BESIDE,
    KEY,
    NOW,
    REPORTS,
    ROOT,
    SAMPLES,
    found,
    stories,
    write_all,
    write_index,
    write_report,
)

from analyzer.cli import group

ACCEPT = os.environ.get("ACCEPT") == "1"
ANEW = "; look, then run `make reports` (or ACCEPT=1 python -m pytest tests/test_sample_reports.py)"
FILES = ["findings.json", "rejects.ndjson", "report.html", "summary.md"]


@pytest.fixture(scope="module", autouse=True)
def accepted() -> None:
    """Writes reports/ anew where that is asked for."""
    if ACCEPT:
        write_all(ROOT / REPORTS)


@pytest.mark.parametrize("story", stories())
def test_a_committed_report_is_what_the_program_writes(story: str, tmp_path: Path) -> None:
    """Every byte of the four files of each story."""
    write_report(story, tmp_path)
    assert sorted(path.name for path in (tmp_path / story).iterdir()) == FILES
    for name in FILES:
        committed = ROOT / REPORTS / story / name
        assert committed.is_file(), f"{REPORTS}/{story}/{name} is missing{ANEW}"
        assert committed.read_bytes() == (tmp_path / story / name).read_bytes(), f"{story}/{name} differs{ANEW}"


def test_the_committed_index_is_what_the_program_writes(tmp_path: Path) -> None:
    """The index of the committed reports, to the byte; it links to each of them."""
    for story in stories():
        shutil.copytree(ROOT / REPORTS / story, tmp_path / story)
    write_index(tmp_path)
    page = (ROOT / REPORTS / "index.html").read_text()
    assert page == (tmp_path / "index.html").read_text(), f"index.html differs{ANEW}"
    assert sorted(re.findall(r'href="\./([^"]*)/report\.html"', page)) == stories()


def test_nothing_else_lies_in_the_folder() -> None:
    """No report of a story that is gone, nothing of anybody's own."""
    wanted = {f"{story}/{name}" for story in stories() for name in FILES} | {"index.html"}
    assert {path.as_posix() for path in found(ROOT / REPORTS)} == wanted
    assert all((ROOT / REPORTS / name).is_file() for name in BESIDE)


def test_a_report_depends_on_nothing_but_the_story(tmp_path: Path) -> None:
    """Another checkout, home, user, host, zone, locale, umask, hash seed, number of threads, own formats: equal bytes."""
    story = "error-burst"
    other = tmp_path / "elsewhere" / "checkout of somebody"
    shutil.copytree(ROOT / SAMPLES / story, other / SAMPLES / story)
    (other / KEY).parent.mkdir()
    shutil.copy(ROOT / KEY, other / KEY)
    home = tmp_path / "home" / "harbor"
    formats = home / ".config" / "analyzer" / "formats"
    formats.mkdir(parents=True)
    (formats / "broken.yaml").write_text("name: [")
    script = (
        "import os, sys; from pathlib import Path; os.umask(0o077); from sample_reports import write_report; "
        "write_report(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))"
    )
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "HOME": str(home), "USER": "harbor",
        "LOGNAME": "harbor", "HOSTNAME": "api.harbor.example", "TZ": "Asia/Kathmandu", "LC_ALL": "C", "LANG": "C",
        "PYTHONHASHSEED": "17", "POLARS_MAX_THREADS": "2", "TMPDIR": str(tmp_path),
    }  # fmt: skip
    subprocess.run(
        [sys.executable, "-c", script, story, tmp_path / "out", other], check=True, env=environment, cwd=tmp_path
    )
    for name in FILES:
        assert (tmp_path / "out" / story / name).read_bytes() == (ROOT / REPORTS / story / name).read_bytes(), name


def test_the_command_writes_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in reports/ is what a user gets who types the command of its README."""
    monkeypatch.chdir(ROOT)
    story = "healthy"
    done = CliRunner().invoke(group, [
        "analyze", f"{SAMPLES}/{story}", "-o", str(tmp_path / story), "--now", NOW.isoformat(),
        "--redaction-key", KEY, "--no-map", "--quiet",
    ])  # fmt: skip
    assert done.exit_code == 0, done.output
    for name in FILES:
        assert (tmp_path / story / name).read_bytes() == (ROOT / REPORTS / story / name).read_bytes(), name


def test_a_user_s_own_reports_are_ignored_by_git_and_by_us(tmp_path: Path) -> None:
    """What analyze and escalate name by themselves is no part of reports/; the reports of the stories are."""
    own = ["access.log-20261122T180000Z", "shop-20261122T180000Z.UNREDACTED"]
    packed = ["shop-20261122T180000Z.zip", "shop-20261122T180000Z.UNREDACTED.zip"]
    for name in packed:
        (tmp_path / name).write_bytes(b"PK")
    for name in [*own, "signing-key-rotation"]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "findings.json").write_text("{}")
    assert [path.as_posix() for path in found(tmp_path)] == ["signing-key-rotation/findings.json"]
    if not (ROOT / ".git").exists():
        return
    ignored = [f"{REPORTS}/{name}/findings.json" for name in own] + [f"{REPORTS}/{name}" for name in packed]
    paths = [*ignored, *(f"{REPORTS}/{name}/findings.json" for name in stories()), f"{REPORTS}/index.html"]
    done = subprocess.run(
        ["git", "check-ignore", "--no-index", *paths], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.stdout.splitlines() == ignored


def test_what_is_written_anew_replaces_its_like_and_nothing_else(tmp_path: Path) -> None:
    """What an earlier report of the story left goes; what somebody else put there stays, whatever its name."""
    root, target = tmp_path / "root", tmp_path / "reports"
    (root / SAMPLES).mkdir(parents=True)
    (root / KEY).parent.mkdir()
    shutil.copy(ROOT / KEY, root / KEY)
    shutil.copytree(ROOT / SAMPLES / "healthy", root / SAMPLES / "healthy")
    kept = {"README.md", "a-20261122T180000Z/report.html", "a-20261122T180000Z.zip", "mine/report.html"}
    for name in (*kept, "healthy/leftover.txt", "index.html"):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text("x")
    assert write_all(target, root) == ["healthy"]
    left = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert left == {*kept, "index.html", *(f"healthy/{name}" for name in FILES)}


def size(png: bytes) -> tuple[int, int]:
    """Reads width and height from the first chunk of a PNG (PNG specification, 11.2.1)."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert png[12:16] == b"IHDR"
    return struct.unpack(">II", png[16:24])


def test_the_readme_shows_a_picture_that_is_there() -> None:
    """One picture of 1280 pixels and at most 200 kB; it and the report that it leads to exist."""
    readme = (ROOT / "README.md").read_text()
    shown = re.findall(r"\[!\[([^\]]+)\]\(([^)]+)\)\]\(([^)]+)\)", readme)
    assert len(shown) == 1
    words, picture, report = shown[0]
    assert words
    assert ROOT / picture == PICTURE
    assert ROOT / report == REPORT
    assert REPORT.is_file()
    assert size(PICTURE.read_bytes()) == (WIDTH, HEIGHT)
    assert len(PICTURE.read_bytes()) <= MOST_BYTES


@pytest.mark.parametrize("document", ["README.md", "reports/README.md", "sample_logs/README.md"])
def test_links_of_a_readme_lead_somewhere(document: str) -> None:
    """Every relative link is a file or folder of the repository."""
    text = (ROOT / document).read_text()
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / document).parent.joinpath(link).exists()] == []


@pytest.mark.browser
def test_the_picture_can_be_taken_anew(browser: Browser) -> None:
    """The script gives a PNG of the same size, within the limit, that is no blank page."""
    taken = first_screen(browser, REPORT)
    assert size(taken) == size(PICTURE.read_bytes())
    assert 20_000 < len(taken) <= MOST_BYTES
