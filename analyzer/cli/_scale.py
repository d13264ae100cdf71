"""The options that say who reads: threads of this machine, or the workers of a cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analyzer.errors import UsageError

if TYPE_CHECKING:
    from analyzer.pipeline import Workers

_MOST_BY_DEFAULT = 2  # each costs some 150 MB


def scale_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --threads, --cluster and --checkpoints."""
    threads = min(_MOST_BY_DEFAULT, os.cpu_count() or 1)
    for option in (
        click.option(
            "--checkpoints",
            type=click.Path(path_type=Path),
            metavar="DIR",
            help="With --cluster, keep what was read in this private folder, so that a run after a crash goes on.",
        ),
        click.option(
            "--cluster",
            metavar="ADDRESS",
            help="Read on the workers of a Dask cluster: tls://host:8786, or local:N for N processes here.",
        ),
        click.option(
            "--threads",
            type=click.IntRange(1, 64),
            default=threads,
            metavar="N",
            help="Threads that read side by side.",
        ),
    ):
        function = option(function)
    return function


@contextmanager
def workers_of(options: dict[str, Any]) -> Iterator[Workers | None]:
    """Yields the workers of --cluster, None without it; raises UsageError and ClusterError as open_cluster does."""
    address, checkpoints = options["cluster"], options["checkpoints"]
    if address is None:
        if checkpoints is not None:
            raise UsageError("--checkpoints is for --cluster.", hint="Leave it out: this machine reads in one go.")
        yield None
        return
    from analyzer.pipeline import open_cluster

    with open_cluster(address, checkpoints) as workers:
        yield workers
