"""Command line: `python tests/lab/captures/record.py` records all captures anew, about four minutes; or NAME... of them."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
from pathlib import Path

GOLDEN = Path(__file__).resolve().parents[2] / "data" / "har"
# Which driver writes which topics; the names of the folders are made of these.
DRIVERS = {"playwright": "chromium_playwright", "chromium": "chromium_devtools", "firefox": "firefox"}
KEPT = {
    "playwright": ("statuses", "redirects", "loop", "connections", "origins", "mixed", "worker", "messages"),
    "chromium": ("redirects", "connections", "origins", "mixed", "worker", "messages"),
    "chromium-sanitised": ("statuses",),
    "firefox": ("redirects", "loop", "connections", "origins", "mixed", "worker", "messages"),
}


def main() -> int:
    """Records what is named, all if nothing is."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    known = [f"own-{program}-{topic}" for program, topics in KEPT.items() for topic in topics]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", help=", ".join(known))
    parser.add_argument("--into", type=Path, default=GOLDEN)
    wanted = parser.parse_args()
    if unknown := sorted(set(wanted.name) - set(known)):
        parser.error(f"no such capture: {', '.join(unknown)}")
    for program, topics in KEPT.items():
        for topic in topics:
            if not wanted.name or f"own-{program}-{topic}" in wanted.name:
                _record(program, topic, wanted.into)
    return 0


def _record(program: str, topic: str, into: Path) -> None:
    from lab.captures.serving import serving
    from lab.captures.truth import describe

    browser, _, variant = program.partition("-")
    driver = importlib.import_module(f"lab.captures.{DRIVERS[browser]}")
    with tempfile.TemporaryDirectory(prefix="captures-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        with serving(folder) as (log, certificate):
            driver.capture(topic, folder / "full.har", certificate, folder)
        written = (folder / f"full{f'.{variant}' if variant else ''}.har").read_bytes()
    truth = describe(program, topic, json.loads(written)["log"], log)
    kept = into / f"own-{program}-{topic}"
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "input.har").write_bytes(written)
    (kept / "truth.json").write_text(json.dumps(truth, indent=1, ensure_ascii=False) + "\n", "utf-8")
    sys.stdout.write(f"{kept.name}: {len(truth['entries'])} entries, {len(written):,} bytes\n")


if __name__ == "__main__":
    sys.exit(main())
