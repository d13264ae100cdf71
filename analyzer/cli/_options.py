"""Options that several commands share, and the plan made of them."""

from __future__ import annotations

import io
import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from analyzer.cli._redaction import machine
from analyzer.errors import UsageError

if TYPE_CHECKING:
    from analyzer.pipeline import Plan, Workers
    from analyzer.report import Templates

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_RANGE: tuple[Decorator, ...] = (
    click.option("--since", metavar="TIME", help="Leave out events before this ISO 8601 time."),
    click.option("--until", metavar="TIME", help="Leave out events from this ISO 8601 time on."),
)
_READING: tuple[Decorator, ...] = (
    click.argument("inputs", nargs=-1, required=True, metavar="INPUT..."),
    click.option(
        "--format",
        "format_name",
        metavar="NAME",
        help="Read lines as this format, or as the one that a YAML file defines.",
    ),
    click.option("--log-format", metavar="TEXT", help="The server's own LogFormat or log_format text."),
    click.option(
        "--log-format-from",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="The server's configuration, such as nginx.conf: its logs are read as it defines them.",
    ),
    click.option("--tz", "zone", metavar="ZONE", help="Zone of times that carry none, such as Europe/Berlin."),
    *_RANGE,
    click.option("--now", metavar="TIME", help="The time to call now, for years that lines leave out and for names."),
)
_RULES: tuple[Decorator, ...] = (
    click.option(
        "--rules", "rules", multiple=True, type=click.Path(exists=True, path_type=Path), help="Add Sigma rules."
    ),
    click.option(
        "--only-rules",
        type=click.Path(exists=True, path_type=Path),
        help="Use these rules instead of the shipped ones.",
    ),
)


_REPORT_ZONE: tuple[Decorator, ...] = (
    click.option(
        "--report-tz",
        "report_zone",
        metavar="ZONE",
        help="Show times in this zone beside UTC, such as Europe/Amsterdam or +02:00.",
    ),
)


def reading_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options of every command that reads inputs."""
    return _apply(_READING, function)


def reading_options_without_range(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the same options but for --since and --until, for a command that decides itself what is new."""
    return _apply(tuple(option for option in _READING if option not in _RANGE), function)


def reading_options_without_inputs(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the same options but for INPUT..., for a command that names its inputs otherwise."""
    return _apply(_READING[1:], function)


def rule_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --rules and --only-rules."""
    return _apply(_RULES, function)


def report_zone_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --report-tz, for a command that writes times for people."""
    return _apply(_REPORT_ZONE, function)


def _apply(decorators: tuple[Decorator, ...], function: Callable[..., Any]) -> Callable[..., Any]:
    for decorator in reversed(decorators):
        function = decorator(function)
    return function


def instant(text: str | None, option: str) -> datetime | None:
    """Reads an ISO 8601 time; one without an offset is UTC."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{option} is no ISO 8601 time: {text!r}.", hint="Such as 2026-11-22T16:30:00Z.") from error


_ZONE_HINT = "Use an IANA name such as Europe/Berlin, or an offset such as +02:00."


def zone_name(text: str | None) -> str | None:
    """Checks that a zone is an IANA name or an offset such as +02:00; raises UsageError with a hint if not."""
    from analyzer.values import knows_zone

    if text is None or knows_zone(text):
        return text
    raise UsageError(f"there is no zone {text!r}.", hint=_ZONE_HINT)


def report_zone(text: str | None) -> str | None:
    """Checks --report-tz in the same way."""
    from analyzer.wording.zones import zone_of

    if text is None or zone_of(text) is not None:
        return text
    raise UsageError(f"there is no zone {text!r} for --report-tz.", hint=_ZONE_HINT)


def own_formats() -> tuple[Path, ...]:
    """Gives the YAML files in the folder for formats of the user's own (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    folder = Path(base) / "analyzer" / "formats"
    return tuple(sorted(path for path in folder.glob("*.y*ml") if path.is_file()))


def redaction_key(named: Path | None) -> bytes:
    """Reads the key that the user named, else the user's own, which is made at first use."""
    from analyzer.redact import key_path, own_key, read_key

    if named is not None:
        return read_key(named)
    path = key_path(os.environ, Path.home())
    try:
        return own_key(path, secrets.token_bytes)
    except OSError as error:
        hint = "Name a key file with --redaction-key."
        raise UsageError(f"the redaction key cannot be kept in {path}: {error.strerror}.", hint=hint) from error


@contextmanager
def work_folder() -> Iterator[Path]:
    """Yields a private folder for intermediate files and removes it; raises UsageError if none can be made."""
    try:
        made = tempfile.TemporaryDirectory(prefix="analyzer-")
    except OSError as error:
        hint = "Name a folder for temporary files with the variable TMPDIR."
        raise UsageError(f"no temporary folder can be made: {error.strerror}.", hint=hint) from error
    with made as name:
        yield Path(name)


def standard_input() -> BinaryIO:
    """Gives the bytes of standard input; none where the caller closed it."""
    return sys.stdin.buffer if sys.stdin else io.BytesIO()


def _templates(folder: Path | None) -> Templates | None:
    """Reads the user's templates and looks at them before any input is read."""
    from analyzer.report import checked_templates

    return checked_templates(folder) if folder else None


def plan_from(
    work: Path,
    key: bytes,
    options: dict[str, Any],
    progress: Callable[[str, float | None], None],
    workers: Workers | None = None,
) -> Plan:
    """Makes the plan from a command's options."""
    from analyzer.pipeline import Plan
    from analyzer.report import FILES

    only = options.get("only_rules")
    since, until = instant(options.get("since"), "--since"), instant(options.get("until"), "--until")
    if since and until and since >= until:
        raise UsageError("--since is not before --until.")
    return Plan(
        inputs=tuple(options["inputs"]),
        work=work,
        key=key,
        format_name=options["format_name"],
        log_format=options["log_format"],
        log_format_from=options["log_format_from"],
        own_formats=own_formats(),
        zone=zone_name(options["zone"]),
        now=instant(options["now"], "--now") or datetime.now(UTC),
        since=since,
        until=until,
        rules=(only,) if only else tuple(options.get("rules", ())),
        only_rules=only is not None,
        profile=options.get("profile", "vendor"),
        redact=not options.get("no_redact"),
        formats=options.get("formats") or tuple(FILES),
        templates=_templates(options.get("templates")),
        machine=machine(),
        stdin=standard_input(),
        progress=progress,
        report_zone=report_zone(options.get("report_zone")),
        threads=options.get("threads") or 1,
        workers=workers,
    )
