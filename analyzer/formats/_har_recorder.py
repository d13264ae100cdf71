"""Tells answers and failures that the recording proxy itself made: no server ever sent them."""

from __future__ import annotations

import re
from typing import Any

from analyzer.formats._har_notes import one_line
from analyzer.formats._har_values import mapping, sequence, text

_LONGEST_PAGE = 20_000
_FIDDLER = re.compile(r"\s{0,20}(\[Fiddler\] [^<]{1,300})")
_CHARLES = "Charles Error Report"


def recorder_error(response: dict[str, Any]) -> str | None:
    """Gives the error of a proxy that answered 502 or 503 for a server it could not reach, or lost the transaction.

    Fiddler writes "[Fiddler] DNS Lookup for ... failed" into the body, Charles a page named Charles Error Report;
    Charles also says in _charlesStatus what became of a transaction, such as EXCEPTION instead of COMPLETE.
    """
    state = text(response.get("_charlesStatus"))
    if state is not None and state.upper() != "COMPLETE":
        said = text(response.get("statusText"))
        return f"Charles: {state}" + (f" ({said})" if said and said.upper() != "OK" else "")
    body = mapping(response.get("content")).get("text")
    if not isinstance(body, str) or len(body) > _LONGEST_PAGE:
        return None
    found = _FIDDLER.match(body)
    if found:
        return found.group(1).strip()
    return _CHARLES if response.get("status") == 503 and _CHARLES in body else None


def tls_failure_notes(log: dict[str, Any]) -> list[str]:
    """Says which hosts HTTP Toolkit could not intercept: it lists them beside the entries, in _tlsErrors."""
    failures = [mapping(item) for item in sequence(log.get("_tlsErrors"))]
    if not failures:
        return []
    hosts = sorted({text(item.get("hostname")) or "unknown host" for item in failures})
    shown = ", ".join(one_line(host, 100) for host in hosts[:5]) + (" ..." if len(hosts) > 5 else "")
    return [f"TLS handshakes that failed before a request could be recorded: {len(failures):,} ({shown})."]
