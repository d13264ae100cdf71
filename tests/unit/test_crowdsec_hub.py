"""The lines of CrowdSec's hub, read by the tool as itself, against what the hub's own parsers expect of them.

An expectation is another program's output: where the documentation of a format says otherwise, that is the judge, and
the line stands in DIFFERENCES with the reason.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from lines_by_hand import frame

from analyzer import formats

HUB = Path(__file__).parents[2].parent / "shared" / "data" / "logs" / "crowdsec-hub"
pytestmark = pytest.mark.skipif(not HUB.is_dir(), reason="the folder with recorded logs is not on this machine")
NOW = datetime(2026, 1, 1, tzinfo=UTC)

# folder: formats in the order of the lines that they read, and how many events the hub's parser gives.
FOLDERS = {
    "apache-http-probing": (("common",), 0),
    "apache2-logs": (("combined", "apache_error", "combined_vhost", "vhost_combined"), 9),
    "authelia-bf": (("json", "logfmt"), 0),
    "authentik-bf": (("structlog",), 0),
    "aws-cloudfront-logs": (("cloudfront",), 2),
    "base-upsun-httplog-logs": (("combined",), 1),
    "bunkerweb-logs": (("bunkerweb",), 5),
    "docker-logs": (("ingress_nginx",), 0),
    "http-admin-interface-probing": (("combined",), 0),
    "http-bf-wordpress-bf": (("combined",), 0),
    "http-dos-bypass-cache": (("combined",), 0),
    "http-dos-invalid-http-versions": (("combined",), 0),
    "http-dos-random-uri": (("combined",), 0),
    "iis-xml-logs": (("iis_event",), 1),
    "nginx-http-path-traversal": (("combined",), 0),
    "nginx-mail-logs": (("nginx_error", "combined"), 11),
    "nginx-proxy-manager-logs": (("nginx_proxy_manager", "nginx_error", "combined"), 14),
    "nginx_http-logs": (("combined", "combined_vhost", "nginx_error", "vhost_combined"), 9),
    "nginx_req_limit_exceeded": (("nginx_error",), 9),
    "npmplus-logs": (("npmplus", "nginx_error"), 10),
    "traefik_base-http-scenario": (("traefik_json",), 0),
    "traefik_clf": (("traefik_clf",), 7),
    "zoraxy-http-logs": (("zoraxy",), 13),
}
ASSERTED = [name for name, (_, events) in FOLDERS.items() if events]
_ABSOLUTE = (
    "The request is in absolute form, POST https://example.com/a: its path is /a (RFC 9112, 3.2.2); the hub's pattern "
    "cuts it at the first slash."
)
# (folder, line): (columns that differ, why). The documentation named is the judge.
DIFFERENCES = {
    ("apache2-logs", 8): (
        {"user", "request"},
        (
            "The message of mod_auth_basic is free text; ErrorLogFormat's fields name no user and no path "
            "(https://httpd.apache.org/docs/2.4/mod/core.html#errorlogformat)."
        ),
    ),
    ("iis-xml-logs", 1): (
        {"host", "user_agent"},
        (
            "W3SVC1 is s-sitename, a site of IIS, no host; a plus stands for a blank in the user agent "
            "(https://learn.microsoft.com/en-us/windows/win32/http/w3c-logging)."
        ),
    ),
    ("nginx_req_limit_exceeded", 7): ({"request"}, _ABSOLUTE),
    ("nginx_req_limit_exceeded", 8): ({"request"}, _ABSOLUTE),
    ("nginx_req_limit_exceeded", 9): ({"request"}, _ABSOLUTE),
}

ASSERTION = re.compile(
    r'results\["([^"]*)"\]\["[^"]*"\]\[([0-9]+)\]\.Evt\.(?:Parsed|Meta|Enriched)\["([^"]*)"\] == "(.*)"$'
)
COLUMNS = {
    "client_ip": "source_ip remote_addr clientip src_ip c_ip",
    "method": "verb http_verb cs_method",
    "request": "request http_path cs_uri_stem",
    "query": "http_args cs_uri_query",
    "status": "status http_status response sc_status",
    "user_agent": "http_user_agent agent cs_user_agent",
    "referrer": "http_referer referrer referer cs_referer",
    "host": "target_fqdn x_host_header",
    "protocol": "http_version httpversion cs_protocol_version",
    "response_bytes": "bytes body_bytes_sent bytes_sent size sc_bytes",
    "request_bytes": "cs_bytes",
    "user": "remote_user auth user username",
    "seconds": "request_time time_taken",
    "milliseconds": "request_duration_in_ms",
    "upstream_status": "upstream_status",
    "upstream": "target_server traefik_server_url",
    "upstream_name": "traefik_router_name",
    "result": "upstream_cache_status x_edge_result_type",
    "scheme": "scheme cs_protocol",
    "request_id": "request_id",
    "edge_id": "x_edge_request_id",
    "tls_version": "ssl_protocol",
    "tls_cipher": "ssl_cipher",
    "level": "loglevel",
    "message": "message",
    "time": "MarshaledTime",
}
COLUMN_OF = {key: column for column, keys in COLUMNS.items() for key in keys.split()}
# Names that mean something else in one folder: Zoraxy's target server is the host that was asked.
ELSEWHERE = {("zoraxy-http-logs", "target_server"): "host"}


def lines_of(name):
    return [line for path in sorted((HUB / name).glob("*.log")) for line in path.read_text("utf-8").splitlines()]


@cache
def read(name):
    """Reads a file as the tool does: what detection chooses, wrappers first."""
    lines = lines_of(name)
    choice = formats.detect(lines, "UTC", NOW)
    return formats.read_block(frame(lines), choice.formats, "UTC", choice.wrappers, NOW)


def asserted(name):
    """Gives (stage, event, key, value) of each assertion that compares a field with a text."""
    for line in (HUB / name / "parser.assert").read_text("utf-8").split("\n"):
        match = ASSERTION.match(line)
        if match:
            stage, number, key, value = match.groups()
            yield stage, int(number), key, json.loads(f'"{value}"', strict=False)  # Go's escapes here are JSON's


def expectations(name):
    """Gives {event: {key: value}}; the hub's enrichment only adds to what its parser said."""
    found = {}
    for stage, number, key, value in asserted(name):
        if stage == "s01-parse":
            found.setdefault(number, {})[key] = value
        elif stage == "s02-enrich" and number in found:
            found[number].setdefault(key, value)
    for event in found.values():
        # The hub splits what Apache writes in front of the message, where it belongs to it.
        if "errorcode" in event:
            event["message"] = f"{event['errorcode']}: {event['message']}"
        if "proxy_errorcode" in event:
            event["message"] = f"({event['proxy_errorcode']}){event['proxy_errormessage']}: {event['message']}"
    return found


