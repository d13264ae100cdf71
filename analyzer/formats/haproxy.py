"""The traffic logs of HAProxy: option httplog, option httpslog and option tcplog.

https://docs.haproxy.org/3.0/configuration.html#8.2, sections 8.2 to 8.8. No line has a zone, and none says which
headers were captured: of them, only a value that can be nothing but an id is read.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analyzer.formats import _positional, _times
from analyzer.formats._plugin import Format
from analyzer.formats._positional import Layout, Part, Positional

CLOCK = r"[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
CLIENT = r"(?P<client>[0-9A-Za-z.:%_-]+)"
_TIMER = "-?[0-9]+"
_TOTAL = r"(?P<total>\+?[0-9]+)"  # option logasap puts a + before what is not final
_BYTES = Part(" ", r"(?P<bytes>\+?[0-9]+)", "the bytes sent")
_STATE = Part(" ", "(?P<state>[A-Za-z-]{2,4})", "the termination state")
_COUNTS = Part(" ", r"[0-9]+/[0-9]+/[0-9]+/[0-9]+/\+?[0-9]+ [0-9]+/[0-9]+", "the connections, retries and queues")
_HEAD = (
    Part("", CLIENT, "the client's address and port"),
    Part(" [", f"(?P<time>{CLOCK})", "the accept date"),
    Part("] ", "[^ ~]*[^ :~](?P<tls>~?)", "the frontend"),
    Part(" ", "(?P<backend>[^ /]+)/(?P<server>[^ ]+)", "backend/server"),
)
_FIVE = f"{_TIMER}/(?P<queue>{_TIMER})/(?P<connect>{_TIMER})/(?P<response>{_TIMER})/{_TOTAL}"
_HTTP = (
    *_HEAD,
    Part(" ", _FIVE, "the five timers TR/Tw/Tc/Tr/Ta"),
    Part(" ", f"(?P<status>{_TIMER})", "the status"),
    _BYTES,
    Part(" ", "[^ ]+ [^ ]+", "the captured cookies"),
    _STATE,
    _COUNTS,
)
_THREE = f"(?P<queue>{_TIMER})/(?P<connect>{_TIMER})/{_TOTAL}"
_TCP = (*_HEAD, Part(" ", _THREE, "the three timers Tw/Tc/Tt"), _BYTES, _STATE, _COUNTS)
_CAPTURES = r"(?P<captures>(?:\{[^}]*\} ){0,2})"
_TIDY = Part(" ", f'{_CAPTURES}"(?P<method>[A-Z]+) (?P<target>[^ "]+) (?P<protocol>HTTP/[0-9.]+)"', "the request")
# Some syslog daemons write the quote as \" (section 8.6); a line of 1,024 characters ends inside the request.
_LOOSE = Part(" ", rf'{_CAPTURES}\\?"(?P<request_line>[^"\\]*)(?P<closed>(?:\\?")?)', "the request")
_TLS = Part(
    " ",
    "[0-9]+/[0-9A-Fa-f]+/[0-9]+/[0-9]+/[01-] (?P<sni>[^ /]+)/(?P<tls_version>[^ /]+)/(?P<tls_cipher>[^ /]+)",
    "the TLS fields fc_err/ssl_fc_err/ssl_c_err/ssl_c_ca_err/ssl_fc_is_resumed sni/version/cipher",
)


def _layout(parts: Sequence[Part], tidy: Sequence[Part], loose: Sequence[Part], required: int) -> Layout:
    """Gives the patterns of whole lines, without and with the process in front, and of all others."""
    whole = _positional.join((*parts, *tidy))
    client = Part("", _positional.PROCESS + parts[0].pattern, parts[0].label)
    cut = (client, *parts[1:], *loose)
    process = _positional.PROCESS.removesuffix("?")
    patterns = (f"^{whole}(?P<rest>)$", f"^{process}{whole}(?P<rest>)$", _positional.optional(cut, required))
    return Layout("time", patterns, cut[:required])


# Section 8.5: the second letter is the state at the end. In the data phase and after it, the server's headers were
# there, and Tr tells the same; a first L marks an answer of HAProxy itself.
_ANSWERED = "^[^L][DL-]"
_NOT_A_SERVER = "<"  # <NOSRV>: none was reached; <STATS>: the statistics page
# Section 8.6; other bytes stay as they were written, such as #C3#A9.
_ESCAPES = {"#22": '"', "#23": "#", "#7B": "{", "#7C": "|", "#7D": "}"}
_CUT_PROTOCOL = r" +(?:H|HT|HTT|HTTP|HTTP/|HTTP/[0-9]\.)$"
_HEX = "[0-9A-Fa-f]"
_FORM = rf"(?:{_HEX}{{32}}|{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}})"
_ID = rf"[{{|]({_FORM})[|}}]"
_LIKE_ID = rf"[{{|]{_FORM}(?-u:\b)"  # takes no delimiter behind it, which the next value needs
_TRACE = rf"[{{|]({_HEX}{{2}}-{_HEX}{{32}}-{_HEX}{{16}}-{_HEX}{{2}}|(?:[A-Z][a-z]+=[^;|}}]*;)?Root=[^|}}]*)[|}}]"
_UNIQUE_ID = r'^ "?([0-9A-Za-z][0-9A-Za-z:_-]{15,})"?\s*$'
_MOST_ROWS_PER_ID = 3


def _translate(found: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Gives the texts of slots for what all traffic logs share and for what only those of HTTP have."""
    server = ~pl.col("server").str.starts_with(_NOT_A_SERVER)
    name = pl.concat_str("backend", pl.lit("/"), "server")
    slots: dict[str, list[pl.Expr]] = {
        "process": [pl.col("process")],
        "client_ip": [address(pl.col("client"))],
        "upstream_name": [pl.when(server).then(name).otherwise("backend")],
        # In a tarpit, Tw is the time for which the client was held.
        "queue_ms": [pl.when(pl.col("state").str.slice(1, 1).ne_missing("T")).then("queue")],
        "upstream_connect_ms": [_reached(pl.col("connect"), server)],
        "duration_ms": [pl.col("total").str.strip_prefix("+")],
        "bytes_sent": [pl.col("bytes").str.strip_prefix("+")],
        "termination_state": [pl.col("state")],
        "scheme": [pl.when(pl.col("tls") == "~").then(pl.lit("https"))],
    }
    if "status" in found.columns:
        found = _identify(found)
        slots |= _http(server)
    if "sni" in found.columns:
        slots |= {name: [pl.col(name)] for name in ("tls_version", "tls_cipher")} | {"server_name": [pl.col("sni")]}
    return _positional.texts(found, slots, clock(zone))


