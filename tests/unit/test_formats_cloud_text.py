"""AWS's load balancers, S3, API Gateway, Heroku's router and logfmt: the traps of their documentations."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines_by_hand import frame, only_event, read_with

from analyzer.formats import _pairs, aws_api_gateway, aws_load_balancer, aws_s3, heroku, logfmt

MODULES = (aws_load_balancer, aws_s3, aws_api_gateway, heroku, logfmt)
FORMATS = {form.name: form for module in MODULES for form in module.FORMATS}
ARN = "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067"
UUID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"


def row(name, line):
    return only_event(read_with(FORMATS[name], line, zone="Asia/Tokyo"))


def reason(name, line):
    block = read_with(FORMATS[name], line)
    assert block.events.is_empty()
    return block.rejects["reason"][0]


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# -- Application Load Balancer

TARGETS = ' "10.0.0.1:80" "200" "-" "-"'


def alb(
    *,
    kind="https",
    client="192.0.2.131:2817",
    target="10.0.0.1:80",
    times="0.086 0.048 0.037",
    statuses="200 200",
    request="GET https://www.example.com:443/a?b=c HTTP/1.1",
    agent="curl/7.46.0",
    trace="Root=1-58337281-1d84f3d73c47ec4e58577259",
    sni="www.example.com",
    created="2018-07-02T22:22:48.364000Z",
    actions="forward",
    tail=TARGETS,
):
    """Writes a line as the guide's table of fields orders them, up to error_reason and the given tail."""
    return (
        f"{kind} 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 {client} {target} {times} {statuses} "
        f'0 57 "{request}" "{agent}" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 {ARN} "{trace}" "{sni}" "session-reused" 1 '
        f'{created} "{actions}" "-" "-"{tail}'
    )


@pytest.mark.parametrize(
    "tail",
    ["", TARGETS, f"{TARGETS} TID_1", f'{TARGETS} TID_1 "m.example.com" "/v2" "TransformSuccess"', f'{TARGETS} 1 2 "3'],
    ids=["25", "29", "30", "33", "unknown"],
)
def test_alb_fields_that_came_later_change_nothing(tail):
    """Lines of 25, 29, 30, 33 and unknown fields give the same row: the host asked for, not the transformed one."""
    found = row("alb", alb(tail=tail))
    assert (found["host"], found["target"], found["upstream"]) == ("www.example.com", "/a?b=c", ["10.0.0.1:80"])
    assert (found["upstream_status"], found["upstream_name"]) == ([200], "my-targets")
    assert found["trace_id"] == "1-58337281-1d84f3d73c47ec4e58577259"


def test_alb_stamps_the_response_and_starts_at_the_creation():
    """stamped_at is the time of the response, timestamp the creation time, not what the duration would give."""
    found = row("alb", alb())
    assert found["stamp_marks"] == "end"
    assert found["stamped_at"] == moment("2018-07-02T22:23:00.186641")
    assert found["timestamp"] == moment("2018-07-02T22:22:48.364")
    assert found["duration_us"] == 171_000
    assert row("alb", alb(created="-"))["timestamp"] == moment("2018-07-02T22:23:00.015641")


def test_alb_minus_one_is_no_time():
    """Where no target answered, its time is unknown and the exchange lasted from its creation to the response."""
    silent = {"times": "-1 -1 -1", "statuses": "504 -", "tail": ' "10.0.0.1:80" "-" "-" "-"'}
    found = row("alb", alb(**silent, created="2018-07-02T22:22:00.186641Z"))
    assert (found["upstream_us"], found["upstream_status"]) == (None, None)
    assert (found["duration_us"], found["upstream"]) == (60_000_000, ["10.0.0.1:80"])
    assert row("alb", alb(times="0.001 -1 -1", created="-"))["duration_us"] is None
    later = row("alb", alb(times="-1 -1 -1", created="2018-07-02T22:24:00.000000Z"))
    assert later["duration_us"] is None


