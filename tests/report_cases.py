"""Analyses for the tests of the report: a realistic one, a healthy one, an empty one, a hostile one, a huge one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from hostile_texts import HOSTILE_TEXTS
from page_cases import checkout, endless, page_with

from analyzer.model import (
    LAYERS,
    Analysis,
    Bucket,
    ClientCount,
    Clients,
    Evidence,
    Exhibit,
    Findings,
    FormatUse,
    Hop,
    Incident,
    Latency,
    LatencyBucket,
    LatencyGroup,
    LatencySeries,
    LayerVerdict,
    Ledger,
    Noise,
    NotEvaluated,
    Quantiles,
    Ratio,
    Ref,
    Reject,
    RejectCount,
    Reproduction,
    Separating,
    Side,
    Sides,
    SignalReport,
    SourceReport,
    StatusMinute,
    Step,
    Tool,
)

TOOL = Tool("whichlayer", "0.1.0", "5f0c6a1d" * 8)
EDGE, APP, ERRORS, HAR = "edge/access.log", "app/quotes.ndjson", "edge/error.log", "browser/checkout.har"


def at(clock: str) -> datetime:
    """Gives a time on the day of the demo."""
    return datetime.fromisoformat(f"2026-05-12T{clock}+00:00").astimezone(UTC)


def buckets(first: str, requests: list[int], failed: list[int]) -> tuple[Bucket, ...]:
    """Gives one bucket per minute."""
    start = at(first)
    return tuple(
        Bucket(start + timedelta(minutes=index), count, bad)
        for index, (count, bad) in enumerate(zip(requests, failed, strict=True))
    )


POOL = Incident(
    id="inc-3f9a1c0e7b52",
    title="POST /v2/quotes answered 500 for 15 of 36 clients, 16:32:13–16:32:37 UTC (24 s)",
    severity="critical",
    confidence=0.92,
    layer="backend",
    statuses=(500,),
    errors=("PoolTimeout: no connection within 5000 ms",),
    endpoints=("POST /v2/quotes", "POST /v2/quotes/{id}/items"),
    started=at("16:32:13.204"),
    ended=at("16:32:37.911"),
    buckets=buckets("16:28:00", [22, 25, 21, 24, 96, 23, 26, 20], [0, 0, 0, 0, 41, 0, 0, 0]),
    failed=41,
    requests=96,
    baseline_failure_rate=0.002,
    failure_rate=41 / 96,
    rate_ratio=Ratio(213.5, 88.1, 517.0),
    expected_by_chance=3.1e-12,
    clients=Clients(
        15,
        36,
        58,
        "some",
        (ClientCount("acme-prod", 12, 14), ClientCount("initech", 6, 9), ClientCount("globex", 5, 8)),
    ),
    separating=Separating("upstream", "10.3.0.17:8080", 41, 41, 3, 55),
    preceding=Evidence("Worker 10.3.0.17 restarted with pool_size=4 (was 40)", Ref(APP, 8702), "strong"),
    course=(
        Step("The application logged PoolTimeout", Ref(APP, 8841), at("16:32:13.190"), 41),
        Step("POST /v2/quotes answered 500, for 15 clients", Ref(EDGE, 20417), at("16:32:13.204"), 41),
    ),
    pattern="intermittent",
    correlation_ids=tuple(f"7f3c{index:04x}9b1e4d20" for index in range(41)),
    correlation_id_count=41,
    rules=("error_burst/status-500-burst", "upstream/pool-exhausted"),
    layers=(
        LayerVerdict(
            "browser",
            "ruled_out",
            (Evidence("The browser sent the request and got a response", Ref(HAR, None, 87), "exact"),),
        ),
        LayerVerdict("dns", "ruled_out", (Evidence("The name was resolved in 12 ms", Ref(HAR, None, 87), "exact"),)),
        LayerVerdict(
            "connect", "ruled_out", (Evidence("A connection stood after 21 ms", Ref(HAR, None, 87), "exact"),)
        ),
        LayerVerdict(
            "tls", "ruled_out", (Evidence("The handshake was done after 34 ms", Ref(HAR, None, 87), "exact"),)
        ),
        LayerVerdict(
            "proxy",
            "ruled_out",
            (
                Evidence(
                    "The edge passed on the status of its upstream (upstream_status 500)", Ref(EDGE, 20417), "exact"
                ),
            ),
        ),
        LayerVerdict(
            "rate_limit",
            "ruled_out",
            (Evidence("No 429 and no limiter line at these times", Ref(ERRORS, 311), "weak"),),
        ),
        LayerVerdict(
            "authentication",
            "ruled_out",
            (Evidence("The token was accepted before the handler ran", Ref(APP, 8839), "exact"),),
        ),
        LayerVerdict(
            "authorization", "not_visible", (), "application log at level debug, which prints the permission check"
        ),
        LayerVerdict(
            "request",
            "ruled_out",
            (Evidence("The same body was answered 201 by another worker", Ref(EDGE, 20433), "strong"),),
        ),
        LayerVerdict(
            "backend",
            "cause",
            (
                Evidence("The application threw PoolTimeout while handling the request", Ref(APP, 8841), "exact"),
                Evidence(
                    "All 41 failures were answered by 10.3.0.17:8080, 52 of 55 successes by others",
                    Ref(EDGE, 20417),
                    "exact",
                ),
            ),
        ),
    ),
    root_evidence=(
        Evidence(
            "PoolTimeout: could not obtain a database connection from the pool within 5000 ms", Ref(APP, 8841), "exact"
        ),
        Evidence("upstream answered 500 after 5.012 s", Ref(EDGE, 20417), "exact"),
    ),
    next_steps=(
        "Set pool_size on worker 10.3.0.17 back to 40, as on the other workers, and restart it.",
        "Take 10.3.0.17 out of the upstream group until then; the other three workers answered without failure.",
        "Compare pool_size with peak concurrency: 14 requests waited at once, see https://docs.sqlalchemy.org/en/20/core/pooling.html.",
        "Ask who deployed at 16:31:58 and whether other workers follow.",
        "Alert on pool wait above 1 s.",
    ),
    reproduction=Reproduction(
        "curl -sS -X POST 'https://api.shop.example/v2/quotes' \\\n  -H 'Authorization: Bearer [redacted:token:9c41f0aa17be]' \\\n"
        '  -H \'Content-Type: application/json\' \\\n  --data \'{"sku":"A-1","quantity":2}\'',
        ("Send 10 requests at once to worker 10.3.0.17.", "Expect 4 answers 201 and 6 answers 500 after about 5 s."),
    ),
    owner_hint="Team that runs the quotes service (logger shop.quotes.db)",
    counter_example=Evidence("Same client, same body, other worker: 201 after 84 ms", Ref(EDGE, 20433), "strong"),
)

LIMIT = Incident(
    id="inc-81d20b6f4c11",
    title="GET /v2/rates/{id} answered 429 for 1 of 36 clients, 16:10:02–16:18:45 UTC (8 min 43 s)",
    severity="high",
    confidence=0.88,
    layer="rate_limit",
    statuses=(429,),
    errors=(),
    endpoints=("GET /v2/rates/{id}",),
    started=at("16:10:02.000"),
    ended=at("16:18:45.120"),
    buckets=buckets(
        "16:08:00",
        [40, 41, 118, 122, 119, 121, 120, 118, 122, 119, 121, 42],
        [0, 0, 58, 62, 59, 61, 60, 58, 62, 59, 41, 0],
    ),
    failed=520,
    requests=1_203,
    baseline_failure_rate=0.0,
    failure_rate=520 / 1_203,
    rate_ratio=None,
    expected_by_chance=None,
    clients=Clients(1, 36, 58, "one", (ClientCount("initech", 520, 561),)),
    separating=Separating("client", "initech", 520, 520, 41, 683),
    preceding=None,
    pattern="intermittent",
    correlation_ids=("b0a1", "b0a2"),
    correlation_id_count=520,
    rules=("rate_limit/retry-after-ignored",),
    layers=(
        LayerVerdict(
            "rate_limit",
            "cause",
            (
                Evidence(
                    "The edge limited the client: limiting requests, excess: 20.480 by zone per_key",
                    Ref(ERRORS, 290),
                    "exact",
                ),
                Evidence("Retry-After: 30 was sent; the next request came 0.4 s later", Ref(EDGE, 9120), "exact"),
            ),
        ),
        LayerVerdict("browser", "not_visible", (), "a HAR of this client"),
        LayerVerdict("dns", "not_visible", (), "a HAR of this client"),
        LayerVerdict("connect", "ruled_out", (Evidence("The request reached the edge", Ref(EDGE, 9120), "exact"),)),
        LayerVerdict("tls", "ruled_out", (Evidence("The request reached the edge", Ref(EDGE, 9120), "exact"),)),
        LayerVerdict(
            "proxy",
            "suspected",
            (Evidence("The edge answered by itself, by a rule of its own", Ref(EDGE, 9120), "exact"),),
        ),
        LayerVerdict(
            "authentication", "ruled_out", (Evidence("The edge knew the client as initech", Ref(EDGE, 9120), "exact"),)
        ),
        LayerVerdict(
            "authorization",
            "ruled_out",
            (Evidence("The same route answered 200 for the same client", Ref(EDGE, 9104), "strong"),),
        ),
        LayerVerdict(
            "request",
            "ruled_out",
            (Evidence("The same route answered 200 for the same client", Ref(EDGE, 9104), "strong"),),
        ),
        LayerVerdict(
            "backend", "ruled_out", (Evidence("No upstream was asked (upstream -)", Ref(EDGE, 9120), "exact"),)
        ),
    ),
    root_evidence=(Evidence("limiting requests, excess: 20.480 by zone per_key", Ref(ERRORS, 290), "exact"),),
    next_steps=(
        "Ask initech to wait as long as Retry-After says (30 s).",
        "Raise the limit only if their plan includes 2 requests per second.",
    ),
    reproduction=None,
    owner_hint="The client initech",
    counter_example=None,
)

NAME = Incident(
    id="inc-c07e55a9d3f8",
    title="GET https://static.shop.example/img/logo.svg failed with net::ERR_NAME_NOT_RESOLVED for 1 client, 16:40:08–16:40:31 UTC (23 s)",
    severity="medium",
    confidence=0.71,
    layer="dns",
    statuses=(),
    errors=("net::ERR_NAME_NOT_RESOLVED",),
    endpoints=("GET /img/logo.svg",),
    started=at("16:40:08.400"),
    ended=at("16:40:31.000"),
    buckets=buckets("16:40:00", [6], [6]),
    failed=6,
    requests=6,
    baseline_failure_rate=None,
    failure_rate=1.0,
    rate_ratio=None,
    expected_by_chance=None,
    clients=Clients(1, 1, 58, "one", (ClientCount("198.51.100.7", 6, 6),)),
    separating=None,
    preceding=None,
    pattern="constant",
    correlation_ids=(),
    correlation_id_count=0,
    rules=("browser/name-not-resolved",),
    layers=(
        LayerVerdict(
            "browser",
            "ruled_out",
            (Evidence("Other hosts were reached at the same time", Ref(HAR, None, 141), "strong"),),
        ),
        LayerVerdict(
            "dns",
            "cause",
            (Evidence("The browser could not resolve static.shop.example", Ref(HAR, None, 139), "exact"),),
        ),
        *(LayerVerdict(layer, "not_visible", (), "a request that gets past the name") for layer in LAYERS[2:]),
    ),
    root_evidence=(Evidence("net::ERR_NAME_NOT_RESOLVED for static.shop.example", Ref(HAR, None, 139), "exact"),),
    next_steps=("Run `dig static.shop.example` on the client and against its configured resolver.",),
    reproduction=Reproduction(
        "curl -sS -o /dev/null -w '%{time_namelookup}\\n' 'https://static.shop.example/img/logo.svg'"
    ),
    owner_hint=None,
    counter_example=None,
)

SOURCES = (
    SourceReport(
        EDGE,
        ("request",),
        (FormatUse("nginx", 24_180),),
        None,
        1.0,
        Ledger(24_192, 24_180, 9, 0, 3),
        24_180,
        at("16:00:00.012"),
        at("16:44:59.870"),
        "UTC",
        "offset in the lines",
        0,
    ),
    SourceReport(
        ERRORS,
        ("error",),
        (FormatUse("nginx_error", 402),),
        None,
        1.0,
        Ledger(402, 402, 0, 0, 0),
        402,
        at("16:00:41.000"),
        at("16:44:10.000"),
        "Europe/Berlin",
        "--tz",
        0,
        ("Times carry no zone; --tz was used.",),
    ),
    SourceReport(
        APP,
        ("application",),
        (FormatUse("json", 9_610), FormatUse("stack_trace", 492)),
        None,
        0.98,
        Ledger(10_114, 10_102, 8, 0, 4),
        9_610,
        at("16:00:00.004"),
        at("16:44:59.991"),
        "UTC",
        "Z in the lines",
        -240,
    ),
    SourceReport(
        HAR,
        ("request",),
        (FormatUse("har", 148),),
        148,
        1.0,
        Ledger(148, 148, 0, 0, 0),
        148,
        at("16:31:40.100"),
        at("16:40:31.000"),
        "UTC",
        "offset in the entries",
        75_310,
        ("The capture was sanitised: no cookies and no Authorization header.",),
        gaps=("sanitised", "clock_off"),
    ),
)

EXHIBITS = (
    Exhibit(
        Ref(APP, 8702),
        at("16:31:58.120"),
        '{"time":"2026-05-12T16:31:58.120Z","level":"info","msg":"worker restarted","pool_size":4}',
        POOL.id,
    ),
    Exhibit(
        Ref(APP, 8841),
        at("16:32:18.216"),
        '{"time":"2026-05-12T16:32:18.216Z","level":"error","logger":"shop.quotes.db","msg":"PoolTimeout: could not obtain a database connection from the pool within 5000 ms","request_id":"7f3c00009b1e4d20"}',
        POOL.id,
    ),
    Exhibit(
        Ref(APP, 8839),
        at("16:32:13.210"),
        '{"time":"2026-05-12T16:32:13.210Z","level":"info","msg":"token accepted","sub":"[redacted:user:41aa90be77c0]"}',
        POOL.id,
    ),
    Exhibit(
        Ref(EDGE, 20417),
        at("16:32:13.204"),
        '203.0.113.9 - acme-prod [12/May/2026:16:32:18 +0000] "POST /v2/quotes HTTP/2.0" 500 91 "-" "acme/3.2" rt=5.014 ua="10.3.0.17:8080" us="500" ut="5.012" id=7f3c00009b1e4d20',
        POOL.id,
    ),
    Exhibit(
        Ref(EDGE, 20433),
        at("16:32:19.100"),
        '203.0.113.9 - acme-prod [12/May/2026:16:32:19 +0000] "POST /v2/quotes HTTP/2.0" 201 512 "-" "acme/3.2" rt=0.084 ua="10.3.0.18:8080" us="201" ut="0.083"',
        POOL.id,
    ),
    Exhibit(
        Ref(HAR, None, 87),
        at("16:32:13.170"),
        "POST https://api.shop.example/v2/quotes 500 blocked=1 dns=12 connect=55 ssl=34 send=0 wait=5021 receive=1",
        POOL.id,
    ),
    Exhibit(
        Ref(ERRORS, 290),
        at("16:10:02.000"),
        '2026/05/12 18:10:02 [error] 31#31: *88120 limiting requests, excess: 20.480 by zone "per_key", client: 192.0.2.44',
        LIMIT.id,
    ),
    Exhibit(
        Ref(EDGE, 9120),
        at("16:10:02.000"),
        '192.0.2.44 - initech [12/May/2026:16:10:02 +0000] "GET /v2/rates/8841 HTTP/1.1" 429 162 "-" "initech-sync/1.0" rt=0.000 ua="-" us="-" ut="-"',
        LIMIT.id,
    ),
    Exhibit(
        Ref(HAR, None, 139),
        at("16:40:08.400"),
        "GET https://static.shop.example/img/logo.svg 0 net::ERR_NAME_NOT_RESOLVED",
        NAME.id,
    ),
)

HOPS = {
    POOL.id: (
        Hop(
            "browser",
            Ref(HAR, None, 87),
            at("16:32:13.170"),
            5_090_000,
            500,
            "POST https://api.shop.example/v2/quotes",
            shifted_us=75_310_000,
            clock="moved by +75.3 s: its clock is behind the servers'",
        ),
        Hop("edge (nginx)", Ref(EDGE, 20417), at("16:32:13.204"), 5_014_000, 500, "passed on to 10.3.0.17:8080"),
        Hop(
            "application (worker 17)",
            Ref(APP, 8841),
            at("16:32:13.206"),
            5_010_000,
            500,
            "waited for a database connection",
        ),
        Hop("database", Ref(APP, 8841), at("16:32:18.216"), None, None, "never reached"),
    )
}


SIDES = {
    POOL.id: Sides(
        "upstream",
        "10.3.0.17:8080",
        (
            Side("10.3.0.17:8080", 41, 3),
            Side("10.3.0.18:8080", 0, 20),
            Side("10.3.0.19:8080", 0, 18),
            Side("10.3.0.20:8080", 0, 12),
            Side(None, 0, 2),
        ),
    ),
    LIMIT.id: Sides("client", "initech", (Side("initech", 520, 41), Side("acme-prod", 0, 60)), 34, 0, 582),
}


def latency() -> Latency:
    """Gives what edge and browser counted; two requests timed out at 16:20, the edge had none at 16:05."""
    usual = Quantiles(430, 84_000, 190_000, 260_000, 410_000, 612_000)
    worst = Quantiles(475, 92_000, 240_000, 5_011_000, 5_014_000, 5_014_000)
    edge = tuple(
        LatencyBucket(at("16:00:00") + timedelta(minutes=index), worst if index == 32 else usual, 2 * (index == 20))
        for index in range(45)
        if index != 5
    )
    seen = Quantiles(12, 140_000, 310_000, 5_090_000, 5_090_000, 5_090_000)
    browser = (LatencyBucket(at("16:32:00"), seen, 0), LatencyBucket(at("16:40:00"), None, 6))
    groups = (
        LatencyGroup("browser", "during", "all", Quantiles(1, *(5_090_000,) * 5)),
        LatencyGroup("browser", "during", "failing", Quantiles(1, *(5_090_000,) * 5)),
        LatencyGroup("edge", "before", "all", Quantiles(92, 83_000, 170_000, 210_000, 300_000, 300_000)),
        LatencyGroup("edge", "during", "all", Quantiles(96, 92_000, 5_011_000, 5_012_000, 5_014_000, 5_014_000)),
        LatencyGroup("edge", "during", "failing", Quantiles(41, 5_008_000, 5_012_000, 5_013_000, 5_014_000, 5_014_000)),
        LatencyGroup("edge", "during", "working", Quantiles(55, 84_000, 150_000, 190_000, 240_000, 240_000)),
        LatencyGroup("edge", "after", "all", Quantiles(69, 80_000, 160_000, 205_000, 280_000, 280_000)),
    )
    return Latency(
        series=(
            LatencySeries("browser", seen, 6, 6, Ref(HAR, None, 87), browser),
            LatencySeries(
                "edge",
                Quantiles(19_615, 84_000, 190_000, 262_000, 498_000, 5_014_000),
                0,
                2,
                Ref(EDGE, 20417),
                edge,
            ),
        ),
        incidents={POOL.id: groups},
        held_open=1,
    )


def minutes() -> tuple[StatusMinute, ...]:
    """Gives 45 minutes of traffic that agree with the incidents."""
    rows = []
    for index in range(45):
        start = at("16:00:00") + timedelta(minutes=index)
        rows.append(StatusMinute(start, 2, 380 + index * 7 % 61))
        rows.append(StatusMinute(start, 3, 12 + index % 5))
        if limited := next((bucket.failed for bucket in LIMIT.buckets if bucket.start == start), 0):
            rows.append(StatusMinute(start, 4, limited))
        if index == 32:
            rows.append(StatusMinute(start, 5, 41))
        if index == 40:
            rows.append(StatusMinute(start, 0, 6))
    return tuple(rows)


def signals() -> tuple[SignalReport, ...]:
    """Gives what the rules matched."""
    return (
        SignalReport(
            "error_burst/status-500-burst",
            "Burst of 500 on one endpoint",
            "high",
            "analyzer",
            {"endpoint": "POST /v2/quotes"},
            POOL.started,
            POOL.ended,
            41,
        ),
        SignalReport(
            "upstream/pool-exhausted",
            "Connection pool exhausted",
            "high",
            "A. Author (DRL 1.1)",
            {"logger": "shop.quotes.db"},
            POOL.started,
            POOL.ended,
            41,
        ),
        SignalReport(
            "rate_limit/retry-after-ignored",
            "Client ignores Retry-After",
            "medium",
            None,
            {"client": "initech"},
            LIMIT.started,
            LIMIT.ended,
            519,
        ),
        SignalReport(
            "browser/name-not-resolved",
            "Name not resolved in the browser",
            "medium",
            None,
            {"host": "static.shop.example"},
            NAME.started,
            NAME.ended,
            6,
        ),
    )


REJECTS = (
    Reject(Ref(EDGE, 117), "no format fits", "\\x16\\x03\\x01\\x02\\x00\\x01"),
    Reject(Ref(EDGE, 118), "no format fits", "-- log rotated --"),
    Reject(Ref(APP, 5001), "JSON is cut off", '{"time":"2026-05-12T16:20:11.0'),
)
REJECT_COUNTS = (
    RejectCount(Ref(EDGE, 117), "no format fits", 9),
    RejectCount(Ref(APP, 5001), "JSON is cut off", 8),
)
PYTHON_TRACE = """\
Traceback (most recent call last):
  File "/srv/shop/quotes/web.py", line 88, in handle
    return await self.app(request)
           ^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.12/site-packages/sqlalchemy/engine/base.py", line 143, in __init__
    self._dbapi_connection = engine.raw_connection()
                             ^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.12/site-packages/sqlalchemy/pool/base.py", line 1264, in _checkout
    fairy = _ConnectionRecord.checkout(pool)
            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.12/site-packages/sqlalchemy/pool/impl.py", line 166, in _do_get
    raise exc.TimeoutError(
sqlalchemy.exc.TimeoutError: PoolTimeout: no connection within 5000 ms"""
JAVA_TRACE = """\
2026-05-12 16:32:20.001 ERROR [quotes] o.s.QuoteController - quote failed
org.springframework.dao.DataAccessResourceFailureException: no connection
\tat org.springframework.jdbc.core.JdbcTemplate.query(JdbcTemplate.java:465)
\tat example.shop.QuoteStore.find(QuoteStore.java:41)
\tat example.shop.QuoteController.quote(QuoteController.java:77)
\tat java.base/java.lang.Thread.run(Thread.java:1583)
Caused by: java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available
\tat com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:686)
\tat com.zaxxer.hikari.pool.HikariPool.getConnection(HikariPool.java:179)
\tat com.zaxxer.hikari.HikariDataSource.getConnection(HikariDataSource.java:99)
\tat example.shop.Pool.borrow(Pool.java:23)
\tat example.shop.QuoteStore.find(QuoteStore.java:39)
\t... 31 common frames omitted"""


def demo() -> Analysis:
    """Gives three incidents in four sources."""
    findings = Findings(
        tool=TOOL,
        start=at("16:00:00.004"),
        end=at("16:44:59.991"),
        sources=SOURCES,
        incidents=(POOL, LIMIT, NAME),
        noise=(
            Noise("scanner", 88, Ref(EDGE, 401)),
            Noise("health check", 540, Ref(EDGE, 2)),
            Noise("favicon", 3, None),
        ),
        signals=signals(),
        not_evaluated=(
            NotEvaluated("authentication/token-expired", "no source has token_expires_at"),
            NotEvaluated("browser/mixed-content", "the HAR was sanitised"),
        ),
    )
    return Analysis(
        findings,
        EXHIBITS,
        HOPS,
        minutes(),
        60,
        REJECTS,
        17,
        ("app/worker-18.log.gz: the stream is damaged after 1.2 MB; what came before it was read.",),
        latency=latency(),
        sides=SIDES,
        reject_counts=REJECT_COUNTS,
        pages={POOL.id: checkout(HAR, at("16:32:11.900"))},
    )


def zoned() -> Analysis:
    """Gives the same in the zone of Amsterdam, with stack traces in records, in text and on the way of a request."""
    whole = demo()
    record = {"time": "2026-05-12T16:32:18.216Z", "logger": "shop.quotes.db", "level": "error",
              "msg": "unhandled exception", "http": {"method": "POST", "status": 500},
              "exc": {"type": "TimeoutError", "trace": PYTHON_TRACE}, "request_id": "7f3c00009b1e4d20"}  # fmt: skip
    written = (
        Exhibit(Ref(APP, 8841), at("16:32:18.216"), json.dumps(record), POOL.id),
        Exhibit(Ref(APP, 8901), at("16:32:20.002"), json.dumps({**record, "request_id": "7f3c00019b1e4d20"}), POOL.id),
        Exhibit(Ref("app/java.log", 77), at("16:32:20.001"), JAVA_TRACE, POOL.id),
    )
    first, *others, last = whole.hops[POOL.id]
    hops = (first, *others, replace(last, exception="TimeoutError: PoolTimeout", stack_trace=PYTHON_TRACE,
                                    ids=(("request_id", "7f3c00009b1e4d20"),)))  # fmt: skip
    kept = tuple(exhibit for exhibit in whole.exhibits if exhibit.ref != Ref(APP, 8841))
    return replace(whole, exhibits=(*kept, *written), hops={POOL.id: hops}, zone="Europe/Amsterdam")


def healthy() -> Analysis:
    """Gives the same sources with nothing above low."""
    whole = demo()
    low = replace(
        LIMIT,
        severity="low",
        title="GET /v2/rates/{id} answered 429 for 1 of 36 clients twice, retried after the time asked",
        failed=2,
        failure_rate=2 / 1_203,
        buckets=(),
    )
    quiet = tuple(minute for minute in whole.status_minutes if minute.status_class in (2, 3))
    findings = replace(whole.findings, incidents=(low,), signals=())
    return replace(
        whole,
        findings=findings,
        hops={},
        pages={},
        status_minutes=quiet,
        exhibits=EXHIBITS[6:8],
        latency=replace(whole.latency, series=(), incidents={}),
        sides={},
    )


def clean() -> Analysis:
    """Gives sources of every kind with no finding, no reject, no doubt."""
    whole = healthy()
    sources = tuple(
        replace(source, ledger=Ledger(source.events, source.events), notes=(), gaps=())
        for source in whole.findings.sources
    )
    findings = replace(whole.findings, sources=sources, incidents=(), not_evaluated=(), noise=())
    return replace(whole, findings=findings, rejects=(), reject_total=0, reject_counts=(), problems=(), exhibits=())


def empty() -> Analysis:
    """Gives an analysis in which nothing could be read."""
    findings = Findings(TOOL, None, None, (), (), (), (), ())
    return Analysis(findings, problems=("nothing.log: no format reads it",))


def everywhere(texts: tuple[str, ...]) -> Analysis:
    """Gives an analysis with these texts in every field that text from outside can reach; at least three."""
    joined = "\n".join(texts)
    refs = tuple(Ref(f"logs/{text}", index + 1) for index, text in enumerate(texts))
    evidence = tuple(Evidence(text, ref, "weak") for text, ref in zip(texts, refs, strict=True))
    attacked = replace(
        POOL,
        id=texts[0],
        title=" ".join(texts[:3]),
        errors=texts,
        endpoints=texts,
        clients=replace(POOL.clients, top=tuple(ClientCount(text, 1, 1) for text in texts)),
        separating=Separating(texts[0], texts[1], 1, 1, 0, 1),
        preceding=evidence[1],
        correlation_ids=texts,
        correlation_id_count=len(texts),
        rules=texts,
        layers=tuple(
            LayerVerdict(layer, "not_visible" if layer == "dns" else "cause", evidence[index : index + 3], joined)
            for index, layer in enumerate(LAYERS)
        ),
        root_evidence=evidence,
        next_steps=texts,
        reproduction=Reproduction(joined, texts),
        owner_hint=joined,
        counter_example=evidence[2],
    )
    sources = tuple(
        replace(
            SOURCES[1],
            name=ref.source,
            kinds=texts[:3],
            formats=(FormatUse(text, 1),),
            timezone=text,
            timezone_from=text,
            notes=(text,),
        )
        for text, ref in zip(texts, refs, strict=True)
    )
    findings = replace(
        demo().findings,
        tool=Tool(texts[0], texts[1], texts[2]),
        sources=sources,
        incidents=(attacked, NAME),
        noise=tuple(Noise(text, 1, ref) for text, ref in zip(texts, refs, strict=True)),
        signals=tuple(
            SignalReport(text, text, text, text, {text: text}, POOL.started, POOL.ended, 1) for text in texts
        ),
        not_evaluated=tuple(NotEvaluated(text, text) for text in texts),
    )
    exhibits = tuple(
        Exhibit(Ref(ref.source, 1_000 * number + (ref.line or 0)) if number else ref, POOL.started, quoted, attacked.id)
        for text, ref in zip(texts, refs, strict=True)
        for number, quoted in enumerate(
            (text, json.dumps({text: text, "lines": f"x\n{text}" * 20, "pad": "-" * 200}), f"{text}\n" * 20)
        )
    )
    hops = {
        attacked.id: tuple(
            Hop(
                text,
                ref,
                POOL.started,
                1_000,
                None,
                text,
                shifted_us=1_000_000,
                clock=text,
                exception=text,
                stack_trace=f"{text}\n" + f"\tat {text}(\n" * 20,
                ids=(("request_id", text),),
            )
            for text, ref in zip(texts, refs, strict=True)
        )
    }
    rejects = tuple(Reject(ref, text, text) for text, ref in zip(texts, refs, strict=True))
    counted = latency()
    return Analysis(
        findings,
        exhibits,
        hops,
        minutes(),
        60,
        rejects,
        len(rejects),
        texts,
        latency=replace(
            counted,
            series=tuple(
                replace(each, slowest=ref)
                for each, ref in zip(counted.series, refs[: len(counted.series)], strict=True)
            ),
            incidents={attacked.id: counted.incidents[POOL.id]},
        ),
        reject_counts=tuple(RejectCount(ref, text, 1) for text, ref in zip(texts, refs, strict=True)),
        pages={attacked.id: page_with(texts, refs, POOL.started)},
        sides={attacked.id: Sides(texts[0], texts[1], tuple(Side(text, 1, 1) for text in texts), 2, 0, 5)},
    )


def hostile() -> Analysis:
    """Gives an attack in every field."""
    return everywhere(HOSTILE_TEXTS)


@cache
def copies() -> tuple[Incident, ...]:
    """Gives 9,998 incidents."""
    return tuple(replace(POOL, id=f"incident-{index}") for index in range(9_998))


@cache
def huge(letter: str = "A") -> Analysis:
    """Gives 10,000 incidents, lines of a million letters, 100,000 ids, 1,500 lines of evidence."""
    whole = demo()
    line = letter * 1_000_000
    first = replace(
        POOL, correlation_ids=tuple(f"id-{index}" for index in range(100_000)), correlation_id_count=100_000
    )
    long = replace(POOL, id="long", title=line, errors=(line,) * 50, endpoints=(line,) * 50, next_steps=(line,) * 50)
    exhibits = tuple(
        Exhibit(Ref(APP, 20_000 + index), POOL.started, line if index < 100 else "short", POOL.id)
        for index in range(1_500)
    )
    rejects = tuple(Reject(Ref(EDGE, index + 1), "no format fits", line) for index in range(1_000))
    numbered = [first.id, long.id, *(each.id for each in copies())]
    findings = replace(
        whole.findings,
        incidents=(first, long, *copies()),
        sources=SOURCES * 1_000,
        signals=signals() * 1_000,
        not_evaluated=whole.findings.not_evaluated * 1_000,
        noise=whole.findings.noise * 1_000,
    )
    return replace(
        whole,
        findings=findings,
        exhibits=(*whole.exhibits, *exhibits),
        rejects=rejects,
        reject_total=50_000,
        reject_counts=(RejectCount(Ref(EDGE, 1), "no format fits", 49_000),),
        problems=(line,) * 1_000,
        latency=replace(whole.latency, incidents=dict.fromkeys(numbered, whole.latency.incidents[POOL.id])),
        sides=dict.fromkeys(numbered, Sides(line, line, (Side(line, 41, 3),) * 8, 10**9, 0, 10**12)),
        pages={incident.id: endless(HAR, POOL.started, line) for incident in (first, long, *copies()[:200])},
    )


CASES = {"clean": clean, "demo": demo, "empty": empty, "healthy": healthy, "hostile": hostile, "zoned": zoned}
