"""Writes the index of a folder of reports."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from analyzer.cli._text import visible

_DEFAULT = Path("reports")
_MOST_PASSED = 10


@click.command("index", short_help="List a folder of reports, the newest and worst first, as index.html.")
@click.argument("folder", type=click.Path(path_type=Path), metavar="[DIR]", default=_DEFAULT, required=False)
@click.option("-q", "--quiet", is_flag=True, help="Print only the path of the index.")
def command(folder: Path, *, quiet: bool) -> None:
    """Write DIR/index.html: one row for each report in the folders of DIR, which is reports/ unless it is named.

    The newest day comes first and, within a day, the worst report. Everything is taken from each report's
    findings.json; reports that are not redacted, and folders that cannot be read, are named and nothing else of them is
    told. `analyze` does not do this by itself: it touches no folder but that of its report.
    """
    from analyzer.pipeline import INDEX, index_reports
    from analyzer.publish import publish_file

    made = index_reports(folder)
    publish_file(folder / INDEX, made.page, None)
    path = visible(str(folder / INDEX))
    if quiet:
        click.echo(path)
    else:
        click.secho(visible(made.headline), bold=True)
        for item in made.passed[:_MOST_PASSED]:
            click.echo(visible(f"Not shown: {item.folder}: {item.reason}"), err=item.is_broken)
        if len(made.passed) > _MOST_PASSED:
            click.echo(f"{len(made.passed) - _MOST_PASSED} more folders are not shown; the index names them.")
        click.echo(f"Index: {path}")
    sys.exit(4 if any(item.is_broken for item in made.passed) else 0)
