"""Command line: `python tests/lab/record.py STORY... [--into DIR]`; without a story it lists them.

A story of sample_logs goes there, any other to tests/data/stories/STORY/inputs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[2] / "sample_logs"


def main() -> int:
    """Records each story in turn, about a minute each."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from lab import recording, stack
    from lab.stories import stories
    from lab.truth import UnfitRecordingError

    known = stories()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("story", nargs="*", help=", ".join(known))
    parser.add_argument("--into", type=Path)
    wanted = parser.parse_args()
    if unknown := sorted(set(wanted.story) - set(known)):
        parser.error(f"no such story: {', '.join(unknown)}")
    if not wanted.story:
        sys.stdout.writelines(f"{story.name}: {story.title}\n" for story in known.values())
        return 0
    python = stack.programs_python()
    for name in wanted.story:
        try:
            sample = SAMPLES if (SAMPLES / name).is_dir() else None
            recording.record(known[name], wanted.into or sample, python)
        except UnfitRecordingError as unfit:
            sys.stderr.write(f"{name}: {unfit}; record it again\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
