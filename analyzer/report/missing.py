"""Says in words what the inputs lack, with the rules that this hides."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from analyzer.model import Findings, NotEvaluated
from analyzer.schema import BY_NAME

_COLUMN = re.compile(r"no column (\S+?)(?=[ ;:,]|$)")
_ROWS = re.compile(r"(([0-9,]+) of ([0-9,]+) rows) cannot be judged")
_EVENTS = re.compile(r"(([0-9,]+) of ([0-9,]+) matching events) have no (\S+?)\.?$")
_WORDS = {
    "auth_present": "whether credentials were sent",
    "auth_scheme": "which credentials were sent",
    "body_kind": "response bodies",
    "authorization_dropped": "whether credentials got lost on a redirect",
    "client": "who asked",
    "attempt_no": "several requests of one client",
    "client_ip": "addresses of clients",
    "duration_us": "how long requests took",
    "error_code": "error codes of response bodies",
    "error_detail": "error messages of response bodies",
    "error_layer": "what an error text says of the layer",
    "error_title": "titles of error pages",
    "exception_message": "messages of exceptions",
    "exception_type": "types of exceptions",
    "gap_us": "several requests of one client",
    "host": "host names",
    "limited_agents": "user agents",
    "limited_clients": "who asked",
    "limited_count": "who asked",
    "login_endpoint": "paths",
    "message": "messages of the server or the application",
    "next_status": "several requests of one client",
    "origin": "the Origin header",
    "passed_on_before": "which routes the proxy passed on before",
    "prev_status": "several requests of one client",
    "rate_limit_kind": "how a limit shows",
    "refreshed": "whether a refused request worked when repeated",
    "ratelimit_remaining": "how much of a quota is left",
    "retried_at_once": "several requests of one client",
    "renewal": "whether a refused client renewed its token",
    "renewal_wave": "whether a refused client renewed its token",
    "retry_after": "Retry-After",
    "retry_after_broken": "Retry-After",
    "retry_after_s": "Retry-After",
    "retry_after_until": "Retry-After",
    "route": "paths",
    "server_behind": "which server behind was asked",
    "set_cookie_sent_back": "cookies",
    "status_behind": "the status of the server behind",
    "token_age_s": "how old tokens are",
    "token_expired": "when tokens expire",
    "token_expires_at": "when tokens expire",
    "token_left_s": "when tokens expire",
    "token_not_yet_valid": "from when on tokens are valid",
    "timestamp": "times",
    "type_mismatch": "types of response bodies",
    "request_malformed": "request bodies",
    "request_type_mismatch": "request bodies",
    "json_expected": "the Accept header",
    "user": "names of users",
    "upstream": "the servers behind",
    "user_agent": "user agents",
    "upstream_name": "names of the server groups behind",
    "upstream_status": "the status of the server behind",
    "www_auth_error": "WWW-Authenticate",
    "www_authenticate": "WWW-Authenticate",
}


@dataclass(frozen=True, slots=True)
class Missing:
    """what: a sentence without its full stop; rules: titles where known, else ids; rows: how many cannot be judged.

    named: the words in it for what is missing, such as Retry-After; empty where it says something else.
    """

    what: str
    rules: tuple[str, ...]
    rows: str
    named: str


def missing(findings: Findings) -> tuple[Missing, ...]:
    """Gives what is missing, that which hides most rules first."""
    kinds = {kind for source in findings.sources for kind in source.kinds}
    groups: dict[tuple[str, str], list[NotEvaluated]] = {}
    for item in findings.not_evaluated:
        groups.setdefault(_what(item.reason, kinds), []).append(item)
    found = [
        Missing(what, tuple(sorted({item.title or item.rule for item in items})), _rows(items), named)
        for (what, named), items in groups.items()
    ]
    return tuple(sorted(found, key=lambda item: (-len(item.rules), item.what)))


def columns_of(findings: Findings) -> tuple[str, ...]:
    """Gives the columns that rules lack, those that no input can have first, as such a rule is misspelled."""
    found = {column for item in findings.not_evaluated for column in _COLUMN.findall(item.reason)}
    return tuple(sorted(found, key=lambda column: (column in BY_NAME or column in _WORDS, column)))


def _what(reason: str, kinds: Collection[str]) -> tuple[str, str]:
    columns = sorted(set(_COLUMN.findall(reason)))
    if events := _EVENTS.search(reason):
        begin = (
            "The events that a rule matched do not" if events[2] == events[3] else "Not all events that a rule matched"
        )
        return f"{begin} record {_word(events[4])}", _word(events[4])
    if not columns:
        return reason.removesuffix("."), ""
    if columns == ["message"] and "error" not in kinds:
        return "No error log among the inputs", "an error log"
    named = " or ".join(dict.fromkeys(_word(column) for column in columns))
    rows = _ROWS.search(reason)
    begin = "These inputs do not record" if rows and rows[2] == rows[3] else "Not all of these inputs record"
    return f"{begin} {named}", named


def _word(column: str) -> str:
    return _WORDS.get(column, f"the column {column}")


def _rows(items: Sequence[NotEvaluated]) -> str:
    counts = {found[1] for item in items if (found := _ROWS.search(item.reason) or _EVENTS.search(item.reason))}
    return counts.pop() if len(counts) == 1 else "differs" if counts else ""
