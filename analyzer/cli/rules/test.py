"""Tries rules out on their own samples or on inputs, and says why an event does not match."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analyzer.cli._options import plan_from, reading_options_without_inputs, redaction_key, work_folder
from analyzer.cli._text import visible
from analyzer.cli.rules._load import counted, find, heading, tell_errors
from analyzer.errors import AnalyzerError, UsageError

if TYPE_CHECKING:
    from analyzer.detect import Correlation, Rule, RuleSet, Sample, Trial
    from analyzer.pipeline import Looked, Plan

_MOST_EXPLAINED_RULES = 5


@click.command("test", short_help="Try rules on their samples or on a log, and say why a line does not match.")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.argument("inputs", nargs=-1, metavar="[INPUT...]")
@click.option("--rule", "wanted", metavar="ID|NAME", help="Try only this rule of the files.")
@click.option("--line", "lines", multiple=True, type=click.IntRange(min=0), help="Explain this line of the inputs.")
@click.option("--limit", default=3, type=click.IntRange(0, 1000), help="Lines to explain where none is named.")
@click.option("-v", "--verbose", is_flag=True, help="Explain samples that do what they say, too.")
@reading_options_without_inputs
def command(path: Path, wanted: str | None, **options: Any) -> None:
    r"""Run the samples of the rules in PATH, and exit with 1 if one does not do what it says.

    Samples stand in the rule under the key x-tests:

    \b
      x-tests:
        - input: |
            192.0.2.1 - - [01/Mar/2026:12:00:00 +0000] "GET /a HTTP/1.1" 502 0 "-" "curl/8"
          fires: true
        - events: [{status: 404, path: /a}]
          fires: false

    fires is true, false or a number of signals; matches is a number of events. events are maps of canonical columns
    (`analyzer schema`). With INPUT the rules are run on these files instead, and the lines that come nearest to a match
    are explained, or those that --line names.
    """
    from analyzer.detect import load_rules

    rule_set = load_rules((path,))
    tell_errors(rule_set)
    chosen = [find(rule_set, wanted)] if wanted else list(rule_set.everything)
    if not chosen and not rule_set.faults:
        raise UsageError(f"{path} holds no rule that can be tried.", hint="See `analyzer rules check PATH`.")
    key = redaction_key(None)
    with work_folder() as work:
        plan = replace(plan_from(work, key, options, lambda _, __: None), rules=(path,))
        if plan.inputs:
            _try_on_inputs(chosen, rule_set, plan, options)
            wrong = 0
        else:
            wrong = _try_samples(chosen, rule_set, plan, verbose=options["verbose"])
    sys.exit(1 if wrong or rule_set.faults else 0)


def _try_samples(chosen: list[Rule | Correlation], rule_set: RuleSet, plan: Plan, *, verbose: bool) -> int:
    """Prints what became of every sample; gives how many do not do what they say."""
    right = wrong = 0
    for rule in chosen:
        if rule.about.samples:
            click.secho(heading(rule), bold=True)
        for number, sample in enumerate(rule.about.samples, 1):
            folder = plan.work / str(right + wrong)  # each reading wants an empty one
            folder.mkdir()
            told, is_right = _try_sample(rule, sample, rule_set, replace(plan, work=folder), verbose=verbose)
            right, wrong = right + is_right, wrong + (not is_right)
            click.echo(f"  sample {number} ({visible(str(sample.location))}): {told[0]}")
            for line in told[1:]:
                click.echo(f"    {line}")
    without = sum(1 for rule in chosen if not rule.about.samples)
    tried = f"{counted(right + wrong, 'sample')}: {right:,} as they say, {wrong:,} not"
    click.echo(f"{tried}; {counted(without, 'rule')} without samples.")
    return wrong


def _try_on_inputs(chosen: list[Rule | Correlation], rule_set: RuleSet, plan: Plan, options: dict[str, Any]) -> None:
    """Prints what each rule finds in the inputs, and explains some events."""
    from analyzer.detect import Rule, nearest, try_rule
    from analyzer.pipeline import look

    looked = look(plan)
    for problem in looked.problems:
        click.echo(f"Problem: {visible(looked.redactor.value(problem))}", err=True)
    named = _named_rows(looked, options["lines"])
    for rule in chosen:
        frame = looked.frame_for(own=rule.about.own)
        trial = try_rule(frame, rule_set, rule.about.id, looked.missing)
        click.secho(heading(rule), bold=True, nl=False)
        click.echo(f": {_outcome(trial)}; {counted(frame.height, 'event')} in all")
        rows = named
        if not options["lines"]:
            if len(chosen) > _MOST_EXPLAINED_RULES:
                continue
            rows = list(nearest(rule, frame, options["limit"])) if isinstance(rule, Rule) else []
        for line in _why(rule, rule_set, looked, trial, rows):
            click.echo(f"  {line}")


def _named_rows(looked: Looked, lines: tuple[int, ...]) -> list[int]:
    """Gives the rows of the events on these lines, and prints what became of a line that is none."""
    import polars as pl

    rows: list[int] = []
    for line in lines:
        found = looked.events.filter(pl.col("line") == line)["row"].to_list()
        rejected = looked.rejects.filter(pl.col("line") == line)
        for source, reason in rejected.select("source", "reason").iter_rows():
            told = looked.redactor.value(f"{source}, line {line}: no format reads it: {reason}")
            click.echo(visible(told))
        if not found and rejected.is_empty():
            # An event may own several lines, such as a stack trace.
            above = looked.events.filter(pl.col("line") < line).sort("line").group_by("source").last()
            found = above["row"].sort().to_list()
            if not found:
                click.echo(f"line {line}: there is no event.")
        rows += [row for row in found if row not in rows]
    return rows


def _try_sample(
    rule: Rule | Correlation, sample: Sample, rule_set: RuleSet, plan: Plan, *, verbose: bool
) -> tuple[list[str], bool]:
    from analyzer.detect import try_rule

    try:
        looked = _look(sample, plan)
    except AnalyzerError as error:
        return [f"cannot be read: {visible(str(error))}"], False
    frame = looked.frame_for(own=rule.about.own)
    trial = try_rule(frame, rule_set, rule.about.id, looked.missing)
    is_right = trial.does(sample)
    first = f"{_outcome(trial)}, {'as it says' if is_right else f'but should {_wanted(sample)}'}"
    if is_right and not verbose:
        return [first], True
    rows = [row for row in frame["row"] if trial.rows is None or row not in trial.rows or verbose]
    return [first, *_why(rule, rule_set, looked, trial, rows[:10])], is_right


def _look(sample: Sample, plan: Plan) -> Looked:
    from analyzer.pipeline import look, look_at_events

    if sample.input is None:
        return look_at_events(sample.events, sample.format, plan.key)
    given = replace(plan, inputs=("-",), stdin=io.BytesIO(sample.input.encode("utf-8", "surrogatepass")))
    return look(replace(given, format_name=sample.format or plan.format_name))


def _outcome(trial: Trial) -> str:
    fires = f"fires {counted(len(trial.signals), 'time')}" if trial.signals else "does not fire"
    return fires if trial.rows is None else f"{fires}, matches {counted(len(trial.rows), 'event')}"


def _wanted(sample: Sample) -> str:
    parts = []
    if isinstance(sample.fires, bool):
        parts.append("fire" if sample.fires else "not fire")
    elif sample.fires is not None:
        parts.append(f"fire {counted(sample.fires, 'time')}")
    if sample.matches is not None:
        parts.append(f"match {counted(sample.matches, 'event')}")
    return " and ".join(parts)


def _why(rule: Rule | Correlation, rule_set: RuleSet, looked: Looked, trial: Trial, rows: list[int]) -> Iterator[str]:
    """Yields the explanation of some rows for a rule, or for the members of a correlation."""
    from analyzer.cli.rules._steps import correlation_lines, row_lines
    from analyzer.detect import Rule, alone, explain_correlation, explain_rows

    frame = looked.frame_for(own=rule.about.own)
    for doubt in trial.doubts:
        yield visible(doubt)
    if isinstance(rule, Rule):
        if rule.burst is not None and trial.rows and not trial.signals:
            matching = "1 event matches" if len(trial.rows) == 1 else f"{len(trial.rows):,} events match"
            yield f"{matching}, but no burst stands out of these events."
        for explained in explain_rows(rule, looked.frame, rows):
            yield from row_lines(rule, explained, looked)
        return
    needed = alone(rule_set, rule.about.id)
    if frame.height:
        yield from correlation_lines(rule, explain_correlation(rule, frame, needed, looked.missing), looked)
    for member in needed.rules if rows else ():
        yield f"its rule {visible(repr(member.about.title))}:"
        for explained in explain_rows(member, looked.frame, rows):
            yield from (f"  {line}" for line in row_lines(member, explained, looked))