def test_alb_blocked_by_the_firewall():
    """AWS WAF: status 403, target -, the action says waf, and nobody behind was asked."""
    tail = ' "-" "-" "-" "-"'
    found = row("alb", alb(target="-", times="-1 -1 -1", statuses="403 -", actions="waf", tail=tail))
    assert (found["status"], found["result"]) == (403, "waf")
    assert [found[name] for name in ("upstream", "upstream_status", "upstream_us")] == [None] * 3


@pytest.mark.parametrize(
    ("request_line", "host"),
    [
        ("- http://www.example.com:80- ", "www.example.com"),
        ("- https://www.example.com:8443- ", "www.example.com"),
        ("- http://[2001:db8::1]:80- ", "[2001:db8::1]"),
        ("- - - ", "sni.example"),
        ("-", "sni.example"),
    ],
)
def test_alb_malformed_requests_are_rows(request_line, host):
    """A request that was none has neither method nor path, but the host that the balancer knows."""
    found = row("alb", alb(kind="http", statuses="400 -", request=request_line, sni="sni.example"))
    assert [found[name] for name in ("method", "path", "target", "protocol")] == [None] * 4
    assert (found["status"], found["host"]) == (400, host)


@pytest.mark.parametrize(
    ("kind", "request_line", "scheme", "protocol"),
    [
        ("http", "GET http://h.example:80/ HTTP/1.1", "http", "HTTP/1.1"),
        ("https", "GET https://h.example:443/ HTTP/1.1", "https", "HTTP/1.1"),
        ("h2", "GET https://h.example:443/ HTTP/2.0", "https", "HTTP/2"),
        ("grpcs", "POST https://h.example:443/ HTTP/2.0", "https", "HTTP/2"),
        ("ws", "GET http://h.example:80/ HTTP/1.1", "ws", "HTTP/1.1"),
        ("wss", "GET https://h.example:443/ HTTP/1.1", "wss", "HTTP/1.1"),
        ("h2", "-", "https", "HTTP/2"),
        ("https", "-", "https", None),
        ("later", "GET http://h.example:80/ HTTP/1.1", "http", "HTTP/1.1"),
    ],
)
def test_alb_type_tells_what_the_request_does_not(kind, request_line, scheme, protocol):
    """WebSockets have their scheme, and a malformed HTTP/2 request is still HTTP/2."""
    found = row("alb", alb(kind=kind, request=request_line))
    assert (found["scheme"], found["protocol"]) == (scheme, protocol)


@pytest.mark.parametrize(
    ("agent", "read"),
    [
        ('a \\"b\\" c', 'a "b" c'),
        ('a "b" c', 'a "b" c'),
        ("a\\\\", "a\\"),
        ("a\\", "a\\"),
        ("x" * 8192, "x" * 8192),
        ("é…", "é…"),
        ("-", None),
    ],
)
def test_alb_user_agents_of_any_kind(agent, read):
    """Quotes with and without a backslash and the longest agent do not move the fields behind them."""
    found = row("alb", alb(agent=agent))
    assert (found["user_agent"], found["tls_version"], found["upstream_status"]) == (read, "TLSv1.2", [200])


def test_alb_urls_and_statuses_that_should_not_be():
    """An illegal percent sign stays as it is; 000 is no status."""
    found = row("alb", alb(statuses="000 -", request="GET http://h.example:80/%%32?%zz HTTP/1.1"))
    assert (found["path"], found["query"], found["status"]) == ("/%%32", "%zz", None)


def test_alb_targets_are_parallel_lists():
    """The lists count, not the one target: an element that did not answer is null."""
    found = row("alb", alb(statuses="200 200", tail=' "10.0.0.66:9000 10.0.0.1:80" "- 200" "-" "-"'))
    assert found["upstream"] == ["10.0.0.66:9000", "10.0.0.1:80"]
    assert found["upstream_status"] == [None, 200]


