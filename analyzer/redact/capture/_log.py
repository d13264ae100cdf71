"""Cleans the log of a capture: creator, browser, pages, and every entry that is one."""

from __future__ import annotations

import re
from typing import Any

from analyzer.redact.capture._entry import clean_entry
from analyzer.redact.capture._fields import mapping, moment, number, remark, written
from analyzer.redact.capture._work import Work
from analyzer.redact.capture.broken import learn_broken
from analyzer.redact.capture.headers import surviving_values
from analyzer.redact.capture.named_json import clean_named
from analyzer.redact.capture.unknown import Rule, clean_custom, clean_scalar
from analyzer.redact.capture.url import clean_url

_KNOWN = frozenset({"version", "creator", "browser", "pages", "entries", "comment", "_sanitized"})
_KNOWN_PAGE = frozenset({"startedDateTime", "id", "title", "pageTimings", "comment"})
_KNOWN_PROGRAM = frozenset({"name", "version", "comment"})
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s]{1,4000}")
_HOST = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]+)")


def _is_entry(entry: Any) -> bool:
    url = mapping(mapping(entry).get("request")).get("url")
    return isinstance(url, str) and bool(url.strip())


def log_of(document: Any) -> dict[str, Any]:
    """Gives the log of a document, which is plain Python."""
    return mapping(mapping(document).get("log"))


def known_texts(log: dict[str, Any]) -> frozenset[str]:
    """Gives texts that are no secret wherever they stand: hosts, and the values of headers that must survive."""
    found: set[str] = set()
    for entry in _entries(log):
        request, response = mapping(entry.get("request")), mapping(entry.get("response"))
        found |= surviving_values(request.get("headers")) | surviving_values(response.get("headers"))
        host = _HOST.match(written(request.get("url")))
        if host is not None:
            found.add(host[1])
    return frozenset(found)


def clean_log(work: Work, log: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Gives the cleaned log without a marker, and how many entries were left out because they were broken."""
    creator = _program(work, mapping(log.get("creator")), "log.creator")
    clean: dict[str, Any] = {"version": "1.2", "creator": creator}
    if isinstance(log.get("browser"), dict) and log["browser"]:
        clean["browser"] = _program(work, log["browser"], "log.browser")
    pages = _pages(work, log)
    if pages:
        clean["pages"] = pages
    ids = frozenset(page["id"] for page in pages)
    whole, dropped = [], 0
    for index, entry in enumerate(log.get("entries") or []):
        if _is_entry(entry):
            shown = clean_entry(work, entry, index, ids)
            if not work.learning:
                whole.append(shown)
        else:
            dropped += 1
            _learn_from(work, entry)
    work.at = "log"
    rules: dict[str, Rule] = {"_tlsErrors": _tls_errors}
    return clean | {"entries": whole} | remark(work, log) | clean_custom(work, log, _KNOWN, rules), dropped


def _entries(log: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in log.get("entries") or [] if isinstance(entry, dict)]


def _learn_from(work: Work, entry: Any) -> None:
    if work.learning and isinstance(entry, str):
        learn_broken(work, entry)
    elif work.learning:
        clean_named(work, entry)


def _program(work: Work, program: dict[str, Any], at: str) -> dict[str, Any]:
    work.at = at
    clean = {name: work.text(written(program.get(name))) for name in ("name", "version")}
    return clean | remark(work, program) | clean_custom(work, program, _KNOWN_PROGRAM, {})


def _pages(work: Work, log: dict[str, Any]) -> list[dict[str, Any]]:
    found = log.get("pages")
    return [_page(work, page) for page in found or [] if isinstance(page, dict) and not _is_invented(page)]


def _is_invented(page: dict[str, Any]) -> bool:
    """The reader puts all entries of a capture without pages on one page, which says nothing."""
    return (
        page.get("id") == "page_1"
        and not page.get("startedDateTime")
        and not page.get("title")
        and not page.get("pageTimings")
    )


def _page(work: Work, page: dict[str, Any]) -> dict[str, Any]:
    """A title may be anything, such as the subject of a message; a URL is cleaned as one."""
    work.at = "log.pages"
    title = written(page.get("title"))
    shown = clean_url(work, title) if _URL.fullmatch(title) else work.withheld(title, "title")
    timings = mapping(page.get("pageTimings"))
    clean: dict[str, Any] = {
        "startedDateTime": work.text(moment(page.get("startedDateTime"))),
        "id": work.text(written(page.get("id"))),
        "title": shown,
        "pageTimings": {name: number(value) for name, value in timings.items() if isinstance(value, int | float)},
    }
    return clean | remark(work, page) | clean_custom(work, page, _KNOWN_PAGE, {})


def _tls_errors(work: Work, errors: Any) -> list[dict[str, Any]]:
    """HTTP Toolkit's list of hosts that it could not intercept."""
    found = errors if isinstance(errors, list) else []
    return [{"hostname": clean_scalar(work, item.get("hostname"))} for item in found if isinstance(item, dict)]
