"""What a source hides or the inputs lack, and how to get it."""

from __future__ import annotations

from analyzer.model import Gap

# Of a clock that is off nothing is hidden: its times are corrected.
GAP_WAYS: dict[Gap, str] = {
    "sanitised": "Export the capture with sensitive data (Chrome: settings of the developer tools, Network), and clean "
    "it with `analyzer redact`, which keeps what can be compared.",
    "masked": "Export the capture unmasked, and clean it with `analyzer redact`, which keeps what can be compared.",
    "no_bodies": "Export the capture with its content (Save all as HAR with content).",
    "only_failures": "Record without a filter, and export all requests.",
    "starts_with_failure": "Begin to record before the page is opened, and keep the log when pages change.",
    "no_page_load": "Begin to record before the page is opened, and keep the log when pages change.",
    "cut": "Export the capture again, and check that the file is whole.",
    "service_worker": "Record with the service worker bypassed (Application, Bypass for network).",
    "cached": "Record with the browser's cache disabled.",
}
KIND_WAYS = {
    "request": (
        "requests",
        "The access log of the server or of the proxy in front of it, or a HAR of an affected browser.",
    ),
    "error": ("error logs", "The error log of the web server or proxy, for the same time."),
    "application": ("application logs", "The application's own log, for the same time, with the ids of requests."),
}
