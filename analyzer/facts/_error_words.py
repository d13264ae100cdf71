"""Tells the layer of a network error's text: by the names that the knowledge base knows, else by its words."""

from __future__ import annotations

import re

from analyzer.knowledge import error_layer
from analyzer.model import Layer

_POLICY = (
    r"\bcors\b|cross-origin|access[- ]control|preflight|content security policy|mixed[- ]content|content blocker"
    r"|not allowed to request resource"
)
_REDIRECTS = (
    r"too many (http )?redirects|max(imum)?( number of)? redirects|redirect(ion)? loop|redirected too many"
    r"|(unsupported|invalid|bad|malformed) (url|uri|protocol|scheme)\b"
)
_PROXY = (
    r"resolve proxy|proxy ?(connect|tunnel|authentication)|tunnel connection failed|code \d+ from proxy|via proxy"
    r"|content.length mismatch|incomplete (read|body|message)|bytes remaining|bytes missing"
    r"|complete message body|premature end|unexpected end of (file|body|data)|protocol error|invalid http"
)
_DNS = (
    r"name (or service )?not (known|resolved)|name resolution|resolve host|getaddrinfo|nxdomain|no such host"
    r"|unknown host|invalid hostname|hostname could not be found|nodename nor servname|no address associated"
)
_DNS_AT_ALL = r"\bdns\b"
_TLS = r"certificate|\bssl\b|\btls\b|x509|(?<!websocket )(?<!opening )handshake(?! response)|secure connection"
_CONNECT = (
    r"refused|connection[^;]{0,60} reset|reset by (the )?(peer|server|remote)"
    r"|unreachable|timed out|timeout|closed connection|connection (was |has been )?(closed|lost|aborted)"
    r"|closed (the|its) connection|empty (response|reply)|returned nothing|connect(ion)? (call )?failed"
    r"|(could not|couldn't|unable to|failed to) connect|offline|no internet|network is down|no route to host"
    r"|host is down|socket hang up|broken pipe|disconnected|no response received|data (from|to) the peer"
    r"|before receiving a handshake|errno (32|5[0-9]|6[0-5]|10[0-4]|11[0-3])\b"
)
# What "blocked" something may as well be a firewall.
_GIVEN_UP = r"aborted|cancell?ed|blocked by (the |an? )?(client|browser|extension|ad ?block)"
# In this order: a policy that "refused to connect" is the browser's, a name "of the proxy" the proxy's, and a
# certificate may list names as DNS.
_BY_WORDS: tuple[tuple[str, Layer], ...] = (
    (_POLICY, "browser"),
    (_REDIRECTS, "request"),
    (_PROXY, "proxy"),
    (_DNS, "dns"),
    (_TLS, "tls"),
    (_DNS_AT_ALL, "dns"),
    (_CONNECT, "connect"),
    (_GIVEN_UP, "browser"),
)
_COMPILED = tuple((re.compile(pattern), layer) for pattern, layer in _BY_WORDS)
_LONGEST = 2000


def layer_of_error(text: str) -> Layer | None:
    """Gives the layer of a browser's, proxy's or client's error text; null where it tells no reason."""
    known = error_layer(text)
    if known is not None:
        return known
    folded = text[:_LONGEST].lower().replace("_", " ")
    return next((layer for pattern, layer in _COMPILED if pattern.search(folded)), None)
