"""Chromium with its own developer tools, whose HAR export is called as the menu of the Network panel calls it.

A second target shows the DevTools front end, attached to the page; the front end's modules are those of the browser.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lab.captures import frames
from lab.captures.addresses import ADDRESS
from lab.captures.chromium import ARGUMENTS, CHROMIUM, trusting
from lab.captures.pages import DONE, address_of

PATIENCE_S = 60.0
# Which requests are exported, and how, is what NetworkLogView.harRequests and exportAll do.
EXPORT = """(async () => {
  const logs = await import("./models/logs/logs.js");
  const har = await import("./models/har/har.js");
  const requests = logs.NetworkLog.NetworkLog.instance().requests().filter((request) =>
    request.parsedURL.isValid && request.scheme in {http: 1, https: 1, ws: 1, wss: 1} &&
    (request.finished || (request.resourceType().name() === "websocket" && request.responseReceivedTime) ||
     request.eventSourceMessages()?.length));
  const progress = {createSubProgress: () => progress, canceled: false, worked: 0};
  let text = "";
  await har.Writer.Writer.write({write: async (part) => { text += part; }}, requests, {sanitize: SANITIZE}, progress);
  return text;
})()"""


class Target:
    """One target of the Chrome DevTools Protocol."""

    def __init__(self, port: int, identifier: str) -> None:
        self._link, self._stream = frames.connect(ADDRESS, port, f"/devtools/page/{identifier}")
        self._numbers = itertools.count(1)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Gives the result of a command; raises RuntimeError for an error."""
        number = next(self._numbers)
        text = json.dumps({"id": number, "method": method, "params": parameters})
        self._link.sendall(frames.frame(frames.TEXT, text.encode(), masked=True))
        while True:
            told = json.loads(frames.read_message(self._stream)[1])
            if told.get("id") == number:
                if "error" in told:
                    raise RuntimeError(told["error"])
                return told["result"]

    def evaluate(self, expression: str) -> Any:
        """Gives the value of an expression, awaited."""
        told = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in told:
            raise RuntimeError(told["exceptionDetails"])
        return told["result"].get("value")

    def close(self) -> None:
        """Leaves the target as it is."""
        self._stream.close()
        self._link.close()


def capture(topic: str, into: Path, certificate: Path, folder: Path) -> None:
    """Writes the full HAR of one topic's page to `into`, and the sanitised one, the default, beside it."""
    with _running(certificate, folder / "profile") as port:
        page_id = next(one["id"] for one in _targets(port) if one["type"] == "page")
        socket = f"{ADDRESS}:{port}/devtools/page/{page_id}"
        front_id = _open(port, f"devtools://devtools/bundled/devtools_app.html?ws={socket}&panel=network")
        with contextlib.closing(Target(port, front_id)) as front, contextlib.closing(Target(port, page_id)) as page:
            time.sleep(3)
            page.call("Page.navigate", url=address_of(topic))
            _wait(lambda: page.evaluate("document.title") == DONE)
            time.sleep(1)
            into.write_text(front.evaluate(EXPORT.replace("SANITIZE", "false")), "utf-8")
            into.with_suffix(".sanitised.har").write_text(front.evaluate(EXPORT.replace("SANITIZE", "true")), "utf-8")


@contextlib.contextmanager
def _running(certificate: Path, profile: Path) -> Iterator[int]:
    arguments = [
        "--headless=new", "--remote-debugging-port=0", "--remote-allow-origins=*", f"--user-data-dir={profile}",
        *ARGUMENTS, trusting(certificate), "about:blank",
    ]  # fmt: skip
    process = subprocess.Popen([CHROMIUM, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        chosen = profile / "DevToolsActivePort"
        _wait(lambda: chosen.exists() and chosen.read_text().count("\n") > 0)
        yield int(chosen.read_text().splitlines()[0])
    finally:
        process.terminate()
        process.wait(timeout=20)


def _targets(port: int) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"http://{ADDRESS}:{port}/json/list", timeout=10) as answer:
        return list(json.load(answer))


def _open(port: int, url: str) -> str:
    asked = urllib.request.Request(f"http://{ADDRESS}:{port}/json/new?{url}", method="PUT")
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return str(json.load(answer)["id"])


def _wait(met: Any) -> None:
    until = time.monotonic() + PATIENCE_S
    while not met():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.1)
