"""Records a story: starts the programs, lets the clients work, causes the fault, collects what was written."""

from __future__ import annotations

import contextlib
import gzip
import json
import shutil
import sys
import threading
import time
from pathlib import Path

from lab import truth
from lab.addresses import BROWSER, BROWSER_RELAY, EDGE
from lab.browser import Visitor
from lab.checking import check
from lab.clients import Client, everybody
from lab.exchange import Exchange, from_har
from lab.people import Account, account
from lab.relay import relay
from lab.stack import Stack, fingerprint
from lab.stories._story import Story
from lab.traffic import Floor, Player, trust

TRUTHS = Path(__file__).resolve().parents[1] / "data" / "stories"
LOGS = ("access.log", "error.log", "app.jsonl")
STOPPED_WITHIN = 15.0
SEED = 11


def record(story: Story, into: Path, python: Path) -> None:
    """Writes the folder `into`/story; raises UnfitRecordingError and leaves the folder as it was."""
    visitor_account = account(5, "planner")
    clients = [client for client in everybody() if client.address not in story.without]
    accounts = [client.account for client in clients if client.account]
    stack = Stack(edge=story.edge, log_style=story.log_style, python=python)
    stack.prepare([*accounts, visitor_account])
    try:
        exchanges, switched = _perform(story, stack, clients, visitor_account)
        files = [stack.home / "logs" / name for name in LOGS]
        har = stack.home / "browser.har"
        if story.browser:
            exchanges = sorted([*exchanges, *from_har(har)], key=lambda one: one.started)
            files.append(har)
        sys.stdout.write(f"{story.name}\n{check(exchanges, files[0], files[2])}")
        description = truth.describe(story, truth.Recorded(exchanges, *switched, files))
        _collect(story, files, into / story.name)
        _keep_truth(stack.home / "etc" / "nginx.conf", description, TRUTHS / story.name)
    finally:
        stack.remove()


def _perform(
    story: Story, stack: Stack, clients: list[Client], visitor_account: Account
) -> tuple[list[Exchange], tuple[float | None, float | None]]:
    with stack, relay(BROWSER_RELAY, EDGE, BROWSER):
        certificate = stack.home / "etc" / "edge.pem"
        floor = Floor(trust=trust(certificate), api_key=stack.api_key)
        threads: list[threading.Thread] = [Player(client, floor, SEED) for client in clients]
        visitor = Visitor(visitor_account, stack.home / "browser.har", floor.over, accept=fingerprint(certificate))
        threads += [visitor] if story.browser else []
        for thread in threads:
            thread.start()
        with contextlib.ExitStack() as cleanup:
            cleanup.callback(_finish, floor, threads)
            switched = _play(story, stack, floor)
    if visitor.failure:
        raise visitor.failure
    return list(floor.seen), switched


def _play(story: Story, stack: Stack, floor: Floor) -> tuple[float | None, float | None]:
    time.sleep(story.before)
    fault_on = fault_off = None
    if story.fault:
        fault_on = time.time()
        story.fault.switch_on(stack, floor)
    time.sleep(story.during)
    if story.fault:
        story.fault.switch_off(stack, floor)
        fault_off = time.time()
    time.sleep(story.after)
    return fault_on, fault_off


def _finish(floor: Floor, threads: list[threading.Thread]) -> None:
    floor.over.set()
    for thread in threads:
        thread.join(STOPPED_WITHIN)


def _collect(story: Story, files: list[Path], folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for path in files:
        if path.name in story.compressed:
            # no time stamp and no name in the header: equal content gives equal bytes
            (folder / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), compresslevel=9, mtime=0))
        else:
            shutil.copyfile(path, folder / path.name)


def _keep_truth(configuration: Path, description: dict[str, object], folder: Path) -> None:
    """Puts what the tool must never read beside the tests, not beside its inputs."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(configuration, folder / "nginx.conf")
    (folder / "truth.json").write_text(json.dumps(description, indent=1, ensure_ascii=False) + "\n")