@pytest.mark.parametrize(
    ("client", "ip"),
    [("2001:db8::7:40001", "2001:db8::7"), ("[2001:db8::7]:40001", "2001:db8::7"), ("192.0.2.1:1", "192.0.2.1")],
)
def test_alb_client_loses_its_port(client, ip):
    """An IPv6 address without brackets does not keep the port as its last part."""
    assert row("alb", alb(client=client))["client_ip"] == ip


def test_alb_self_and_root():
    """The id of the trace is Root, whatever stands before it."""
    assert row("alb", alb(trace="Self=1-1-2;Root=1-3-4;CalledFrom=app"))["trace_id"] == "1-3-4"


def test_alb_lambda_and_redirect():
    """A Lambda function has a time but no address; a redirect asked nobody in 0.000 seconds."""
    assert row("alb", alb(target="-", times="0.000 0.001 0.000", tail=""))["upstream_us"] == [1000]
    assert row("alb", alb(target="-", times="0.000 0.000 0.000", tail=""))["upstream_us"] is None
    assert row("alb", alb(times="0.000 0.000 0.000"))["upstream_us"] == [0]


def test_alb_cut_behind_the_request_is_a_row():
    """Wherever the line ends behind the request, what stood before is read and no quote sticks to a value."""
    ends = range(alb().index('"curl'), len(alb()))
    block = read_with(FORMATS["alb"], *(alb()[:end] for end in ends))
    assert block.events.height == len(ends)
    known = block.events.select("status", "duration_us", "path", "client_ip").unique().rows()
    assert known == [(200, 171_000, "/a", "192.0.2.131")]
    texts = block.events.drop("raw").select(pl.col(pl.String))
    assert not texts.select(pl.any_horizontal(pl.all().str.contains('"', literal=True).any())).item()


def test_alb_reasons_name_field_and_column():
    """A reject tells the first field that cannot be read, or that the day does not exist."""
    assert (
        reason("alb", alb(times="0.086 x 0.037"))
        == "the target processing (target_processing_time) cannot be read at column 107"
    )
    assert reason("alb", alb().replace("2018-07-02T22:23", "2018-07-32T22:23")) == "the time is not a time that exists"
    assert reason("alb", "Enable AWS access log for ELB").endswith("at column 1")


# -- Classic and Network Load Balancer

CLASSIC = (
    "2015-05-13T23:39:43.945958Z my-loadbalancer 192.0.2.39:2817 10.0.0.1:80 0.000086 0.001048 0.001337 200 200 0 57 "
    '"GET https://www.example.com:443/ HTTP/1.1"'
)


@pytest.mark.parametrize("tail", ["", ' "curl/7.38.0"', ' "curl/7.38.0" DHE-RSA-AES128-SHA TLSv1.2'])
def test_elb_of_every_age(tail):
    """Lines without agent and TLS, as they were until 2014, are whole lines; the time is that of the request."""
    found = row("elb", CLASSIC + tail)
    assert (found["stamp_marks"], found["timestamp"]) == ("start", moment("2015-05-13T23:39:43.945958"))
    assert (found["duration_us"], found["upstream_us"], found["protocol"]) == (2471, [1048], "HTTP/1.1")
    assert found["tls_version"] == ("TLSv1.2" if "TLS" in tail else None)


def test_elb_tcp_listener():
    """`- - - ` is no request; the second time is the connect, and the times do not add up to the connection's."""
    found = row("elb", CLASSIC.replace("200 200", "- -").replace("GET https://www.example.com:443/ HTTP/1.1", "- - - "))
    assert [found[name] for name in ("method", "path", "host", "status", "duration_us", "upstream_us")] == [None] * 6
    assert found["upstream_connect_us"] == [1048]


