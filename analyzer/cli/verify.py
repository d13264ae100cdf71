"""Checks a packet against its own lists."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from analyzer.cli._text import visible


@click.command("verify", short_help="Check that nothing in a packet was changed, added or lost.")
@click.argument("packet", type=click.Path(path_type=Path), metavar="PACKET")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but differences.")
def command(packet: Path, *, quiet: bool) -> None:
    """Check a packet: the folder that `analyzer escalate` made, or its zip file; or a HAR that `analyzer redact` wrote.

    Compares every file with SHA256SUMS and manifest.json, and each HAR with its marker. Links are not followed, and
    nothing is unpacked. Exits with 1 on any difference. Checksums show what was changed by accident; who changes a
    packet on purpose can write new ones.
    """
    from analyzer.packet import verify_archive, verify_folder

    if packet.suffix.lower() == ".har" and packet.is_file():
        _verify_capture(packet, quiet=quiet)
        return
    found = verify_archive(packet) if packet.is_file() else verify_folder(packet)
    for difference in found.differences:
        click.echo(visible(difference))
    if found.differences:
        many = len(found.differences)
        click.secho(f"{'1 difference' if many == 1 else f'{many:,} differences'}.", fg="red", bold=True)
        sys.exit(1)
    if not quiet:
        click.echo(visible(_checked(found.files, found.captures, redacted=found.redacted)))


def _verify_capture(path: Path, *, quiet: bool) -> None:
    from analyzer.packet import verify_capture

    fault = verify_capture(path)
    if fault is not None:
        click.echo(visible(f"{path.name}: {fault}"))
        sys.exit(1)
    if not quiet:
        click.echo("Nothing differs: the capture is as it was when it was redacted.")


def _checked(files: int, captures: int, *, redacted: bool) -> str:
    marked = "" if not redacted else f", {captures} marked as redacted" if captures else ""
    off = "" if redacted else " REDACTION WAS OFF: this packet holds secrets."
    return f"Nothing differs: {files:,} files as SHA256SUMS and manifest.json list them{marked}.{off}"
