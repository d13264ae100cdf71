"""Command line: `python tests/lab/record.py STORY... --into DIR`; without a story it lists them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main() -> int:
    """Records each story in turn, about 70 seconds each."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from lab import recording, stack
    from lab.stories import stories
    from lab.truth import UnfitRecordingError

    known = stories()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("story", nargs="*", help=", ".join(known))
    parser.add_argument("--into", type=Path, default=Path("sample_logs"))
    wanted = parser.parse_args()
    if unknown := sorted(set(wanted.story) - set(known)):
        parser.error(f"no such story: {', '.join(unknown)}")
    if not wanted.story:
        sys.stdout.writelines(f"{story.name}: {story.title}\n" for story in known.values())
        return 0
    python = stack.programs_python()
    for name in wanted.story:
        try:
            recording.record(known[name], wanted.into, python)
        except UnfitRecordingError as unfit:
            sys.stderr.write(f"{name}: {unfit}; record it again\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
