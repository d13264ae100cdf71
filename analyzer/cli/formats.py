"""Lists the formats that can be read, and tells which one a file has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.cli._options import own_formats, redaction_key, standard_input, zone_name
from analyzer.cli._text import visible

if TYPE_CHECKING:
    from analyzer.formats import Choice, Score
    from analyzer.redact import Redactor
    from analyzer.sources import Stream

_LONGEST = 160
_MOST_CONTENDERS = 6


@click.group(
    "formats", short_help="List the formats that can be read, or detect a file's.", invoke_without_command=True
)
@click.pass_context
def command(context: click.Context) -> None:
    r"""List every format, or detect which one a file has.

    A format of your own is a YAML file, given with --format FILE or put into the folder analyzer/formats of your
    configuration folder (~/.config):

    \b
      name: gateway
      pattern: '^(?P<when>\S+) (?P<client_ip>\S+) "(?P<request_line>[^"]*)" (?P<status>\d{3}) (?P<took>\d+)ms$'
      columns: {when: time, took: duration_ms}
      marks: end
      samples:
        - line: '2026-11-22T16:14:14Z 192.0.2.1 "GET /a HTTP/1.1" 503 12ms'
          expect: {status: 503, duration_us: 12000}
    """
    if context.invoked_subcommand is None:
        context.invoke(list_formats)


@command.command("list")
def list_formats() -> None:
    """List every format: the name for --format, what it is, where it is documented, and a line of it."""
    from analyzer.formats import document_formats, frame_formats, line_formats, line_wrappers

    for name, known in sorted({**line_formats(), **document_formats(), **frame_formats()}.items()):
        _tell(name, f"{known.title} ({known.kind})", known.documentation, *getattr(known, "samples", ())[:1])
    click.echo("\nAround lines, taken off before they are read:")
    for name, wrapper in sorted(line_wrappers().items()):
        _tell(name, wrapper.title, wrapper.documentation, wrapper.samples[0].partition("\n")[0])


@command.command("detect")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--tz", "zone", metavar="ZONE", help="Zone of times that carry none, such as Europe/Berlin.")
def detect_format(files: tuple[str, ...], zone: str | None) -> None:
    """Tell which formats a file has, how much each contender reads, and the first lines that it cannot read."""
    from analyzer.redact import Redactor
    from analyzer.sources import Limits, expand, open_streams

    redactor = Redactor(redaction_key(None))
    for path in expand(files).files:
        for stream in open_streams(path, limits=Limits(), stdin=standard_input()):
            _detect(stream, zone_name(zone) or "UTC", redactor)


def _detect(stream: Stream, zone: str, redactor: Redactor) -> None:
    from analyzer.formats import detect, document_formats, frame_formats, read_custom_format

    click.secho(visible(stream.name), bold=True)
    frame = next((known for known in frame_formats().values() if known.recognise(stream.head)), None)
    document = frame or next((known for known in document_formats().values() if known.recognise(stream.head)), None)
    if document is not None:
        click.echo(f"  {document.name}: {document.title}, a whole document")
        return
    head = stream.head_lines()
    own = [read_custom_format(Path(path)) for path in own_formats()]
    choice = detect(head, zone, extra=own, scored=True)
    for wrapper in choice.wrappers:
        click.echo(f"  in {wrapper.name}: {wrapper.title}")
    click.echo(f"  {', '.join(form.name for form in choice.formats) or 'no format'}: {visible(choice.reason)}")
    click.echo(f"  {choice.confidence:.1%} of the first {len(head):,} lines are read")
    for score in _contenders(choice):
        click.echo(f"  {score.share_read:>7.1%}  {score.name}")
        for line, reason in score.unread:
            click.echo(f"           line {line}: {visible(reason)}")
            click.echo(f"             {_cut(visible(redactor.value(head[line - 1])))}")


def _contenders(choice: Choice) -> list[Score]:
    """Gives those that were chosen, then those that read most."""
    chosen = [form.name for form in choice.formats]
    ordered = sorted(choice.scores, key=lambda score: (score.name not in chosen, -score.share_read))
    reading = [score for score in ordered if score.share_read]
    return (reading or ordered)[:_MOST_CONTENDERS]


def _tell(name: str, title: str, documentation: str, *samples: str) -> None:
    click.secho(name, bold=True, nl=False)
    click.echo(f"  {title}")
    click.echo(f"    {documentation}")
    for sample in samples:
        click.echo(f"    {_cut(visible(sample))}")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
