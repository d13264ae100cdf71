"""Lists the formats that can be read."""

from __future__ import annotations

import click


@click.command("formats", short_help="List the formats that can be read.")
def command() -> None:
    """List every format: the name for --format, what it is, and where it is documented."""
    from analyzer.formats import document_formats, line_formats
    from analyzer.formats._plugin import DocumentFormat, Format

    formats: dict[str, Format | DocumentFormat] = {**line_formats(), **document_formats()}
    for name, known in sorted(formats.items()):
        click.secho(name, bold=True, nl=False)
        click.echo(f"  {known.title} ({known.kind})")
        click.echo(f"    {known.documentation}")
