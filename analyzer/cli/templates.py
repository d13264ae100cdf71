"""The command `analyzer templates`: what each template of the pages may read, and the files to start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.cli._paragraphs import section, terminal_width, title, wrapped
from analyzer.cli._text import visible

if TYPE_CHECKING:
    from analyzer.report.contract import TemplateTold, ViewTold


@click.command("templates", short_help="List the templates of the pages and what they may read, or copy them.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Copy the shipped templates there."
)
def command(output: Path | None) -> None:
    """List every template of report.html, comparison.html and trace.html with the view that it reads.

    A folder of yours with a file of the same name replaces that template: `analyzer analyze --templates DIR`. Such a
    template shows what its view holds and computes nothing; text is always escaped, and the content security policy
    and the script stay as they are.
    """
    from analyzer.report.contract import templates, views

    if output is not None:
        _copy(output)
        return
    width = terminal_width()
    lines = [*_templates(templates(), width), "", *_views(views(), width)]
    click.echo("\n".join(lines))


def _copy(folder: Path) -> None:
    from analyzer.publish import publish
    from analyzer.report.templates import shipped

    files = {name: text.encode() for name, text in shipped().items()}
    publish(folder, files, gate=None)
    click.echo(visible(f"Templates: {folder} ({len(files)} files)"))


def _templates(found: tuple[TemplateTold, ...], width: int) -> Iterator[str]:
    yield from title("Templates")
    for template in found:
        view = f"  reads {template.reads}: {template.view}" if template.view else ""
        yield f"{template.name}{view}"
        for macro in template.macros:
            yield from wrapped(macro, width, "    macro ")


def _views(found: tuple[ViewTold, ...], width: int) -> Iterator[str]:
    yield from title("Views")
    for view in found:
        yield from section(view.name, [view.says] if view.says else [], width)
        for field in view.fields:
            meaning = f": {field.meaning}" if field.meaning else ""
            yield from wrapped(f"{field.name} ({field.kind}){meaning}", width, "    ")
