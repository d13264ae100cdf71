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
from lab.addresses import BILLING_RELAY, BROWSER, BROWSER_RELAY, EDGE
from lab.browser import Visitor
from lab.certificates import fingerprint
from lab.checking import balancer_statuses, check, edge_statuses, with_ids
from lab.clients import ACTIONS, Client
from lab.exchange import Exchange, from_har
from lab.people import Account, account
from lab.relay import Relay
from lab.stack import Stack
from lab.stories._story import Story
from lab.traffic import Floor, Player, trust

TRUTHS = Path(__file__).resolve().parents[1] / "data" / "stories"
# what is larger is compressed
SMALL = 8192
STOPPED_WITHIN = 15.0
READY_WITHIN = 60.0
SEED = 11


def record(story: Story, into: Path | None, python: Path) -> None:
    """Writes the inputs into `into`/story, or beside the truth; raises UnfitRecordingError and changes nothing then."""
    # a number of its own: desks, mobiles, partners and scanners begin at 0, 20, 40 and 60
    visitor_account = account(80, "planner", story.visitor_lifetime)
    clients = [client for client in story.clients() if client.address not in story.without]
    accounts = [client.account for client in clients if client.account]
    stack = Stack(
        edge=story.edge, log_style=story.log_style, python=python, balancer=story.balancer, app_log=story.app_log
    )
    stack.variables.update(story.application)
    stack.prepare([*accounts, visitor_account])
    stack.publish("config.json", _settings(story))
    try:
        exchanges, switched = _perform(story, stack, clients, visitor_account)
        names = ["access.log", "error.log", story.app_log, *(["haproxy.log"] if story.balancer else [])]
        files = [stack.home / "logs" / name for name in names]
        har = stack.home / "browser.har"
        application = stack.home / "logs" / story.app_log
        if story.browser:
            exchanges = sorted([*exchanges, *from_har(har, story.clock_offset)], key=lambda one: one.started)
            files.append(har)
        edge = edge_statuses(files[0])
        if story.balancer and story.balancer.place == "front":
            edge |= balancer_statuses(stack.home / "logs" / "haproxy.log")
        exchanges = with_ids(exchanges, application)
        sys.stdout.write(f"{story.name}\n{check(exchanges, edge, application)}")
        compressed = story.compressed if into else [path.name for path in files if path.stat().st_size > SMALL]
        written = [f"{path.name}.gz" if path.name in compressed else path.name for path in files]
        description = truth.describe(
            story, truth.Recorded(exchanges, switched, files, written, edge_statuses(files[0]))
        )
        _collect(files, written, into / story.name if into else TRUTHS / story.name / "inputs")
        _keep_truth(stack, description, TRUTHS / story.name)
    finally:
        stack.remove()


def _settings(story: Story) -> dict[str, object]:
    hosts = {ACTIONS[name].path.split("/")[2]: host for name, host in story.hosts.items()}
    return {"hosts": hosts, **story.settings}


def _perform(
    story: Story, stack: Stack, clients: list[Client], visitor_account: Account
) -> tuple[list[Exchange], list[tuple[float, float]]]:
    # the second relay belongs to the stack, so that a fault can refuse, drop or redirect what it carries
    with stack, Relay(BROWSER_RELAY, EDGE, BROWSER), Relay(BILLING_RELAY, EDGE, BROWSER) as stack.billing:
        etc = stack.home / "etc"
        trusted = [etc / f"{name}.pem" for name in story.trusts]
        floor = Floor(trust=trust(etc / "edge.pem", *trusted), api_key=stack.api_key, hosts=story.hosts)
        if story.prepare:
            story.prepare(stack, floor)
        threads: list[threading.Thread] = [Player(client, floor, SEED) for client in clients]
        visitor = Visitor(
            visitor_account,
            stack.home / "browser.har",
            floor.over,
            accept=fingerprint(etc / "edge.pem"),
            trusted=trusted,
            clock_offset=story.clock_offset,
        )
        threads += [visitor] if story.browser else []
        for thread in threads:
            thread.start()
        with contextlib.ExitStack() as cleanup:
            cleanup.callback(_finish, floor, threads)
            if story.browser:
                # a busy machine may take longer to start Chromium than the time before the fault
                visitor.ready.wait(READY_WITHIN)
            switched = _play(story, stack, floor)
    if visitor.failure:
        raise visitor.failure
    if visitor.is_alive():
        raise truth.UnfitRecordingError("Chromium hung")
    return list(floor.seen), switched


def _play(story: Story, stack: Stack, floor: Floor) -> list[tuple[float, float]]:
    begun = time.monotonic()
    moments: dict[tuple[int, bool], float] = {}
    plan = []
    for number, fault in enumerate(story.faults):
        on = story.before + fault.delay
        off = on + fault.lasts if fault.lasts else story.before + story.during
        plan += [(on, number, True), (off, number, False)]
    for due, number, on in sorted(plan):
        time.sleep(max(0.0, begun + due - time.monotonic()))
        fault = story.faults[number]
        if on:
            moments[number, True] = time.time()
            fault.switch_on(stack, floor)
        else:
            fault.switch_off(stack, floor)
            moments[number, False] = time.time()
    time.sleep(max(0.0, begun + story.before + story.during - time.monotonic()) + story.after)
    return [(moments[number, True], moments[number, False]) for number in range(len(story.faults))]


def _finish(floor: Floor, threads: list[threading.Thread]) -> None:
    floor.over.set()
    for thread in threads:
        thread.join(STOPPED_WITHIN)


def _collect(files: list[Path], names: list[str], folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for path, name in zip(files, names, strict=True):
        if name.endswith(".gz"):
            # no time stamp and no name in the header: equal content gives equal bytes
            (folder / name).write_bytes(gzip.compress(path.read_bytes(), compresslevel=9, mtime=0))
        else:
            shutil.copyfile(path, folder / name)


def _keep_truth(stack: Stack, description: dict[str, object], folder: Path) -> None:
    """Puts what the tool must never read beside the inputs' folder, not into it; configurations as they stand at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("nginx.conf", "haproxy.cfg"):
        if (stack.home / "etc" / name).exists():
            shutil.copyfile(stack.home / "etc" / name, folder / name)
    (folder / "truth.json").write_text(json.dumps(description, indent=1, ensure_ascii=False) + "\n")
