"""W3C Extended Log Files: IIS and whatever else names its columns by #Fields.

https://learn.microsoft.com/windows/win32/http/w3c-logging, https://www.w3.org/TR/WD-logfile.html; Exchange's HttpProxy
logs and Forefront TMG's proxy logs are of this kind too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from analyzer.formats import _kinds, _slots
from analyzer.formats._fields_format import Default, FieldsFormat, Layout
from analyzer.formats._plugin import Format

_SLOTS = {
    "c-ip": "client_ip", "cs-ip": "client_ip", "c-dns": "client_ip", "client-ip": "client_ip",
    "clientipaddress": "client_ip",
    "x-forwarded-for": "forwarded_for", "x-client-ip": "forwarded_for", "x-original-forwarded-for": "forwarded_for",
    "originalip": "forwarded_for", "original-ip": "forwarded_for", "originalclientip": "forwarded_for",
    "cs-username": "user", "authenticateduser": "user",
    "cs-method": "method", "s-operation": "method", "method": "method",
    "cs-uri": "target", "cs-uri-stem": "path", "cs-uri-path": "path", "urlstem": "path",
    "cs-uri-query": "query", "urlquery": "query",
    "cs-uri-scheme": "scheme", "cs-protocol": "scheme",
    "cs-host": "host", "cs-uri-host": "host", "urlhost": "host", "r-host": "server_name",
    "cs-version": "protocol", "cs-protocol-version": "protocol",
    "sc-status": "status", "httpstatus": "status", "sc-substatus": "substatus", "sc-win32-status": "win32_status",
    "sc-bytes": "bytes_sent", "bytes": "bytes_sent", "responsebytes": "bytes_sent",
    "cs-bytes": "request_bytes", "requestbytes": "request_bytes",
    "timetakenms": "duration_ms", "time-taken-ms": "duration_ms", "totalrequesttime": "duration_ms",
    "c-agent": "user_agent", "c-user-agent": "user_agent", "useragent": "user_agent",
    "c-referrer": "referrer",
    "s-ip": "server_ip", "s-computername": "host_name", "serverhostname": "host_name", "server-hostname": "host_name",
    "s-sitename": "process", "s-svcname": "process",
    "requestid": "request_id", "errorcode": "error", "x-exception-id": "error",
    "s-action": "result", "s-object-source": "result", "cs-mime-type": "content_type",
    "r-ip": "upstream", "targetserver": "upstream", "backendstatus": "upstream_status",
    "crypt-protocol": "tls_version", "crypt_protocol": "tls_version", "ssl-protocol": "tls_version",
    "crypt-cipher": "tls_cipher", "crypt_cipher": "tls_cipher", "ssl-cipher": "tls_cipher",
}  # fmt: skip
_ADDRESS = "[0-9A-Fa-f.:]+(?:%[0-9A-Za-z]+)?"
_NUMBER = "[0-9]{1,19}"
_SHAPES = {
    "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}", "time": "[0-9]{2}:[0-9]{2}:[0-9]{2}",
    "c-ip": _ADDRESS, "s-ip": _ADDRESS, "s-port": "[0-9]{1,5}", "s-sitename": "[0-9A-Za-z_~.-]+",
    "cs-method": r"[A-Za-z][0-9A-Za-z_-]*|\[[0-9]+\].*|-", "cs-uri-stem": "[/*].*|-", "cs-version": "HTTP/.*|-",
    "sc-status": "[0-9]{3}", "sc-substatus": "[0-9]{1,4}", "sc-win32-status": "[0-9]{1,10}",
    "sc-bytes": _NUMBER, "cs-bytes": _NUMBER, "time-taken": _NUMBER,
    "x-forwarded-for": r"-|[0-9A-Fa-f.:,+%\[\]]+",
}  # fmt: skip
_IIS_10 = ("date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(user-agent) cs(referer) "
           "sc-status sc-substatus sc-win32-status time-taken")  # fmt: skip
_DEFAULTS = {
    "IIS 8 to 10": _IIS_10,
    "IIS 8 to 10, with X-Forwarded-For added": f"{_IIS_10} x-forwarded-for",
    "IIS 7": _IIS_10.replace(" cs(referer)", ""),
    "IIS 6": "date time s-sitename s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(user-agent) "
    "sc-status sc-substatus sc-win32-status",
    "IIS 5.1": "date time c-ip cs-username s-ip s-port cs-method cs-uri-stem cs-uri-query sc-status cs(user-agent)",
    "Azure App Service": "date time s-sitename cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
    "cs(user-agent) cs(cookie) cs(referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken",
    "IIS with all fields": "date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port "
    "cs-username c-ip cs-version cs(user-agent) cs(cookie) cs(referer) cs-host sc-status sc-substatus "
    "sc-win32-status sc-bytes cs-bytes time-taken",
}
_MILLISECONDS = ("microsoft", "sgos", "blue coat")
_IIS_ONLY = frozenset({"sc-substatus", "sc-win32-status", "s-sitename", "s-siteid"})
# SP_PROT_*_SERVER and _CLIENT of schannel.h, in hexadecimal, as IIS writes CRYPT_PROTOCOL.
_SCHANNEL = {
    "10": "SSLv3", "20": "SSLv3", "40": "TLSv1.0", "80": "TLSv1.0", "100": "TLSv1.1", "200": "TLSv1.1",
    "400": "TLSv1.2", "800": "TLSv1.2", "1000": "TLSv1.3", "2000": "TLSv1.3",
}  # fmt: skip
# The services of IIS that are no web sites; their replies are no HTTP statuses.
_OTHER_SERVICE = "(?i)^(?:MSFTPSVC|FTPSVC|SMTPSVC|NNTPSVC)"
_ARR_ID = "X-ARR-LOG-ID=([0-9A-Fa-f-]{36})"
_ARR_STATUS = "(?:^|&)SERVER-STATUS=([0-9]{3})"


@dataclass(frozen=True, slots=True)
class W3c(FieldsFormat):
    """Reads the rows of IIS and its kin.

    A `+` in a user agent without blanks is a blank, since IIS writes it so; a real plus looks the same. In all other
    columns `+` stays, but between forwarded addresses.
    """

    def in_milliseconds(self, layout: Layout) -> bool:
        """Whether time-taken is in ms, as Microsoft's and Blue Coat's programs write it; the draft says seconds."""
        if layout.software:
            return layout.software.lower().startswith(_MILLISECONDS)
        return not _IIS_ONLY.isdisjoint(layout.names)

    def tidy(self, texts: pl.DataFrame, layout: Layout) -> pl.DataFrame:
        """Takes back what the servers did to values: blanks, addresses, FTP's session, a cache's word, TLS numbers."""
        repaired = texts.with_columns(text.alias(name) for name, text in _REPAIRS.items() if name in texts.columns)
        return _routed(_replied(repaired, layout))

    def finish(self, events: pl.DataFrame, layout: Layout) -> pl.DataFrame:
        """Tells requests from the lines of other services, whose replies are no HTTP statuses."""
        del layout
        request = _kinds.any_of(events, "method", "target", "status") & ~_kinds.any_of(events, "message")
        kind = pl.when(request).then(pl.lit("request")).otherwise(pl.lit("application"))
        message = pl.when(~request).then(pl.coalesce(_slots.optional(events, "message"), "raw"))
        return events.with_columns(kind=kind, message=message)

    def remarks(self, layout: Layout) -> Iterable[str]:
        """Tells what was decided where the directives leave it open."""
        if "time-taken" in layout.names and not self.in_milliseconds(layout):
            writer = layout.software[:80] or "a program that does not name itself"
            yield f"time-taken is read as seconds, as the W3C draft says: {writer} is not known to write milliseconds."
        if layout.offset:
            yield f"Local times are read at {layout.offset}, as #GMT-Offset says."


_REPAIRS = {
    "user_agent": (
        pl.when(pl.col("user_agent").str.contains("[ \t]"))
        .then("user_agent")
        .otherwise(pl.col("user_agent").str.replace_all("+", " ", literal=True))
    ),
    "forwarded_for": pl.col("forwarded_for").str.replace_all("+", " ", literal=True),
    "status": pl.col("status").str.replace("^[A-Za-z_]+/", ""),  # a cache's word stands in front, as in TCP_HIT/200
    "scheme": pl.when(pl.col("scheme").str.contains("(?i)^(?:https?|ftp|wss?)$")).then("scheme"),  # TMG: SSL-tunnel
    "tls_version": pl.col("tls_version").replace(_SCHANNEL),
}


def _replied(texts: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Makes a message of the reply of FTP and SMTP, which is no HTTP status; [7]USER is session 7.

    TMG writes numbers of 1000 and more for errors of Windows sockets and of its own.
    """
    if "status" not in texts.columns:
        return texts
    service = _slots.optional(texts, "process").str.contains(_OTHER_SERVICE)
    session = _slots.optional(texts, "method").str.extract(r"^\[([0-9]+)\]", 1)
    other = service.fill_null(value=False) | session.is_not_null() | pl.lit("x-session" in layout.names)
    code = pl.col("status").str.contains("^[0-9]{4,5}$")
    word = [pl.col("method").str.replace(r"^\[[0-9]+\]", "").alias("method")] if "method" in texts.columns else []
    if not texts.select((other | code).any()).item():
        return texts
    return texts.with_columns(
        *word,
        connection=session,
        message=pl.when(other).then(pl.concat_str(pl.lit("reply "), "status")),
        win32_status=pl.coalesce(_slots.optional(texts, "win32_status"), pl.when(code).then("status")),
        status=pl.when(~other).then("status"),
    )


