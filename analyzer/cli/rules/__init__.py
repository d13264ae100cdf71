"""Lists, explains, checks and tries out rules: one module per command."""

from __future__ import annotations

import click

from analyzer.cli import LazyGroup


@click.group("rules", cls=LazyGroup, package=__name__, short_help="List, explain, check and test Sigma rules.")
def command() -> None:
    """List and explain the shipped Sigma rules or your own, check files and folders, and try rules on lines."""
