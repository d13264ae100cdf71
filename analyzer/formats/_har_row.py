"""Reads one normalised HAR entry into the values of one row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from analyzer.formats import _headers
from analyzer.formats._har_bodies import read_bodies
from analyzer.formats._har_cache import cache_columns
from analyzer.formats._har_credentials import scheme
from analyzer.formats._har_cut import cut_short
from analyzer.formats._har_entry import HarEntry
from analyzer.formats._har_headers import Headers, first, joined
from analyzer.formats._har_ids import edge_id, request_id, trace_id
from analyzer.formats._har_limiter import grpc_status, limiter
from analyzer.formats._har_messages import describe_messages, message_counts
from analyzer.formats._har_negotiation import negotiation_columns
from analyzer.formats._har_notes import one_line
from analyzer.formats._har_outcome import Outcome, read_outcome
from analyzer.formats._har_quota import quota_columns
from analyzer.formats._har_timings import duration, phases, written_phases
from analyzer.formats._har_values import amount, mapping, sequence, size, start_us, text

_QUOTED = (
    "www-authenticate",
    "proxy-authenticate",
    "retry-after",
    "allow",
    "location",
    "access-control-allow-origin",
    "proxy-status",
    "via",
    "x-cache",
    "cf-ray",
    "server",
)
_CLIENT_VERSION = tuple(name for name, slot in _headers.REQUEST.items() if slot == "client_version")


@dataclass(frozen=True, slots=True)
class Capture:
    """What is known of a capture as a whole, and decides how its entries are read."""

    tls_inside_connect: bool
    sanitised: bool
    firefox: bool


def read_row(har_entry: HarEntry, capture: Capture, repairs: Counter[str]) -> dict[str, Any]:
    """Gives the values by canonical column; those that begin with _ are for the frame to work out."""
    entry, sent, answered = har_entry.node, har_entry.sent, har_entry.answered
    request, response = entry["request"], entry["response"]
    outcome = read_outcome(entry)
    # Firefox to 54 at least gives an answer of its cache the status 0, with all its headers.
    cached = cache_columns(entry, firefox=capture.firefox and (outcome.status is not None or bool(answered)))
    if cached["from_cache"] and outcome.status is None:
        outcome = outcome._replace(error=None, no_response_status=None)
    status, error, _ = outcome
    cut = None if error else cut_short(request, response, answered, status, kept=cached["from_cache"])
    written = written_phases(entry["timings"])
    parts = phases(entry, written, tls_inside_connect=capture.tls_inside_connect)
    duration_us, repair = duration(entry, written, tls_inside_connect=capture.tls_inside_connect)
    repairs[repair or ""] += 1
    repairs["tls_on_http"] += parts["tls_us"] is None and bool(amount(entry["timings"].get("ssl")))
    bodies = read_bodies(request, response, sent, status)
    started = start_us(entry["startedDateTime"])[0]
    # REST protocols of AWS name the error in a header: ThrottlingException:http://internal.amazon.com/...
    code = bodies.columns["error_code"] or (first(answered, "x-amzn-errortype") or "").partition(":")[0] or None
    return {
        "stamped_at": started,
        "method": text(request.get("method")),
        **outcome._asdict(),
        "counted_bytes": cut and cut[0],
        "announced_bytes": cut and cut[1],
        "duration_us": duration_us,
        "request_id": request_id(sent, answered),
        "trace_id": trace_id(sent, answered),
        "edge_id": edge_id(answered),
        "_url": request["url"],
        "_authority": first(sent, ":authority") or first(sent, "host"),
        # WebPageTest writes `2 2` as httpVersion, and the version apart.
        "_protocols": [text(side.get("httpVersion")) for side in (response, request)] + [text(entry.get("_protocol"))],
        "_date": first(answered, "date"),
        "_posted": bodies.posted,
        "_remarks": _remarks(answered, bodies.shown, _fault(outcome, cut), describe_messages(entry, started)),
        **message_counts(entry),
        **parts,
        **bodies.columns,
        **_sizes(request, response),
        **_sent(sent, request, sanitised=capture.sanitised),
        **_answered(answered, response),
        **negotiation_columns(request, sent, answered, status),
        "error_code": code,
        "limiter": limiter(answered, status, code, bodies.shown),
        **cached,
        **_browser(entry),
    }


def _sizes(request: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    received = size(response.get("_transferSize"))
    return {
        "request_bytes": size(request.get("bodySize")),
        "response_bytes": size(response.get("bodySize")) if received is None else received,
    }


def _sent(headers: Headers, request: dict[str, Any], *, sanitised: bool) -> dict[str, Any]:
    found = scheme(headers, str(request["url"]), has_cookies=bool(request.get("cookies")))
    cannot_tell = sanitised or not headers
    body = mapping(request.get("postData"))
    return {
        "referrer": first(headers, "referer"),
        "user_agent": first(headers, "user-agent"),
        "accept": joined(headers, "accept"),
        "client_version": first(headers, *_CLIENT_VERSION),
        "origin": first(headers, "origin"),
        "fetch_mode": first(headers, "sec-fetch-mode"),
        "request_content_type": first(headers, "content-type") or text(body.get("mimeType")),
        "auth_present": None if found is None and cannot_tell else found is not None,
        "auth_scheme": found,
        "har_sanitized": sanitised,
    }


def _answered(headers: Headers, response: dict[str, Any]) -> dict[str, Any]:
    kind = text(response["content"].get("mimeType"))
    return {
        "content_type": first(headers, "content-type") or (kind if kind != "x-unknown" else None),
        "server": first(headers, "server"),
        "via": joined(headers, "via"),
        "proxy_status": joined(headers, "proxy-status"),
        "x_cache": joined(headers, "x-cache"),
        "location": first(headers, "location") or text(response.get("redirectURL")),
        "allow": joined(headers, "allow"),
        "allow_origin": first(headers, "access-control-allow-origin"),
        "age_s": size(first(headers, "age")),
        "retry_after": first(headers, "retry-after"),
        "www_authenticate": joined(headers, "www-authenticate"),
        **quota_columns(headers),
        "grpc_status": grpc_status(headers, response["content"]),
    }


def _browser(entry: dict[str, Any]) -> dict[str, Any]:
    initiator = entry.get("_initiator")
    address = (text(entry.get("serverIPAddress")) or text(entry.get("_ip_addr")) or "").strip("[] ")
    return {
        "resource_type": text(entry.get("_resourceType")),
        "initiator": _initiator(entry),
        "initiator_url": _initiator_url(initiator),
        "server_ip": address or None,
    }


def _initiator(entry: dict[str, Any]) -> str | None:
    """Gives the kind of asker; Playwright names the worker of the requests that a service worker made itself."""
    if text(entry.get("_serviceWorkerRef")):
        return "service_worker"
    return text(mapping(entry.get("_initiator")).get("type")) or text(entry.get("_initiator_type"))


def _initiator_url(initiator: Any) -> str | None:
    """Gives the script that asked: Chrome names it, or its innermost frame, since a call may come from a library.

    chrome-har writes the address alone.
    """
    found = mapping(initiator) or {"url": initiator}
    frames = sequence(mapping(found.get("stack")).get("callFrames"))
    asked = text(found.get("url")) or next((url for frame in frames if (url := text(mapping(frame).get("url")))), None)
    return asked.partition("?")[0].partition("#")[0] if asked else None


def _fault(outcome: Outcome, cut: tuple[int, int] | None) -> str | None:
    """Gives what failed beside a status."""
    if cut is not None:
        return f"response ended after {cut[0]:,} of {cut[1]:,} bytes"
    return None if outcome.status is None else outcome.error


def _remarks(headers: Headers, body: str | None, error: str | None, messages: str | None) -> str:
    quoted = [] if error is None else [f"error: {one_line(error, 300)}"]
    quoted += [f"{name}: {one_line(', '.join(headers[name]), 300)}" for name in _QUOTED if name in headers]
    if messages:
        quoted.append(messages)
    if body and "\x00" not in body and "\ufffd" not in body[:300]:
        quoted.append(f"body: {one_line(body, 300)}")
    return "; ".join(quoted)
