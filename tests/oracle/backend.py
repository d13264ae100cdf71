"""pySigma and its SQLite backend as a black box: documents in, matching rows or alerts out."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import UTC, datetime

from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import FieldMappingTransformation

# Columns of the table, by the fields of the Sigma taxonomy as section 2.9 of the facts on rules gives them.
TAXONOMY = {
    "c-ip": "client_ip",
    "src_ip": "client_ip",
    "dst_ip": "server_ip",
    "cs-username": "user",
    "cs-method": "method",
    "cs-version": "protocol",
    "cs-uri-stem": "path",
    "cs-uri-query": "target",
    "cs-uri": "target",
    "c-uri-query": "target",
    "c-uri": "url",
    "c-uri-extension": "extension",
    "cs-host": "host",
    "sc-status": "status",
    "sc-bytes": "response_bytes",
    "cs-bytes": "request_bytes",
    "cs-user-agent": "user_agent",
    "c-useragent": "user_agent",
    "cs-referer": "referrer",
    "cs-referrer": "referrer",
    "cs-cookie": "cookie",
}
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,10})$")
_PIPELINE = ProcessingPipeline(items=[ProcessingItem(transformation=FieldMappingTransformation(TAXONOMY))])
_BACKEND = sqliteBackend(_PIPELINE, fulltext_field="raw")
_TYPES = {int: "INTEGER", float: "REAL", bool: "INTEGER", str: "TEXT COLLATE NOCASE", datetime: "TEXT"}


def convert(*documents):
    """Gives the statements for some documents that belong together; raises what pySigma raises."""
    return _BACKEND.convert(SigmaCollection.from_dicts(list(documents), False))


class Database:
    """Events in SQLite."""

    def __init__(self, rows, types):
        """rows: events as maps from columns to values, in order; types: the Python type of each column."""
        self.connection = sqlite3.connect(":memory:")
        self.connection.create_function("regexp", 2, _search, deterministic=True)
        columns = {**types, "extension": str}
        declared = ", ".join(f"`{name}` {_TYPES[kind]}" for name, kind in columns.items())
        self.connection.execute(f"CREATE TABLE logs ({declared})")
        values = [[_stored(row.get(name)) for name in columns] for row in map(_with_extension, rows)]
        self.connection.executemany(f"INSERT INTO logs VALUES ({', '.join('?' * len(columns))})", values)

    def matches(self, document):
        """Gives the numbers of the rows that a detection document matches."""
        (statement,) = convert(document)
        assert statement.startswith("SELECT * FROM logs WHERE ")
        found = self.connection.execute(statement.replace("SELECT *", "SELECT rowid", 1))
        return {row - 1 for (row,) in found}

    def alerts(self, *documents):
        """Gives (group, begin, end, metric) of each window that alerts, for the last of some documents.

        Times are microseconds; begin and end are the window's edges, not those of the events in it.
        """
        statement = [each for each in convert(*documents) if each.startswith("WITH ")][-1]
        cursor = self.connection.execute(statement)
        names = [each[0] for each in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor]
        return [
            (
                tuple(json.loads(row["group_keys"]).values()),
                round(row["window_start"] * 1_000_000),
                round(row["window_end"] * 1_000_000),
                row["metric_value"],
            )
            for row in found
        ]


def _with_extension(row):
    found = _EXTENSION.search(row.get("path") or "")
    return {**row, "extension": found and found.group(1)}


def _stored(value):
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03}"
    return value


def _search(pattern, value):
    return value is not None and re.search(pattern, str(value)) is not None
