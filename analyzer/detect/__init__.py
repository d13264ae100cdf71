"""Detection: Sigma rules over the frame of events, as Polars expressions, sliding windows and the burst method."""

from __future__ import annotations

from analyzer.detect._detect import detect
from analyzer.detect._earlier import COUNTS, Earlier
from analyzer.detect._english import write_burst, write_logsource
from analyzer.detect._evaluate import matches_any, reported
from analyzer.detect._explain import (
    Explained,
    ExplainedCorrelation,
    Step,
    column_of,
    explain_correlation,
    explain_rows,
    fields_of,
    nearest,
)
from analyzer.detect._loader import load_rules
from analyzer.detect._rule import About, BurstRequest, Correlation, Logsource, Report, Rule, RuleSet, Sample
from analyzer.detect._signal import BurstFigures, Detected, Signal
from analyzer.detect._subset import alone, restrict
from analyzer.detect._trial import Trial, try_rule

__all__ = [
    "COUNTS",
    "About",
    "BurstFigures",
    "BurstRequest",
    "Correlation",
    "Detected",
    "Earlier",
    "Explained",
    "ExplainedCorrelation",
    "Logsource",
    "Report",
    "Rule",
    "RuleSet",
    "Sample",
    "Signal",
    "Step",
    "Trial",
    "alone",
    "column_of",
    "detect",
    "explain_correlation",
    "explain_rows",
    "fields_of",
    "load_rules",
    "matches_any",
    "nearest",
    "reported",
    "restrict",
    "try_rule",
    "write_burst",
    "write_logsource",
]