def test_elb_backend_that_was_not_asked():
    """-1 and the backend status 0 are nothing, as is a backend of a dash."""
    line = CLASSIC.replace("10.0.0.1:80 0.000086 0.001048 0.001337 200 200", "- -1 -1 -1 503 0")
    found = row("elb", line)
    assert found["status"] == 503
    assert [found[name] for name in ("upstream", "upstream_status", "upstream_us", "duration_us")] == [None] * 4


def nlb(alert="-", tail=""):
    return (
        "tls 2.0 2020-04-01T08:51:42 net/my-network-loadbalancer/c6e77e28c25b2234 g3d4b5e8bb8464cd 192.0.2.154:51341 "
        f"198.51.100.185:443 5 2 98 246 {alert} arn:aws:acm:x:certificate/2a - ECDHE-RSA-AES128-SHA tlsv12 - "
        f"nlb.example.com{tail}"
    )


@pytest.mark.parametrize(
    ("tail", "start"),
    [
        ("", "2020-04-01T08:51:41.995"),
        (' h2 h2 "h2","http/1.1"', "2020-04-01T08:51:41.995"),
        (' h2 h2 "h2","http/1.1" 2020-04-01T08:51:20', "2020-04-01T08:51:20"),
        (' h2 h2 "h2","http/1.1" 2020-04-01T08:51:20 later fields', "2020-04-01T08:51:20"),
    ],
    ids=["18", "21", "22", "24"],
)
def test_nlb_grows_and_has_no_status(tail, start):
    """The time is UTC and the end of the connection; its start is a later field, else follows from the duration."""
    found = row("nlb", nlb(tail=tail))
    assert found["stamped_at"] == moment("2020-04-01T08:51:42")
    assert (found["timestamp"], found["duration_us"], found["tls_us"]) == (moment(start), 5_000, 2_000)
    assert (found["status"], found["tls_version"], found["host"]) == (None, "TLSv1.2", "nlb.example.com")
    assert found["protocol"] == ("HTTP/2" if tail else None)


@pytest.mark.parametrize(
    ("alert", "error"),
    [("-", None), ("0", None), ("90", None), ("48", "TLS alert 48 (unknown_ca)"), ("255", "TLS alert 255 (unknown)")],
)
def test_nlb_tls_alerts(alert, error):
    """Close notify and user cancelled are no errors (RFC 8446, 6.1), the others have their names."""
    assert row("nlb", nlb(alert))["error"] == error


# -- S3

OWNER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"


def s3(request_line="GET /a%20b HTTP/1.1", rest='200 - 113 - 7 3 "-" "S3Console/0.4" - hostid= SigV4 - - - -'):
    return (
        f"{OWNER} amzn-s3-demo-bucket1 [06/Feb/2019:00:00:38 +0000] 192.0.2.3 - 3E57427F3EXAMPLE REST.GET.OBJECT "
        f'a%2520b "{request_line}" {rest}'
    )


def test_s3_fields():
    """Whole milliseconds from the receipt on; the path is the request's, the key is encoded twice and not it."""
    found = row("s3_access", s3())
    assert (found["stamp_marks"], found["timestamp"]) == ("start", moment("2019-02-06T00:00:38"))
    assert (found["duration_us"], found["upstream_us"], found["path"]) == (7_000, [3_000], "/a%20b")
    assert (found["request_id"], found["edge_id"]) == ("3E57427F3EXAMPLE", "hostid=")
    assert (found["result"], found["error"], found["user"], found["auth_present"]) == (
        "REST.GET.OBJECT",
        None,
        None,
        False,
    )


