"""The table of benchmarks: what a command costs, what it asks for, and that it names what is missing or failed."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "benchmarks"))  # scripts, which find each other beside them

import bench  # noqa: E402
import bench_targets  # noqa: E402
import process_cost  # noqa: E402
import rivals  # noqa: E402
from process_cost import Cost  # noqa: E402

FILLED = "import time; kept = b'x' * {size}; time.sleep({seconds})"
MUCH = 150_000_000


def call(*arguments: str, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PATH": path}
    command = [sys.executable, ROOT / "benchmarks" / "bench.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def run_python(code: str, folder: Path, most_seconds: float = 60, prefix: process_cost.Prefix = ()) -> Cost:
    return process_cost.measure([*prefix, sys.executable, "-c", code], folder, os.environ, most_seconds)


def table(told: str) -> dict[str, list[str]]:
    return {line[:47].split(",")[0].strip(): line[47:].split() for line in told.splitlines() if "," in line[:47]}


def test_the_table_has_a_line_for_each_job_and_form():
    """Each job tells how many lines it read: all of 500, or those that are of the format."""
    ended = call(
        "--sizes", "500", "--kinds", "realistic", "--only", "analyzer analyze,analyzer again,scan_lines", "--runs", "2"
    )
    assert not ended.returncode, ended.stderr
    parts = ended.stdout.split("\n\n")
    assert parts[0].endswith("least of 2 runs, median of their wall times")
    for part, form in zip(parts[1:3], ("plain", "gz"), strict=True):
        assert part.splitlines()[0].startswith("500 realistic lines")
        assert part.splitlines()[0].endswith(form)
        found = table(part)
        assert 490 <= int(found["analyzer analyze"][5]) < 500
        assert found["analyzer analyze"][6:] == ["1.00", "1.00"]
        assert found["analyzer again"][5] == found["analyzer analyze"][5]
        assert found["scan_lines"][5] == "500"
    assert parts[3].count("not measured") == 8


def test_what_is_missing_and_what_fails_is_told(tmp_path):
    """The hostile log has bytes that are no UTF-8, which scan_lines does not read; ripgrep is not on this path."""
    chosen = ("--kinds", "hostile", "--forms", "gz", "--only", "scan_lines,ripgrep")
    (tmp_path / "gzip").symlink_to("/usr/bin/gzip")
    ended = call("--sizes", "2k", *chosen, path=str(tmp_path))
    assert not ended.returncode, ended.stderr
    assert ended.stdout.startswith("ripgrep is not installed: left out.\n")
    assert "scan_lines, sums lengths: the floor" in ended.stdout
    assert "exit code 1: polars.exceptions.ComputeError: invalid utf8" in ended.stdout


def test_a_name_that_is_no_job_is_refused():
    ended = call("--only", "rg")
    assert ended.returncode == 2
    assert "rg: not one of analyzer analyze" in ended.stderr


@pytest.mark.parametrize(("text", "lines"), [("200k", 200_000), ("2m", 2_000_000), ("20M", 20_000_000), ("7", 7)])
def test_sizes_are_read(text, lines):
    assert bench.lines_of(text) == lines


def test_memory_of_a_whole_tree_is_counted(tmp_path):
    """Two grandchildren hold 150 MB each at the same time; a single process never has more than one of them."""
    child = f"[sys.executable, '-c', {FILLED.format(size=MUCH, seconds=1.5)!r}]"
    code = f"import subprocess, sys\nfor each in [subprocess.Popen({child}) for _ in range(2)]: each.wait()"
    cost = run_python(code, tmp_path)
    assert cost.failure is None
    assert 2 * MUCH < cost.peak < 3 * MUCH


def test_the_peak_of_a_short_life_is_known(tmp_path):
    """What ends before anybody looked is in the kernel's account; CPU time is that of descendants too."""
    child = f"import time; kept = b'x' * {MUCH}; print(time.process_time())"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True)"
    cost = run_python(code, tmp_path)
    # A process that is forked begins with the peak of the one that forked it.
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    assert MUCH < cost.peak < max(2 * MUCH, own + MUCH)
    assert cost.cpu >= float(cost.output)


