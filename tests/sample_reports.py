"""Makes the reports of every story in sample_logs, as they stand in reports/.

`python -m sample_reports` (or `make reports`) writes them anew. Nothing but the stories and the program decides what is
written: not the machine, its user, clock, zone, locale or threads, nor where the checkout lies.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from analyzer.pipeline import INDEX, Plan, gate, index_reports, run
from analyzer.publish import publish, publish_file

ROOT = Path(__file__).parents[1]
SAMPLES = "sample_logs"
REPORTS = "reports"
KEY = "tests/sample.key"  # for samples only: everybody can read it
NOW = datetime(2026, 12, 1, tzinfo=UTC)
# What stands beside the reports and is made otherwise.
BESIDE = frozenset({"README.md", "first-screen.png"})


def stories(root: Path = ROOT) -> list[str]:
    """Gives the names of the stories: the folders of sample_logs."""
    return sorted(path.name for path in (root / SAMPLES).iterdir() if path.is_dir())


def write_report(story: str, target: Path, root: Path = ROOT) -> None:
    """Analyzes one story as `analyzer analyze sample_logs/STORY` does in the checkout, and writes target/STORY."""
    with contextlib.chdir(root), TemporaryDirectory() as work:
        key = Path(KEY).read_bytes()
        # Without Machine, own formats and own rules: a plan names all that a run depends on.
        state = run(Plan(inputs=(f"{SAMPLES}/{story}",), work=Path(work), key=key, now=NOW))
        publish(target / story, state.outputs, gate(state))


def write_index(target: Path) -> None:
    """Writes target/index.html."""
    publish_file(target / INDEX, index_reports(target).page, None)


def write_all(target: Path, root: Path = ROOT) -> list[str]:
    """Writes all reports, two at once, and the index over them; whatever else lies in the folder stays as it is.

    Gives the names of the stories.
    """
    names = stories(root)
    with TemporaryDirectory() as fresh:
        place = Path(fresh)
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            for done in [pool.submit(write_report, name, place, root) for name in names]:
                done.result()
        write_index(place)
        for name in names:
            shutil.rmtree(target / name, ignore_errors=True)
        for path in found(place):
            # Committed reports are public: no private folders and files, as publish makes them.
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(place / path, target / path)
    return names


def found(target: Path) -> Iterator[Path]:
    """Yields the files of a folder of reports, but those beside the reports and a user's own."""
    for path in sorted(target.rglob("*")):
        place = path.relative_to(target)
        if path.is_file() and place.as_posix() not in BESIDE and not _is_own(place.parts[0]):
            yield place


def _is_own(name: str) -> bool:
    """Whether analyze or escalate gives this name by itself, such as access.log-20261122T180000Z."""
    stamp = name.removesuffix(".zip").removesuffix(".UNREDACTED").rpartition("-")[2]
    with contextlib.suppress(ValueError):
        datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return True
    return False


if __name__ == "__main__":
    sys.stdout.write(f"{REPORTS}/: {', '.join(write_all(ROOT / REPORTS))}, {INDEX}\n")