@pytest.mark.parametrize(
    "rest",
    [
        "503",
        "503 SlowDown",
        '503 SlowDown 113 - 7 3 "-" "S3Console/0.4" -',
        '503 SlowDown 113 - 7 3 "-" "S3Console/0.4" - hostid= SigV4 ECDHE-RSA AuthHeader b.example TLSv1.3 - Yes us-west-1 more',
    ],
)
def test_s3_too_few_and_too_many_values(rest):
    """A line is a row from its status on, and fields that S3 adds behind are left alone."""
    found = row("s3_access", s3(rest=rest))
    assert (found["status"], found["error"]) == (503, "SlowDown" if "Slow" in rest else None)
    assert found["tls_version"] == ("TLSv1.3" if "TLS" in rest else None)
    assert found["scheme"] == ("https" if "TLS" in rest else None)


def test_s3_lifecycle_has_no_request():
    """The request `-` of what S3 did by itself is a row without method, path and status."""
    found = row("s3_access", s3("-", '- - - 3462992 - - "-" "-" - hostid= - - - - - - -'))
    assert [found[name] for name in ("method", "path", "status", "duration_us", "response_bytes")] == [None] * 5


def test_s3_quotes_are_not_escaped():
    """Quotes inside request and agent do not move the fields behind them."""
    found = row("s3_access", s3('GET /x?q="1" HTTP/1.1', '200 - 12 12 5 4 "-" "a "b" c" - hostid= - - - - - - -'))
    assert (found["query"], found["status"], found["user_agent"]) == ('q="1"', 200, 'a "b" c')
    assert found["edge_id"] == "hostid="


def test_s3_reasons():
    """Without a status a line is no row; a day that does not exist is said."""
    assert reason("s3_access", s3(rest="")) == "the status (http_status) cannot be read at column 191"
    assert reason("s3_access", s3().replace("06/Feb", "31/Feb")) == "the time is not a time that exists"


# -- API Gateway

HEAD = "192.0.2.1 - - [10/Mar/2020:20:27:42 +0000] "


@pytest.mark.parametrize(
    ("line", "method", "path"),
    [
        (f'{HEAD}"GET GET /pets HTTP/1.1" 200 12 JKJaXmPLvHcESHA= x=', "GET", "/pets"),
        (f'{HEAD}"POST ANY /pets HTTP/1.1" 200 12 JKJaXmPLvHcESHA=', "POST", "/pets"),
        (f'{HEAD}"GET /pets HTTP/1.1" 200 12 {UUID}', "GET", "/pets"),
        (f'{HEAD[:-1]}"GET /pets HTTP/1.1" 200 12 {UUID} x=', "GET", "/pets"),
        (f'{HEAD}"GET $default HTTP/1.1" 200 12 JKJaXmPLvHcESHA=', "GET", None),
        (f'{HEAD}"MESSAGE $default dGVzdAexample=" 200  dGVzdBexample=', None, None),
        (f"192.0.2.1,10/Mar/2020:20:27:42 +0000,GET,GET /pets,HTTP/1.1,200,12,{UUID},x=", "GET", "/pets"),
        (f"192.0.2.1,a,b,10/Mar/2020:20:27:42 +0000,GET,/pets,HTTP/1.1,200,12,{UUID}", "GET", "/pets"),
    ],
)
def test_api_gateway_text(line, method, path):
    """The guide's examples for HTTP, REST and WebSocket APIs, with the route key that repeats the method."""
    found = row("api_gateway", line)
    assert (found["method"], found["path"], found["status"]) == (method, path, 200)
    assert found["timestamp"] == moment("2020-03-10T20:27:42")
    assert found["request_id"] in {UUID, "JKJaXmPLvHcESHA=", "dGVzdBexample="}
    assert (found["edge_id"] == "x=") == line.endswith("x=")


def test_api_gateway_is_not_the_common_log_format():
    """A line without the id of a request is somebody else's."""
    assert reason("api_gateway", f'{HEAD}"GET /pets HTTP/1.1" 200 12 "-" "curl"').startswith("the request id ")


def gateway(text):
    return row("api_gateway_json", '{"requestId":"r1=","requestTime":"10/Mar/2020:20:27:42 +0000",' + text + "}")


