"""What a command costs: wall time, CPU time and memory of it and of all that it starts; and a limit on its memory.

CPU time is the kernel's account (wait4), which includes descendants that were waited for. The peak is the larger of
two: the largest resident set of a single one of them (ru_maxrss of wait4, exact), and the largest sum over the tree
that was seen in /proc five times a second, in which pages that they share count more than once. Files that are mapped
into memory count as long as they are resident.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_EVERY_SECONDS = 0.2
_LIMITED = ("sh", "-c", 'echo $$ > "$0" && exec "$@"')  # enters the group, then becomes the command
Prefix = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds and bytes of one run; failure is None if it ended well, else why not."""

    wall: float
    cpu: float
    peak: int
    output: str = ""
    failure: str | None = None


def measure(command: Sequence[str], folder: Path, environment: Mapping[str, str], most_seconds: float) -> Cost:
    """Runs the command in the folder; ends it after so many seconds."""
    with (folder / "output").open("w+b") as output, (folder / "errors").open("w+b") as errors:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
            start_new_session=True,
        )  # fmt: skip
        watch = _Watch(process.pid, began + most_seconds)
        try:
            _, ended, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - began
        finally:
            watch.end()
            _end_all(process.pid)
        process.returncode = os.waitstatus_to_exitcode(ended)
        texts = [_text(each) for each in (output, errors)]
    failure = f"took more than {most_seconds:,.0f} s" if watch.late else _failure(process.returncode, texts[1])
    return Cost(wall, usage.ru_utime + usage.ru_stime, max(usage.ru_maxrss << 10, watch.peak), texts[0], failure)


def _end_all(session: int) -> None:
    """Ends a command with all that it started and left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(session, signal.SIGKILL)


def _text(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def _failure(code: int, errors: str) -> str | None:
    if not code:
        return None
    if code < 0:
        return f"ended by {signal.Signals(-code).name}"
    return f"exit code {code}: {(errors.strip().splitlines() or ['no message'])[-1][:100]}"


class _Watch:
    """Looks at a process and all its descendants now and then, in a thread."""

    def __init__(self, root: int, deadline: float) -> None:
        self.peak, self.late = 0, False
        self._root, self._deadline = root, deadline
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stops looking."""
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_EVERY_SECONDS):
            self.peak = max(self.peak, resident_bytes(self._root))
            if time.perf_counter() > self._deadline and not self.late:
                self.late = True
                _end_all(self._root)


def resident_bytes(root: int) -> int:
    """Gives the sum of the resident sets of a process and its descendants."""
    children: dict[int, list[int]] = {}
    resident: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            # What ended meanwhile is gone. The name in brackets may hold anything, so fields count from behind it.
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(entry.name))
                resident[int(entry.name)] = int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    tree = [root]
    for process in tree:
        tree += children.get(process, [])
    return sum(resident.get(process, 0) for process in tree)


@contextlib.contextmanager
def memory_limit(megabytes: int) -> Iterator[Prefix | None]:
    """Yields what a command begins with to be ended above so much memory; None where this machine cannot do that.

    A control group counts what ulimit does not tell apart: memory that is used, not addresses that are reserved. Its
    cache of files is given back under pressure and is no reason to end anything. Version 1 is used where the folder is
    writable, else systemd-run, which knows version 2.
    """
    group = _own_group()
    if group is None:
        yield _systemd(megabytes)
        return
    try:
        for name in ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes"):
            if (group / name).exists():
                (group / name).write_text(str(megabytes * 1_000_000))
        yield (*_LIMITED, str(group / "cgroup.procs"))
    finally:
        group.rmdir()


def _own_group() -> Path | None:
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            group = Path(f"/sys/fs/cgroup/memory{path}/bench-{os.getpid()}")
            with contextlib.suppress(OSError):
                group.mkdir()
                return group
    return None


def _systemd(megabytes: int) -> Prefix | None:
    whose = () if os.geteuid() == 0 else ("--user",)
    limits = ("-p", f"MemoryMax={megabytes * 1_000_000}", "-p", "MemorySwapMax=0")
    prefix = ("systemd-run", *whose, "--quiet", "--scope", *limits)
    if shutil.which(prefix[0]) is None:
        return None
    tried = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    return None if tried.returncode else prefix
