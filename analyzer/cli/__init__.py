"""The command line: one module per command, loaded only when it is called."""

from __future__ import annotations

import errno
import importlib
import os
import pkgutil
import signal
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

import click

from analyzer import __version__
from analyzer.cli._text import visible
from analyzer.errors import AnalyzerError


class LazyGroup(click.Group):
    """Finds a command as the module of the same name in a package, which is this one unless another is named."""

    def __init__(self, *args: Any, package: str = __name__, **options: Any) -> None:
        super().__init__(*args, **options)
        self.package = package

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Gives the stems of all public modules."""
        del ctx
        path = importlib.import_module(self.package).__path__
        return sorted(info.name for info in pkgutil.iter_modules(path) if not info.name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Loads one command; None if there is no such module."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command = importlib.import_module(f"{self.package}.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a broken command is a programming error
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command; a message about wrong use may quote a file name, and shows its control characters."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            message = error.format_message()
            if (shown := visible(message, keep_lines=True)) == message:
                raise
            raise click.UsageError(shown, error.ctx) from error


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 findings at or above --fail-on, 2 wrong use, 3 nothing readable, "
    "4 some inputs could not be read, 5 the leak gate refused to write, 70 the program itself failed.",
)
@click.version_option(__version__, prog_name="analyzer")
def group() -> None:
    """Reads browser HARs and server logs, and says which layer failed, with the lines that prove it."""


def main() -> None:
    """Runs the command line; errors of the program become one message and their exit code.

    A request to stop unwinds, so that temporary folders, which hold unredacted lines, are removed; it exits with 128
    and the signal's number, as shells have it. What the caller ignores (nohup) stays ignored.
    """
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(stop) != signal.SIG_IGN:
            signal.signal(stop, lambda number, _: sys.exit(128 + number))
    sys.excepthook = _tell_crash
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"  # https://no-color.org
    try:
        group(prog_name="analyzer", standalone_mode=True, color=False if plain else None)
    except AnalyzerError as error:
        click.echo(f"analyzer: {visible(str(error))}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in _FULL or error.filename is not None:
            raise
        # What is buffered cannot be written either, and would be tried again at exit.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        click.echo(f"analyzer: standard output cannot be written: {error.strerror}.", err=True)
        sys.exit(2)


def _tell_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tells where the program itself failed and ends with 70 (EX_SOFTWARE of sysexits.h).

    Everything is unwound by then. Neither the exception's message nor anything of its frames is shown: they may hold
    what stands in the inputs.
    """
    del error
    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(trace)]
    ours = [f"{Path(name).relative_to(_OURS)}:{line}" for name, line in places if Path(name).is_relative_to(_OURS)]
    where = f" at {ours[-1]}" if ours else ""
    click.echo(f"analyzer: the program itself failed: {kind.__name__}{where}.", err=True)
    click.echo("Nothing of the inputs is shown here. Please report this line.", err=True)
    os._exit(70)


_OURS = Path(__file__).parents[2]
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
