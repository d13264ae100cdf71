"""Makes the packet that is handed over: analysis, evidence, captures and steps, redacted."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analyzer.cli._options import (
    instant,
    plan_from,
    reading_options,
    redaction_key,
    report_zone_option,
    rule_options,
    work_folder,
)
from analyzer.cli._place import Output
from analyzer.cli._progress import progress
from analyzer.cli._redaction import confirm_unredacted, marked, redaction_options, remember
from analyzer.cli._report import TEMPLATES
from analyzer.cli._size import Size
from analyzer.cli._text import visible
from analyzer.errors import UsageError

if TYPE_CHECKING:
    from analyzer.packet import Attachment, Case, Option
    from analyzer.pipeline import Draft, Packet
    from analyzer.publish import Place

_LEAST_FILE, _MOST_FILE = 2_000_000, 64_000_000  # what report.html may take; what `analyzer verify` reads


@click.command("escalate", short_help="Analyze, and make the redacted packet that another team or a vendor gets.")
@reading_options
@rule_options
@report_zone_option
@click.option("-o", "--output", type=Output(), metavar="DIR", help="Where the packet goes.")
@click.option("--case", "case_file", type=click.Path(path_type=Path), metavar="FILE",
              help="case.yaml: what only a person knows.")  # fmt: skip
@click.option("--ask", is_flag=True, help="Ask on the terminal for what is missing, and write case.yaml.")
@click.option("--for", "vendor", default="generic", show_default=True, metavar="VENDOR",
              help="Put this vendor's required fields first in summary.md: generic, atlassian, aws, azure, cloudflare, "
              "gcp, github, okta or stripe.")  # fmt: skip
@click.option("--attach", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
              help="Add a picture, a HAR or a text, such as the output of traceroute.")  # fmt: skip
@click.option("--pictures-reviewed", is_flag=True,
              help="Say that the attached pictures show nothing confidential: no program can search them.")  # fmt: skip
@TEMPLATES
@redaction_options
@click.option("--max-file", "most_bytes", type=Size(_LEAST_FILE, _MOST_FILE), default="4.5MB", show_default=True,
              metavar="SIZE",
              help="Split evidence and captures so that no file is larger.")  # fmt: skip
@click.option("--zip", "as_zip", is_flag=True, help="Write DIR.zip too; equal content gives equal bytes.")
@click.option("--strict", is_flag=True, help="Exit with 1 if a required item is missing.")
@click.option("-q", "--quiet", is_flag=True, help="Print only the path of the packet.")
def command(**options: Any) -> None:
    """Read logs and HARs, and make the packet: a folder with summary, report, evidence, captures and steps.

    Everything in it is redacted unless you say --no-redact. Required items that nobody answered are printed as
    MISSING: ask, with the question; answer them in case.yaml (--case) or on the terminal (--ask). `analyzer verify DIR`
    checks a packet.
    """
    from analyzer.cli._ask import require_terminal
    from analyzer.cli._case import answered, named_case
    from analyzer.packet import read_attachment, vendors
    from analyzer.pipeline import draft

    if options["vendor"] not in vendors():
        raise UsageError(f"there is no template for {options['vendor']!r}.", hint=f"Known: {', '.join(vendors())}.")
    confirm_unredacted(options)
    now = instant(options["now"], "--now") or datetime.now(UTC)
    options["now"] = now.isoformat()  # one moment for names, years and manifest
    key = redaction_key(options["redaction_key"])
    if options["ask"]:
        require_terminal(sys.stdin)
    case = named_case(options["case_file"], options["output"], options["inputs"][0], key, may_lack=options["ask"])
    options["report_zone"] = options["report_zone"] or case.zone
    folder = options["output"] or Path("reports") / f"{case.name}-{now:%Y%m%dT%H%M%SZ}"
    folder = marked(folder, options, folder=True)
    _check_place(folder, as_zip=options["as_zip"])
    attachments = [read_attachment(path) for path in options["attach"]]
    _confirm_pictures(attachments, reviewed=options["pictures_reviewed"])
    with work_folder() as work:
        with progress(quiet=options["quiet"]) as tell:
            begun = draft(plan_from(work, key, options, tell), attachments)
        if options["ask"]:
            case = answered(case, begun.items(case, options["vendor"]), options["vendor"], options["case_file"])
        packet = _finish(begun, case, options)
        _write(packet, folder, options, now)
    _tell(packet, folder, options)
    sys.exit(4 if packet.analysis.problems else int(options["strict"] and bool(packet.missing)))


def _check_place(folder: Place, *, as_zip: bool) -> None:
    from analyzer.publish import check_folder, exists

    check_folder(folder)
    if as_zip and exists(_zip_path(folder)):
        raise UsageError(f"{_zip_path(folder)} exists.", hint="Name another folder with -o.")


def _zip_path(folder: Place) -> Place:
    return folder.with_name(f"{folder.name}.zip")


def _confirm_pictures(attachments: Sequence[Attachment], *, reviewed: bool) -> None:
    """Asks a person about the pictures; raises UsageError where nobody can be asked, or the answer is no."""
    names = [attachment.name for attachment in attachments if attachment.kind == "picture"]
    if not names or reviewed:
        return
    hint = "Look at each, and say so with --pictures-reviewed."
    if not sys.stdin.isatty():
        raise UsageError("pictures cannot be searched for secrets, and nobody said that they were reviewed.", hint=hint)
    shown = visible(", ".join(names))
    question = f"No program can search pictures. Did you look at {shown}, and is nothing confidential to be seen?"
    if not click.confirm(question, err=True):
        raise UsageError(
            "pictures that show something confidential are not packed.", hint="Leave them out, or cut them."
        )


def _finish(begun: Draft, case: Case, options: dict[str, Any]) -> Packet:
    from analyzer.cli._versions import dependency_versions
    from analyzer.pipeline import Asked, finish_packet

    asked = Asked(case, options["vendor"], options["most_bytes"], _told_options(options), dependency_versions())
    return finish_packet(begun, asked)


def _told_options(options: dict[str, Any]) -> dict[str, Option]:
    """Gives the options as the manifest tells them: no path, only how many there were."""
    form = options["format_name"]
    return {
        "format": form and Path(form).name,
        "log_format": options["log_format"],
        "log_format_from_file": options["log_format_from"] is not None,
        "tz": options["zone"],
        "report_tz": options["report_zone"],
        "since": options["since"],
        "until": options["until"],
        "rules_added": len(options["rules"]),
        "only_rules": options["only_rules"] is not None,
        "case_file": options["case_file"] is not None,
        "attachments": len(options["attach"]),
        "templates": options["templates"] is not None,
        "profile": options["profile"],
        "for": options["vendor"],
        "max_file_bytes": options["most_bytes"],
        "strict": options["strict"],
    }


def _write(packet: Packet, folder: Place, options: dict[str, Any], now: datetime) -> None:
    from analyzer.packet import zip_bytes
    from analyzer.publish import publish, publish_file

    packed = zip_bytes(folder.name, packet.files, now) if options["as_zip"] else None
    publish(folder, packet.files, packet.gate)
    if packed is not None:
        publish_file(_zip_path(folder), packed, packet.gate)
    remember(packet.redactor, folder, now, options)


def _tell(packet: Packet, folder: Place, options: dict[str, Any]) -> None:
    from analyzer.cli._summary import print_summary

    if options["quiet"]:
        click.echo(visible(str(folder)))
        return
    print_summary(packet.analysis)
    for item in packet.missing:
        click.secho(visible(f"{item.id} {item.name}: {item.shown}"), fg="yellow")
    if packet.missing:
        click.echo("Answer these in case.yaml with --case, or on the terminal with --ask, and make the packet again.")
    size = sum(map(len, packet.files.values()))
    click.echo(visible(f"Packet: {folder} ({len(packet.files)} files, {size / 1e6:.1f} MB)"))
    if options["as_zip"]:
        click.echo(visible(f"Zip: {_zip_path(folder)}"))
    if options["no_redact"]:
        click.secho("REDACTION WAS OFF: it holds secrets as they were in the inputs.", fg="red", bold=True)
    click.echo("A person should look through it before it is sent: README.txt says why.")
