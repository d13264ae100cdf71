"""Gathers what a packet tells of each incident beyond the findings: values of columns and headers, ids in pairs."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from analyzer.counted import WEIGHT, counted, number
from analyzer.diagnose.incidents import Diagnosis, is_exchange
from analyzer.diagnose.noise import reference
from analyzer.model import Incident, IncidentFacts, Ref, Told
from analyzer.pipeline._packet_headers import Headers, headers_of
from analyzer.pipeline._packet_ids import identified, told_by_headers
from analyzer.pipeline._plan import Run
from analyzer.pipeline._tables import rows_of

_MOST_INCIDENTS = 10
_MOST_EXCHANGES = 200
_MOST_VALUES = 8
# These tell who is affected and who is not, so their values are counted among working requests too.
SCOPE = ("tenant", "region", "client_version", "user_agent", "host", "upstream", "protocol")
_NAMES = (
    *SCOPE,
    "method", "route", "query_names", "path", "client_ip", "peer_ip",
    "error", "error_code", "error_title", "error_detail", "exception_type", "exception_message", "message",
    "scheme", "server_ip", "tls_version", "tls_cipher",
    "upstream_status", "upstream_us", "upstream_name", "server", "via", "x_cache", "proxy_status", "response_flags",
    "termination_state", "result", "answered_by",
    "retry_after", "ratelimit_limit", "ratelimit_remaining", "ratelimit_reset", "ratelimit_window_s", "limiter",
    "www_authenticate", "auth_present", "auth_scheme", "token_from", "token_algorithm", "token_kid", "token_issuer",
    "token_audience", "token_issued_at", "token_not_before", "token_expires_at", "token_scope", "token_left_s",
)  # fmt: skip
# Only a plain name before its sign: what else stands there may be a value.
_PARAMETER = r"(?:^|&)([A-Za-z0-9_.\[\]-]{1,40})="


def packet_facts(state: Run, diagnosis: Diagnosis) -> dict[str, IncidentFacts]:
    """Gives the facts of the first incidents by their ids; nothing is redacted yet."""
    assert state.exchanges is not None  # noqa: S101 - the order of STAGES
    assert state.joined is not None  # noqa: S101
    assert state.reading is not None  # noqa: S101
    first = diagnosis.incidents[:_MOST_INCIDENTS]
    failing = {each.id: _failing(state.exchanges, diagnosis.failing_rows[each.id]) for each in first}
    shown = [frame.head(_MOST_EXCHANGES).select("exchange", "row") for frame in failing.values()]
    if not shown:
        return {}
    behind = state.joined.events.select("exchange", "source", "line").join(
        pl.concat(shown).unique(), on="exchange", how="inner", maintain_order="left"
    )
    places = behind.select("source", "line").unique(maintain_order=True)
    rows = rows_of(state.reading, places, state.plan.people())
    placed = behind.join(rows, on=["source", "line"], how="inner", maintain_order="left").with_columns(_query_names())
    headers = headers_of(state.reading, {(row[0], row[1]) for row in placed.select("source", "line").iter_rows()})
    return {each.id: _facts(each, state.exchanges, failing[each.id], placed, headers) for each in first}


def _failing(exchanges: pl.DataFrame, rows: tuple[int, ...]) -> pl.DataFrame:
    numbers = pl.Series("row", rows, dtype=exchanges.schema["row"])
    return exchanges.filter(pl.col("row").is_in(numbers.implode())).with_columns(_query_names())


def _query_names() -> pl.Expr:
    return (
        pl.col("query").str.extract_all(_PARAMETER).list.eval(pl.element().str.strip_chars("&=")).alias("query_names")
    )


def _facts(
    incident: Incident,
    exchanges: pl.DataFrame,
    failing: pl.DataFrame,
    placed: pl.DataFrame,
    headers: Headers,
) -> IncidentFacts:
    inside = pl.col("timestamp").is_between(incident.started, incident.ended)
    others = exchanges.filter(is_exchange(), inside).join(failing, on="row", how="anti")
    worked = others.filter(_worked())
    same = worked.join(failing.select("method", "route").unique(), on=["method", "route"], how="semi")
    own = placed.join(failing.select("exchange"), on="exchange", how="semi", maintain_order="left")
    told = [item for name in _NAMES for item in _told(name, failing, same, own)]
    told += told_by_headers(own, headers)
    told += _spared(failing, others.filter(~_worked()), worked)
    known = failing.select("exchange", "source", "line", "format", "timestamp", "status").head(_MOST_EXCHANGES)
    return IncidentFacts(counted(failing), counted(same), tuple(told), identified(known, own, headers))


def _worked() -> pl.Expr:
    return ((pl.col("status") < 400) & pl.col("error").is_null() & pl.col("answer_fault").is_null()).fill_null(False)


def _told(name: str, failing: pl.DataFrame, working: pl.DataFrame, placed: pl.DataFrame) -> Iterator[Told]:
    own = _counted(failing, name)
    if own.is_empty() and name not in SCOPE:
        return
    if name == "message":  # what requests that worked log too, such as "request completed", is no word of the failure
        own = own.join(_counted(working, name), on="value", how="anti", maintain_order="left")
    others = dict(_counted(working, name).iter_rows()) if name in SCOPE else {}
    refs = _refs(failing, name) | (_refs(placed, name) if name in placed.columns else {})
    for value, count in own.head(_MOST_VALUES).iter_rows():
        yield Told(name, value, count, others.get(value, 0), own.height, refs[value])
    if name in SCOPE and own.height <= _MOST_VALUES:
        failed = set(own["value"])
        for value in [value for value in others if value not in failed][:_MOST_VALUES]:
            yield Told(name, value, 0, others[value], own.height, None)


def _counted(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Gives value and count of the exchanges that have it, the most frequent first."""
    values = _values(frame.select("row", WEIGHT, name), name).unique(["row", "value"], maintain_order=True)
    return values.group_by("value").agg(count=number()).sort(pl.col("count"), "value", descending=[True, False])


def _refs(frame: pl.DataFrame, name: str) -> dict[str, Ref]:
    """Gives the first place of each value."""
    values = _values(frame.select("source", "line", "format", name), name)
    firsts = values.unique("value", keep="first", maintain_order=True)
    return {row[0]: reference(*row[1:]) for row in firsts.select("value", "source", "line", "format").iter_rows()}


def _values(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    dtype = frame.schema[name]
    flat = frame.explode(name, empty_as_null=True) if isinstance(dtype, pl.List) else frame
    inner = flat.schema[name]
    if isinstance(inner, pl.Datetime):
        value = pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    elif inner.is_float():
        value = pl.col(name).round(1).cast(pl.String)
    else:
        value = pl.col(name).cast(pl.String)
    return flat.with_columns(value=value).filter(pl.col("value").is_not_null() & (pl.col("value") != ""))


def _spared(failing: pl.DataFrame, faulty: pl.DataFrame, working: pl.DataFrame) -> Iterator[Told]:
    """Yields the endpoints on which nothing failed meanwhile, the most used first."""
    label = pl.concat_str(["method", "route"], separator=" ")
    failed = pl.concat([frame.select(value=label) for frame in (failing, faulty)])["value"].drop_nulls().unique()
    others = working.select(WEIGHT, value=label).drop_nulls().filter(~pl.col("value").is_in(failed.implode()))
    spared = others.group_by("value").agg(count=number()).sort("count", "value", descending=[True, False])
    for value, count in spared.head(_MOST_VALUES).iter_rows():
        yield Told("spared_endpoint", value, 0, count, spared.height, None)
