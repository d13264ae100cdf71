"""Values that cross stages; all frozen. Their field names are those of findings.json, version 1."""

from analyzer.model._comparison import Bucket, ClientCount, Clients, Ratio, Separating, comparison
from analyzer.model._evidence import (
    LAYERS,
    SEVERITIES,
    Evidence,
    Gap,
    Join,
    Layer,
    LayerVerdict,
    Ref,
    Severity,
    Verdict,
)
from analyzer.model._findings import Analysis, Exhibit, Findings, Noise, NotEvaluated, SignalReport, StatusMinute, Tool
from analyzer.model._hops import Attempt, Hop
from analyzer.model._incident import Incident, Reproduction, Step, Variable
from analyzer.model._latency import Latency, LatencyBucket, LatencyGroup, LatencySeries, Quantiles, Teller
from analyzer.model._page import PAGE_ROLES, PageBasis, PageEntry, PageLoad, PageOutcome, PageRole
from analyzer.model._redaction import Redaction
from analyzer.model._sides import Side, Sides
from analyzer.model._sources import FormatUse, Ledger, Reject, RejectCount, SourceReport, ZoneGap
from analyzer.model._told import Identified, IncidentFacts, Told

__all__ = [
    "LAYERS",
    "PAGE_ROLES",
    "SEVERITIES",
    "Analysis",
    "Attempt",
    "Bucket",
    "ClientCount",
    "Clients",
    "Evidence",
    "Exhibit",
    "Findings",
    "FormatUse",
    "Gap",
    "Hop",
    "Identified",
    "Incident",
    "IncidentFacts",
    "Join",
    "Latency",
    "LatencyBucket",
    "LatencyGroup",
    "LatencySeries",
    "Layer",
    "LayerVerdict",
    "Ledger",
    "Noise",
    "NotEvaluated",
    "PageBasis",
    "PageEntry",
    "PageLoad",
    "PageOutcome",
    "PageRole",
    "Quantiles",
    "Ratio",
    "Redaction",
    "Ref",
    "Reject",
    "RejectCount",
    "Reproduction",
    "Separating",
    "Severity",
    "Side",
    "Sides",
    "SignalReport",
    "SourceReport",
    "StatusMinute",
    "Step",
    "Teller",
    "Told",
    "Tool",
    "Variable",
    "Verdict",
    "ZoneGap",
    "comparison",
]
