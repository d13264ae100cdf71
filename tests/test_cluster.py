"""Whoever reads, the result is the same to the byte, and who is lost on the way takes nothing along."""

from __future__ import annotations

import errno
import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from time import sleep

import dask
import distributed
import pytest
from click.testing import CliRunner
from poisoned_reader import Poison

from analyzer.cli import group
from analyzer.errors import ClusterError, UsageError
from analyzer.pipeline import Plan, Workers, open_cluster, run
from analyzer.pipeline import _batch as batches
from analyzer.pipeline import _checkpoints as checkpoints
from analyzer.pipeline._cluster import check_address
from analyzer.pipeline._plan import Scale
from analyzer.stores import Known

NOW = datetime(2026, 12, 1, tzinfo=UTC)
LINE = '10.0.0.{client} - - [02/Mar/2026:10:{minute:02}:{second:02} +0000] "GET /v1/orders/{number} HTTP/1.1" {status} 512 "-" "curl/8.5.0"\n'


def log(hour_part, odd=False):
    """Gives the lines of ten minutes, of which one fails; every one holds lines that no format reads."""
    lines = [
        LINE.format(
            client=number % 9, minute=hour_part * 5 + number // 60, second=number % 60, number=number,
            status=502 if hour_part == 3 and number > 100 else 200,
        )
        for number in range(300)
    ]  # fmt: skip
    lines.insert(7, "this is no line of an access log\n")
    text = "".join(lines).encode()
    return text.replace(b"curl", b"cu\xffl", 1) if odd else text


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """Gives ten logs: plain, packed, packed and cut off, with an invalid byte, an empty one, and one twice."""
    folder = tmp_path_factory.mktemp("logs")
    for number in range(8):
        text = log(number, odd=number == 5)
        packed = gzip.compress(text, mtime=0)
        name, content = f"access-{number}.log", text
        if number in (2, 4):
            name, content = f"{name}.gz", packed if number == 2 else packed[: len(packed) * 3 // 4]
        (folder / name).write_bytes(content)
    (folder / "again.log").write_bytes(log(6))
    (folder / "empty.log").write_bytes(b"")
    return (*sorted(map(str, folder.iterdir())), str(folder / "missing.log"))


def outputs(work, inputs, **options):
    """Gives everything that a run writes."""
    work.mkdir()
    state = run(Plan(inputs, work, b"k" * 32, now=NOW, **options))
    return dict(state.outputs)


@pytest.fixture(scope="module")
def expected(tmp_path_factory, inputs):
    return outputs(tmp_path_factory.mktemp("serial") / "work", inputs)


def test_the_inputs_hold_what_is_compared(expected):
    findings = json.loads(expected["findings.json"])
    assert [incident["failed"] for incident in findings["incidents"]] == [199]  # numbers 101 to 299 of the fourth log
    ledgers = {re.sub(r".*/", "", source["name"]): source for source in findings["sources"]}
    assert ledgers["access-0.log"]["lines"] == 301
    rejects = {name: ledger["rejects"] for name, ledger in ledgers.items()}
    assert rejects.pop("empty.log") == 0
    assert rejects.pop("access-4.log.gz") == 2  # the end cuts a line through
    assert set(rejects.values()) == {1}
    assert len(ledgers) == 10


@pytest.mark.parametrize("options", [{"threads": 2}, {"threads": 7}], ids=str)
def test_threads_give_the_same_bytes(tmp_path, inputs, expected, options):
    assert outputs(tmp_path / "work", inputs, **options) == expected


SMALL = Scale(whole=500, slice=400, kept=10_000)


def test_slices_of_time_and_threads_give_the_same_bytes(tmp_path, inputs):
    serial = outputs(tmp_path / "serial", inputs, scale=SMALL)
    assert outputs(tmp_path / "threads", inputs, scale=SMALL, threads=3) == serial


def test_slices_that_keep_everything_find_what_one_piece_finds(tmp_path, inputs, expected):
    """But for the notes on the counts of clients nothing may differ: all exchanges are kept."""
    assert outputs(tmp_path / "slices", inputs, scale=SMALL)["findings.json"] == expected["findings.json"]


def test_logs_of_the_same_time_are_laid_in_order_before_they_are_cut(tmp_path):
    """Twelve servers wrote at the same time: without it each slice would open each log."""
    folder = tmp_path / "servers"
    folder.mkdir()
    for server in range(12):
        text = log(3).decode().replace("10.0.0.", f"10.0.{server}.")
        (folder / f"server-{server}.log").write_text(text)
    servers = tuple(sorted(map(str, folder.iterdir())))
    whole = outputs(tmp_path / "whole", servers)
    assert outputs(tmp_path / "slices", servers, scale=SMALL)["findings.json"] == whole["findings.json"]
    assert len(list((tmp_path / "slices").glob("gathered-*"))) == 1
    assert not list((tmp_path / "whole").glob("gathered-*"))


def workers_in_small_batches(workers, **changed):
    return replace(workers, batch_files=1, **changed)


def killing(pids, after):
    """Gives a progress function that kills a process when so many files were read."""
    told = []

    def tell(step, _):
        told.append(step)
        if len([each for each in told if each.startswith("Read ")]) == after and pids:
            os.kill(pids.pop(), signal.SIGKILL)

    return tell


def test_a_worker_that_is_killed_midway_changes_nothing(tmp_path, inputs, expected):
    with open_cluster("local:2") as workers:
        pids = list(distributed.default_client().run(os.getpid).values())
        victims = pids[:1]
        found = outputs(
            tmp_path / "work", inputs, workers=workers_in_small_batches(workers), progress=killing(victims, 2)
        )
        assert victims == []
        assert pids[0] not in distributed.default_client().run(os.getpid).values()
    assert found == expected


def test_another_cluster_on_this_machine_is_no_matter(recwarn):
    with socket.socket() as other:
        with suppress(OSError):  # taken already, which does as well
            other.bind(("127.0.0.1", 8787))  # where Dask would serve pages
            other.listen()
        with open_cluster("local:1") as workers:
            assert workers.count() == 1
    assert [str(each.message) for each in recwarn if "port" in str(each.message).lower()] == []


@pytest.mark.parametrize("patience", ["15s", "1ms"])
def test_a_file_that_kills_its_workers_is_lost_alone_and_told(tmp_path, inputs, patience):
    """Also where Dask gives up workers that do not come back at once, as it does on a slow machine."""
    settings = dask.config.set({"distributed.deploy.lost-worker-timeout": patience})
    with settings, open_cluster("local:2") as workers:
        distributed.default_client().register_plugin(Poison("access-1.log"))
        found = outputs(tmp_path / "poisoned", inputs, workers=replace(workers, batch_files=4))
    findings = json.loads(found["findings.json"])
    without = tuple(path for path in inputs if not path.endswith("access-1.log"))
    alone = json.loads(outputs(tmp_path / "alone", without)["findings.json"])
    assert findings["sources"] == alone["sources"]
    assert findings["incidents"] == alone["incidents"]
    lost = "the workers that read it were lost; none of it was read"
    assert [lost in page for page in (found["report.html"].decode(),)] == [True]


def test_a_worker_that_dies_while_it_starts_is_started_again():
    settings = dask.config.set({"distributed.deploy.lost-worker-timeout": "1ms"})
    with settings, open_cluster("local:1") as workers:
        local = distributed.default_client().cluster
        options = local.worker_spec[0]["options"]
        options["preload"] = ["import sys; sys.exit(3)"]
        os.kill(local.workers[0].process.pid, signal.SIGKILL)
        assert waited_for(lambda: workers.count() == 0)
        assert waited_for(lambda: [each.status.name for each in local.workers.values()] == ["failed"])
        options["preload"] = []
        assert waited_for(lambda: workers.count() == 1)


def waited_for(test):
    """Asks again and again, up to a minute."""
    return any(test() or sleep(0.1) for _ in range(600))


@contextmanager
def scheduler(folder):
    """Yields the address and the process of a scheduler of its own with two workers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    environment = os.environ | {"POLARS_MAX_THREADS": "1"}
    command = [sys.executable, "-m", "dask"]
    common = {"cwd": folder, "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    main_process = subprocess.Popen(
        [*command, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"], **common
    )
    helpers = [
        subprocess.Popen([*command, "worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny"], **common)
        for _ in range(2)
    ]
    try:
        with distributed.Client(address, timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
        yield address, main_process
    finally:
        for process in (main_process, *helpers):
            process.kill()
            process.wait()


def test_a_run_after_the_scheduler_was_killed_goes_on_from_its_checkpoints(tmp_path, inputs, expected):
    folder = tmp_path / "checkpoints"
    with scheduler(tmp_path) as (address, process), open_cluster(address, folder) as workers:
        progress = killing([process.pid], 3)
        with pytest.raises(ClusterError, match="the connection to the scheduler was lost"):
            outputs(tmp_path / "first", inputs, workers=workers_in_small_batches(workers), progress=progress)
    kept = {path.name for path in folder.iterdir()}
    assert 3 <= len(kept) < len(inputs) - 1
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    asked = []
    with open_cluster("local:1", folder) as workers:
        counting = Counting(workers.executor, asked)
        found = outputs(tmp_path / "second", inputs, workers=workers_in_small_batches(workers, executor=counting))
    assert found == expected
    assert len(asked) == len(inputs) - 1 - len(kept)  # the missing one is told before


class Counting(Executor):
    """Passes tasks on, and remembers them."""

    def __init__(self, inner, asked):
        self.inner, self.asked = inner, asked

    def submit(self, function, /, *values, **named):
        self.asked.append(values)
        return self.inner.submit(function, *values, **named)


class Here(Executor):
    """Runs at once."""

    def submit(self, function, /, *values, **named):
        future = Future()
        future.set_result(function(*values, **named))
        return future


def here(checkpoints, asked):
    return Workers(Counting(Here(), asked), (ConnectionError,), lambda: 1, checkpoints, batch_files=1)


def test_a_checkpoint_counts_for_the_same_file_and_the_same_reading_only(tmp_path, inputs):
    log_file = tmp_path / "access.log"
    log_file.write_bytes(log(0))

    def reads(name, **options):
        asked = []
        outputs(tmp_path / name, (str(log_file),), workers=here(tmp_path / "kept", asked), **options)
        return len(asked)

    assert reads("1") == 1
    assert reads("2") == 0
    assert reads("zone", zone="Europe/Paris") == 1
    assert reads("again", zone="Europe/Paris") == 0
    log_file.write_bytes(log(0) + b"\n")
    assert reads("longer") == 1
    for path in (tmp_path / "kept").iterdir():
        path.write_bytes(path.read_bytes()[:-20])
    assert reads("cut off") == 1


def test_a_file_that_waited_at_a_lost_worker_is_read_when_it_is_alone(tmp_path, inputs, expected):
    """Every batch is lost that is not alone, as those are that wait at a worker that dies."""
    asked = []

    class Crowded(Executor):
        def submit(self, function, /, *values, **named):
            future = Future()
            asked.append(len(values[0].files))
            if values[0].alone:
                future.set_result(function(*values, **named))
            else:
                future.set_exception(ConnectionError())
            return future

    workers = Workers(Crowded(), (ConnectionError,), lambda: 1, batch_files=4)
    assert outputs(tmp_path / "work", inputs, workers=workers) == expected
    assert asked.count(1) == 2 * (len(inputs) - 1)  # each once beside others, and once alone


def test_an_object_is_known_again_by_its_tag(monkeypatch):
    """Not by its name and size: a store keeps no time that a checkpoint could go by for sure."""
    tags = iter(["one", "one", "two", None])

    class Shelf:
        def stat(self, key):
            assert key == "logs/a.log"
            return Known(5, next(tags))

    monkeypatch.setattr(checkpoints, "open_store", lambda _: Shelf())
    marks = [checkpoints._mark("s3://bucket/logs/a.log") for _ in range(4)]
    assert marks[0] == marks[1] != marks[2]
    assert marks[3] is None


def test_a_log_that_grows_while_it_is_read_is_read_again_by_the_next_run(tmp_path):
    log_file = tmp_path / "access.log"
    log_file.write_bytes(log(0))

    class Growing(Here):
        def submit(self, function, /, *values, **named):
            future = super().submit(function, *values, **named)
            with log_file.open("ab") as file:
                file.write(log(1))
            return future

    kept = tmp_path / "kept"
    outputs(tmp_path / "1", (str(log_file),), workers=replace(here(kept, []), executor=Growing()))
    found = outputs(tmp_path / "2", (str(log_file),), workers=here(kept, []))
    assert json.loads(found["findings.json"])["sources"][0]["lines"] == 602  # 300 and one that is none, twice


@pytest.mark.parametrize(
    "damage", [lambda data: b"", lambda data: data[:-1], lambda data: data.replace(b"PAR1", b"PAR0")]
)
def test_a_damaged_checkpoint_is_none(tmp_path, inputs, damage):
    wanted = outputs(tmp_path / "1", inputs[:1], workers=here(tmp_path / "kept", []))
    (kept,) = (tmp_path / "kept").iterdir()
    kept.write_bytes(damage(kept.read_bytes()))
    asked = []
    assert outputs(tmp_path / "2", inputs[:1], workers=here(tmp_path / "kept", asked)) == wanted
    assert len(asked) == 1


@pytest.mark.parametrize("mode", [0o720, 0o702])
def test_checkpoints_that_others_may_write_are_refused(tmp_path, inputs, mode):
    """They are believed: one could say of lines that they were redacted."""
    kept = tmp_path / "kept"
    kept.mkdir()
    kept.chmod(mode)
    with pytest.raises(UsageError, match=r"somebody else may write .*chmod go-w"):
        outputs(tmp_path / "work", inputs[:1], workers=here(kept, []))


def test_checkpoints_that_cannot_be_kept_are_a_clear_error(tmp_path, inputs, monkeypatch):
    file = tmp_path / "file"
    file.touch()
    for number, folder in enumerate((file, file / "below")):
        with pytest.raises(UsageError, match=r"the checkpoints cannot be kept here: .* Name another folder"):
            outputs(tmp_path / str(number), inputs[:1], workers=here(folder, []))

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fdopen", full)
    with pytest.raises(UsageError, match="cannot be kept here: No space left on device"):
        outputs(tmp_path / "work", inputs[:1], workers=here(tmp_path / "kept", []))
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_cluster_whose_workers_are_all_gone_is_a_clear_error(tmp_path, inputs, monkeypatch):
    monkeypatch.setattr("analyzer.pipeline._map_remote._PATIENCE_S", 0.2)
    monkeypatch.setattr("analyzer.pipeline._map_remote._LOOK_S", 0.1)

    class Nobody(Executor):
        def submit(self, function, /, *values, **named):
            return Future()

    workers = Workers(Nobody(), (ConnectionError,), lambda: 0)
    with pytest.raises(ClusterError, match="has had no workers for"):
        outputs(tmp_path / "work", inputs, workers=workers)


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), r"cannot keep what it reads: No space left on device\. .*TMPDIR"),
        (ModuleNotFoundError("No module named 'analyzer'"), r"cannot load analyzer: No module named 'analyzer'\. Install"),
    ],
    ids=["full", "bare"],
)  # fmt: skip
def test_a_worker_that_cannot_do_it_is_a_clear_error(tmp_path, inputs, failure, told):
    class Unable(Executor):
        def submit(self, function, /, *values, **named):
            future = Future()
            future.set_exception(failure)
            return future

    with pytest.raises(ClusterError, match=told):
        outputs(tmp_path / "work", inputs[:1], workers=Workers(Unable(), (ConnectionError,), lambda: 1))


def test_workers_of_another_version_are_refused(monkeypatch):
    theirs = ("analyzer 0.0.9", *batches.versions()[1:])
    with pytest.raises(ClusterError, match=r"a worker has analyzer 0\.0\.9, polars .*; this machine analyzer "):
        batches.check_versions(theirs)


@pytest.mark.parametrize(
    "address",
    [
        "local:1",
        "local:64",
        "tls://scheduler.test:8786",
        "tcp://127.0.0.1:8786",
        "tcp://localhost:1",
        "tcp://[::1]:8786",
    ],
)
def test_addresses_that_are_taken(address):
    check_address(address)


@pytest.mark.parametrize(
    "address",
    ["local:", "local:0", "local:x", "local:99999", "tcp://scheduler.test:8786", "tcp://10.0.0.1:8786", "http://127.0.0.1:8786",
     "tls://host", "tls://:8786", "127.0.0.1:8786", "tls://user@host:8786", "tls://host:8786/x", "tcp://0.0.0.0:8786", "tls://host:x", ""],
)  # fmt: skip
def test_addresses_that_are_refused(address):
    with pytest.raises(UsageError):
        check_address(address)


def test_a_scheduler_that_is_not_there_is_a_clear_error(tmp_path, inputs, monkeypatch):
    monkeypatch.setattr("analyzer.pipeline._cluster._CONNECT_S", 1)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        result = CliRunner().invoke(
            group,
            [
                "analyze",
                inputs[0],
                "-o",
                str(tmp_path / "out"),
                "--cluster",
                f"tcp://127.0.0.1:{probe.getsockname()[1]}",
            ],
        )
    assert isinstance(result.exception, ClusterError)
    assert "cannot be reached" in str(result.exception)


def test_without_the_extra_the_option_says_what_to_install(tmp_path, inputs, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = CliRunner().invoke(group, ["analyze", inputs[0], "-o", str(tmp_path / "out"), "--cluster", "local:1"])
    assert isinstance(result.exception, UsageError)
    assert "pip install 'whichlayer[cluster]'" in str(result.exception)