def place(expected, lines):
    """Gives the line of each event: the n-th one, or the next with its time and connection if the hub left some out."""
    written = [number for number, line in enumerate(lines, start=1) if line.strip()]
    if len(expected) == len(written):
        return dict(zip(sorted(expected), written, strict=True))
    placed, rest = {}, iter(written)
    for number in sorted(expected):
        marks = [expected[number]["time"], f"*{expected[number]['cid']} "]
        placed[number] = next(line for line in rest if all(mark in lines[line - 1] for mark in marks))
    return placed


def told(row):
    """Gives what a row says, in the hub's words."""
    spent = row["duration_us"]
    return {
        **row,
        "request": {row["path"], row["target"]} if row["method"] else {row["raw"]},
        "protocol": row["protocol"] and re.sub(r"^HTTP/|\.0$", "", row["protocol"]),
        "seconds": None if spent is None else spent / 1e6,
        "milliseconds": None if spent is None else spent / 1e3,
        **{name: row[name][-1] if row[name] else None for name in ("upstream", "upstream_status")},
        "time": row["stamped_at"],
    }


def told_moment(text):
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def agree(column, value, row):
    """Whether the row's column says what the hub expects; a dash is nothing."""
    found = row[column]
    if column == "request":
        return value in found or (not row["method"] and value.strip("-") in row["raw"])  # kept as it was sent
    if value in {"", "-"} or found is None:
        return value in {"", "-"} and found is None
    if column in {"seconds", "milliseconds"}:
        return float(value) == pytest.approx(found)
    if column in {"protocol", "upstream"}:
        return re.sub(r"^https?://|^HTTP/|\.0$", "", value) == found
    if column == "time":
        return abs((told_moment(value) - found).total_seconds()) < 1
    return value == str(found)


