"""Cleans URLs: user and password, secret path segments and parameters, query, fragment, and URLs within them."""

from __future__ import annotations

import re
from urllib.parse import unquote

from analyzer.redact.capture._masks import length_of
from analyzer.redact.capture._names import secret_kind
from analyzer.redact.capture._work import Work
from analyzer.redact.capture.query import clean_query

DEEPEST = 4
_PARTS = re.compile(r"((?:[A-Za-z][A-Za-z0-9+.-]*+:)?)((?://[^/?#\\]*+)?)([^?#]*+)((?:\?[^#]*+)?)((?:#.*)?)", re.DOTALL)
_IN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}+://[^\s\"'<>\\^`{|}]++")
_TRAILING = ".,;:!?)"
# After these words a long or mixed segment lets whoever has it in (reset links, invitations, webhooks).
_LETS_IN = frozenset({
    "reset", "resetpassword", "passwordreset", "invite", "invitation", "invitations", "invites", "token",
    "hooks", "webhook", "webhooks", "magic", "magiclink", "verify", "verifyemail", "confirm", "confirmation",
    "unsubscribe", "share", "activate", "activation",
})  # fmt: skip
_MAY_LET_IN = re.compile("|".join(sorted(word[:6] for word in _LETS_IN)), re.IGNORECASE)
_HOOKS = frozenset({"hooks", "webhook", "webhooks"})  # what follows is a secret in several parts
_SEGMENT = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9._~%=+:-]{8,}|[A-Za-z0-9_=-]{24,}")
_WORDS = re.compile(r"[a-z]{2,20}(?:[-_.][a-z]{2,20}){0,5}")


def clean_url(work: Work, url: str, depth: int = 0, *, queries: bool = True) -> str:
    """Gives the URL, whole or relative, with its secrets replaced; what holds none stays as it was written.

    queries=False drops query and fragment. A data: URL keeps its media type. RFC 3986, 3; matrix parameters: 3.3.
    """
    work.kept += 1
    if depth == 0 and work.trail is None:
        shown = work.urls.get((url, queries))
        if shown is None:
            shown = work.urls[url, queries] = _cleaned(work, url, 0, queries=queries)
        return shown
    return _cleaned(work, url, depth, queries=queries)


def _cleaned(work: Work, url: str, depth: int, *, queries: bool) -> str:
    match = _PARTS.fullmatch(url)
    if match is None:
        return work.withheld(url, "url")
    scheme, authority, path, query, fragment = match.groups()
    if scheme.lower() == "data:":
        return _data_url(work, url)
    if scheme.lower() == "blob:" and not authority:
        return scheme + (clean_url(work, path + query + fragment, depth + 1) if depth < DEEPEST else length_of(path))
    clean = [scheme, _authority(work, authority), _path(work, path, hook=authority.startswith("//hooks."))]
    if queries:
        clean += [_marked("?", query, work, depth), _fragment(work, fragment, depth)]
    else:
        _marked("?", query, work, depth)
        _fragment(work, fragment, depth)
    return work.text("".join(clean))


def clean_urls_in(work: Work, text: str) -> str:
    """Gives a text with every absolute URL in it cleaned; the rest is for the detectors."""
    kept = work.text(text)
    return _IN_TEXT.sub(lambda found: _one_in_text(work, found.group()), kept)


def _one_in_text(work: Work, found: str) -> str:
    url = found.rstrip(_TRAILING)
    return clean_url(work, url) + found[len(url) :]


def _data_url(work: Work, url: str) -> str:
    media, comma, content = url.partition(",")
    return work.text(media) + comma + work.withheld(content, "url")


def _authority(work: Work, authority: str) -> str:
    userinfo, at, host = authority.rpartition("@")
    if not at:
        return authority
    user, _, password = userinfo.removeprefix("//").partition(":")
    for kind, value in (("user", user), ("userinfo", password)):
        if value and value != "redacted":
            work.secret(kind, value, "userinfo")
            work.teach(kind, unquote(value))
    return f"//redacted:@{host}"


def _path(work: Work, path: str, *, hook: bool = False) -> str:
    if not hook and ";" not in path and _MAY_LET_IN.search(path) is None:
        return path
    segments = path.split("/")
    before = ""
    for place, segment in enumerate(segments):
        bare, semicolon, matrix = segment.partition(";")
        if (hook or before in _LETS_IN) and _SEGMENT.fullmatch(bare) and not _WORDS.fullmatch(bare):
            bare = work.secret("secret", bare, "path")
        segments[place] = bare + semicolon + ";".join(_matrix(work, pair) for pair in matrix.split(";"))
        before = re.sub(r"[-_]", "", bare.lower()) if len(bare) < 30 else ""
        hook = hook or before in _HOOKS
    return "/".join(segments)


def _matrix(work: Work, pair: str) -> str:
    name, equals, value = pair.partition("=")
    kind = secret_kind(name) if equals else None
    return pair if kind is None else f"{name}={work.secret(kind, value, 'path')}"


def _marked(mark: str, part: str, work: Work, depth: int) -> str:
    return mark + clean_query(work, part[1:], clean_nested, depth) if len(part) > 1 else part


def _fragment(work: Work, fragment: str, depth: int) -> str:
    """Reads a fragment as a form (RFC 6749, 4.2.2), or as path and query of a router in the browser."""
    path, question, query = fragment[1:].partition("?")
    if question:
        return "#" + _path(work, path) + _marked("?", question + query, work, depth)
    return _marked("#", fragment, work, depth) if "=" in fragment else _path(work, fragment)


def clean_nested(work: Work, text: str, depth: int) -> str | None:
    """Gives the cleaned URL that a parameter's value is, or None if it is none."""
    if "://" not in text[:40] and not (text.startswith("/") and ("?" in text or "#" in text)):
        return None
    return clean_url(work, text, depth + 1) if depth < DEEPEST else length_of(text)
