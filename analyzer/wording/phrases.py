"""Sentences about one incident, the same in report.html and in summary.md."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import timedelta

from analyzer.diagnose._wording import duration
from analyzer.model import (
    LAYERS,
    ClientCount,
    Clients,
    Findings,
    Incident,
    LatencySeries,
    LayerVerdict,
    Separating,
    Step,
)
from analyzer.wording.words import (
    LAYER_WORDS,
    SERIOUS,
    TELLER_WORDS,
    clock,
    either,
    microseconds,
    number,
    percent,
    plural,
    series,
    source_name,
    span,
    sureness,
    utc,
)

_STATUSES = 10
_SAID = 3
_ALPHA = 0.01  # what burst rules allow by default
_NAMED = 3
# What stands for a name says nothing at a glance; where there are many, they are in the table of the incident only.
_PLACEHOLDER = "[redacted:"
_PATTERNS = {
    "constant": "constant: affected clients had no success on these endpoints meanwhile",
    "intermittent": "intermittent: affected clients also had successes on these endpoints meanwhile",
}


def headline_of_none(findings: Findings) -> str:
    """Says that nothing serious was found, or that nothing was there to be judged."""
    if not any(source.events for source in findings.sources):
        return "No request or message could be read, so nothing can be said"
    if findings.incidents:
        return f"Nothing above low severity was found; {plural(len(findings.incidents), 'remark')} below"
    return "Nothing above low severity was found"


def serious(findings: Findings) -> tuple[Incident, ...]:
    """Gives the incidents above low, in their order."""
    return tuple(incident for incident in findings.incidents if incident.severity in SERIOUS)


def layer(incident: Incident) -> str:
    """Gives the layer and how sure it is: backend (confidence 92 %), or that it is not proven and what is suspected."""
    return f"{layer_name(incident)} (confidence {percent(incident.confidence)})"


def layer_name(incident: Incident) -> str:
    """Gives the layer that is the cause; where none is, says so and names those suspected."""
    if incident.layer == "unknown":
        return LAYER_WORDS[incident.layer]
    known = verdicts(incident)
    if any(item.verdict == "cause" for item in known):
        return LAYER_WORDS[incident.layer]
    suspected = [LAYER_WORDS[item.layer] for item in known if item.verdict == "suspected"]
    return f"not proven; {either(suspected or [LAYER_WORDS[incident.layer]])} suspected"


def client(name: str, findings: Findings) -> str:
    """Gives the name of a client; one that is known by its capture only is the browser of that file."""
    captures = {source.name for source in findings.sources if source.entries is not None}
    return f"the browser of {name.replace(chr(92), '/').rpartition('/')[2]}" if name in captures else source_name(name)


def identified(item: ClientCount, findings: Findings) -> str:
    """Gives the name of a client and what it is: a user, an address."""
    kind = f" ({item.identity})" if item.identity in ("user", "address") else ""
    return client(item.client, findings) + kind


def confidence(incident: Incident) -> str:
    """Gives the confidence as a number and as a word."""
    return f"{percent(incident.confidence)}, {sureness(incident.confidence)}"


def when(incident: Incident) -> str:
    """Gives the time from the start of the first failing exchange to the end of the last."""
    return span(incident.started, incident.ended)


def aftermath(incident: Incident, findings: Findings, bucket_seconds: int) -> str:
    """Says whether it was over when the inputs ended, as far as the counts show; empty if they do not."""
    later = [bucket for bucket in incident.buckets if utc(bucket.start) > utc(incident.ended)]
    worked = sum(bucket.requests - bucket.failed for bucket in later)
    if worked and not any(bucket.failed for bucket in later):
        return f"over: {plural(worked, 'later request')} to these endpoints worked"
    if findings.end is None:
        return ""
    gap = utc(findings.end) - utc(incident.ended)
    if gap <= timedelta(0):
        return f"still failing at the last line: the inputs end at {clock(findings.end)} UTC"
    if gap <= timedelta(seconds=bucket_seconds):
        return f"may be going on: the inputs end at {clock(findings.end)} UTC"
    return f"no later request to these endpoints in the inputs, which end at {clock(findings.end)} UTC"


def step(value: Step) -> str:
    """Gives one step of an incident that spread, with how many times it happened."""
    return f"{value.text} ({number(value.count)} times)" if value.count > 1 else value.text


def roughly(clients: Clients, *names: str) -> str:
    """Gives the word that stands before a number made of these counts where one of them is an estimate."""
    return "about " if set(names) & set(clients.estimated) else ""


def whom(clients: Clients) -> str:
    """Says who was affected, among those who used the endpoints."""
    others = clients.on_endpoints
    if not others:
        return "not known: the inputs name no client of these requests"
    if clients.affected == others == 1:
        text = "1 client, the only one that used these endpoints"
    elif clients.scope == "all":
        text = f"all {plural(clients.affected, 'client')} that used these endpoints"
    else:
        text = (
            f"{roughly(clients, 'affected')}{number(clients.affected)} of "
            f"{roughly(clients, 'on_endpoints')}{plural(others, 'client')} that used these endpoints"
        )
    if clients.total > others:
        text += f" ({plural(clients.total, 'client')} in all)"
    return text


def whom_by_name(incident: Incident, findings: Findings, shown: Callable[[str], str]) -> str:
    """Says who was affected, and names those with most failed requests among all of theirs, as shown."""
    told = [
        item
        for item in incident.clients.top[:_NAMED]
        if incident.clients.affected <= _NAMED or not item.client.startswith(_PLACEHOLDER)
    ]
    names = [shown(client(item.client, findings)) for item in told]
    if not told:
        return whom(incident.clients)
    if incident.clients.affected == 1 and incident.clients.on_endpoints <= 1:
        return f"{whom(incident.clients)}: {', '.join(names)}"
    counts = [
        f"({number(item.failed)})" if item.requests is None else f"({number(item.failed)} of {number(item.requests)})"
        for item in told
    ]
    named = ", ".join(" ".join(pair) for pair in zip(names, counts, strict=True))
    return f"{whom(incident.clients)}; most failed requests: {named}"


def share(incident: Incident) -> str:
    """Says how many requests failed and how many do so usually."""
    text = f"{number(incident.failed)} of {plural(incident.requests, 'request')} failed"
    text += f" ({percent(incident.failure_rate)}"
    if incident.baseline_failure_rate is not None:
        text += f"; outside the incident {percent(incident.baseline_failure_rate)}"
    return text + ")"


def statuses(incident: Incident) -> str:
    """Gives the statuses that clients saw, or says that none came."""
    known = [str(status) for status in incident.statuses]
    return series(known, _STATUSES) if known else "no status: no response came"


def ratio(incident: Incident) -> str:
    """Says by how much failures exceed the usual rate, or nothing if that is unknown or may be chance."""
    value = incident.rate_ratio
    if value is None or not math.isfinite(value.value) or value.low <= 1 <= value.high:
        return ""
    high = f"to {_round(value.high)}" if math.isfinite(value.high) else "upwards"
    return f"{_round(value.value)} times the usual failure rate (95 % interval {_round(value.low)} {high})"


def chance(incident: Incident) -> str:
    """Says how often chance alone would make such a burst, or nothing where no burst rule fired."""
    expected = incident.expected_by_chance
    if expected is None or not math.isfinite(expected):
        return ""
    if expected < 0.0001:
        return "fewer than 0.0001 such bursts expected by chance in these inputs"
    few = f"{expected:.2g}" if expected < 10 else f"{expected:,.0f}"
    doubt = ": possible, not proven" if expected > _ALPHA else ""
    return f"{few} such bursts expected by chance in these inputs{doubt}"


def pattern(incident: Incident) -> str:
    """Says whether affected clients also had successes, or nothing if that is unknown."""
    return _PATTERNS[incident.pattern] if incident.pattern else ""


def sharers(value: Separating) -> str:
    """Says whose the value is: what failing requests share, or what only working ones have."""
    return "What they share" if value.shared_by == "failing" else "What only working ones have"


def separating(value: Separating) -> str:
    """Says in how many failing and working requests the attribute has this value."""
    failing = f"{number(value.failing)} of {number(value.failing_total)} failing"
    working = f"{number(value.working)} of {number(value.working_total)} working"
    first, second = (failing, working) if value.shared_by == "failing" else (working, failing)
    return f"in {first} and {second} requests"


def alike(value: Separating, shown: Callable[[str], str]) -> str:
    """Names what tells the two sides apart as well, as shown; nothing if there is nothing."""
    if not value.alike:
        return ""
    return f"; the comparison cannot tell it from {series([shown(text) for text in value.alike], len(value.alike))}"


def not_separated(incident: Incident) -> str:
    """Says that nothing known separates failing from working requests, where there are both and nothing does."""
    if incident.separating is not None or incident.failed >= incident.requests:
        return ""
    return "no single attribute that the inputs know separates failing from working requests"


def length(incident: Incident) -> str:
    """Gives how long it lasted."""
    return duration(incident.ended - incident.started)


def said(text: str, findings: Findings) -> str:
    """Gives a sentence; where it begins with a capture that stands for its client, with the browser of that file."""
    for source in findings.sources:
        if source.entries is not None and text.startswith(f"{source.name} "):
            return f"The{client(source.name, findings)[3:]}{text[len(source.name) :]}"
    return text


def slowest(series: LatencySeries) -> str:
    """Names the longest duration that one kind of source counted."""
    return f"The longest that {TELLER_WORDS[series.teller]} counted: {microseconds(series.times.most)}."


def of_all(values: Sequence[str], total: int) -> str:
    """Gives the values, and how many there are in all if there are more."""
    return ", ".join(values) + (f" (first {number(len(values))} of {number(total)})" if total > len(values) else "")


def about(incident: Incident, *sentences: str) -> tuple[str, ...]:
    """Gives the words that tell which part of a line of this incident matters, the most telling first."""
    said = (item.text for item in incident.root_evidence[:_SAID])
    return (*sentences, *incident.errors, *said, *(f'status": {status}' for status in incident.statuses))


def verdicts(incident: Incident) -> tuple[LayerVerdict, ...]:
    """Gives all ten layers in travel order; one that the incident says nothing of is not visible."""
    known = {item.layer: item for item in incident.layers}
    return tuple(known.get(name) or LayerVerdict(name, "not_visible") for name in LAYERS)


def _round(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