def test_api_gateway_json_meanings():
    """requestTime is a time although request_time elsewhere is a duration; the epoch has milliseconds and wins."""
    found = gateway(
        '"requestTimeEpoch":1583872062123,"httpMethod":"GET","path":"/p/7","resourcePath":"/p/{id}","status":"504",'
        '"integration.status":"502","integrationStatus":"200","integrationLatency":"29","responseLatency":31,'
        '"error.message":"Endpoint request timed out","xrayTraceId":"Root=1-2-3","identity.sourceIp":"192.0.2.1",'
        '"authorizer.principalId":"u1","extendedRequestId":"e="'
    )
    assert found["timestamp"] == moment("2020-03-10T20:27:42.123")
    assert (found["stamp_marks"], found["duration_us"], found["status"]) == ("start", 31_000, 504)
    assert (found["upstream_status"], found["upstream_us"]) == ([502], [29_000])
    assert (found["path"], found["client_ip"], found["user"]) == ("/p/7", "192.0.2.1", "u1")
    assert (found["request_id"], found["edge_id"], found["trace_id"]) == ("r1=", "e=", "1-2-3")
    assert (found["error"], found["exception_message"]) == ("Endpoint request timed out", None)


@pytest.mark.parametrize(
    ("key", "method", "path", "message"),
    [
        ('"routeKey":"GET /pets/{id}"', "GET", "/pets/{id}", None),
        ('"routeKey":"ANY /pets"', None, "/pets", None),
        ('"routeKey":"$default"', None, None, None),
        ('"routeKey":"send","eventType":"MESSAGE"', None, None, "MESSAGE send"),
    ],
)
def test_api_gateway_json_route_keys(key, method, path, message):
    """A route key stands in for the path that was not logged; ANY is no method."""
    found = gateway(f'{key},"status":"200"')
    assert (found["method"], found["path"], found["message"]) == (method, path, message)


def test_api_gateway_json_with_bare_dashes():
    """A template without quotes writes - for an absent number: the line is read, and kept as it was."""
    line = '{"requestId":"r=","requestTimeEpoch":1583872062123,"httpMethod":"GET","status": - ,"responseLatency":-}'
    found = row("api_gateway_json", line)
    assert (found["status"], found["duration_us"], found["raw"]) == (None, None, line)
    block = read_with(FORMATS["api_gateway_json"], line, "x", FORMATS["api_gateway_json"].samples[0], line)
    assert block.events["line"].to_list() == [1, 3, 4]
    assert block.ledger.adds_up


# -- Heroku

ROUTER = "2012-10-11T03:47:20+00:00 heroku[router]: "


def router(fields, head=ROUTER):
    return row("heroku_router", f'{head}{fields} method=GET path="/a?b=c" host=h.example fwd="203.0.113.9"')


def test_heroku_with_and_without_head():
    """The head gives the time, which is the end; without it, all the rest is there."""
    told, bare = (router("at=info dyno=web.1 connect=1ms service=18ms status=200", head) for head in (ROUTER, ""))
    assert (told["timestamp"], told["stamp_marks"]) == (moment("2012-10-11T03:47:19.981"), "end")
    assert bare["timestamp"] is None
    different = {"timestamp", "stamped_at", "stamp_marks", "raw", "process"}
    assert {name: told[name] for name in told if name not in different} == {
        name: bare[name] for name in bare if name not in different
    }
    assert (bare["duration_us"], bare["upstream_us"], bare["upstream_connect_us"]) == (19_000, [18_000], [1_000])


def test_heroku_errors_are_the_routers():
    """H12: the router answered over a dyno that did not, so that the dyno has no status; empty values are null."""
    found = router('at=error code=H12 desc="Request timeout" dyno=web.1 connect= service=30000ms status=503 bytes=')
    assert (found["error"], found["message"], found["level"]) == ("H12", "Request timeout", "error")
    assert (found["upstream"], found["upstream_status"], found["upstream_connect_us"]) == (["web.1"], None, None)
    assert (found["duration_us"], found["response_bytes"]) == (30_000_000, None)
    assert router("at=info dyno=web.1 status=500")["upstream_status"] == [500]
    assert router("at=info code=H80 dyno= status=503")["upstream_status"] is None
    assert router('sock=backend at=error code=H18 desc="x" status=503')["error"] == "H18"


