"""Stands in for publish with sub folders and the gate, which the branch gate brings; goes when that is merged."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from analyzer.publish import check_folder


def publish_packet(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes the files into a private folder beside the target, and moves it into place."""
    check_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".partial", dir=folder.parent))
    try:
        for name, data in files.items():
            path = partial / name
            for parent in reversed(path.relative_to(partial).parents):
                (partial / parent).mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
