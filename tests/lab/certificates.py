"""Certificates of a recording: a good one, one that expired, one for another name."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from collections.abc import Sequence
from pathlib import Path

from lab.addresses import BILLING_HOST, HOSTS


def make(folder: Path) -> None:
    """Writes NAME.pem and NAME.key for edge, expired and misnamed, and edge-both.pem for HAProxy."""
    _self_signed(folder, "edge", HOSTS, days=2)
    _self_signed(folder, "expired", (BILLING_HOST,), days=-1)
    _self_signed(folder, "misnamed", ("old-billing.example",), days=2)
    both = (folder / "edge.pem").read_text() + (folder / "edge.key").read_text()
    (folder / "edge-both.pem").write_text(both)


def trust(database: Path, certificates: Sequence[Path]) -> None:
    """Makes the NSS database that Chromium on Linux reads for the authorities that a user added (needs certutil)."""
    database.mkdir(parents=True)
    place = f"sql:{database}"
    subprocess.run(["certutil", "-N", "-d", place, "--empty-password"], check=True, capture_output=True)
    for one in certificates:
        command = ["certutil", "-A", "-d", place, "-n", one.stem, "-t", "C,,", "-i", one]
        subprocess.run(command, check=True, capture_output=True)


def fingerprint(certificate: Path) -> str:
    """The SHA-256 of its public key in base64, by which Chromium can be told to accept it."""
    public = subprocess.run(
        ["openssl", "x509", "-in", certificate, "-noout", "-pubkey"], check=True, capture_output=True
    ).stdout
    body = b"".join(line for line in public.splitlines() if not line.startswith(b"-----"))
    return base64.b64encode(hashlib.sha256(base64.b64decode(body)).digest()).decode()


def _self_signed(folder: Path, name: str, hosts: Sequence[str], *, days: int) -> None:
    names = ",".join(f"DNS:{host}" for host in hosts)
    key, request, certificate = (folder / f"{name}.{suffix}" for suffix in ("key", "csr", "pem"))
    subprocess.run(
        ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-subj", f"/CN={hosts[0]}", "-keyout", key, "-out", request],
        check=True, capture_output=True,
    )  # fmt: skip
    extensions = folder / f"{name}.ext"
    extensions.write_text(f"subjectAltName={names}\nbasicConstraints=critical,CA:TRUE\n")
    subprocess.run(
        ["openssl", "x509", "-req", "-in", request, "-signkey", key, "-days", str(days), "-extfile", extensions,
         "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
