"""Options that decide what outputs may tell, and what is done around writing: confirming, marking, remembering."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analyzer.cli._text import visible
from analyzer.errors import UsageError

if TYPE_CHECKING:
    from analyzer.publish import Place
    from analyzer.redact import Machine, Redactor

MARK = ".UNREDACTED"
_WORD = "unredacted"
# Spelled here too, since --help may load nothing heavy; a test holds them equal to analyzer.redact.PROFILES.
PROFILES = ("internal", "vendor", "public")

_PLACEHOLDERS = (
    click.option(
        "--profile",
        type=click.Choice(PROFILES),
        default="vendor",
        show_default=True,
        help="For whom it is redacted: internal keeps addresses, vendor hides those of clients, public hides all.",
    ),
    click.option("--redaction-key", type=click.Path(path_type=Path), metavar="FILE", help="Key for the placeholders."),
    click.option("--no-map", is_flag=True, help="Do not keep what `analyzer reveal` needs."),
)
_OPTIONS = (
    *_PLACEHOLDERS,
    click.option("--no-redact", is_flag=True, help="Write secrets as they are; asks first, and marks the output."),
    click.option("--yes-unredacted", is_flag=True, help="Answer the question of --no-redact."),
)


def redaction_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --profile, --redaction-key, --no-map, --no-redact and --yes-unredacted."""
    return _apply(_OPTIONS, function)


def placeholder_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the first three of them, for a command that always redacts."""
    return _apply(_PLACEHOLDERS, function)


def _apply(decorators: Iterable[Callable[..., Any]], function: Callable[..., Any]) -> Callable[..., Any]:
    for decorator in reversed(tuple(decorators)):
        function = decorator(function)
    return function


def confirm_unredacted(options: dict[str, Any]) -> None:
    """Asks for a word where --no-redact is given; raises UsageError without it, or where nobody can be asked."""
    if not options.get("no_redact"):
        if options.get("yes_unredacted"):
            raise UsageError("--yes-unredacted says yes to --no-redact, which is not given.")
        return
    if options["yes_unredacted"]:
        return
    if not (sys.stdin and sys.stdin.isatty()):
        raise UsageError("--no-redact wants to be confirmed, and nobody can be asked.", hint="Add --yes-unredacted.")
    question = f"Secrets, names and addresses will be written as they are. Type {_WORD} to go on"
    if click.prompt(question, default="", show_default=False, err=True).strip() != _WORD:
        raise UsageError("--no-redact was not confirmed, so nothing was written.")


def marked(path: Place, options: dict[str, Any], *, folder: bool) -> Place:
    """Gives the name of an output, with .UNREDACTED at its end, before a file's suffix, where nothing is redacted."""
    if not options.get("no_redact") or MARK in path.name:
        return path
    return path.with_name(f"{path.name}{MARK}" if folder else f"{path.stem}{MARK}{path.suffix}")


def machine() -> Machine:
    """Gives what this machine is called."""
    from analyzer.redact import Machine

    users = {os.environ.get(name, "") for name in ("USER", "LOGNAME", "USERNAME")}
    hosts = {platform.node(), os.environ.get("HOSTNAME", "")}
    return Machine(_home(), tuple(sorted(users - {""})), tuple(sorted(hosts - {""})))


def state_folder() -> Path:
    """Gives the folder that holds the key and the maps (XDG Base Directory Specification)."""
    from analyzer.redact import key_path

    return key_path(os.environ, Path(_home() or "/")).parent


def remember(redactor: Redactor, output: Place, now: datetime, options: dict[str, Any]) -> None:
    """Writes the map of the case, which is named after the output; tells where that cannot be done."""
    from analyzer.redact import write_map

    if options.get("no_map") or options.get("no_redact"):
        return
    case = output.name
    try:
        folder = output if isinstance(output, Path) else None
        write_map(state_folder() / "cases", case, redactor.revealed(), now, folder)
    except (OSError, UsageError) as error:
        why = error.strerror if isinstance(error, OSError) else error.message
        click.echo(visible(f"Problem: the map of {case} cannot be kept, so nothing can be revealed: {why}"), err=True)


def _home() -> str:
    try:
        return str(Path.home())
    except RuntimeError:  # a user without an entry and without HOME
        return ""