def differences(name):
    """Gives {line: {column: (expected, found)}} and the number of comparisons."""
    expected, lines, compared, wrong = expectations(name), lines_of(name), 0, {}
    rows = {row["line"]: told(row) for row in read(name).events.iter_rows(named=True)}
    for number, line in place(expected, lines).items():
        event, row = expected[number], rows[line]
        for key, value in event.items():
            column = ELSEWHERE.get((name, key), COLUMN_OF.get(key))
            whole_line = key == "message" and (lines[line - 1] == value or row["raw"] == value)
            if column is None or whole_line or (key == "body_bytes_sent" and "bytes_sent" in event):
                continue
            compared += 1
            if not agree(column, value, row):
                wrong.setdefault(line, {})[column] = (value, row[column])
    return wrong, compared


def test_the_folders_are_those_that_are_known():
    """A folder that nobody looked at would be no proof."""
    assert {path.name for path in HUB.iterdir() if path.is_dir()} == set(FOLDERS)


@pytest.mark.parametrize("name", FOLDERS)
def test_every_line_is_read_by_the_format_that_wrote_it(name):
    """No line of any folder is lost, whether the hub has expectations for it or only an alert."""
    block = read(name)
    written = sum(bool(line.strip()) for line in lines_of(name))
    assert block.rejects.rows() == []
    assert (block.ledger.event_lines, block.ledger.adds_up) == (written, True)
    used = sorted(block.used, key=lambda use: (-use.lines, use.name))
    assert tuple(use.name for use in used) == FOLDERS[name][0]


@pytest.mark.parametrize("name", ASSERTED)
def test_every_field_is_what_the_hub_expects(name):
    """Fields that both know are equal, but for the listed differences, each of which is still there."""
    assert len(expectations(name)) == FOLDERS[name][1]
    wrong, compared = differences(name)
    assert compared >= 4 * FOLDERS[name][1]
    listed = {line: columns for (folder, line), (columns, _) in DIFFERENCES.items() if folder == name}
    unlisted = {
        (line, column): values
        for line, columns in wrong.items()
        for column, values in columns.items()
        if column not in listed.get(line, set())
    }
    assert unlisted == {}
    assert set(listed) <= set(wrong)


def test_the_differences_are_few_and_each_has_a_judge():
    """At most one line in twenty of those that the hub's parsers have expectations for."""
    lines = sum(bool(line.strip()) for name in [*ASSERTED, "docker-logs"] for line in lines_of(name))
    assert len(DIFFERENCES) * 20 <= lines
    assert all("RFC" in why or "https://" in why for _, why in DIFFERENCES.values())


def test_what_docker_wrapped_is_what_the_hub_unwraps():
    """For Docker the hub expects the line inside: ours is the same without its line feed."""
    inside = {number: value for stage, number, key, value in asserted("docker-logs") if key == "message"}
    assert len(inside) == 3
    assert read("docker-logs").events["raw"].to_list() == [
        inside[number].removesuffix("\n") for number in sorted(inside)
    ]