def test_how_a_command_ended_is_told(tmp_path):
    """An exit code with the last line of its errors, a signal, and what takes too long."""
    assert run_python("print(12)", tmp_path).output == "12\n"
    assert run_python("raise SystemExit('a\\nb')", tmp_path).failure == "exit code 1: b"
    assert run_python("import os; os.kill(os.getpid(), 9)", tmp_path).failure == "ended by SIGKILL"
    assert run_python("import time; time.sleep(60)", tmp_path, most_seconds=0.3).failure == "took more than 0 s"


def test_a_limit_ends_what_needs_more_or_is_said_to_be_impossible(tmp_path):
    """Under 100 MB, 150 MB are too much and 20 MB are not; nothing of the limit stays."""
    with process_cost.memory_limit(100) as prefix:
        if prefix is None:
            told = call("--sizes", "100", "--only", "scan_lines", "--limit-mb", "100").stdout
            assert told.startswith("Memory cannot be limited here")
            return
        assert run_python(FILLED.format(size=20_000_000, seconds=0), tmp_path, prefix=prefix).failure is None
        assert run_python(FILLED.format(size=MUCH, seconds=0), tmp_path, prefix=prefix).failure == "ended by SIGKILL"
    assert not list(Path("/sys/fs/cgroup").glob(f"**/bench-{os.getpid()}"))


@pytest.mark.parametrize("code", [0, 1])
def test_systemd_limits_memory_where_no_group_can_be_made(monkeypatch, tmp_path, code):
    """It is tried before it is relied on; without the program there is no limit."""
    monkeypatch.setattr(process_cost, "_own_group", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with process_cost.memory_limit(700) as prefix:
        assert prefix is None
    program = tmp_path / "systemd-run"
    program.write_text(f"#!/bin/sh\nexit {code}\n")
    program.chmod(0o755)
    with process_cost.memory_limit(700) as prefix:
        assert (prefix is None) == bool(code)
        assert code or {"MemoryMax=700000000", "MemorySwapMax=0", "--scope"} <= set(prefix)


def test_what_a_command_leaves_behind_is_ended(tmp_path):
    """A child that nobody waited for is gone when its cost is told."""
    child = "[sys.executable, '-c', 'import time; time.sleep(600)']"
    code = f"import subprocess, sys; print(subprocess.Popen({child}).pid)"
    left = int(run_python(code, tmp_path).output)
    state = Path(f"/proc/{left}/stat")
    while state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z":
        pass
    assert process_cost.resident_bytes(left) == 0


def cost(wall: float, peak: int = 0, failure: str | None = None) -> Cost:
    return Cost(wall, wall * 2 if wall < 100 else wall, peak, failure=failure)


def test_targets_by_hand():
    """Ours takes 10 s: lnav's 30 s are 3 times it, 39 s of duckdb less than 4 times, 1.2 s of the floor 8.3 times less."""
    own, small, large = rivals.OURS, bench_targets.SMALL, bench_targets.LARGE
    costs = {
        ("realistic", small, False, own): cost(10),
        ("realistic", small, False, "lnav"): cost(30),
        ("realistic", small, False, "duckdb"): cost(39),
        ("realistic", small, False, "goaccess"): cost(500, failure="took more than 499 s"),
        ("realistic", small, False, "scan_lines"): cost(1.2),
        ("realistic", small, True, own): cost(15),
        ("realistic", small, False, rivals.WITH_FRAME): cost(40),
        ("realistic", small, False, rivals.FROM_FRAME): cost(10),
        ("realistic", large, False, own): cost(110.5, peak=700_000_000),
    }
    found = list(bench_targets.targets(costs, "realistic"))
    assert [target.met for target in found] == [True, False, None, False, True, True, False, True]
    asked = [">= 3", ">= 4", ">= 12", "<= 5", "<= 1.5", "<= 0.25", "<= 1.1", "<= 700"]
    assert [target.asked for target in found] == asked
    values = [target.value for target in found]
    assert values == [3, 3.9, None, pytest.approx(8.33, abs=0.01), 1.5, 0.25, pytest.approx(1.105), 700]
    assert found[6].beside == pytest.approx(0.5525)  # 110.5 s of CPU time against ten times 20 s
    assert [bench_targets.told(target).split()[-1] for target in found[:3]] == ["met", "MET", "measured"]
    assert {target.met for target in bench_targets.targets(costs, "hostile")} == {None}
