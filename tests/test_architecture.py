"""The shape of the code is checked like its behaviour: sizes, doors, start-up, what may not stand in it."""

from __future__ import annotations

import ast
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "analyzer").rglob("*.py"))
TREES = {path: ast.parse(path.read_text()) for path in MODULES}
SUBSTANTIAL = [path for path in MODULES if len(path.read_text().splitlines()) > 10]


def functions():
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node, node.end_lineno - node.lineno + 1


def test_no_module_is_longer_than_400_lines():
    """A module that outgrows 400 lines has two jobs."""
    long = {str(path.relative_to(ROOT)): n for path in MODULES if (n := len(path.read_text().splitlines())) > 400}
    assert long == {}


def test_median_module_is_at_most_130_lines():
    """Half of the modules fit on two screens."""
    assert statistics.median(len(path.read_text().splitlines()) for path in SUBSTANTIAL) <= 130


def test_nine_of_ten_functions_are_at_most_32_lines():
    """A function is short enough to be read at once."""
    lengths = sorted(length for _, _, length in functions())
    assert lengths[int(len(lengths) * 0.9)] <= 32
    longest = [f"{p.relative_to(ROOT)}:{n.name} {length}" for p, n, length in functions() if length > 70]
    assert longest == []


def test_imports_point_down_only_and_each_dependency_has_one_door():
    """The import contracts of pyproject.toml hold."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "package",
    ["detect", "facts", "formats", "packet", "pipeline", "redact", "report", "sources", "wording"],
)
def test_a_package_is_entered_by_its_door(package):
    """No module outside imports a private module of these packages, but what their __init__ or a public module gives."""
    found = [
        f"{path.relative_to(ROOT)}: {module}"
        for path, tree in TREES.items()
        if path.relative_to(ROOT).parts[1] != package
        for module in _imported(tree)
        if module.startswith(f"analyzer.{package}.") and any(part.startswith("_") for part in module.split(".")[2:])
    ]
    assert found == []


def _imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["analyze", "--help"]])
def test_help_imports_neither_polars_nor_jinja2(arguments):
    """Help answers at once, since nothing heavy is loaded for it."""
    script = (
        "import sys\nfrom analyzer.cli import group\n"
        f"try:\n    group({arguments!r})\nexcept SystemExit:\n    pass\n"
        "heavy = {'polars', 'jinja2', 'haralyzer', 'msgspec', 'rich', 'yaml'} & set(sys.modules)\n"
        "print('HEAVY', sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout


_REPORTS = {"jinja2", "haralyzer", "rich", "asyncio", "ssl", "PIL", "analyzer.report"}


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        (["explain", "429"], _REPORTS | {"polars", "msgspec", "zoneinfo", "analyzer.formats", "analyzer.detect"}),
        (["formats"], _REPORTS | {"analyzer.pipeline", "analyzer.detect"}),
        (["rules", "list"], _REPORTS | {"msgspec", "analyzer.pipeline", "analyzer.formats"}),
        (["schema"], _REPORTS | {"msgspec", "analyzer.pipeline", "analyzer.formats", "analyzer.detect"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_looking_things_up_loads_only_what_it_needs(arguments, unneeded):
    """What answers from the program's own tables loads no reader of captures, no writer of reports and no network."""
    script = (
        "import sys\nfrom analyzer.cli import group\n"
        f"try:\n    group({arguments!r})\nexcept SystemExit as done:\n    assert not done.code\n"
        f"print('UNNEEDED', sorted({unneeded!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("UNNEEDED []\n")
    assert done.stdout.count("\n") > 5


def test_local_work_does_without_the_library_of_the_stores():
    """OpenDAL is an extra: everything is imported without it, and it is loaded by the first URL."""
    script = "import sys\nfrom analyzer import pipeline, publish, sources\nprint('opendal' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    "forbidden",
    [r"\|\s*safe\b", r"xmlattr", r"extractall", r"(?<!list\.)\beval\(", r"\bexec\(", r"yaml\.load\(", r"pickle"],
)
def test_dangerous_calls_do_not_occur(forbidden):
    """No template switches escaping off, and no code evaluates or unpacks what it reads."""
    files = [*MODULES, *(ROOT / "analyzer").rglob("*.j2")]
    found = [str(path) for path in files if re.search(forbidden, path.read_text())]
    assert found == []


def test_no_grab_bag_modules_and_no_broad_handlers():
    """No module is called after nothing, and no handler catches what it does not know."""
    assert [p for p in MODULES if p.stem.strip("_") in {"utils", "util", "helpers", "common", "misc"}] == []
    broad = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and (node.type is None or getattr(node.type, "id", "") == "Exception")
    ]
    assert broad == []


def test_nothing_names_the_machine_or_a_registry():
    """Committed files are the same on every machine."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    names = [
        name for name in listed.stdout.splitlines() if not name.startswith(("sample_logs/", "tests/test_architecture"))
    ]
    words = ["/wo" + "rk/", "pypi-" + "more", "files.python" + "hosted", "registry." + "npmjs", "/ro" + "ot/"]
    found = []
    for name in names:
        path = ROOT / name
        if path.is_file() and path.stat().st_size < 1_000_000:
            text = path.read_text(errors="replace")
            found += [f"{name}: {word}" for word in words if word in text]
    assert found == []


def test_the_check_of_real_servers_is_for_all_of_them_unless_some_are_named():
    """The folder of the stores' servers once had the name by which servers are chosen, so none was checked."""
    command = ["make", "--dry-run", "--no-print-directory", "conformance"]
    environment = {"PATH": os.environ["PATH"]}  # this test itself may be started by a make that has flags for others
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split()[-2:] == ["-m", "servers"]
