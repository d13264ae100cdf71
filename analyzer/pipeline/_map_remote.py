"""Runs the map step on the workers of a cluster: batches of files out, Parquet parts and ledgers back."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import replace

from analyzer.errors import ClusterError, InputError
from analyzer.pipeline._batch import Batch, BatchRead, check_versions, read_batch
from analyzer.pipeline._checkpoints import Checkpoints
from analyzer.pipeline._meter import Meter
from analyzer.pipeline._plan import Plan, Workers
from analyzer.pipeline._read_file import FileRead, Found

_STDIN = "-"
_LOOK_S = 5.0
_PATIENCE_S = 60.0
_AGAIN = "Run the same command again; with --checkpoints DIR what was read is not read again."
_IN_FLIGHT = 2  # batches for each worker: one is sent while the other is read


def map_remotely(
    files: Sequence[str], plan: Plan, workers: Workers, meter: Meter, read: Callable[[int], FileRead]
) -> Iterator[FileRead]:
    """Yields what became of each file, in the order of the files.

    A batch whose worker was lost again and again is split, until the file that brings workers down is alone: that one
    is a problem of its own, if it does so too when nothing else is read. Standard input is read here. Raises
    ClusterError where the scheduler is gone, and where a worker has other versions than this machine.
    """
    found = _Found(plan, Checkpoints(workers.checkpoints), meter)
    away = [number for number, file in enumerate(files) if file != _STDIN]
    waiting = deque(batch for batch in _batches(files, away, meter.sizes, plan, workers) if not found.is_known(batch))
    running: dict[Future[BatchRead], Batch] = {}
    while waiting or running or found.suspects:
        if not waiting and not running:
            waiting.append(found.suspects.popleft())
        while waiting and len(running) < _IN_FLIGHT * max(1, workers.count() or 0):
            batch = waiting.popleft()
            found.begin(batch)
            running[workers.executor.submit(read_batch, batch)] = batch
        for future in sorted(_finished(running, workers), key=lambda one: running[one].number):
            batch = running.pop(future)
            waiting.extendleft(reversed(found.settle(batch, future, workers)))
    for number, file in enumerate(files):
        yield read(number) if file == _STDIN else found.files[number]


def _finished(running: Mapping[Future[BatchRead], Batch], workers: Workers) -> set[Future[BatchRead]]:
    """Waits until something is finished; raises ClusterError where nobody has been there for long to finish it."""
    alone_s = 0.0
    while not (done := wait(running, timeout=_LOOK_S, return_when=FIRST_COMPLETED).done):
        alone_s = 0.0 if workers.count() else alone_s + _LOOK_S
        if alone_s >= _PATIENCE_S:
            message = f"the cluster has had no workers for {alone_s:.0f} seconds."
            raise ClusterError(message, hint=_AGAIN)
    return done


class _Found:
    """Keeps what came back, in memory what is small, and the parts on the disk."""

    def __init__(self, plan: Plan, checkpoints: Checkpoints, meter: Meter) -> None:
        self.files: dict[int, FileRead] = {}
        self.suspects: deque[Batch] = deque()
        self._plan = plan
        self._checkpoints = checkpoints
        self._meter = meter
        self._names: dict[int, str | None] = {}

    def is_known(self, batch: Batch) -> bool:
        """Takes a batch from a run before this one, if its files are the same."""
        known = self._checkpoints.load(self._checkpoints.name(batch))
        if known is not None:
            self._keep(batch, known)
        return known is not None

    def begin(self, batch: Batch) -> None:
        """Notes what the files are like before they are read, since they may grow meanwhile."""
        self._names[batch.number] = self._checkpoints.name(batch)

    def settle(self, batch: Batch, future: Future[BatchRead], workers: Workers) -> list[Batch]:
        """Keeps the result; gives the batches that must run in place of one that was lost."""
        try:
            result = future.result()
        except workers.lost as error:
            if workers.count() is None:
                message = f"the connection to the scheduler was lost after {len(self.files):,} files."
                raise ClusterError(message, hint=_AGAIN) from error
            return self._lost(batch)
        except OSError as error:
            hint = f"The variable TMPDIR names another folder to a worker. {_AGAIN}"
            raise ClusterError(f"a worker cannot keep what it reads: {error.strerror}.", hint=hint) from error
        except ImportError as error:  # one that came later than those that were asked for their versions
            hint = "Install the same versions of analyzer, Polars and Python on all machines."
            raise ClusterError(f"a worker cannot load analyzer: {error}.", hint=hint) from error
        check_versions(result.versions)
        self._checkpoints.save(self._names.pop(batch.number), result)
        self._keep(batch, result)
        return []

    def _keep(self, batch: Batch, result: BatchRead) -> None:
        result.unpack(self._plan.work)
        for (number, path), file in zip(batch.files, result.files(self._plan.work), strict=True):
            self.files[number] = file
            self._meter.finish(number)
            self._meter.tell(f"Read {path}")

    def _lost(self, batch: Batch) -> list[Batch]:
        if len(batch.files) > 1:
            middle = len(batch.files) // 2
            return [replace(batch, files=part) for part in (batch.files[:middle], batch.files[middle:])]
        if not batch.alone:  # it may have waited at a worker that another file brought down
            self.suspects.append(replace(batch, alone=True))
            return []
        number, path = batch.files[0]
        hint = "Read this file alone on a machine with more memory, or leave it out."
        shown = self._plan.machine.shorter(path)
        problem = InputError(f"{shown}: the workers that read it were lost; none of it was read.", hint=hint)
        self.files[number] = FileRead((Found(problem=problem),), opened=True)
        return []


def _batches(
    files: Sequence[str], numbers: Sequence[int], sizes: Sequence[int], plan: Plan, workers: Workers
) -> Iterator[Batch]:
    """Yields neighbouring files together, as far as they are small and few."""
    asked = plan.for_worker()
    held: list[int] = []
    for number in numbers:
        size = sum(sizes[each] for each in held) + sizes[number]
        if held and (len(held) == workers.batch_files or size > workers.batch_bytes):
            yield Batch(tuple((each, files[each]) for each in held), asked)
            held = []
        held.append(number)
    if held:
        yield Batch(tuple((each, files[each]) for each in held), asked)