@pytest.mark.parametrize(
    ("fields", "scheme", "protocol", "version"),
    [
        ("protocol=https", "https", None, None),
        ("protocol=http tls_version=unknown", "http", None, None),
        ("protocol=http1.1 tls=false", "http", "HTTP/1.1", None),
        ("protocol=http2.0 tls=true tls_version=tls1.3", "https", "HTTP/2", "TLSv1.3"),
        ("protocol=http2.0 tls=true tls_version=unknown", "https", "HTTP/2", None),
    ],
)
def test_heroku_protocols_of_both_routers(fields, scheme, protocol, version):
    """The legacy router's protocol is a scheme, Router 2.0's is the version of HTTP beside tls."""
    found = router(f"at=info {fields}")
    assert (found["scheme"], found["protocol"], found["tls_version"]) == (scheme, protocol, version)


def test_heroku_lines_with_quotes_that_are_none():
    """A path with a bare quote does not cost the other fields, however often it is asked for."""
    line = f'{ROUTER}at=info method=GET path="/a"b" host=h.example status=404'
    block = read_with(FORMATS["heroku_router"], *[line] * 70)
    assert block.events.select("status", "host", "path").unique().rows() == [(404, "h.example", "/a")]


def test_heroku_lines_of_dynos_are_not_the_routers():
    """State changes and lines without a request are rejects with a column."""
    assert reason("heroku_router", "2012-10-11T03:47:20+00:00 heroku[web.1]: Starting").endswith("column 1")
    assert reason("heroku_router", f"{ROUTER}Starting").endswith("column 43")
    assert reason("heroku_router", f"{ROUTER}at=info sample#memory=1").endswith("column 43")
    assert reason("heroku_router", ROUTER.replace("-10-", "-13-") + "at=info method=GET").startswith("the time ")


# -- logfmt


def test_logfmt_values():
    """Quotes, escapes, an equals sign inside a value, an empty value and a key alone are read as logfmt has them."""
    found = row(
        "logfmt",
        'ts=2023-06-01T12:00:00Z msg="a \\"b\\" \\\\ c\\nd" url=/a?b=c user= cached status=200 err="x=1 level=error"',
    )
    assert found["message"] == 'a "b" \\ c\nd'
    assert (found["target"], found["user"], found["status"]) == ("/a?b=c", None, 200)
    assert (found["exception_message"], found["level"]) == ("x=1 level=error", None)


@pytest.mark.parametrize(
    ("line", "kind", "marks"),
    [
        ("time=2023-06-01T12:00:00Z level=info msg=x", "application", None),
        ("time=2023-06-01T12:00:00Z level=info msg=x duration=5ms", "application", "end"),
        ("time=2023-06-01T12:00:00Z method=GET path=/ status=200", "request", "end"),
    ],
)
def test_logfmt_kinds(line, kind, marks):
    """What has level or message is the application's; the time of a record without a duration is a moment."""
    found = row("logfmt", line)
    assert (found["kind"], found["stamp_marks"]) == (kind, marks)


def test_logfmt_times_without_zone_are_read_in_the_given_one():
    """Noon in Tokyo is three in the morning in UTC."""
    assert row("logfmt", 'time="2023-06-01 12:00:00" msg=x')["timestamp"] == moment("2023-06-01T03:00:00")


