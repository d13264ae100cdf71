"""Detection: Sigma rules over the frame of events, as Polars expressions, sliding windows and the burst method."""

from __future__ import annotations

from analyzer.detect._detect import detect
from analyzer.detect._loader import load_rules
from analyzer.detect._rule import About, BurstRequest, Correlation, Logsource, Report, Rule, RuleSet
from analyzer.detect._signal import BurstFigures, Detected, Signal

__all__ = [
    "About",
    "BurstFigures",
    "BurstRequest",
    "Correlation",
    "Detected",
    "Logsource",
    "Report",
    "Rule",
    "RuleSet",
    "Signal",
    "detect",
    "load_rules",
]
