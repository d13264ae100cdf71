"""How Chromium is started: without a word to the outside, names mapped to loopback, one certificate trusted."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from pathlib import Path

from lab.captures.addresses import ADDRESS, MEDIA_HOST, SHOP_HOST

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
    f"--host-resolver-rules=MAP {SHOP_HOST} {ADDRESS}, MAP {MEDIA_HOST} {ADDRESS}, MAP * ~NOTFOUND, EXCLUDE {ADDRESS}",
)  # fmt: skip


def trusting(certificate: Path) -> str:
    """Gives the argument that makes Chromium trust this one key: the SHA-256 of its public key information."""
    key = subprocess.run(
        ["openssl", "x509", "-in", certificate, "-pubkey", "-noout"], check=True, capture_output=True
    ).stdout
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-outform", "der"], input=key, check=True, capture_output=True
    ).stdout
    return f"--ignore-certificate-errors-spki-list={base64.b64encode(hashlib.sha256(der).digest()).decode()}"