def test_logfmt_units_beside_numbers_count():
    """duration_ms=2s is two seconds; duration_ms=2 two milliseconds."""
    assert row("logfmt", "msg=x duration_ms=2s")["duration_us"] == 2_000_000
    assert row("logfmt", "msg=x duration_ms=2")["duration_us"] == 2_000


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("a=1 b=2", "key=value pairs, but no time, message or status"),
        ("url=/a?time=1", "one key=value pair is no record"),
        ("a=1 =2", "not key=value at column 5"),
        ("a plain sentence with level=info", "not key=value at column 1"),
        ('level=info "quoted" msg=x', "not key=value at column 12"),
        ('msg="a"b level=info', "not key=value at column 8"),
    ],
)
def test_logfmt_reasons(line, why):
    """A line that is no record says where it stops to be one."""
    assert reason("logfmt", line) == why


def test_logfmt_keeps_what_a_cut_line_holds():
    """The last line of a file that was cut inside a quote is still an event."""
    assert row("logfmt", 'time=2023-06-01T12:00:00Z msg="half of it')["message"] == "half of it"


def meaning(key):
    return {"a": (1, "message"), "b": (0, "message"), "c": (0, "level"), "d": (0, "duration_ms")}.get(key)


VALUES = st.sampled_from(["1", '"x y"', "", '"q\\"q"', "5s", "-", '""', "/a?b=c", "ü", '"\\n"'])
RECORDS = st.lists(st.tuples(st.sampled_from("abcde"), VALUES), min_size=1, max_size=6)


@given(RECORDS, st.sampled_from([" ", "  ", "\t"]))
def test_pairs_are_the_same_by_pattern_and_one_by_one(record, gap):
    """A line that occurs often is read by a pattern, a rare one pair by pair: both give the same columns."""
    line = gap.join(f"{key}={value}" for key, value in record)
    rare = frame([line]).select(text="raw").with_columns(signature=_pairs.signature(pl.col("text")))
    assert rare.select(_pairs.is_record(pl.col("signature"))).item()
    often = pl.concat([rare] * 64)
    slow, quick = _pairs.columns(rare, meaning), _pairs.columns(often, meaning)
    assert quick.height == 64
    names = sorted(set(slow.columns) | set(quick.columns))
    alone = slow.with_columns(pl.lit(None, pl.String).alias(name) for name in set(names) - set(slow.columns))
    for number in (0, 63):
        assert {name: quick[name][number] if name in quick.columns else None for name in names} == {
            name: alone[name][0] for name in names
        }


def test_pairs_with_more_keys_than_a_pattern_can_hold():
    """Hundreds of keys, and as many as make the pattern too large, are read all the same."""
    for keys in (40, 3000):
        line = "msg=hello " + " ".join(f"k{number}={number}" for number in range(keys)) + " status=200"
        parsed = FORMATS["logfmt"].parse(frame([line] * 70), "UTC")
        assert parsed.events["status"].to_list() == [200] * 70
        assert parsed.events["message"].to_list() == ["hello"] * 70


# -- promises of all

PIECES = st.sampled_from([*chain.from_iterable(form.samples for form in FORMATS.values()), alb(), nlb(), s3(), "", '"'])
ANY_LINES = st.lists(
    st.text(max_size=40)
    | PIECES
    | st.builds(lambda text, end: text[:end], PIECES, st.integers(0, 500))
    | st.builds(lambda text, at, put: text[:at] + put + text[at:], PIECES, st.integers(0, 400), st.text(max_size=3)),
    max_size=6,
)


@given(st.sampled_from(sorted(FORMATS)), ANY_LINES)
def test_the_ledger_adds_up_whatever_the_lines_hold(name, lines):
    """Any text, cut or with something put into it: no exception, and each line is a row, a reject or blank."""
    block = read_with(FORMATS[name], *lines)
    assert block.ledger.adds_up
    assert block.ledger.lines == len(lines)
    assert block.events.height + block.rejects.height + block.ledger.blank == len(lines)
    assert block.rejects["reason"].str.len_chars().min() != 0