def _routed(texts: pl.DataFrame) -> pl.DataFrame:
    """Takes id and status that Application Request Routing adds to the query of the request it passes on."""
    if "query" not in texts.columns or not texts["query"].str.contains("X-ARR-LOG-ID=", literal=True).any():
        return texts
    query = pl.col("query").str
    found = {"request_id": query.extract(_ARR_ID, 1), "upstream_status": query.extract(_ARR_STATUS, 1)}
    return _slots.fill(texts, found)


FORMATS: tuple[Format, ...] = (
    W3c(
        name="w3c",
        title="IIS and W3C Extended",
        documentation="https://learn.microsoft.com/windows/win32/http/w3c-logging",
        product="iis",
        kind="request",
        samples=(
            (
                "2026-03-01 10:00:05 192.0.2.10 GET /a b=c 443 - 198.51.100.7 Mozilla/5.0+(X11) https://example.com/ "
                "200 0 0 31"
            ),
            "2026-03-01 10:00:05 192.0.2.10 GET /a - 80 - 198.51.100.7 curl/8.5.0 404 0 2 31",
            (
                "2026-03-01 10:00:05 W3SVC1 WEB1 192.0.2.10 POST /a - 443 EXAMPLE\\ann 2001:db8::7 HTTP/2 curl/8.5.0 - "
                "- example.com 401 1 2148074254 1293 512 15"
            ),
        ),
        slots=_SLOTS,
        shapes=_SHAPES,
        defaults=tuple(Default(title, tuple(names.split())) for title, names in _DEFAULTS.items()),
    ),
)
