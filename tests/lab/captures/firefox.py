"""Firefox with its developer tools open, which export a HAR by themselves after each page (preferences of netmonitor)."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

from lab.captures.addresses import MEDIA_HOST, PAGE, SHOP_HOST, TLS_PORT
from lab.captures.asks import FIREFOX_FOLLOWS
from lab.captures.pages import address_of

FIREFOX = "/usr/bin/firefox-esr"
PATIENCE_S = 40.0
_HAR = "devtools.netmonitor.har."
PREFERENCES: dict[str, Any] = {
    f"{_HAR}enableAutoExportToFile": True,
    f"{_HAR}forceExport": True,
    f"{_HAR}includeResponseBodies": True,
    f"{_HAR}pageLoadedTimeout": 3000,
    "devtools.toolbox.selectedTool": "netmonitor",
    "devtools.netmonitor.persistlog": False,
    "network.dns.localDomains": f"{SHOP_HOST},{MEDIA_HOST}",
    # Names that no preference maps fail without a question to the outside.
    "network.dns.disabled": False,
    "network.trr.mode": 5,
    "network.proxy.type": 0,
    "network.http.http3.enable": False,
    "network.http.redirection-limit": FIREFOX_FOLLOWS,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "dom.security.https_first": False,
    "dom.security.https_only_mode": False,
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.region.network.url": "",
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.connection.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.url": "data:,",
    "services.settings.server": "data:,",
    "toolkit.telemetry.server": "",
    "toolkit.telemetry.unified": False,
}


def capture(topic: str, into: Path, certificate: Path, folder: Path) -> None:
    """Writes the HAR of one topic's page; the page is opened by one that waits until the tools are there."""
    profile, exported = folder / "profile", folder / "exported"
    profile.mkdir()
    exported.mkdir()
    preferences = PREFERENCES | {f"{_HAR}defaultLogDir": str(exported)}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items()]
    (profile / "user.js").write_text("".join(lines), "utf-8")
    (profile / "cert_override.txt").write_text(_exception(certificate), "utf-8")
    process = subprocess.Popen(
        [
            FIREFOX,
            "--headless",
            "--no-remote",
            "--devtools",
            "--profile",
            profile,
            f"{PAGE}/opening?{address_of(topic)}",
        ],
        env=os.environ | {"HOME": str(folder), "MOZ_CRASHREPORTER_DISABLE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        into.write_bytes(_exported(exported))
    finally:
        process.terminate()
        process.wait(timeout=20)


def _exported(folder: Path) -> bytes:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        for path in folder.iterdir():
            with contextlib.suppress(ValueError):
                data = path.read_bytes()
                # A file that is still being written does not parse yet.
                json.loads(data)
                return data
        time.sleep(0.2)
    raise TimeoutError(f"no export in {PATIENCE_S:.0f} s")


def _exception(certificate: Path) -> str:
    """Gives cert_override.txt: this certificate is trusted for this host and port, as if the user had accepted it."""
    told = subprocess.run(
        ["openssl", "x509", "-in", certificate, "-noout", "-fingerprint", "-sha256"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    fingerprint = told.strip().partition("=")[2]
    return f"{SHOP_HOST}:{TLS_PORT}:\tOID.2.16.840.1.101.3.4.2.1\t{fingerprint}\t\n"