def clock(zone: str) -> pl.Expr:
    """Gives the UTC time of the accept date, with or without milliseconds."""
    return _times.read(pl.col("time"), "%d/%b/%Y:%H:%M:%S%.f", zone)


def address(client: pl.Expr) -> pl.Expr:
    """Gives the address without the port; IPv6 stands without brackets, and unix is no address."""
    address = client.str.replace(":[0-9]+$", "")
    return pl.when(address != "unix").then(address)


def _reached(timer: pl.Expr, server: pl.Expr) -> pl.Expr:
    """Gives null for -1, the mark of a phase that was never reached, and for phases that no server was part of."""
    return pl.when(server & ~timer.str.starts_with("-")).then(timer)


def _http(server: pl.Expr) -> dict[str, list[pl.Expr]]:
    response = _reached(pl.col("response"), server)
    answered = response.is_not_null() & pl.col("state").str.contains(_ANSWERED)
    line = pl.col("request_line")
    line = pl.when(pl.col("closed") == "").then(line.str.replace(_CUT_PROTOCOL, "")).otherwise(line)
    return {
        "status": [pl.col("status")],
        "upstream_ms": [response],
        "upstream_status": [pl.when(answered).then("status")],
        "host": [pl.when(pl.col("method") == "CONNECT").then("target"), line.str.extract("^CONNECT ([^ ]+)", 1)],
        "method": [pl.col("method")],
        "target": [_unescaped(pl.col("target"))],
        "protocol": [pl.col("protocol")],
        "request_line": [_unescaped(line)],
        "request_id": [pl.col("_unique_id"), pl.col("_captured_id")],
        "trace_id": [pl.col("captures").str.extract(_TRACE, 1)],
    }


def _unescaped(text: pl.Expr) -> pl.Expr:
    return text.str.replace_many(_ESCAPES)


def _identify(found: pl.DataFrame) -> pl.DataFrame:
    """Adds the unique-id behind the request, and the one captured value of a line that has the form of an id.

    Values that many lines share are keys or sessions, not ids of requests: then none is taken.
    """
    captures = pl.col("captures")
    single = captures.str.count_matches(_LIKE_ID) == 1
    unique = pl.col("rest").str.extract(_UNIQUE_ID, 1)
    found = found.with_columns(
        _captured_id=pl.when(single).then(captures.str.extract(_ID, 1)),
        _unique_id=pl.when(unique.str.contains("[0-9]")).then(unique),
    )
    ids = found["_captured_id"].drop_nulls()
    if ids.len() >= _MOST_ROWS_PER_ID * max(ids.n_unique(), 1):
        return found.with_columns(_captured_id=pl.lit(None, dtype=pl.String))
    return found


def _observe(found: pl.DataFrame) -> tuple[str, ...]:
    early = found["total"].str.starts_with("+").any()
    return ("Some lines were logged early (option logasap): what they took and sent in the end was more.",) * bool(
        early
    )


def _format(name: str, title: str, layout: Layout, *samples: str) -> Format:
    return Positional(
        name=name,
        title=title,
        documentation="https://docs.haproxy.org/3.0/configuration.html#8.2",
        product="haproxy",
        kind="request",
        samples=samples,
        layouts=(layout,),
        translate=_translate,
        marks="start",
        observe=_observe,
    )


FORMATS: tuple[Format, ...] = (
    _format(
        "haproxy_http",
        "HAProxy, option httplog",
        _layout(_HTTP, (_TIDY,), (_LOOSE,), 6),
        (
            "192.0.2.7:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- "
            '1/1/1/1/0 0/0 {www.example.com} {} "GET /index.html HTTP/1.1"'
        ),
        (
            "haproxy[18113]: 192.0.2.7:34548 [15/Oct/2003:15:18:55.798] px-http px-http/<NOSRV> -1/-1/-1/-1/8490 -1 0 "
            '- - CR-- 2/2/2/0/0 0/0 "<BADREQ>"'
        ),
    ),
    _format(
        "haproxy_https",
        "HAProxy, option httpslog",
        _layout(_HTTP, (_TIDY, _TLS), (_LOOSE, _TLS), len(_HTTP) + 2),
        (
            "192.0.2.7:33317 [06/Feb/2009:12:14:14.655] https-in~ static/srv1 10/0/30/69/109 200 2750 - - ---- "
            '1/1/1/1/0 0/0 {www.example.com} {} "GET /index.html HTTP/1.1" 0/0/0/0/0 '
            "www.example.com/TLSv1.3/TLS_AES_256_GCM_SHA384"
        ),
    ),
    _format(
        "haproxy_tcp",
        "HAProxy, option tcplog",
        _layout(_TCP, (), (), 5),
        "192.0.2.7:33313 [06/Feb/2009:12:12:51.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0",
    ),
)
