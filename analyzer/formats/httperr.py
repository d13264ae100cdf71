"""HTTPERR: what HTTP.sys answered or dropped itself, so that no site of IIS ever logged it.

https://learn.microsoft.com/troubleshoot/developer/webapps/aspnet/site-behavior-performance/error-logging-http-apis
"""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.formats._fields_format import Default, FieldsFormat, Layout
from analyzer.formats._plugin import Format

_SLOTS = {
    "c-ip": "client_ip",
    "s-ip": "server_ip",
    "cs-version": "protocol",
    "cs-method": "method",
    "cs-uri": "target",
    "cs-host": "host",
    "sc-status": "status",
    "sc-bytes": "bytes_sent",
    "cs-bytes": "request_bytes",
    "s-computername": "host_name",
    "s-reason": "error",
    "s-queuename": "upstream_name",
    "x-forwarded-for": "forwarded_for",
}
_ADDRESS = "[0-9A-Fa-f.:]+(?:%[0-9A-Za-z]+)?|-"
_NUMBER = "[0-9]{1,10}|-"
_SHAPES = {
    "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "time": "[0-9]{2}:[0-9]{2}:[0-9]{2}",
    "c-ip": _ADDRESS,
    "c-port": _NUMBER,
    "s-ip": _ADDRESS,
    "s-port": _NUMBER,
    "cs-version": "HTTP/.*|-",
    "streamid": _NUMBER,
    "sc-status": "[0-9]{3}|-",
    "s-siteid": _NUMBER,
    "s-reason": "[A-Z][A-Za-z0-9_/]*",
}
_DEFAULTS = {
    "HTTP.sys of Windows Server 2016": "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri streamid "
    "sc-status s-siteid s-reason s-queuename",
    "HTTP.sys of Windows Server 2025": "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri streamid "
    "streamid_ex sc-status s-siteid s-reason s-queuename transport",
    "HTTP.sys with transport": "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri streamid sc-status "
    "s-siteid s-reason s-queuename transport",
    "HTTP.sys of Windows Server 2008": "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status "
    "s-siteid s-reason s-queuename",
    "HTTP.sys of Windows Server 2003": "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status "
    "s-siteid s-reason",
}


@dataclass(frozen=True, slots=True)
class HttpErr(FieldsFormat):
    """Reads HTTP.sys's own errors; the reason phrase becomes the error, the queue is the application pool."""

    def in_milliseconds(self, layout: Layout) -> bool:
        """HTTP.sys counts time-taken, where it is logged at all, in ms."""
        del layout
        return True


FORMATS: tuple[Format, ...] = (
    HttpErr(
        name="httperr",
        title="IIS HTTPERR",
        documentation="https://learn.microsoft.com/troubleshoot/developer/webapps/aspnet/site-behavior-performance/"
        "error-logging-http-apis",
        product="iis",
        kind="error",
        samples=(
            "2026-03-01 10:00:05 198.51.100.7 52111 192.0.2.10 443 HTTP/1.1 GET /a?b=c - 503 1 AppOffline Pool1",
            "2026-03-01 10:00:05 2001:db8::7%4 52111 2001:db8::1%4 80 - - - - - - Timer_ConnectionIdle -",
            "2026-03-01 10:00:05 198.51.100.7 52111 192.0.2.10 80 HTTP/1.0 GET /%c1%1c../a 400 - URL",
        ),
        slots=_SLOTS,
        shapes=_SHAPES,
        defaults=tuple(Default(title, tuple(names.split())) for title, names in _DEFAULTS.items()),
    ),
)
